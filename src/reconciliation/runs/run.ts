import { randomUUID } from 'node:crypto';
import { type Heartbeat, startHeartbeat } from '../../async/heartbeat.js';
import { withDeadline } from '../../async/timeout.js';
import type { Snapshot } from '../detection/detect.js';
import { compareWithLast } from '../detection/news.js';
import { planHash } from '../detection/role-plan.js';
import type { Detection } from '../domain/detection.js';
import type { DriftIssue, OpenIssue } from '../domain/issue.js';
import type { News } from '../domain/news.js';
import { type Ledger, type OnProgress, type Ports, type RunStart, SourceError } from '../domain/ports.js';
import {
	isFullRun,
	type Progress,
	type ReconciliationOptions,
	type ReconciliationResult,
	type RunSettings,
	type Touched,
	type Verified
} from '../domain/run.js';
import { baselineOf, checkPayerDrop } from '../fixes/safety.js';
import { autoFix, fixable } from './auto-fix.js';
import { compare } from './compare.js';

/** Another run has the guild's lease. */
export class RunInProgressError extends Error {
	public constructor() {
		super('A reconciliation is already running.');
		this.name = 'RunInProgressError';
	}
}

/** The run was not done by its deadline. `message`: what it was doing, and what to do, for operators. */
class RunDeadlineError extends Error {
	public override readonly name = 'RunDeadlineError';
}

/** Lifetime of a run's lease without a renewal: how long a crashed process blocks the next run. */
const LEASE_SECONDS = 30;

/** How long other runs wait for a targeted one, and how often they look. */
const MAX_LEASE_WAIT_MS = 60_000;
const LEASE_RETRY_MS = 500;

/** Reading a million subscriptions takes 9 minutes, and 3,000 automatic fixes an hour or two. */
const DEADLINE_HOURS = 4;

/** The steps that a verification adds to a run. */
export interface VerificationHooks {
	/** Called under the lease: false if another process has verified meanwhile. */
	isDue(): Promise<boolean>;
	/** Called before anything is read: later fixes belong to the next verification. */
	begin(runId: string): Promise<void>;
	/** Compares the fixes with the findings. */
	verify(runId: string, snapshot: Snapshot, detection: Detection): Promise<Verified>;
}

/**
 * Compares all members with their entitlements, stores and reports the findings, and fixes them if the settings say so. If a source
 * cannot be read completely the run is FAILED: it finds and fixes nothing, and its report says why. A verification fixes nothing. A run
 * that is not done by its deadline fails and frees its lease; fixes stored by then stay.
 * @param verification - given for a verification
 * @returns null if the scheduled day has already had its run, or the verification has already been done
 * @throws {RunInProgressError} if this or another process is running one
 */
export async function runReconciliation(
	ports: Ports,
	settings: RunSettings,
	options: ReconciliationOptions = {},
	verification: VerificationHooks | null = null
): Promise<ReconciliationResult | null> {
	const result = await runUnderLease(ports, settings, options, verification);
	// After the lease is released: a slow mail server must not delay the next run. The notification is already in the outbox.
	if (result !== null) await ports.notifier.report(result).catch(ports.onUnexpectedError);
	return result;
}

