import { randomUUID } from 'node:crypto';
import { withOthers } from './accounts.js';
import { autoFix } from './auto-fix.js';
import { detectInPortions, type Overview, overview, type Picture, unlinkedHolders } from './detect.js';
import { type KeptRight, keepAlive } from './keep-alive.js';
import { type LastGoodRun, type OnProgress, type RunStart, SourceError, type World } from './ports.js';
import { checkFall, implausible } from './safety.js';
import { inTurns } from './turns.js';
import type {
	BillingSnapshot,
	Detection,
	Links,
	ReconciliationOptions,
	ReconciliationResult,
	Roster,
	RunSettings,
	Verified
} from './types.js';

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
export interface Looking {
	/** Asked once the run has its lease: whether another process has not done it meanwhile. */
	isDue(): Promise<boolean>;
	/** Called before anything is read: fixes from now on are the next verification's. */
	begin(runId: string): Promise<void>;
	/** Compares the fixes with what was found. */
	judge(runId: string, picture: Picture, detection: Detection): Promise<Verified>;
}

/**
 * Compares everything, stores and reports what it finds, and, if the settings say so, fixes it. A source that could not be
 * read wholly makes the run FAILED: no issue, no fix, and a report that says why. A verification only looks.
 * @param looking - given for a verification
 * @returns null if the scheduled day has had its run already, or the verification has been done
 * @throws {RunInProgressError} if a run is under way in this or another process
 */
export async function runReconciliation(
	world: World,
	settings: RunSettings,
	options: ReconciliationOptions = {},
	looking: Looking | null = null
): Promise<ReconciliationResult | null> {
	const result = await runUnderLease(world, settings, options, looking);
	// What is to be told is stored: a mail server that does not answer must not keep the next run waiting.
	if (result !== null) await world.notifier.report(result).catch(world.onUnforeseen);
	return result;
}

async function runUnderLease(
	world: World,
	settings: RunSettings,
	options: ReconciliationOptions,
	looking: Looking | null
): Promise<ReconciliationResult | null> {
	const { ledger } = world;
	const holder = randomUUID();
	if (!(await ledger.acquireLease(holder, LEASE_SECONDS))) throw new RunInProgressError();
	const lease = keepAlive(() => ledger.renewLease(holder, LEASE_SECONDS), LEASE_SECONDS);
	try {
		await failAbandonedRuns(world);
		if (looking !== null && !(await looking.isDue())) return null;
		const onlyLooks = options.isVerificationRerun ?? false;
		const start = {
			startedAt: world.now(),
			triggeredBy: options.triggeredBy ?? 'manual',
			requestedBy: options.requestedBy ?? null,
			isVerificationRun: onlyLooks,
			autoFixEnabled: (options.autoFix ?? settings.autoFix) && !onlyLooks,
			scheduledDay: options.scheduledDay ?? null,
			onlyMember: options.onlyMember ?? null
		} as const;
		const runId = await ledger.startRun(start);
		if (runId === null) return null;
		const outcome = await compareAndFix(world, settings, { ...start, runId, looking }, lease, options);
		const { scheduledDay: _, ...told } = start;
		return { runId, ...told, completedAt: world.now(), ...outcome };
	} finally {
		lease.stop();
		// A database that is away lets the lease expire by itself.
		await ledger.releaseLease(holder).catch(world.onUnforeseen);
	}
}

/** Ends what a stopped process left running: it has failed, and the operators hear so. */
async function failAbandonedRuns({ ledger, notifier, now }: World): Promise<void> {
	const tell = notifier.channels({ ...NOTHING_FOUND, isVerificationRun: false, onlyMember: null });
	await ledger.failAbandonedRuns('Reeve was stopped in the middle of it.', now(), tell);
}

/** The same without a run: nobody may run anything for a day, and the operators wait for the report. */
export async function settleAbandonedRuns(world: World): Promise<void> {
	const { ledger } = world;
	const holder = randomUUID();
	if (!(await ledger.hasUnfinishedRun()) || !(await ledger.acquireLease(holder, LEASE_SECONDS))) return;
	try {
		await failAbandonedRuns(world);
	} finally {
		await ledger.releaseLease(holder);
	}
}

type Outcome = Pick<
	ReconciliationResult,
	'status' | 'membersChecked' | 'teamsChecked' | 'issuesFound' | 'issuesFixed' | 'issues' | 'notices' | 'hold' | 'failure' | 'verified'
>;

