import { diffRoles, planHash } from '../../src/reconciliation/detection/role-plan.js';
import type { BillingSnapshot, Customer, MissingCustomers, Subscription } from '../../src/reconciliation/domain/billing.js';
import type { Detection } from '../../src/reconciliation/domain/detection.js';
import { mayMean } from '../../src/reconciliation/domain/discord-id.js';
import type { Effect } from '../../src/reconciliation/domain/effect.js';
import type { Roster, RosterMember } from '../../src/reconciliation/domain/guild.js';
import type { Hold } from '../../src/reconciliation/domain/hold.js';
import type { OpenIssue } from '../../src/reconciliation/domain/issue.js';
import { type Exemption, isInForce, type Links, type MemberRow, type TeamRow } from '../../src/reconciliation/domain/links.js';
import type { ReportedRun, SettledCounts } from '../../src/reconciliation/domain/news.js';
import type { Channel, MailWorthy } from '../../src/reconciliation/domain/notification.js';
import type { Onboarding, OnboardingEnd } from '../../src/reconciliation/domain/onboarding.js';
import type {
	AttemptEnd,
	Billing,
	BulkEnd,
	BulkProgress,
	ChangeGuard,
	ChangePermission,
	ClaimResult,
	EndedAttempt,
	Guild,
	GuildProblem,
	InterruptedAttempt,
	LastGoodRun,
	Ledger,
	Notifier,
	Payer,
	Ports,
	RunStart,
	TrackedBulk
} from '../../src/reconciliation/domain/ports.js';
import type { AcceptedRules } from '../../src/reconciliation/domain/rule-change.js';
import { type RoleName, type Rules, rulesEqual } from '../../src/reconciliation/domain/rules.js';
import {
	isFullRun,
	type ReconciliationResult,
	type RunSettings,
	type Touched,
	type TriggeredBy,
	type Verified
} from '../../src/reconciliation/domain/run.js';
import { AUTOMATIC } from '../../src/reconciliation/fixes/attempt.js';
import type { RunReading } from '../../src/reconciliation/fixes/bulk-plan.js';
import { earlierWork, isRest, type PastAttempt } from '../../src/reconciliation/fixes/earlier-work.js';
import { mayHaveChanged, type UndoStore } from '../../src/reconciliation/fixes/undo.js';
import { channelsFor } from '../../src/reconciliation/outbox/outbox.js';
import type { VerificationStore } from '../../src/reconciliation/runs/verify.js';
import { accountsOf } from '../../src/reconciliation/snapshot/accounts.js';
import { MANAGED, MAPPED, NOW } from './builders.js';

/** In-memory implementations of the ports, and a script that injects failures. */

export const SETTINGS: RunSettings = {
	policy: MAPPED,
	discordIdKey: 'discord_id',
	autoFix: false,
	fixUnlinked: false,
	maxRevokePercent: 10
};

/** Records every call on a port in order, and runs hooks before it, which may change state or throw. */
export class Script {
	public readonly calls: string[] = [];
	private readonly hooks = new Map<string, () => void>();

	/** Runs before every such call (`guild.addRole`, or `guild.addRole Lord` for one role). */
	public on(call: string, hook: () => void): void {
		this.hooks.set(call, hook);
	}

	/** Runs before the next such call only. */
	public once(call: string, hook: () => void): void {
		this.hooks.set(call, () => {
			this.hooks.delete(call);
			hook();
		});
	}

	/** @param detail - distinguishes calls with the same name */
	public async before(call: string, detail?: string): Promise<void> {
		const name = detail === undefined ? call : `${call} ${detail}`;
		this.calls.push(name);
		// Yields, as a real call over a socket does.
		await Promise.resolve();
		(this.hooks.get(name) ?? this.hooks.get(call))?.();
	}
}

export class FakeBilling implements Billing {
	public readonly advice = {
		useLiveKey: 'Put the live key into STRIPE_SECRET_KEY.',
		checkAccount: 'Check that STRIPE_SECRET_KEY is right.'
	};
	public customers: Customer[] = [];
	public subscriptions: Subscription[] = [];
	/** IDs of deleted customers. Others that are neither in `customers` nor in `subscriptions` never existed. */
	public readonly deleted = new Set<string>();
	public livemode: boolean | null = true;
	/** Customer ID → when it last changed in Stripe. */
	public readonly changedAt = new Map<string, Date>();
	public readonly changedWhileReading = { customers: new Set<string>(), people: new Set<string>() };

	public constructor(private readonly script: Script) {}

	public async readAll(): Promise<BillingSnapshot> {
		await this.script.before('billing.readAll');
		const { customers, people } = this.changedWhileReading;
		// The list of subscriptions contains only customers that have one.
		const paying = new Set(this.subscriptions.map(({ customerId }) => customerId));
		return { ...this.snapshot((id) => paying.has(id)), changedCustomers: new Set(customers), changedDiscordIds: new Set(people) };
	}