async function runUnderLease(
	ports: Ports,
	settings: RunSettings,
	options: ReconciliationOptions,
	verification: VerificationHooks | null
): Promise<ReconciliationResult | null> {
	const { ledger } = ports;
	const holder = randomUUID();
	if (!(await acquireLease(ports, holder, options.triggeredBy !== 'targeted'))) throw new RunInProgressError();
	const lease = startHeartbeat(() => ledger.renewLease(holder, LEASE_SECONDS), LEASE_SECONDS);
	try {
		await failUnfinishedRuns(ports);
		if (verification !== null && !(await verification.isDue())) return null;
		const isVerificationRun = options.isVerificationRerun ?? false;
		const start = {
			startedAt: ports.now(),
			triggeredBy: options.triggeredBy ?? 'manual',
			requestedBy: options.requestedBy ?? null,
			isVerificationRun,
			autoFixEnabled: (options.autoFix ?? settings.autoFix) && !isVerificationRun,
			scheduledDay: options.scheduledDay ?? null,
			onlyMember: options.onlyMember ?? null,
			onlyMembers: options.touched?.discordIds ?? null
		} as const;
		const runId = await ledger.startRun(start);
		if (runId === null) return null;
		options.onStarted?.(runId);
		const outcome = await compareAndFix(ports, settings, { ...start, runId, verification }, lease, options);
		const { scheduledDay: _, ...run } = start;
		return { runId, ...run, completedAt: ports.now(), ...outcome };
	} finally {
		lease.stop();
		// If the database is down, the lease expires by itself.
		await ledger.releaseLease(holder).catch(ports.onUnexpectedError);
	}
}

/**
 * Acquires the guild's lease.
 * @param waits - for a targeted run, which takes seconds and whose report the operator may never see
 */
async function acquireLease({ ledger, sleep, shouldContinue }: Ports, holder: string, waits: boolean): Promise<boolean> {
	for (let waited = 0; ; waited += LEASE_RETRY_MS) {
		if (await ledger.acquireLease(holder, LEASE_SECONDS)) return true;
		if (!waits || waited >= MAX_LEASE_WAIT_MS || !shouldContinue() || (await ledger.unfinishedRun()) !== 'targeted') return false;
		await sleep(LEASE_RETRY_MS);
	}
}

/** Marks the runs of stopped processes as failed and reports them. The caller holds the lease. */
async function failUnfinishedRuns({ ledger, notifier, now }: Ports): Promise<void> {
	const channels = notifier.channels({
		...FAILED_OUTCOME,
		issuesFixed: 0,
		triggeredBy: 'scheduled',
		startedAt: now(),
		isVerificationRun: false,
		onlyMember: null
	});
	await ledger.failAbandonedRuns('Reeve was stopped during this run.', now(), channels);
}

/** The same without waiting for the next run, which may be a day away. */
export async function failAbandonedRuns(ports: Ports): Promise<void> {
	const { ledger } = ports;
	const holder = randomUUID();
	if ((await ledger.unfinishedRun()) === null || !(await ledger.acquireLease(holder, LEASE_SECONDS))) return;
	try {
		await failUnfinishedRuns(ports);
	} finally {
		await ledger.releaseLease(holder);
	}
}

type Outcome = Pick<
	ReconciliationResult,
	| 'status'
	| 'membersChecked'
	| 'teamsChecked'
	| 'issuesFound'
	| 'issuesFixed'
	| 'issues'
	| 'postponed'
	| 'notices'
	| 'hold'
	| 'ruleChange'
	| 'onboarding'
	| 'news'
	| 'failure'
	| 'verified'
> &
	Partial<Pick<ReconciliationResult, 'onlyMembers'>>;

interface RunContext {
	readonly run: RunStart & { readonly runId: string };
	readonly verification: VerificationHooks | null;
	readonly lease: Heartbeat;
	readonly onProgress: OnProgress;
	readonly mayFix: () => Promise<boolean>;
	readonly touched: Touched | null;
	/** Issues fixed so far: also counted if the run fails. */
	readonly fixed: { count: number };
}

