import { type DailySettings, newestDoneDay } from './daily.js';
import { nextRunAt } from './next-run.js';
import type { Pause, PauseBook } from './pause.js';
import type { World } from './ports.js';
import type { DriftType, Hold, ReconciliationResult } from './types.js';

/** How things stand, for an operator who asks. */

/** A run in a list of runs. */
export interface RunSummary
	extends Pick<
		ReconciliationResult,
		'runId' | 'triggeredBy' | 'requestedBy' | 'isVerificationRun' | 'onlyMember' | 'startedAt' | 'issuesFound' | 'issuesFixed' | 'failure'
	> {
	readonly status: 'RUNNING' | 'COMPLETED' | 'FAILED';
	/** Null while it is running. */
	readonly completedAt: Date | null;
	readonly hold: Hold | null;
	readonly holdReleasedBy: string | null;
	readonly report: { readonly channelId: string; readonly messageId: string } | null;
}

/** Something that the operators have not been told yet. */
export interface Undelivered {
	readonly channel: 'report' | 'mail';
	/** `run:<run ID>`, or `overdue:<moment>`. */
	readonly subject: string;
	readonly since: Date;
	readonly tries: number;
	/** Why the last try failed, in the operator's words. */
	readonly lastError: string | null;
	readonly nextTryAt: Date;
}

/** What the database tells of how things stand. */
export interface StatusBook {
	/** The newest first. @param since - those that began then or later */
	recentRuns(page: { readonly since: Date; readonly skip: number; readonly take: number }): Promise<readonly RunSummary[]>;
	/** How many began then or later, how many of them failed, and what they found and fixed. */
	countRuns(since: Date): Promise<RunCounts>;
	/** The newest run over everybody that read everything. */
	lastSuccess(): Promise<RunSummary | null>;
	openByKind(): Promise<readonly OpenKind[]>;
	/** The verification that is pending; null if none is. */
	pendingVerification(): Promise<{ readonly dueAt: Date; readonly fixes: number } | null>;
	undelivered(): Promise<readonly Undelivered[]>;
	countExemptions(now: Date): Promise<number>;
	/** @throws if the database does not answer */
	ping(): Promise<void>;
}

export interface RunCounts {
	readonly runs: number;
	readonly failed: number;
	readonly fixed: number;
}

export interface OpenKind {
	readonly type: DriftType;
	readonly many: number;
	/** When the oldest was first seen. */
	readonly oldest: Date;
}

/** Whether a source can be used now. */
export interface Health {
	readonly source: 'stripe' | 'discord' | 'database';
	/** What is wrong, in the operator's words; empty where nothing is. */
	readonly problems: readonly string[];
	/** More about a source that is well. */
	readonly note: string | null;
}

export interface Status {
	readonly daily: DailySettings;
	/** Null while the schedule rests without an end. */
	readonly nextRunAt: Date | null;
	readonly pause: Pause | null;
	readonly lastRun: RunSummary | null;
	readonly lastSuccess: RunSummary | null;
	readonly open: readonly OpenKind[];
	readonly verification: { readonly dueAt: Date; readonly fixes: number } | null;
	readonly undelivered: readonly Undelivered[];
	readonly exemptions: number;
	readonly health: readonly Health[];
}

/** A source that has not answered by then is not well. */
const PATIENCE_MS = 5_000;

/** Reads how things stand. The sources are asked side by side, each for a few seconds at most, and their failure is an answer. */
export async function readStatus(world: World, book: StatusBook, pauses: PauseBook, daily: DailySettings): Promise<Status> {
	const now = world.now();
	const health = Promise.all([
		healthOf('stripe', async () => {
			const { livemode } = await world.billing.ping();
			return { problems: [], note: livemode ? 'live data' : 'test data' };
		}),
		healthOf('discord', async () => ({ problems: await world.guild.problems(), note: null })),
		healthOf('database', async () => {
			await book.ping();
			return { problems: [], note: null };
		})
	]);
	const pause = await pauses.currentPause(now);
	const [lastRun = null] = await book.recentRuns({ since: new Date(0), skip: 0, take: 1 });
	return {
		daily,
		pause,
		nextRunAt: await nextRun(world, pauses, daily, pause, now),
		lastRun,
		lastSuccess: await book.lastSuccess(),
		open: await book.openByKind(),
		verification: await book.pendingVerification(),
		undelivered: await book.undelivered(),
		exemptions: await book.countExemptions(now),
		health: await health
	};
}

/** When the next scheduled run is due; null while the schedule rests without an end. */
export async function nextRun(
	world: Pick<World, 'ledger'>,
	pauses: Pick<PauseBook, 'lastPauseEnd'>,
	daily: DailySettings,
	pause: Pause | null,
	now: Date
): Promise<Date | null> {
	if (daily.paused || (pause !== null && pause.until === null)) return null;
	// What falls due during the pause is not run afterwards: it counts as done at its end.
	const from = pause?.until ?? now;
	return nextRunAt(from, daily, await newestDoneDay(world, daily, pause === null ? pauses : { lastPauseEnd: async () => from }, now));
}

async function healthOf(source: Health['source'], check: () => Promise<Omit<Health, 'source'>>): Promise<Health> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<Omit<Health, 'source'>>((resolve) => {
		timer = setTimeout(() => resolve({ problems: [`No answer within ${PATIENCE_MS / 1000} seconds.`], note: null }), PATIENCE_MS);
	});
	try {
		return { source, ...(await Promise.race([check(), late])) };
	} catch (error) {
		return { source, problems: [error instanceof Error ? error.message : String(error)], note: null };
	} finally {
		clearTimeout(timer);
	}
}