	public async readCustomers(customerIds: readonly string[]): Promise<BillingSnapshot> {
		await this.script.before('billing.readCustomers');
		return { ...this.snapshot((id) => customerIds.includes(id)), missingCustomers: this.missing(customerIds) };
	}

	public async findMissingCustomers(customerIds: readonly string[]): Promise<MissingCustomers> {
		await this.script.before('billing.findMissingCustomers');
		return this.missing(customerIds);
	}

	public async findCustomersNaming(discordId: string, since: Date): Promise<readonly string[]> {
		await this.script.before('billing.findCustomersNaming');
		const naming = [
			...this.customers.filter(({ metadataDiscordId }) => mayMean(metadataDiscordId ?? '', discordId)).map(({ id }) => id),
			...this.subscriptions
				.filter(({ metadataDiscordId }) => mayMean(metadataDiscordId ?? '', discordId))
				.map(({ customerId }) => customerId)
		];
		return [...new Set(naming)].filter((id) => (this.changedAt.get(id) ?? new Date(0)) >= since);
	}

	public async findCustomersByDiscordIds(discordIds: readonly string[]): Promise<readonly Customer[]> {
		await this.script.before('billing.findCustomersByDiscordIds');
		return this.customers.filter(({ metadataDiscordId }) => metadataDiscordId !== null && discordIds.includes(metadataDiscordId));
	}

	public async ping() {
		await this.script.before('billing.ping');
		return { livemode: this.livemode ?? false, hasSubscriptions: this.subscriptions.length > 0 };
	}

	public oddObjects: BillingSnapshot['oddObjects'] = [];

	/** Adds a subscription, or replaces the one with its ID. */
	public put(given: Subscription): void {
		this.subscriptions = [...this.subscriptions.filter(({ id }) => id !== given.id), given];
	}

	private snapshot(wanted: (customerId: string) => boolean): BillingSnapshot {
		const subscriptions = this.subscriptions.filter(({ customerId }) => wanted(customerId));
		const accounts = accountsOf(
			this.customers.filter(({ id }) => wanted(id)),
			subscriptions
		);
		return {
			accounts,
			subscriptionsRead: subscriptions.length,
			livemode: this.livemode,
			oddObjects: this.oddObjects,
			changedCustomers: new Set(),
			changedDiscordIds: new Set(),
			missingCustomers: new Map()
		};
	}

	private missing(customerIds: readonly string[]): MissingCustomers {
		const known = [...this.customers.map(({ id }) => id), ...this.subscriptions.map(({ customerId }) => customerId)];
		const missing = customerIds.filter((id) => !known.includes(id));
		return new Map(missing.map((id) => [id, this.deleted.has(id) ? 'deleted' : 'unknown']));
	}
}

export class FakeGuild implements Guild {
	/** All roles of each member, managed or not. */
	public readonly roles = new Map<string, Set<RoleName>>();
	public readonly bots = new Set<string>();
	/** Display names other than `name of <ID>`. */
	public readonly names = new Map<string, string>();
	public readonly reasons: string[] = [];
	/** `add Lord`: Discord answers 204 without applying the change. */
	public readonly ignores = new Set<string>();
	/** Called before the guard of `add Lord`: what happens while a call waits for its turn. */
	public waitForTurn: (change: string) => void | Promise<void> = () => {};

	public constructor(private readonly script: Script) {}

	public join(discordId: string, ...roles: RoleName[]): void {
		this.roles.set(discordId, new Set(roles));
	}

	public holds(discordId: string): RoleName[] {
		return [...(this.roles.get(discordId) ?? [])].sort();
	}

	public async readRoster(): Promise<Roster> {
		await this.script.before('guild.readRoster');
		return { members: new Map([...this.roles.keys()].map((id) => [id, this.member(id)])) };
	}

	public async readMember(discordId: string): Promise<RosterMember | null> {
		await this.script.before('guild.readMember');
		return this.roles.has(discordId) ? this.member(discordId) : null;
	}

	public async addRole(discordId: string, role: RoleName, reason: string, guard: ChangeGuard): Promise<boolean> {
		await this.waitForTurn(`add ${role}`);
		return guard(async () => {
			await this.script.before('guild.addRole', role);
			this.reasons.push(reason);
			if (!this.ignores.has(`add ${role}`)) this.roles.get(discordId)?.add(role);
		});
	}

	public async removeRole(discordId: string, role: RoleName, reason: string, guard: ChangeGuard): Promise<boolean> {
		await this.waitForTurn(`remove ${role}`);
		return guard(async () => {
			await this.script.before('guild.removeRole', role);
			this.reasons.push(reason);
			if (!this.ignores.has(`remove ${role}`)) this.roles.get(discordId)?.delete(role);
		});
	}