async function compareAndFix(
	world: World,
	settings: RunSettings,
	{ looking, ...run }: RunStart & { readonly runId: string; readonly looking: Looking | null },
	lease: KeptRight,
	{ onProgress = () => {}, mayFix = async () => true }: Pick<ReconciliationOptions, 'onProgress' | 'mayFix'>
): Promise<Outcome> {
	const { ledger, notifier } = world;
	const { runId, startedAt, onlyMember, autoFixEnabled } = run;
	const fixed = { count: 0 };
	const goOn = () => {
		stillOurs(lease);
		return world.goOn() && mayFix();
	};
	const kind = { isVerificationRun: looking !== null, onlyMember };
	try {
		await looking?.begin(runId);
		await mustBeOfUse(world, autoFixEnabled);
		const lastGood = await ledger.lastGoodRun();
		const { detection, livemode, subscriptionsRead, picture } = await compare(world, settings, {
			startedAt,
			onlyMember,
			lastGood,
			onProgress,
			keepsPicture: looking !== null
		});
		stillOurs(lease);
		const issues = await ledger.recordFindings(runId, { detection, livemode, subscriptionsRead, at: startedAt, onlyMember });
		// The embedded database does one thing at a time: what is very much to store keeps renewals waiting.
		await lease.renew();
		const hold = autoFixEnabled
			? await autoFix(world, settings, { ...run, issues, detection, lastGood }, { fixed, onProgress, goOn })
			: checkFall(issues, detection, lastGood);
		const verified = looking === null || picture === null ? null : await looking.judge(runId, picture, detection);
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
		const tell = notifier.channels({ ...outcome, ...kind });
		await ledger.completeRun(runId, { issuesFixed: fixed.count, hold, at: world.now(), verified, tell });
		return outcome;
	} catch (error) {
		if (!(error instanceof SourceError)) world.onUnforeseen(error);
		const failure =
			error instanceof SourceError
				? error.message
				: `Reeve met an error of its own: ${error instanceof Error ? error.message : String(error)}`;
		// Where it is the database that is away, the run's row is marked by the next run; the operators hear of it now.
		const outcome: Outcome = { ...NOTHING_FOUND, issuesFixed: fixed.count, failure };
		const tell = notifier.channels({ ...outcome, ...kind });
		await ledger.failRun(runId, { reason: failure, issuesFixed: fixed.count, at: world.now(), tell }).catch(world.onUnforeseen);
		return outcome;
	}
}

/**
 * Reads everything and compares it.
 * @param options.keepsPicture - whether what was read is needed further on: it may be a million people, and is let go of otherwise
 * @throws {SourceError}
 */
async function compare(
	world: World,
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
	const picture = await readAll(world, onlyMember, onProgress);
	const wrong = implausible(picture.billing, lastGood);
	if (wrong !== null) throw new SourceError('stripe', wrong);
	const seen = await inTurns(overview(picture, settings.policy, startedAt));
	picture.billing = await withTheirCustomers(world, picture, seen);
	const changedLinks = await world.ledger.linksChangedSince(startedAt);
	const detection = await inTurns(detectInPortions({ ...picture, changedLinks }, seen, settings.policy, startedAt));
	const { livemode, subscriptionsRead } = picture.billing;
	return { detection, livemode, subscriptionsRead, picture: keepsPicture ? picture : null };
}

/** A run whose findings could never be mended is not begun; nor is one that is to fix, and may not change roles. */
async function mustBeOfUse({ guild }: World, autoFixEnabled: boolean): Promise<void> {
	const problems = (await guild.problems()).filter(({ keepsFrom }) => keepsFrom === 'runs' || autoFixEnabled);
	if (problems.length > 0) throw new SourceError('discord', problems.map(({ words }) => words).join('\n'));
}

const NOTHING_FOUND = {
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
 * Adds the customers of people who hold a role and seem to be linked to nobody: a customer without any subscription is in no
 * list of subscriptions, and yet says who they are.
 */
async function withTheirCustomers({ billing }: World, picture: Picture, seen: Overview): Promise<BillingSnapshot> {
	const unlinked = await inTurns(unlinkedHolders(picture, seen));
	if (unlinked.length === 0) return picture.billing;
	const { accounts } = picture.billing;
	const others = (await billing.customersClaimedBy(unlinked)).filter(({ id }) => !accounts.has(id));
	seen.people.add(others);
	return { ...picture.billing, accounts: withOthers(accounts, others) };
}

/**
 * Reads the three sources side by side. If one fails, the others are waited for: the lease must not be given up while they read.
 * For one person Stripe is read whole all the same: only the whole tells all that pays for somebody.
 */
async function readAll(
	world: World,
	onlyMember: string | null,
	onProgress: OnProgress
): Promise<{ billing: BillingSnapshot; roster: Roster; links: Links }> {
	const [billing, roster, links] = await Promise.allSettled([
		world.billing.readAll(onProgress),
		onlyMember === null ? world.guild.readRoster(onProgress) : readOne(world, onlyMember, onProgress),
		world.ledger.readLinks(onProgress)
	]);
	if (billing.status === 'rejected') throw billing.reason;
	if (roster.status === 'rejected') throw roster.reason;
	if (links.status === 'rejected') throw links.reason;
	return { billing: billing.value, roster: roster.value, links: links.value };
}

async function readOne({ guild }: World, discordId: string, onProgress: OnProgress): Promise<Roster> {
	const member = await guild.readMember(discordId);
	onProgress({ source: 'discord', done: 1, total: 1, finished: true });
	return { members: new Map(member === null ? [] : [[member.id, member]]) };
}

function stillOurs(lease: KeptRight): void {
	if (!lease.held())
		throw new SourceError(
			'database',
			'The database was away for so long that the run lost its lease. Nothing more was changed; run it again.'
		);
}