/** Ends the run in the database: completed, or failed with the reason. */
async function compareAndFix(
	ports: Ports,
	settings: RunSettings,
	{ verification, ...run }: RunStart & { readonly runId: string; readonly verification: VerificationHooks | null },
	lease: Heartbeat,
	{
		onProgress = () => {},
		mayFix = async () => true,
		touched = null
	}: Pick<ReconciliationOptions, 'onProgress' | 'mayFix'> & { readonly touched?: Touched | null }
): Promise<Outcome> {
	const { ledger, notifier } = ports;
	const { runId, triggeredBy, startedAt, onlyMember } = run;
	const fixed = { count: 0 };
	const phases = trackPhases(onProgress);
	const context = { run, verification, lease, onProgress: phases.onProgress, mayFix, touched, fixed };
	try {
		return await withDeadline(DEADLINE_HOURS * 3_600_000, complete(ports, settings, context), () => {
			// What still goes on finds the lease lost, and changes nothing more.
			lease.stop();
			const message = `This run was not done after ${DEADLINE_HOURS} hours, so Reeve stopped it: it was still ${phases.current()}. Run it again; if that takes as long, use \`/reconcile doctor\`.`;
			return new RunDeadlineError(message);
		});
	} catch (error) {
		const isReadable = error instanceof SourceError || error instanceof RunDeadlineError;
		if (!isReadable) ports.onUnexpectedError(error);
		const failure = isReadable ? error.message : `Internal error: ${error instanceof Error ? error.message : String(error)}`;
		// If the database is down, the next run marks this one as failed; the operators are notified now.
		const outcome: Outcome = { ...FAILED_OUTCOME, issuesFixed: fixed.count, failure };
		const channels = notifier.channels({ ...outcome, triggeredBy, startedAt, isVerificationRun: verification !== null, onlyMember });
		await ledger.failRun(runId, { reason: failure, issuesFixed: fixed.count, at: ports.now(), channels }).catch(ports.onUnexpectedError);
		return outcome;
	}
}

async function complete(
	ports: Ports,
	settings: RunSettings,
	{ run, verification, lease, onProgress, mayFix, touched, fixed }: RunContext
): Promise<Outcome> {
	const { ledger, notifier } = ports;
	const { runId, triggeredBy, startedAt, onlyMember, autoFixEnabled } = run;
	const shouldContinue = () => {
		assertLeaseHeld(lease);
		return ports.shouldContinue() && mayFix();
	};
	await verification?.begin(runId);
	await assertCanRun(ports, autoFixEnabled);
	const lastGood = await ledger.lastGoodRun();
	const { snapshot, unaccepted, ...compared } = await compare(ports, settings, {
		startedAt,
		onlyMember,
		touched,
		lastGood,
		onProgress,
		onPayers: (payers, isEnough) => ledger.recordPayers(runId, payers, isEnough),
		keepSnapshot: verification !== null
	});
	const { detection, onlyMembers, ruleChange, onboarding, comparablePayers } = compared;
	const baseline = baselineOf(lastGood, {
		livemode: compared.livemode,
		hasSubscriptions: onlyMembers !== null || compared.subscriptionsRead > 0
	});
	// How many members hold a role, only a full run sees; how many customers pay, every one that has read all of Stripe.
	const comparable = {
		roleHolders: isFullRun({ onlyMember, onlyMembers }) ? detection.roleHolders : (lastGood?.roleHolders ?? detection.roleHolders),
		payingCustomers: comparablePayers ?? lastGood?.payingCustomers ?? 0
	};
	assertLeaseHeld(lease);
	const issues = await ledger.recordFindings(runId, { ...compared, at: startedAt, onlyMember });
	const isReport = isFullRun({ onlyMember, onlyMembers }) && (triggeredBy === 'scheduled' || triggeredBy === 'manual');
	const news = isReport ? await findNews(ledger, issues, triggeredBy) : null;
	// The embedded database runs one statement at a time: storing many findings can delay the heartbeat's renewals.
	await lease.renew();
	// How much is linked and mapped, the newest full run knows.
	const currentOnboarding = isFullRun({ onlyMember, onlyMembers }) ? onboarding : await ledger.currentOnboarding();
	const isOnboarding = currentOnboarding !== null;
	const hold = autoFixEnabled
		? await autoFix(
				ports,
				settings,
				{ ...run, issues, comparable, baseline, unaccepted, isOnboarding },
				{ fixed, onProgress, shouldContinue }
			)
		: checkPayerDrop(fixable(issues, settings), comparable, baseline);
	const verified = verification === null || snapshot === null ? null : await verification.verify(runId, snapshot, detection);
	const outcome: Outcome = {
		status: 'COMPLETED',
		onlyMembers,
		membersChecked: detection.membersChecked,
		teamsChecked: detection.teamsChecked,
		issuesFound: issues.length,
		issuesFixed: fixed.count,
		issues,
		postponed: postponed(issues, detection.issues),
		notices: detection.notices,
		hold,
		ruleChange,
		// Of some members: that of the newest full run, so that nothing is reported of them.
		onboarding: onlyMembers === null ? onboarding : currentOnboarding,
		news,
		failure: null,
		verified
	};
	const channels = notifier.channels({ ...outcome, triggeredBy, startedAt, isVerificationRun: verification !== null, onlyMember });
	assertLeaseHeld(lease);
	await ledger.completeRun(runId, { issuesFixed: fixed.count, hold, at: ports.now(), news, verified, channels });
	return outcome;
}