	/** The Discord IDs of the managed roles. */
	public roleIds: Readonly<Record<RoleName, string>> = Object.fromEntries(MANAGED.map((role) => [role, `id of ${role}`]));

	public async managedRoleIds() {
		return this.roleIds;
	}

	public guildProblems: GuildProblem[] = [];

	public async problems(): Promise<readonly GuildProblem[]> {
		await this.script.before('guild.problems');
		return this.guildProblems;
	}

	private member(id: string): RosterMember {
		return {
			id,
			name: this.names.get(id) ?? `name of ${id}`,
			bot: this.bots.has(id),
			roles: this.holds(id).filter((role) => MANAGED.includes(role))
		};
	}
}

type Status = 'OPEN' | 'FIXING' | 'FIXED' | 'RESOLVED';
export type StoredIssue = OpenIssue & { status: Status; settledBy: string | null; settledAt: Date };
export interface StoredRun extends RunStart {
	readonly id: string;
	completedAt?: Date;
	status: 'RUNNING' | 'COMPLETED' | 'FAILED';
	failure: string | null;
	issuesFixed: number;
	hold: Hold | null;
	found:
		| (LastGoodRun &
				Pick<RunReading, 'ruleChange' | 'onboarding'> & {
					readonly comparablePayers: number;
					readonly ownRules: Rules | null;
					readonly detection: Detection;
				})
		| null;
	verified: Verified | null;
}
interface StoredVerification {
	/** Whether fixes may join it. */
	pending: boolean;
	dueAt: Date;
	runId: string | null;
	done: boolean;
}
interface StoredAttempt {
	readonly attemptId: string;
	readonly issueId: string;
	readonly actor: string;
	readonly runId: string;
	readonly planHash: string;
	readonly plan: OpenIssue['plan'];
	rolesBefore: readonly RoleName[] | null;
	/** Whether a role call may be on its way. */
	changing: boolean;
	expiresAt: Date;
	end: AttemptEnd | null;
	readonly undoes: string | null;
	verification: StoredVerification | null;
}

const NEW_ATTEMPT = { rolesBefore: null, changing: false, end: null, undoes: null, verification: null } as const;

const later = (moment: Date, seconds: number): Date => new Date(moment.getTime() + seconds * 1000);

/** Each method checks and writes synchronously, like one transaction. */
export class FakeLedger implements Ledger, VerificationStore, UndoStore {
	public readonly linksKeptIn: string | null = null;
	public rows: MemberRow[] = [];
	public teams: TeamRow[] = [];
	public exemptions: Exemption[] = [];
	public firstSeenUnpaid = new Map<string, Date>();
	public installed: Date | null = null;
	public lease: { holder: string; expiresAt: Date } | null = null;
	public readonly runs: StoredRun[] = [];
	public readonly acceptedAccounts: Parameters<Ledger['acceptAccount']>[0][] = [];
	public readonly issues = new Map<string, StoredIssue>();
	public readonly attempts: StoredAttempt[] = [];
	public readonly verifications: StoredVerification[] = [];
	public verifyAfterMinutes = 60;
	/** Whether an operator has paused the daily runs. */
	public paused = false;
	public readonly accepted: AcceptedRules[] = [];
	public readonly onboardingEnds: OnboardingEnd[] = [];

	public constructor(
		private readonly script: Script,
		private readonly now: () => Date
	) {}

	public async acquireLease(holder: string, seconds: number): Promise<boolean> {
		await this.script.before('ledger.acquireLease');
		if (this.lease && this.lease.expiresAt > this.now()) return false;
		this.lease = { holder, expiresAt: later(this.now(), seconds) };
		return true;
	}

	public async renewLease(holder: string, seconds: number): Promise<boolean> {
		if (this.lease?.holder !== holder) return false;
		this.lease = { holder, expiresAt: later(this.now(), seconds) };
		return true;
	}

	public async releaseLease(holder: string): Promise<void> {
		await this.script.before('ledger.releaseLease');
		if (this.lease?.holder === holder) this.lease = null;
	}

	public async startRun(start: RunStart): Promise<string | null> {
		await this.script.before('ledger.startRun');
		if (start.scheduledDay !== null && this.runs.some(({ scheduledDay }) => scheduledDay === start.scheduledDay)) return null;
		const id = `run_${this.runs.length + 1}`;
		this.runs.push({ ...start, id, status: 'RUNNING', failure: null, issuesFixed: 0, hold: null, found: null, verified: null });
		return id;
	}

	public async failAbandonedRuns(reason: string): Promise<void> {
		await this.script.before('ledger.failAbandonedRuns');
		for (const run of this.runs)
			if (run.status === 'RUNNING') Object.assign(run, { status: 'FAILED', failure: reason, scheduledDay: null });
	}

