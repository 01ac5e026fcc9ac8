import { randomUUID } from 'node:crypto';
import { runCooperatively } from '../../async/cooperative.js';
import { type Heartbeat, startHeartbeat } from '../../async/heartbeat.js';
import {
	analyzeLinks,
	detectCooperatively,
	type LinkAnalysis,
	type Snapshot,
	unlinkedHolders,
	withExtraCustomers
} from '../detection/detect.js';
import type { BillingSnapshot, Customer } from '../domain/billing.js';
import type { Detection } from '../domain/detection.js';
import type { Roster } from '../domain/guild.js';
import type { Links } from '../domain/links.js';
import { type LastGoodRun, type OnProgress, type Ports, type RunStart, SourceError } from '../domain/ports.js';
import type { ReconciliationOptions, ReconciliationResult, RunSettings, Verified } from '../domain/run.js';
import { checkPayerDrop, plausibilityProblem } from '../fixes/safety.js';
import { autoFix } from './auto-fix.js';

/** Another run has the guild's lease. */
export class RunInProgressError extends Error {
	public constructor() {
		super('A reconciliation is running already.');
		this.name = 'RunInProgressError';
	}
}

/** How long a run's lease outlives a process that died with it. */
const LEASE_SECONDS = 30;

/** What makes a run a verification. */
export interface VerificationHooks {
	/** Asked once the run has its lease: whether another process has not done it meanwhile. */
	isDue(): Promise<boolean>;
	/** Called before anything is read: fixes from now on are the next verification's. */
	begin(runId: string): Promise<void>;
	/** Compares the fixes with what was found. */
	verify(runId: string, picture: Snapshot, detection: Detection): Promise<Verified>;
}

/**
 * Compares everything, stores and reports what it finds, and, if the settings say so, fixes it. A source that could not be
 * read wholly makes the run FAILED: no issue, no fix, and a report that says why. A verification only looks.
 * @param looking - given for a verification
 * @returns null if the scheduled day has had its run already, or the verification has been done
 * @throws {RunInProgressError} if a run is under way in this or another process
 */
export async function runReconciliation(
	ports: Ports,
	settings: RunSettings,
	options: ReconciliationOptions = {},
	looking: VerificationHooks | null = null
): Promise<ReconciliationResult | null> {
	const result = await runUnderLease(ports, settings, options, looking);
	// What is to be told is stored: a mail server that does not answer must not keep the next run waiting.
	if (result !== null) await ports.notifier.report(result).catch(ports.onUnexpectedError);
	return result;
}

async function runUnderLease(
	ports: Ports,
	settings: RunSettings,
	options: ReconciliationOptions,
	looking: VerificationHooks | null
): Promise<ReconciliationResult | null> {
	const { ledger } = ports;
	const holder = randomUUID();
	if (!(await ledger.acquireLease(holder, LEASE_SECONDS))) throw new RunInProgressError();
	const lease = startHeartbeat(() => ledger.renewLease(holder, LEASE_SECONDS), LEASE_SECONDS);
	try {
		await failUnfinishedRuns(ports);
		if (looking !== null && !(await looking.isDue())) return null;
		const onlyLooks = options.isVerificationRerun ?? false;
		const start = {
			startedAt: ports.now(),
			triggeredBy: options.triggeredBy ?? 'manual',
			requestedBy: options.requestedBy ?? null,
			isVerificationRun: onlyLooks,
			autoFixEnabled: (options.autoFix ?? settings.autoFix) && !onlyLooks,
			scheduledDay: options.scheduledDay ?? null,
			onlyMember: options.onlyMember ?? null
		} as const;
		const runId = await ledger.startRun(start);
		if (runId === null) return null;
		const outcome = await compareAndFix(ports, settings, { ...start, runId, looking }, lease, options);
		const { scheduledDay: _, ...told } = start;
		return { runId, ...told, completedAt: ports.now(), ...outcome };
	} finally {
		lease.stop();
		// A database that is away lets the lease expire by itself.
		await ledger.releaseLease(holder).catch(ports.onUnexpectedError);
	}
}

/** Ends what a stopped process left running: it has failed, and the operators hear so. */
async function failUnfinishedRuns({ ledger, notifier, now }: Ports): Promise<void> {
	const channels = notifier.channels({ ...FAILED_OUTCOME, isVerificationRun: false, onlyMember: null });
	await ledger.failAbandonedRuns('Reeve was stopped in the middle of it.', now(), channels);
}

/** The same without a run: nobody may run anything for a day, and the operators wait for the report. */
export async function failAbandonedRuns(ports: Ports): Promise<void> {
	const { ledger } = ports;
	const holder = randomUUID();
	if (!(await ledger.hasUnfinishedRun()) || !(await ledger.acquireLease(holder, LEASE_SECONDS))) return;
	try {
		await failUnfinishedRuns(ports);
	} finally {
		await ledger.releaseLease(holder);
	}
}

type Outcome = Pick<
	ReconciliationResult,
	'status' | 'membersChecked' | 'teamsChecked' | 'issuesFound' | 'issuesFixed' | 'issues' | 'notices' | 'hold' | 'failure' | 'verified'
>;

