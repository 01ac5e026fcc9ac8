import type { APIEmbed } from 'discord.js';
import type { NotJudged, ReconciliationResult, Verified, VerifiedFix, VerifiedOutcome } from '../reconciliation/types.js';
import { cameBack, newsOf } from '../reconciliation/verified.js';
import { COLOURS } from './colours.js';
import { fitLines } from './notices.js';
import type { Room } from './room.js';
import { cut, escapeName } from './text.js';
import { changeInWords, count, duration, list, number } from './words.js';

/** What a verification says of the fixes it looked after. */

/** People named in one line; the rest is counted. */
const NAMED = 10;

const CHANGE_LENGTH = 60;

const WHY: Readonly<Record<NotJudged, string>> = {
	LEFT_SERVER: 'left the server',
	EXEMPT: 'exempt',
	LEFT_ALONE: 'left to the next run'
};

/** "Verification: 3 fixes stayed", "Verification: 1 of 3 fixes came back". */
export function verificationTitle(result: ReconciliationResult, { fixes }: Verified): string {
	const back = cameBack(result).length;
	if (back > 0) return `Verification: ${number(back)} of ${count(fixes.length, 'fix', 'fixes')} came back`;
	const stayed = having(fixes, 'STAYED').length;
	return stayed === 0 ? 'Verification: no fix could be judged' : `Verification: ${count(stayed, 'fix', 'fixes')} stayed`;
}

/** The first embed of a verification's report: who was checked, what stayed, what came back. */
export function verificationEmbed(result: ReconciliationResult, verified: Verified, room: Room): APIEmbed {
	const { fixes } = verified;
	const lines = [
		told('Came back', having(fixes, 'CAME_BACK')),
		told('Stayed', having(fixes, 'STAYED')),
		told('Not judged', having(fixes, 'NOT_JUDGED')),
		othersInWords(result)
	].filter((line) => line !== '');
	const checked = `${count(result.membersChecked, 'member')} checked in ${duration(result.completedAt.getTime() - result.startedAt.getTime())}.`;
	return {
		title: verificationTitle(result, verified),
		color: newsOf(result).length > 0 || cameBack(result).length > 0 ? COLOURS.amber : COLOURS.good,
		description: [fitLines(lines, '\n', room.notices), checked].filter((line) => line !== '').join('\n')
	};
}

function having(fixes: readonly VerifiedFix[], outcome: VerifiedOutcome): readonly VerifiedFix[] {
	return fixes.filter((fix) => fix.outcome === outcome);
}

function told(what: string, fixes: readonly VerifiedFix[]): string {
	if (fixes.length === 0) return '';
	const each = fixes.map(({ discordName, change, notJudged }) => {
		const more = notJudged === null ? cut(changeInWords(change), CHANGE_LENGTH) : WHY[notJudged];
		return more === '' ? escapeName(discordName) : `${escapeName(discordName)} (${more})`;
	});
	return `**${what}:** ${list(each, NAMED)}.`;
}

/** Issues that are no news are counted: the report of the run that found them shows them. */
function othersInWords(result: ReconciliationResult): string {
	const back = new Set(cameBack(result).map(({ discordId }) => discordId));
	const others = result.issues.filter(({ discordId }) => !back.has(discordId));
	if (others.length === 0) return '';
	const fresh = others.filter(({ timesSeen }) => timesSeen === 1).length;
	const news = fresh === 0 ? '' : fresh === others.length ? ', found just now' : `, ${number(fresh)} of them found just now`;
	return `${count(others.length, 'other issue')} ${others.length === 1 ? 'is' : 'are'} open${news}.`;
}