	public async unfinishedRun(): Promise<TriggeredBy | null> {
		return this.runs.findLast(({ status }) => status === 'RUNNING')?.triggeredBy ?? null;
	}

	public async lastGoodRun(): Promise<LastGoodRun | null> {
		await this.script.before('ledger.lastGoodRun');
		const run = this.runs.findLast((each) => each.status === 'COMPLETED' && isFullRun(each) && (!each.hold || each.hold.byRuleChange));
		if (!run?.found) return null;
		return {
			...run.found,
			rules: run.found.rules ?? run.found.ownRules,
			accountAccepted: this.acceptedAccounts.some(({ at }) => at > run.startedAt)
		};
	}

	public async acceptAccount(accepted: Parameters<Ledger['acceptAccount']>[0]): Promise<void> {
		this.acceptedAccounts.push(accepted);
	}

	public async acceptedRules(): Promise<AcceptedRules | null> {
		return this.accepted.at(-1) ?? null;
	}

	public async acceptRules({ runId, actor, at }: Parameters<Ledger['acceptRules']>[0]): Promise<void> {
		const { ownRules: rules } = this.run(runId).found ?? {};
		if (!rules) throw new Error(`Run ${runId} has no rules.`);
		this.accepted.push({ rules, acceptedAt: at, acceptedBy: actor });
	}

	public async currentOnboarding(): Promise<Onboarding | null> {
		return this.reading()?.onboarding ?? null;
	}

	public async onboardingEnd(): Promise<OnboardingEnd | null> {
		return this.onboardingEnds.at(-1) ?? null;
	}

	public async endOnboarding(end: Parameters<Ledger['endOnboarding']>[0]): Promise<void> {
		this.onboardingEnds.push(end);
	}

	/** What the newest completed run read, for bulk plans. */
	public reading(): RunReading | null {
		const run = this.runs.findLast((each) => each.status === 'COMPLETED' && isFullRun(each));
		if (!run?.found) return null;
		const { detection, comparablePayers, ruleChange, onboarding, ownRules: rules } = run.found;
		const isEnded = this.onboardingEnds.some(({ at }) => at >= run.startedAt);
		const accepted = this.accepted.at(-1);
		const isAccepted = rules !== null && accepted !== undefined && rulesEqual(rules, accepted.rules);
		return {
			runId: run.id,
			livemode: run.found.livemode,
			hasSubscriptions: run.found.subscriptionsRead > 0,
			roleHolders: detection.roleHolders,
			payingCustomers: comparablePayers,
			ruleChange: isAccepted ? null : ruleChange,
			onboarding: isEnded ? null : onboarding
		};
	}

	public async readLinks(): Promise<Links> {
		await this.script.before('ledger.readLinks');
		return {
			members: [...this.rows],
			teams: [...this.teams],
			exemptions: [...this.exemptions],
			firstSeenUnpaid: new Map(this.firstSeenUnpaid)
		};
	}

	public async readLinksOf(discordIds: readonly string[], customerIds: readonly string[]): Promise<Links> {
		await this.script.before('ledger.readLinksOf');
		const own = this.rows.filter((each) => discordIds.some((discordId) => mayMean(each.discordId ?? '', discordId)));
		const customers = [...customerIds, ...own.map(({ stripeCustomerId }) => stripeCustomerId)];
		const named = (id: string | null) => id !== null && customers.includes(id);
		const members = this.rows.filter((each) => own.includes(each) || named(each.stripeCustomerId));
		const teams = this.teams.filter((each) => named(each.stripeCustomerId) || members.some(({ teamId }) => teamId === each.id));
		const exemptions = this.exemptions.filter((each) => discordIds.includes(each.discordId));
		return { members, teams, exemptions, firstSeenUnpaid: new Map(this.firstSeenUnpaid) };
	}

