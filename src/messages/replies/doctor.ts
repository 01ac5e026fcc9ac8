import type { APIEmbed } from 'discord.js';
import type { CheckResult, CheckVerdict } from '../../reconciliation/health/doctor.js';
import { COLOURS } from '../format/colours.js';
import { count } from '../format/format.js';
import { MAX_FIELD_LENGTH } from '../format/limits.js';
import { fitLines } from '../format/lines.js';
import { clean, sentence } from '../format/text.js';

/** Doctor results as an embed and as lines of text. */

/** Worst first. */
const ORDER: readonly CheckVerdict[] = ['blocking', 'error', 'warning', 'ok'];

const HEADINGS: Readonly<Record<CheckVerdict, string>> = {
	blocking: 'Blocks every run',
	error: 'Not working',
	warning: 'Worth a look',
	ok: 'OK'
};

const SIGNS: Readonly<Record<CheckVerdict, string>> = { blocking: '✗', error: '✗', warning: '!', ok: '✓' };

const LINE_LENGTH = 450;

/** "2 things need fixing", "All checks passed" … */
export function verdictOf(findings: readonly CheckResult[]): string {
	const many = (verdict: CheckVerdict) => findings.filter((finding) => finding.verdict === verdict).length;
	const bad = many('blocking') + many('error');
	if (bad > 0) return `${count(bad, 'thing needs', 'things need')} fixing`;
	return many('warning') > 0 ? `OK with ${count(many('warning'), 'warning')}` : 'All checks passed';
}

/** `/reconcile doctor`, in one embed. */
export function doctorEmbed(findings: readonly CheckResult[]): APIEmbed {
	const seen = ORDER.filter((verdict) => findings.some((finding) => finding.verdict === verdict));
	const colour = { blocking: COLOURS.bad, error: COLOURS.bad, warning: COLOURS.amber, ok: COLOURS.good }[seen[0] ?? 'ok'];
	return {
		title: `Doctor: ${verdictOf(findings)}`,
		color: colour,
		description: seen.includes('blocking')
			? 'No run can start until the first of these is fixed, so no roles change. Run this again once it is.'
			: 'Nothing was changed. Run this again after a fix.',
		fields: seen.map((verdict) => ({
			name: HEADINGS[verdict],
			value: fitLines(
				findings.filter((finding) => finding.verdict === verdict).map((finding) => `${SIGNS[verdict]} ${line(finding)}`),
				MAX_FIELD_LENGTH,
				{ cutLast: true }
			)
		}))
	};
}

function line({ subject, message }: CheckResult): string {
	return `**${subject}**: ${sentence(message, LINE_LENGTH)}`;
}

/** The same for a terminal or a log, a line each, the worst first. */
export function doctorLines(findings: readonly CheckResult[]): string[] {
	return ORDER.flatMap((verdict) =>
		findings
			.filter((finding) => finding.verdict === verdict)
			.map(({ subject, message }) => `${SIGNS[verdict]} ${subject}: ${clean(message)}`)
	);
}
