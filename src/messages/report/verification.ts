import type { APIEmbed } from 'discord.js';
import { recurred, reportableIssues } from '../../reconciliation/detection/verify-fixes.js';
import type { NotJudged, ReconciliationResult, Verified, VerifiedFix, VerifiedOutcome } from '../../reconciliation/domain/run.js';
import { COLOURS } from '../format/colours.js';
import { count, describeChange, duration, list, number } from '../format/format.js';
import { fitLines } from '../format/lines.js';
import { cut, escapeName } from '../format/text.js';
import type { TextBudget } from '../format/text-budget.js';

/** Report of a verification. */

/** Names per line; the rest is counted. */
const MAX_NAMED = 10;

const CHANGE_LENGTH = 60;

const WHY: Readonly<Record<NotJudged, string>> = {
	LEFT_SERVER: 'left the server',
	EXEMPT: 'exempt',
	LEFT_ALONE: 'left to the next run'
};

/** "Verification: 3 fixes stayed", "Verification: 1 of 3 fixes came back". */
export function verificationTitle(result: ReconciliationResult, { fixes }: Verified): string {
	const back = recurred(result).length;
	if (back > 0) return `Verification: ${number(back)} of ${count(fixes.length, 'fix', 'fixes')} came back`;
	const stayed = having(fixes, 'STAYED').length;
	return stayed === 0 ? 'Verification: no fix could be judged' : `Verification: ${count(stayed, 'fix', 'fixes')} stayed`;
}

/** The head: which fixes stayed and which came back. */
export function verificationEmbed(result: ReconciliationResult, verified: Verified, budget: TextBudget): APIEmbed {
	const { fixes } = verified;
	const lines = [
		describeFixes('Came back', having(fixes, 'CAME_BACK')),
		describeFixes('Stayed', having(fixes, 'STAYED')),
		describeFixes('Not judged', having(fixes, 'NOT_JUDGED')),
		describeOthers(result)
	].filter((line) => line !== '');
	const checked = `Checked ${count(result.membersChecked, 'member')} in ${duration(result.completedAt.getTime() - result.startedAt.getTime())}.`;
	return {
		title: verificationTitle(result, verified),
		color: reportableIssues(result).length > 0 || recurred(result).length > 0 ? COLOURS.amber : COLOURS.good,
		description: [fitLines(lines, budget.notices, { cutLast: true }), checked].filter((line) => line !== '').join('\n')
	};
}

function having(fixes: readonly VerifiedFix[], outcome: VerifiedOutcome): readonly VerifiedFix[] {
	return fixes.filter((fix) => fix.outcome === outcome);
}

function describeFixes(what: string, fixes: readonly VerifiedFix[]): string {
	if (fixes.length === 0) return '';
	const each = fixes.map(({ discordName, change, notJudged }) => {
		const more = notJudged === null ? cut(describeChange(change), CHANGE_LENGTH) : WHY[notJudged];
		return more === '' ? escapeName(discordName) : `${escapeName(discordName)} (${more})`;
	});
	return `**${what}:** ${list(each, MAX_NAMED)}.`;
}

/** Issues already reported by another run are only counted. */
function describeOthers(result: ReconciliationResult): string {
	const back = new Set(recurred(result).map(({ discordId }) => discordId));
	const others = result.issues.filter(({ discordId }) => !back.has(discordId));
	if (others.length === 0) return '';
	const fresh = others.filter(({ timesSeen }) => timesSeen === 1).length;
	const suffix = fresh === 0 ? '' : fresh === others.length ? ', found just now' : `, ${number(fresh)} of them found just now`;
	return `${count(others.length, 'other issue')} ${others.length === 1 ? 'is' : 'are'} open${suffix}.`;
}