	public async recordFindings(runId: string, findings: Parameters<Ledger['recordFindings']>[1]): Promise<readonly OpenIssue[]> {
		await this.script.before('ledger.recordFindings');
		const { detection, livemode, subscriptionsRead, at, rules = null, ruleChange = null, onboarding = null } = findings;
		const { onlyMember = null, onlyMembers = null } = findings;
		const compared = onlyMember === null ? onlyMembers : [onlyMember];
		const payingCustomers = findings.acceptedPayers ?? detection.payingCustomers;
		const comparablePayers = findings.comparablePayers ?? detection.payingCustomers;
		if (onlyMembers !== null) Object.assign(this.run(runId), { onlyMembers });
		if (rules !== null && compared === null && onboarding === null && this.accepted.length === 0)
			this.accepted.push({ rules, acceptedAt: at, acceptedBy: 'reeve' });
		const accepted = this.accepted.at(-1)?.rules ?? null;
		const counts = { livemode, subscriptionsRead, payingCustomers, comparablePayers, roleHolders: detection.roleHolders };
		this.run(runId).found = { runId, ...counts, detection, rules: accepted, ownRules: rules, ruleChange, onboarding };
		for (const id of detection.clearedDebts) this.firstSeenUnpaid.delete(id);
		for (const id of detection.newlyUnpaid) this.firstSeenUnpaid.set(id, at);
		const live = [...this.issues.values()].filter(({ status }) => status === 'OPEN' || status === 'FIXING');
		for (const issue of live) {
			const found = detection.issues.some(({ discordId }) => discordId === issue.discordId);
			if (found || compared?.includes(issue.discordId) === false) continue;
			if (!detection.skipped.has(issue.discordId)) Object.assign(issue, { status: 'RESOLVED', settledAt: at });
			else if (detection.unknown.has(issue.discordId)) Object.assign(issue, { isUnknown: true });
		}
		return detection.issues.flatMap((drift) => {
			const known = live.find(({ discordId }) => discordId === drift.discordId);
			if (known?.status === 'FIXING' && known.type !== drift.type) return [];
			// It keeps the plan that was claimed.
			const found = known?.status === 'FIXING' ? known : { ...drift, planHash: planHash(drift) };
			const issue: StoredIssue = {
				...found,
				id: known?.id ?? `issue_${this.issues.size + 1}`,
				firstSeenAt: known?.firstSeenAt ?? at,
				lastSeenAt: at,
				timesSeen: (known?.timesSeen ?? 0) + 1,
				status: known?.status ?? 'OPEN',
				settledBy: null,
				settledAt: at,
				cameBackAt: known?.cameBackAt ?? null
			};
			this.issues.set(issue.id, issue);
			return [{ ...issue }];
		});
	}

	public payers: Payer[] = [];
	/** What the newest run that read everything stored of them. */
	public payersOf: { readonly at: Date; readonly discordIdKey: string | null; readonly isEnough: boolean } | null = null;

	public async recordPayers(runId: string, batches: AsyncIterable<readonly Payer[]>, isEnough: boolean): Promise<void> {
		await this.script.before('ledger.recordPayers');
		const found: Payer[] = [];
		for await (const batch of batches) found.push(...batch);
		const isFound = (known: Payer) => found.some(({ name, customerId }) => name === known.name && customerId === known.customerId);
		this.payers = [...this.payers.filter((known) => !isFound(known)), ...found];
		this.payersOf = { at: this.run(runId).startedAt, discordIdKey: SETTINGS.discordIdKey, isEnough };
	}

	public async payersRecorded() {
		return this.payersOf?.isEnough ? this.payersOf : null;
	}

	public async findPayers({ discordIds, customerIds }: Touched): Promise<readonly Payer[]> {
		return this.payers.filter(({ name, customerId, misread }) => misread || discordIds.includes(name) || customerIds.includes(customerId));
	}

	public async installedAt(now: Date): Promise<Date> {
		this.installed ??= now;
		return this.installed;
	}

	public async lastScheduledDay(upTo: string): Promise<string | null> {
		return (
			this.runs
				.flatMap(({ scheduledDay, status }) => (status === 'RUNNING' ? [] : (scheduledDay ?? [])))
				.filter((day) => day <= upTo)
				.sort()
				.at(-1) ?? null
		);
	}

	public async lastReported(preferDaily: boolean): Promise<ReportedRun | null> {
		const newest = (triggeredBy: readonly TriggeredBy[]) =>
			this.runs.findLast(
				(run) => run.status === 'COMPLETED' && isFullRun(run) && triggeredBy.includes(run.triggeredBy) && run.found?.onboarding === null
			);
		const run = (preferDaily ? newest(['scheduled']) : undefined) ?? newest(['scheduled', 'manual']);
		return run === undefined ? null : { startedAt: run.startedAt, completedAt: run.completedAt ?? run.startedAt };
	}

	public async countSettledSince({ startedAt, completedAt }: ReportedRun): Promise<SettledCounts> {
		const since = [...this.issues.values()].filter(
			({ firstSeenAt, settledAt, status }) =>
				(status === 'FIXED' || status === 'RESOLVED') && firstSeenAt <= startedAt && settledAt > completedAt
		);
		const how = ({ status, settledBy }: StoredIssue) => (status === 'FIXED' ? 'fixed' : settledBy === null ? 'gone' : 'ignored');
		const counts = { fixed: 0, undone: 0, ignored: 0, gone: 0 };
		for (const issue of since) counts[how(issue)] += 1;
		return counts;
	}