async function compareAndFix(
	ports: Ports,
	settings: RunSettings,
	{ looking, ...run }: RunStart & { readonly runId: string; readonly looking: VerificationHooks | null },
	lease: Heartbeat,
	{ onProgress = () => {}, mayFix = async () => true }: Pick<ReconciliationOptions, 'onProgress' | 'mayFix'>
): Promise<Outcome> {
	const { ledger, notifier } = ports;
	const { runId, startedAt, onlyMember, autoFixEnabled } = run;
	const fixed = { count: 0 };
	const shouldContinue = () => {
		assertLeaseHeld(lease);
		return ports.shouldContinue() && mayFix();
	};
	const kind = { isVerificationRun: looking !== null, onlyMember };
	try {
		await looking?.begin(runId);
		await assertCanRun(ports, autoFixEnabled);
		const lastGood = await ledger.lastGoodRun();
		const { detection, livemode, subscriptionsRead, picture } = await compare(ports, settings, {
			startedAt,
			onlyMember,
			lastGood,
			onProgress,
			keepsPicture: looking !== null
		});
		assertLeaseHeld(lease);
		const issues = await ledger.recordFindings(runId, { detection, livemode, subscriptionsRead, at: startedAt, onlyMember });
		// The embedded database does one thing at a time: what is very much to store keeps renewals waiting.
		await lease.renew();
		const hold = autoFixEnabled
			? await autoFix(ports, settings, { ...run, issues, detection, lastGood }, { fixed, onProgress, shouldContinue })
			: checkPayerDrop(issues, detection, lastGood);
		const verified = looking === null || picture === null ? null : await looking.verify(runId, picture, detection);
		const outcome: Outcome = {
			status: 'COMPLETED',
			membersChecked: detection.membersChecked,
			teamsChecked: detection.teamsChecked,
			issuesFound: issues.length,
			issuesFixed: fixed.count,
			issues,
			notices: detection.notices,
			hold,
			failure: null,
			verified
		};
		const channels = notifier.channels({ ...outcome, ...kind });
		await ledger.completeRun(runId, { issuesFixed: fixed.count, hold, at: ports.now(), verified, channels });
		return outcome;
	} catch (error) {
		if (!(error instanceof SourceError)) ports.onUnexpectedError(error);
		const failure =
			error instanceof SourceError
				? error.message
				: `Reeve met an error of its own: ${error instanceof Error ? error.message : String(error)}`;
		// Where it is the database that is away, the run's row is marked by the next run; the operators hear of it now.
		const outcome: Outcome = { ...FAILED_OUTCOME, issuesFixed: fixed.count, failure };
		const channels = notifier.channels({ ...outcome, ...kind });
		await ledger.failRun(runId, { reason: failure, issuesFixed: fixed.count, at: ports.now(), channels }).catch(ports.onUnexpectedError);
		return outcome;
	}
}

/**
 * Reads everything and compares it.
 * @param options.keepsPicture - whether what was read is needed further on: it may be a million people, and is let go of otherwise
 * @throws {SourceError}
 */
async function compare(
	ports: Ports,
	settings: RunSettings,
	{
		startedAt,
		onlyMember,
		lastGood,
		onProgress,
		keepsPicture
	}: {
		readonly startedAt: Date;
		readonly onlyMember: string | null;
		readonly lastGood: LastGoodRun | null;
		readonly onProgress: OnProgress;
		readonly keepsPicture: boolean;
	}
) {
	const read = await readAll(ports, onlyMember, onProgress);
	const wrong = plausibilityProblem(read.billing, lastGood, ports.billing.advice);
	if (wrong !== null) throw new SourceError('stripe', wrong);
	const links = await runCooperatively(analyzeLinks(read, settings.policy, startedAt));
	const { snapshot, analysis } = withExtraCustomers(read, links, await findCustomersOfUnlinkedHolders(ports, read, links));
	const changedLinks = await ports.ledger.linksChangedSince(startedAt);
	const detection = await runCooperatively(detectCooperatively({ ...snapshot, changedLinks }, analysis, settings.policy, startedAt));
	const { livemode, subscriptionsRead } = snapshot.billing;
	return { detection, livemode, subscriptionsRead, picture: keepsPicture ? snapshot : null };
}

/** A run whose findings could never be mended is not begun; nor is one that is to fix, and may not change roles. */
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

/**
 * Finds customers that name an unlinked role holder in their metadata. A customer without any subscription is missing from the list of
 * subscriptions, but still shows whose account it is.
 */
async function findCustomersOfUnlinkedHolders(
	{ billing }: Ports,
	snapshot: Snapshot,
	analysis: LinkAnalysis
): Promise<readonly Customer[]> {
	const unlinked = await runCooperatively(unlinkedHolders(snapshot, analysis));
	return unlinked.length === 0 ? [] : billing.findCustomersByDiscordIds(unlinked);
}

/**
 * Reads the three sources side by side. If one fails, the others are waited for: the lease must not be given up while they read.
 * For one person Stripe is read whole all the same: only the whole tells all that pays for somebody.
 */
async function readAll(
	ports: Ports,
	onlyMember: string | null,
	onProgress: OnProgress
): Promise<{ billing: BillingSnapshot; roster: Roster; links: Links }> {
	const [billing, roster, links] = await Promise.allSettled([
		ports.billing.readAll(onProgress),
		onlyMember === null ? ports.guild.readRoster(onProgress) : readOne(ports, onlyMember, onProgress),
		ports.ledger.readLinks(onProgress)
	]);
	if (billing.status === 'rejected') throw billing.reason;
	if (roster.status === 'rejected') throw roster.reason;
	if (links.status === 'rejected') throw links.reason;
	return { billing: billing.value, roster: roster.value, links: links.value };
}

async function readOne({ guild }: Ports, discordId: string, onProgress: OnProgress): Promise<Roster> {
	const member = await guild.readMember(discordId);
	onProgress({ source: 'discord', done: 1, total: 1, finished: true });
	return { members: new Map(member === null ? [] : [[member.id, member]]) };
}

function assertLeaseHeld(lease: Heartbeat): void {
	if (!lease.isHeld())
		throw new SourceError(
			'database',
			'The database was away for so long that the run lost its lease. Nothing more was changed; run it again.'
		);
}
