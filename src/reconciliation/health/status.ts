import { type ProbeResult, probe } from '../../async/probe.js';
import type { DriftType } from '../domain/issue.js';
import type { Ports } from '../domain/ports.js';
import type { RunHistoryStore, RunSummary } from '../runs/history.js';
import type { DailySettings } from '../schedule/daily.js';
import { nextRun } from '../schedule/next-run.js';
import type { Pause, PauseStore } from '../schedule/pause.js';

/** How things stand, for an operator who asks. */

/** Something that the operators have not been told yet. */
export interface Undelivered {
	readonly channel: 'report' | 'mail';
	/** `run:<run ID>`, `hold:<hold ID>`, or `overdue:<moment>`. */
	readonly subject: string;
	readonly since: Date;
	readonly tries: number;
	/** Why the last try failed, in the operator's words. */
	readonly lastError: string | null;
	readonly nextTryAt: Date;
}

/** What the database tells of how things stand. */
export interface StatusStore extends RunHistoryStore {
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
	readonly nextRunAt: ProbeResult<Date | null>;
	readonly pause: ProbeResult<Pause | null>;
	readonly lastRun: ProbeResult<RunSummary | null>;
	readonly lastSuccess: ProbeResult<RunSummary | null>;
	readonly open: ProbeResult<readonly OpenKind[]>;
	readonly verification: ProbeResult<{ readonly dueAt: Date; readonly fixes: number } | null>;
	readonly undelivered: ProbeResult<readonly Undelivered[]>;
	readonly exemptions: ProbeResult<number>;
	readonly health: readonly Health[];
}

const SOURCE_NAMES: Readonly<Record<Health['source'], string>> = { stripe: 'Stripe', discord: 'Discord', database: 'The database' };

const NEEDS_DATABASE = 'Could not be checked: which roles Reeve manages is in the database.';

/** Reads how things stand. Everything is asked side by side, each for a few seconds at most, and a failure is an answer. */
export async function readStatus(ports: Ports, book: StatusStore, pauses: PauseStore, daily: DailySettings): Promise<Status> {
	const now = ports.now();
	const asked = <T>(ask: () => Promise<T>) => probe(SOURCE_NAMES.database, ask);
	const pausing = asked(() => pauses.currentPause(now));
	const [nextRunAt, pause, lastRun, lastSuccess, open, verification, undelivered, exemptions, health] = await Promise.all([
		asked(async () => nextRun(ports, pauses, daily, needed(await pausing), now)),
		pausing,
		asked(async () => (await book.recentRuns({ since: new Date(0), skip: 0, take: 1 }))[0] ?? null),
		asked(() => book.lastSuccess()),
		asked(() => book.openByKind()),
		asked(() => book.pendingVerification()),
		asked(() => book.undelivered()),
		asked(() => book.countExemptions(now)),
		readHealth(ports, book)
	]);
	return { daily, nextRunAt, pause, lastRun, lastSuccess, open, verification, undelivered, exemptions, health };
}

async function readHealth({ billing, guild }: Ports, book: StatusStore): Promise<Health[]> {
	const [stripe, discord, database] = await Promise.all([
		probe(SOURCE_NAMES.stripe, () => billing.ping()),
		probe(SOURCE_NAMES.discord, () => guild.problems()),
		probe(SOURCE_NAMES.database, () => book.ping())
	]);
	return [
		stripe.ok
			? { source: 'stripe', problems: [], note: stripe.value.livemode ? 'live data' : 'test data' }
			: { source: 'stripe', problems: [stripe.error], note: null },
		// What is the database's trouble must not be told as Discord's.
		{
			source: 'discord',
			problems: discord.ok ? discord.value.map(({ message }) => message) : [database.ok ? discord.error : NEEDS_DATABASE],
			note: null
		},
		{ source: 'database', problems: database.ok ? [] : [database.error], note: null }
	];
}

/** @throws why it is not known */
function needed<T>(told: ProbeResult<T>): T {
	if (!told.ok) throw new Error(told.error);
	return told.value;
}