	public async completeRun(
		runId: string,
		end: { issuesFixed: number; hold: Hold | null; at: Date; verified?: Verified | null }
	): Promise<void> {
		await this.script.before('ledger.completeRun');
		const { issuesFixed, hold, at: completedAt, verified = null } = end;
		Object.assign(this.run(runId), { status: 'COMPLETED', issuesFixed, hold, completedAt, verified });
		for (const each of this.verifications) if (each.runId === runId) each.done = true;
	}

	public async failRun(runId: string, end: { reason: string; issuesFixed: number }): Promise<void> {
		await this.script.before('ledger.failRun');
		Object.assign(this.run(runId), { status: 'FAILED', failure: end.reason, issuesFixed: end.issuesFixed });
	}

	public async claimIssue(issueId: string, hash: string, actor: string, runId: string, seconds: number): Promise<ClaimResult> {
		await this.script.before('ledger.claimIssue');
		const at = this.now();
		const issue = this.issues.get(issueId);
		if (issue === undefined) return { kind: 'unknown' };
		if (issue.status === 'FIXED' || issue.status === 'RESOLVED')
			return { kind: 'settled', status: issue.status, actor: issue.settledBy, at: issue.settledAt, undone: false, exempted: false };
		const other = this.attempts.find((attempt) => attempt.issueId === issueId && attempt.end === null);
		if (other) return { kind: 'busy', actor: other.actor, since: at };
		const earlier = earlierWork(this.pastAttempts(issue), [hash, issue.planHash]);
		const isTheRest = earlier !== null && isRest(issue.plan, issue.expectedRoles, earlier);
		if (issue.planHash !== hash && !isTheRest) return { kind: 'plan-changed', issue: { ...issue } };
		issue.status = 'FIXING';
		const attemptId = `attempt_${this.attempts.length + 1}`;
		const { plan, planHash: approved } = issue;
		this.attempts.push({ ...NEW_ATTEMPT, attemptId, issueId, actor, runId, planHash: approved, plan, expiresAt: later(at, seconds) });
		return { kind: 'claimed', claim: { attemptId, issue: { ...issue }, earlier } };
	}

	public async renewClaim(attemptId: string, seconds: number): Promise<boolean> {
		await this.script.before('ledger.renewClaim');
		const attempt = this.attempt(attemptId);
		if (attempt.end !== null) return false;
		attempt.expiresAt = later(this.now(), seconds);
		return true;
	}

	public async beginChange(attemptId: string, change: Parameters<Ledger['beginChange']>[1]): Promise<ChangePermission> {
		await this.script.before('ledger.beginChange');
		const attempt = this.attempt(attemptId);
		if (attempt.end !== null) return 'LOST';
		Object.assign(attempt, { expiresAt: later(this.now(), change.seconds), rolesBefore: attempt.rolesBefore ?? change.rolesBefore });
		const { discordId } = this.issues.get(attempt.issueId) as StoredIssue;
		const inForce = this.exemptions.filter((each) => each.discordId === discordId && isInForce(each, change.at));
		if (attempt.undoes === null ? inForce.length > 0 : !inForce.some(({ createdBy }) => createdBy === attempt.actor)) return 'EXEMPT';
		if (this.paused && this.isOfScheduledRun(attempt)) return 'PAUSED';
		attempt.changing = true;
		return 'GRANTED';
	}

	public async endChange(attemptId: string): Promise<void> {
		await this.script.before('ledger.endChange');
		this.attempt(attemptId).changing = false;
	}

	public async isChanging(of: Parameters<Ledger['isChanging']>[0]): Promise<boolean> {
		await this.script.before('ledger.isChanging');
		return this.attempts.some(
			(attempt) =>
				attempt.changing &&
				attempt.end === null &&
				(of === 'scheduled-run' ? this.isOfScheduledRun(attempt) : this.issues.get(attempt.issueId)?.discordId === of.discordId)
		);
	}

	public async endAttempt(attemptId: string, end: AttemptEnd): Promise<EndedAttempt | null> {
		await this.script.before('ledger.endAttempt');
		const attempt = this.attempt(attemptId);
		if (attempt.end !== null) return null;
		attempt.end = end;
		const issue = this.issues.get(attempt.issueId);
		if (issue === undefined) throw new Error(`no issue ${attempt.issueId}`);
		const { newDrift, ...stored } = end;
		const { outcome } = stored;
		const { runId, actor, undoes } = attempt;
		const ended = { ...stored, kind: undoes === null ? 'fix' : 'undo', issue: { ...issue }, runId, actor } as const;
		if (newDrift) Object.assign(issue, newDrift, { planHash: planHash(newDrift) });
		if (outcome === 'FIXED') attempt.verification = this.pendingVerification(end.at);
		if (attempt.undoes !== null && !mayHaveChanged(end)) {
			this.exemptions = this.exemptions.map((each) => (each.discordId === issue.discordId ? { ...each, expiresAt: end.at } : each));
		}
		if (outcome === 'UNDONE') Object.assign(issue, { status: 'RESOLVED', settledAt: end.at, settledBy: attempt.actor });
		else if (attempt.undoes !== null) issue.status = 'FIXED';
		else if (outcome === 'FIXED') Object.assign(issue, { status: 'FIXED', settledBy: attempt.actor, settledAt: end.at });
		else if (outcome === 'RESOLVED' || outcome === 'EXEMPT') Object.assign(issue, { status: 'RESOLVED', settledAt: end.at });
		else issue.status = 'OPEN';
		return ended;
	}