/**
 * What has changed since the last report. A daily run is compared with the one before, so that its reader misses nothing that a manual or
 * targeted run has found since; a manual one with the last report of any kind, which its reader has seen or could have.
 */
async function findNews(
	ledger: Pick<Ledger, 'lastReported' | 'countSettledSince'>,
	issues: readonly OpenIssue[],
	triggeredBy: 'scheduled' | 'manual'
): Promise<News> {
	const last = await ledger.lastReported(triggeredBy === 'scheduled');
	const settled = last === null ? { fixed: 0, undone: 0, ignored: 0, gone: 0 } : await ledger.countSettledSince(last);
	return compareWithLast(issues, last, settled);
}

/** The members whose drift is not what is stored of them: their roles are being changed, or were since the run began. */
function postponed(stored: readonly OpenIssue[], found: readonly DriftIssue[]): readonly string[] {
	const plans = new Map(stored.map((issue) => [issue.discordId, issue.planHash]));
	return found.flatMap((drift) => (plans.get(drift.discordId) === planHash(drift) ? [] : [drift.discordId]));
}

const PHASES = {
	stripe: 'reading Stripe',
	invoices: 'reading Stripe',
	discord: 'listing the members in Discord',
	database: 'reading the database',
	fix: 'fixing'
} as const satisfies Record<Progress['source'], string>;

/** Notes what a run is doing, from its progress. */
function trackPhases(onProgress: OnProgress): { readonly onProgress: OnProgress; readonly current: () => string } {
	const unfinished = new Set<Progress['source']>(['stripe', 'discord', 'database']);
	return {
		onProgress: (progress) => {
			if (progress.finished) unfinished.delete(progress.source);
			else unfinished.add(progress.source);
			onProgress(progress);
		},
		current: () => [...new Set([...unfinished].map((source) => PHASES[source]))].join(' and ') || 'comparing'
	};
}

/** Preflight: refuses a run whose findings would be unreliable, or that is to fix issues but may not change roles. */
async function assertCanRun({ guild }: Ports, autoFixEnabled: boolean): Promise<void> {
	const problems = (await guild.problems()).filter(({ blocks }) => blocks === 'runs' || autoFixEnabled);
	if (problems.length > 0) throw new SourceError('discord', problems.map(({ message }) => message).join('\n'));
}

const FAILED_OUTCOME = {
	status: 'FAILED',
	membersChecked: 0,
	teamsChecked: 0,
	issuesFound: 0,
	issues: [],
	notices: null,
	hold: null,
	verified: null
} as const;

function assertLeaseHeld(lease: Heartbeat): void {
	if (!lease.isHeld())
		throw new SourceError(
			'database',
			'The database did not answer for so long that the run lost its lease. Nothing more was changed; run it again.'
		);
}
