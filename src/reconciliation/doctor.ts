import type { DailySettings } from './daily.js';
import { inTime } from './in-time.js';
import { overdueSince } from './overdue.js';
import type { PauseBook } from './pause.js';
import type { GuildProblem, LastGoodRun } from './ports.js';

/** Whether all is as Reeve needs it, and what to do where it is not. */

/** `blocks`: no run can be of use. `wrong`: something that Reeve does will fail. `warning`: to be looked at. */
export type Verdict = 'well' | 'warning' | 'wrong' | 'blocks';

/** What was seen, in the operator's words: what is wrong and what to do about it, or what is well. */
export interface Remark {
	readonly verdict: Verdict;
	readonly words: string;
}

/** A remark, and what it is about: `Discord`, `Stripe` … */
export interface Finding extends Remark {
	readonly about: string;
}

/** One thing to look at. It changes nothing. */
export interface Check {
	readonly about: string;
	/** What it means where the look itself fails, or gets no answer in time. */
	readonly otherwise: Exclude<Verdict, 'well'>;
	/** @throws an error in the operator's words */
	look(): Promise<readonly Remark[]>;
}

/** Makes all checks side by side, each within a few seconds. Never fails. What two of them say in the same words is said once. */
export async function examine(checks: readonly Check[]): Promise<readonly Finding[]> {
	const looked = await Promise.all(
		checks.map(async ({ about, otherwise, look }): Promise<readonly Finding[]> => {
			const told = await inTime(about, look);
			return told.known ? told.value.map((remark) => ({ about, ...remark })) : [{ about, verdict: otherwise, words: told.why }];
		})
	);
	const said = new Set<string>();
	return looked.flat().filter(({ about, words }) => {
		const line = `${about} ${words}`;
		return !said.has(line) && said.add(line);
	});
}

/** What the guild's problems mean. */
export function guildRemarks(problems: readonly GuildProblem[]): readonly Remark[] {
	return problems.map(({ keepsFrom, words }) => ({ verdict: keepsFrom === 'runs' ? 'blocks' : 'wrong', words }));
}

const A_LITTLE_OFF_MS = 60_000;
/** A grace period, a hold on an hour, a pause: by then they are plainly wrong. */
const FAR_OFF_MS = 300_000;

/** Compares this machine's clock with another's. @param who - as in "the clock of Stripe" */
export function clockRemark(who: string, theirs: Date, ours: Date): Remark {
	const off = Math.abs(theirs.getTime() - ours.getTime());
	if (off < A_LITTLE_OFF_MS) return { verdict: 'well', words: `The clock agrees with ${who}.` };
	const way = ours > theirs ? 'ahead of' : 'behind';
	return {
		verdict: off < FAR_OFF_MS ? 'warning' : 'wrong',
		words: `This machine's clock is ${Math.round(off / 1000)} seconds ${way} ${who}. Grace periods and the schedule go by it: switch on time synchronisation (NTP).`
	};
}

/** Whether the key is of the mode that the last run read. */
export function modeRemark(livemode: boolean, lastGood: Pick<LastGoodRun, 'livemode'> | null): Remark {
	if (lastGood?.livemode === true && !livemode)
		return {
			verdict: 'blocks',
			words:
				'The key is for test data, and the last good run read live data. Put the live key (rk_live_… or sk_live_…) into STRIPE_SECRET_KEY.'
		};
	return { verdict: 'well', words: livemode ? 'The key reads live data.' : 'The key reads test data.' };
}

/** When a run over everybody last read everything. */
export async function lastRunRemark(
	book: { lastSuccessAt(): Promise<Date | null>; installedAt(now: Date): Promise<Date> } & Pick<PauseBook, 'currentPause' | 'lastPauseEnd'>,
	{ paused }: Pick<DailySettings, 'paused'>,
	now: Date,
	inWords: (moment: Date) => string
): Promise<Remark> {
	const lastSuccess = await book.lastSuccessAt();
	const since = overdueSince(now, {
		lastSuccess,
		installed: await book.installedAt(now),
		pauseEnd: await book.lastPauseEnd(now),
		paused: paused || (await book.currentPause(now)) !== null
	});
	if (since !== null)
		return {
			verdict: 'warning',
			words: `No run has succeeded since ${inWords(since)}. Put right what is wrong here, then use \`/reconcile run\`.`
		};
	if (lastSuccess === null) return { verdict: 'well', words: 'No run has succeeded yet: /reconcile run makes the first.' };
	return { verdict: 'well', words: `The last that read everything was at ${inWords(lastSuccess)}.` };
}