	public async countTaken(since: Date) {
		await this.script.before('ledger.countTaken');
		const taken = this.attempts.filter(
			({ actor, end, undoes }) => actor === AUTOMATIC && undoes === null && end?.outcome === 'FIXED' && end.at >= since
		);
		const members = (effect: Effect) =>
			new Set(taken.map(({ issueId }) => this.issues.get(issueId)).flatMap((issue) => (issue?.effect === effect ? issue.discordId : [])))
				.size;
		return { removes: members('removes'), lowers: members('lowers') };
	}

	/** Renews the claims of the returned attempts, so that no other caller gets them. */
	public async interruptedAttempts(seconds: number): Promise<readonly InterruptedAttempt[]> {
		await this.script.before('ledger.interruptedAttempts');
		const expired = this.attempts.filter(({ end, expiresAt }) => end === null && expiresAt <= this.now());
		return expired.flatMap((attempt) => {
			const issue = this.issues.get(attempt.issueId);
			if (issue === undefined) return [];
			attempt.expiresAt = later(this.now(), seconds);
			const { attemptId, actor, planHash: approved, plan, rolesBefore, undoes } = attempt;
			const earlier = undoes === null ? earlierWork(this.pastAttempts(issue), [approved]) : null;
			return [{ attemptId, issue, actor, plan, rolesBefore, undoes, earlier }];
		});
	}

	public async verificationDue(now: Date): Promise<boolean> {
		await this.script.before('ledger.verificationDue');
		return this.verifications.some(({ done, dueAt }) => !done && dueAt <= now);
	}

	public async beginVerification(runId: string, now: Date): Promise<void> {
		await this.script.before('ledger.beginVerification');
		for (const each of this.verifications) if (!each.done && each.dueAt <= now) Object.assign(each, { pending: false, runId });
	}

	public async fixesToVerify(runId: string): ReturnType<VerificationStore['fixesToVerify']> {
		await this.script.before('ledger.fixesToVerify');
		const mine = this.attempts.filter(({ attemptId, verification }) => verification?.runId === runId && !this.isUndone(attemptId));
		const fixes = mine.flatMap(({ attemptId, issueId, plan }) => {
			const issue = this.issues.get(issueId);
			return issue ? [{ attemptId, discordId: issue.discordId, discordName: issue.discordName, change: plan }] : [];
		});
		return { fixes, reports: [] };
	}

	public async postponeVerification(runId: string, dueAt: Date): Promise<void> {
		await this.script.before('ledger.postponeVerification');
		for (const each of this.verifications) if (each.runId === runId) each.dueAt = dueAt;
	}

	public async claimUndo({
		fixId,
		actor,
		seconds,
		at,
		exemptUntil,
		reason
	}: Parameters<UndoStore['claimUndo']>[0]): ReturnType<UndoStore['claimUndo']> {
		await this.script.before('ledger.claimUndo');
		const fix = this.attempts.find(({ attemptId }) => attemptId === fixId);
		const issue = this.issues.get(fix?.issueId ?? '');
		if (fix === undefined || issue === undefined) return { kind: 'unknown' };
		const subject = { discordId: issue.discordId, discordName: issue.discordName };
		const earlier = this.attempts.find(({ undoes, end }) => undoes === fixId && (end === null || end.outcome === 'UNDONE'));
		if (earlier?.end) return { kind: 'undone', subject, actor: earlier.actor, at: earlier.end.at };
		if (earlier) return { kind: 'busy', subject, actor: earlier.actor, since: at };
		const halfway = this.attempts.findLast(({ undoes, end }) => undoes === fixId && end?.rolesAfter && mayHaveChanged(end));
		const [before, left] = [fix.end?.rolesBefore ?? null, halfway?.end?.rolesAfter ?? fix.end?.rolesAfter ?? null];
		if (fix.end?.outcome !== 'FIXED') return { kind: 'refused', subject, why: 'NO_FIX' };
		if (before === null || left === null) return { kind: 'refused', subject, why: 'ROLES_UNKNOWN' };
		const plan = diffRoles(left, before);
		const interrupted = this.attempts.some(({ undoes, end }) => undoes === fixId && end?.rolesBefore !== null && end?.rolesAfter === null);
		const attemptId = `attempt_${this.attempts.length + 1}`;
		const { issueId, runId } = fix;
		this.attempts.push({
			...NEW_ATTEMPT,
			attemptId,
			issueId,
			actor,
			runId,
			planHash: planHash({ discordId: issue.discordId, plan }),
			plan,
			expiresAt: later(this.now(), seconds),
			undoes: fixId
		});
		issue.status = 'FIXING';
		this.exemptions.push({ discordId: issue.discordId, reason, createdBy: actor, expiresAt: exemptUntil });
		return { kind: 'claimed', subject, claim: { attemptId, issueId, left, plan, interrupted } };
	}

