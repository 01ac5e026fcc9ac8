import { type ProbeResult, probe } from '../../async/probe.js';
import type { ChangeService } from '../changes/service.js';
import type { ChangeStatus } from '../changes/store.js';
import type { BulkScope } from '../domain/hold.js';
import type { MoneyTotals } from '../domain/money.js';
import type { Channel } from '../domain/notification.js';
import type { Onboarding, OnboardingEnd } from '../domain/onboarding.js';
import type { Ports } from '../domain/ports.js';
import type { RuleChange } from '../domain/rule-change.js';
import type { IssueStore } from '../fixes/bulk-plan.js';
import type { RunHistoryStore, RunSummary } from '../runs/history.js';
import type { DailySettings } from '../schedule/daily.js';
import { nextRun } from '../schedule/next-run.js';
import type { Pause, PauseStore } from '../schedule/pause.js';
import type { Verdict } from './readiness.js';

/** A notification that has not been delivered yet. */
export interface Undelivered {
	readonly channel: Channel;
	/** As `OutboxMessage.subject`. */
	readonly subject: string;
	readonly since: Date;
	/** Failed attempts. */
	readonly tries: number;
	/** Why the last attempt failed, as shown to the operator. */
	readonly lastError: string | null;
	readonly nextTryAt: Date;
}

export interface StatusStore extends RunHistoryStore, Pick<IssueStore, 'newestReading'> {
	/** The newest full run that succeeded. */
	lastSuccess(): Promise<RunSummary | null>;
	/** The newest run over the members that a change may concern, whatever it found. */
	lastTargeted(): Promise<RunSummary | null>;
	openByKind(): Promise<readonly OpenKind[]>;
	/** The money that the open issues are about. */
	openMoney(): Promise<MoneyTotals>;
	/** The pending verification; null if there is none. */
	pendingVerification(): Promise<{ readonly dueAt: Date; readonly fixes: number } | null>;
	undelivered(): Promise<readonly Undelivered[]>;
	countExemptions(now: Date): Promise<number>;
	/** @throws an error if the database does not answer, or cannot store anything */
	ping(): Promise<void>;
}

export interface OpenKind {
	readonly kind: Exclude<BulkScope, 'all'>;
	readonly many: number;
	/** When the oldest was first found. */
	readonly oldest: Date;
}

/** Whether a source works now. */
export interface Health {
	readonly source: 'stripe' | 'discord' | 'database';
	/** What is wrong, as shown to the operator; empty if nothing is. */
	readonly problems: readonly string[];
	/** More about a source that works. */
	readonly note: string | null;
}

export interface Status {
	readonly daily: DailySettings;
	/** Null while the schedule is paused without an end. */
	readonly nextRunAt: ProbeResult<Date | null>;
	readonly pause: ProbeResult<Pause | null>;
	readonly lastRun: ProbeResult<RunSummary | null>;
	readonly lastSuccess: ProbeResult<RunSummary | null>;
	/** The newest run over the members that a change may concern. */
	readonly lastTargeted: ProbeResult<RunSummary | null>;
	readonly open: ProbeResult<readonly OpenKind[]>;
	/** The money that the open issues are about. */
	readonly money: ProbeResult<MoneyTotals>;
	readonly verification: ProbeResult<{ readonly dueAt: Date; readonly fixes: number } | null>;
	readonly undelivered: ProbeResult<readonly Undelivered[]>;
	readonly exemptions: ProbeResult<number>;
	/** How current the comparison is; null if only full runs find drift. */
	readonly changes: ProbeResult<ChangeStatus | null>;
	/** Rules that no operator has accepted; null if there are none. */
	readonly ruleChange: ProbeResult<RuleChange | null>;
	/** Setup that is not finished, or that an operator has ended; null if neither. */
	readonly onboarding: ProbeResult<Onboarding | OnboardingEnd | null>;
	/** Whether automatic fixes can be switched on; null if they are on, or that takes too long to find out. */
	readonly readiness: ProbeResult<Verdict | null>;
	readonly health: readonly Health[];
}

const SOURCE_NAMES: Readonly<Record<Health['source'], string>> = { stripe: 'Stripe', discord: 'Discord', database: 'The database' };

const NEEDS_DATABASE = 'Could not be checked: the list of managed roles is in the database.';

/** Reads everything concurrently, each with a timeout of a few seconds. A failure becomes a reason in the result. */
export async function readStatus(
	ports: Ports,
	store: StatusStore,
	pauses: PauseStore,
	changes: Pick<ChangeService, 'status'>,
	daily: DailySettings,
	readVerdict: () => Promise<Verdict | null>
): Promise<Status> {
	const now = ports.now();
	const probeDatabase = <T>(read: () => Promise<T>) => probe(SOURCE_NAMES.database, read);
	const pausePromise = probeDatabase(() => pauses.currentPause(now));
	const [
		nextRunAt,
		pause,
		lastRun,
		lastSuccess,
		lastTargeted,
		open,
		money,
		verification,
		undelivered,
		exemptions,
		changed,
		ruleChange,
		onboarding,
		readiness,
		health
	] = await Promise.all([
		probeDatabase(async () => nextRun(ports, pauses, daily, unwrap(await pausePromise), now)),
		pausePromise,
		probeDatabase(async () => (await store.recentRuns({ since: new Date(0), skip: 0, take: 1 }))[0] ?? null),
		probeDatabase(() => store.lastSuccess()),
		probeDatabase(() => store.lastTargeted()),
		probeDatabase(() => store.openByKind()),
		probeDatabase(() => store.openMoney()),
		probeDatabase(() => store.pendingVerification()),
		probeDatabase(() => store.undelivered()),
		probeDatabase(() => store.countExemptions(now)),
		probeDatabase(() => changes.status()),
		probeDatabase(async () => (await store.newestReading())?.ruleChange ?? null),
		probeDatabase(async () => (await ports.ledger.currentOnboarding()) ?? (await ports.ledger.onboardingEnd())),
		probeDatabase(readVerdict),
		readHealth(ports, store)
	]);
	return {
		daily,
		nextRunAt,
		pause,
		lastRun,
		lastSuccess,
		lastTargeted,
		open,
		money,
		verification,
		undelivered,
		exemptions,
		changes: changed,
		ruleChange,
		onboarding,
		readiness,
		health
	};
}

async function readHealth({ billing, guild }: Ports, store: StatusStore): Promise<Health[]> {
	const [stripe, discord, database] = await Promise.all([
		probe(SOURCE_NAMES.stripe, () => billing.ping()),
		probe(SOURCE_NAMES.discord, () => guild.problems()),
		probe(SOURCE_NAMES.database, () => store.ping())
	]);
	return [
		stripe.ok
			? { source: 'stripe', problems: [], note: stripe.value.livemode ? 'live data' : 'test data' }
			: { source: 'stripe', problems: [stripe.error], note: null },
		// A database failure must not be reported as Discord's.
		{
			source: 'discord',
			problems: discord.ok ? discord.value.map(({ message }) => message) : [database.ok ? discord.error : NEEDS_DATABASE],
			note: null
		},
		{ source: 'database', problems: database.ok ? [] : [database.error], note: null }
	];
}

/** @throws an error with the reason if there is no value */
function unwrap<T>(result: ProbeResult<T>): T {
	if (!result.ok) throw new Error(result.error);
	return result.value;
}
