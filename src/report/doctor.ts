import type { APIEmbed } from 'discord.js';
import type { Check, Finding, Verdict } from '../reconciliation/doctor.js';
import { COLOURS } from './colours.js';
import { type MailMasks, type MailSettings, verifyMailServer } from './mailer.js';
import { fitLines } from './notices.js';
import { clean, escapeText } from './text.js';
import { count } from './words.js';

/** What the doctor sees, drawn; and the look at the mail server. */

/** Whether mails can be sent, if they are to be. */
export function mailCheck(settings: MailSettings | null, inError: MailMasks['inError']): Check {
	return {
		about: 'Mail',
		otherwise: 'wrong',
		look: async () => {
			if (settings === null) return [{ verdict: 'well', words: 'No mail is sent: SMTP_URL and ADMIN_EMAIL are not both set.' }];
			await verifyMailServer(settings, inError);
			return [{ verdict: 'well', words: `The mail server takes mails from Reeve, for ${settings.to}.` }];
		}
	};
}

/** The worst first. */
const ORDER: readonly Verdict[] = ['blocks', 'wrong', 'warning', 'well'];

const HEADINGS: Readonly<Record<Verdict, string>> = {
	blocks: 'Keeps every run from beginning',
	wrong: 'Does not work',
	warning: 'To be looked at',
	well: 'Well'
};

const SIGNS: Readonly<Record<Verdict, string>> = { blocks: '✗', wrong: '✗', warning: '!', well: '✓' };

const FIELD_LENGTH = 1_000;
const LINE_LENGTH = 450;

/** "2 things keep Reeve from its work", "All is well" … */
export function verdictOf(findings: readonly Finding[]): string {
	const many = (verdict: Verdict) => findings.filter((finding) => finding.verdict === verdict).length;
	const bad = many('blocks') + many('wrong');
	if (bad > 0) return `${count(bad, 'thing needs', 'things need')} to be put right`;
	return many('warning') > 0 ? `All works; ${count(many('warning'), 'thing', 'things')} to be looked at` : 'All is well';
}

/** `/reconcile doctor`, in one embed. */
export function doctorEmbed(findings: readonly Finding[]): APIEmbed {
	const seen = ORDER.filter((verdict) => findings.some((finding) => finding.verdict === verdict));
	const colour = { blocks: COLOURS.bad, wrong: COLOURS.bad, warning: COLOURS.amber, well: COLOURS.good }[seen[0] ?? 'well'];
	return {
		title: `Doctor: ${verdictOf(findings)}`,
		color: colour,
		description: seen.includes('blocks')
			? 'Until the first of these is put right no run begins, and nobody’s roles are changed by one. Ask again when you have done so.'
			: 'Nothing was changed. Ask again when you have put something right.',
		fields: seen.map((verdict) => ({
			name: HEADINGS[verdict],
			value: fitLines(
				findings.filter((finding) => finding.verdict === verdict).map((finding) => `${SIGNS[verdict]} ${line(finding)}`),
				'\n',
				FIELD_LENGTH
			)
		}))
	};
}

function line({ about, words }: Finding): string {
	return `**${about}**: ${escapeText(words, LINE_LENGTH)}`;
}

/** The same for a terminal or a log, a line each, the worst first. */
export function doctorLines(findings: readonly Finding[]): string[] {
	return ORDER.flatMap((verdict) =>
		findings.filter((finding) => finding.verdict === verdict).map(({ about, words }) => `${SIGNS[verdict]} ${about}: ${clean(words)}`)
	);
}