	public async undoableFixes(): Promise<never[]> {
		return [];
	}

	private pendingVerification(at: Date): StoredVerification {
		const pending = this.verifications.find((each) => each.pending);
		if (pending) return pending;
		const opened = { pending: true, dueAt: later(at, this.verifyAfterMinutes * 60), runId: null, done: false };
		this.verifications.push(opened);
		return opened;
	}

	private isUndone(fixId: string): boolean {
		return this.attempts.some(({ undoes, end }) => undoes === fixId && (end === null || end.outcome === 'UNDONE'));
	}

	private isOfScheduledRun({ actor, runId }: StoredAttempt): boolean {
		return actor === AUTOMATIC && ['scheduled', 'targeted'].includes(this.run(runId).triggeredBy);
	}

	private pastAttempts(issue: StoredIssue): PastAttempt[] {
		return this.attempts
			.filter(({ issueId }) => issueId === issue.id)
			.map(({ planHash: approved, plan, rolesBefore, end }) => ({
				planHash: approved,
				plan,
				outcome: end?.outcome ?? null,
				rolesBefore: end === null ? rolesBefore : end.rolesBefore,
				rolesAfter: end?.rolesAfter ?? null
			}));
	}

	private run(id: string): StoredRun {
		const run = this.runs.find((each) => each.id === id);
		if (run === undefined) throw new Error(`no run ${id}`);
		return run;
	}

	private attempt(id: string): StoredAttempt {
		const attempt = this.attempts.find((each) => each.attemptId === id);
		if (attempt === undefined) throw new Error(`no attempt ${id}`);
		return attempt;
	}
}

export class FakeNotifier implements Notifier {
	public readonly reports: ReconciliationResult[] = [];
	/** Tracked bulk fixes; `end` is undefined while one is in progress. */
	public readonly trackedBulks: { readonly bulk: TrackedBulk; readonly done: number[]; end?: BulkEnd | null }[] = [];

	public constructor(private readonly script: Script) {}

	public channels(result: MailWorthy): readonly Channel[] {
		return channelsFor(result, { mails: true, webhooks: false });
	}

	public async report(result: ReconciliationResult): Promise<void> {
		await this.script.before('notifier.report');
		this.reports.push(result);
	}

	public readonly holdChannels: readonly Channel[] = ['report', 'mail'];
	public delivered = 0;

	public deliver(): void {
		this.delivered += 1;
	}

	public trackBulk(bulk: TrackedBulk): BulkProgress {
		const tracked: (typeof this.trackedBulks)[number] = { bulk, done: [] };
		this.trackedBulks.push(tracked);
		return {
			progress: (done) => void tracked.done.push(done),
			end: (end) => {
				if (tracked.end !== undefined) throw new Error('a bulk fix ends once');
				tracked.end = end;
			}
		};
	}
}

/** All fakes, with a clock that moves only in {@link pass}. */
export class FakePorts implements Ports {
	public readonly script = new Script();
	public time = NOW;
	public readonly unexpectedErrors: unknown[] = [];
	public shouldContinue = (): boolean => true;
	public readonly onUnexpectedError = (error: unknown): void => void this.unexpectedErrors.push(error);
	public readonly now = (): Date => this.time;
	public readonly sleep = async (ms: number): Promise<void> => {
		await this.script.before('sleep');
		this.pass({ seconds: ms / 1000 });
	};
	public readonly billing = new FakeBilling(this.script);
	public readonly guild = new FakeGuild(this.script);
	public readonly ledger = new FakeLedger(this.script, this.now);
	public readonly notifier = new FakeNotifier(this.script);

	public pass({ hours = 0, seconds = 0 }: { hours?: number; seconds?: number }): void {
		this.time = later(this.time, hours * 3600 + seconds);
	}

	/** The calls so far whose names have one of these prefixes. */
	public calls(...prefixes: string[]): string[] {
		return this.script.calls.filter((call) => prefixes.some((prefix) => call.startsWith(prefix)));
	}

	/** Number of attempted role changes. */
	public get touched(): number {
		return this.calls('guild.addRole', 'guild.removeRole').length;
	}
}
