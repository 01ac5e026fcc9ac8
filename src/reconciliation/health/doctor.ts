import { probe } from '../../async/probe.js';
import type { GuildProblem } from '../domain/ports.js';
import type { DailySettings } from '../schedule/daily.js';
import { overdueSince } from '../schedule/overdue.js';
import type { PauseStore } from '../schedule/pause.js';

/** Whether all is as Reeve needs it, and what to do where it is not. */

/** `blocks`: no run can be of use. `wrong`: something that Reeve does will fail. `warning`: to be looked at. */
export type CheckVerdict = 'ok' | 'warning' | 'error' | 'blocking';

/** What was seen, in the operator's words: what is wrong and what to do subject it, or what is well. */
export interface CheckRemark {
	readonly verdict: CheckVerdict;
	readonly message: string;
}

/** A remark, and what it is subject: `Discord`, `Stripe` … */
export interface CheckResult extends CheckRemark {
	readonly subject: string;
}

/** One thing to look at. It changes nothing. */
export interface Check {
	readonly subject: string;
	/** What it means where the look itself fails, or gets no answer in time. */
	readonly severityOnFailure: Exclude<CheckVerdict, 'ok'>;
	/** @throws an error in the operator's words */
	run(): Promise<readonly CheckRemark[]>;
}

/** Makes all checks side by side, each within a few seconds. Never fails. What two of them say in the same words is said once. */
export async function runChecks(checks: readonly Check[]): Promise<readonly CheckResult[]> {
	const looked = await Promise.all(
		checks.map(async ({ subject, severityOnFailure, run }): Promise<readonly CheckResult[]> => {
			const told = await probe(subject, run);
			return told.ok
				? told.value.map((remark) => ({ subject, ...remark }))
				: [{ subject, verdict: severityOnFailure, message: told.error }];
		})
	);
	const said = new Set<string>();
	return looked.flat().filter(({ subject, message }) => {
		const line = `${subject} ${message}`;
		return !said.has(line) && said.add(line);
	});
}

/** What the guild's problems mean. */
export function guildRemarks(problems: readonly GuildProblem[]): readonly CheckRemark[] {
	return problems.map(({ blocks, message }) => ({ verdict: blocks === 'runs' ? 'blocking' : 'error', message }));
}

const SKEW_WARNING_MS = 60_000;
/** A grace period, a hold on an hour, a pause: by then they are plainly wrong. */
const SKEW_ERROR_MS = 300_000;

/** Compares this machine's clock with another's. @param who - as in "the clock of Stripe" */
export function clockRemark(who: string, theirs: Date, ours: Date): CheckRemark {
	const off = Math.abs(theirs.getTime() - ours.getTime());
	if (off < SKEW_WARNING_MS) return { verdict: 'ok', message: `The clock agrees with ${who}.` };
	const way = ours > theirs ? 'ahead of' : 'behind';
	return {
		verdict: off < SKEW_ERROR_MS ? 'warning' : 'error',
		message: `This machine's clock is ${Math.round(off / 1000)} seconds ${way} ${who}. Grace periods and the schedule go by it: switch on time synchronisation (NTP).`
	};
}

/** When a run over everybody last read everything. */
export async function lastRunRemark(
	book: { lastSuccessAt(): Promise<Date | null>; installedAt(now: Date): Promise<Date> } & Pick<
		PauseStore,
		'currentPause' | 'lastPauseEnd'
	>,
	{ paused }: Pick<DailySettings, 'paused'>,
	now: Date,
	inWords: (moment: Date) => string
): Promise<CheckRemark> {
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
			message: `No run has succeeded since ${inWords(since)}. Put right what is wrong here, then use \`/reconcile run\`.`
		};
	if (lastSuccess === null) return { verdict: 'ok', message: 'No run has succeeded yet: /reconcile run makes the first.' };
	return { verdict: 'ok', message: `The last that read everything was at ${inWords(lastSuccess)}.` };
}
