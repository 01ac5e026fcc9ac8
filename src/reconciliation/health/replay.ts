import { takesAccess } from '../domain/effect.js';
import type { Hold } from '../domain/hold.js';
import type { OpenIssue } from '../domain/issue.js';
import type { LastGoodRun } from '../domain/ports.js';
import type { RoleName } from '../domain/rules.js';
import { isFullRun, type ReconciliationResult, type RunSettings } from '../domain/run.js';
import { baselineOf, TAKEN_WITHIN_MS } from '../fixes/safety.js';
import { decideAutoFix } from '../runs/auto-fix.js';

/** What automatic fixes would have done in runs of the past. Pure: it decides as they do, by what each run has stored. */

/** An issue as a run found it. */
export type ReplayIssue = Pick<
	OpenIssue,
	'id' | 'discordId' | 'discordName' | 'planHash' | 'plan' | 'effect' | 'linked' | 'byRuleChange' | 'discordRoles' | 'cameBackAt'
>;

/** A run that has completed. */
export interface ReplayRun
	extends Pick<ReconciliationResult, 'runId' | 'startedAt' | 'completedAt' | 'onlyMember' | 'onlyMembers' | 'issuesFound'>,
		Pick<LastGoodRun, 'livemode' | 'subscriptionsRead' | 'payingCustomers' | 'roleHolders'> {
	/** Null for a run over some members, and for one of an older version. */
	readonly comparablePayers: number | null;
	readonly hasUnacceptedRules: boolean;
	/** Whether it found that setup was not finished. */
	readonly isOnboarding: boolean;
	/** Whether an operator released what the run held. */
	readonly isReleased: boolean;
}

/** What automatic fixes would have changed. */
export interface ReplayedFix {
	readonly runId: string;
	/** Start of the run. */
	readonly at: Date;
	/** End of the run. */
	readonly endedAt: Date;
	readonly issue: ReplayIssue;
}

/** When they would have waited for an operator. */
export interface ReplayedHold {
	readonly runId: string;
	/** Start of the run. */
	readonly at: Date;
	readonly hold: Hold;
}

type GoodRun = Pick<LastGoodRun, 'livemode' | 'subscriptionsRead' | 'payingCustomers' | 'roleHolders'>;

/**
 * Goes through runs, oldest first. What it would have fixed counts as fixed from then on, until the drift differs or recurs; a fix is taken
 * to succeed. What it would have held stays, unless an operator released it in fact. Drift that recurred, or changed with the rules, while no
 * one had fixed it left no trace in the runs: of that it knows nothing.
 */
export class Replay {
	public readonly fixes: ReplayedFix[] = [];
	public readonly holds: ReplayedHold[] = [];
	/** Issue → the drift that was fixed last. */
	private readonly fixed = new Map<string, string>();
	private lastGood: GoodRun | null = null;
	/** Start of the newest full run, if it found that setup was not finished. */
	private onboardingSince: Date | null = null;

	/** @param onboardingEndedAt - when an operator last ended an unfinished setup; null if that never happened */
	public constructor(
		private readonly settings: Pick<RunSettings, 'fixUnlinked' | 'maxRevokePercent'>,
		private readonly onboardingEndedAt: Date | null = null
	) {}

	public add(run: ReplayRun, issues: readonly ReplayIssue[]): void {
		const { runId, startedAt: at, completedAt: endedAt } = run;
		const { lastGood } = this;
		const isFull = isFullRun(run);
		if (isFull) this.onboardingSince = run.isOnboarding ? at : null;
		const isFixed = (issue: ReplayIssue) => this.fixed.get(issue.id) === driftOf(issue);
		const counted = () => issues.filter(isFixed).reduce((sum, issue) => sum + holderChange(issue), run.roleHolders);
		const roleHolders = isFull || lastGood === null ? counted() : lastGood.roleHolders;
		const { allowed, hold } = decideAutoFix(
			this.settings,
			{
				issues: issues.filter((issue) => !isFixed(issue)),
				comparable: {
					roleHolders,
					payingCustomers: run.comparablePayers ?? (isFull ? run.payingCustomers : (lastGood?.payingCustomers ?? 0))
				},
				baseline: baselineOf(lastGood, {
					livemode: run.livemode,
					hasSubscriptions: run.onlyMembers !== null || run.subscriptionsRead > 0
				}),
				hasUnacceptedRules: run.hasUnacceptedRules,
				isOnboarding: isFull ? run.isOnboarding : this.isOnboardingAt(at)
			},
			this.takenBefore(endedAt)
		);
		for (const issue of allowed) {
			this.fixed.set(issue.id, driftOf(issue));
			this.fixes.push({ runId, at, endedAt, issue });
		}
		if (hold !== null) this.holds.push({ runId, at, hold });
		const isGood = hold === null || hold.byRuleChange === true || run.isReleased;
		if (isFull && isGood) this.lastGood = { ...run, roleHolders };
	}

	private isOnboardingAt(time: Date): boolean {
		const { onboardingSince: since, onboardingEndedAt: end } = this;
		return since !== null && !(end !== null && end >= since && end <= time);
	}

	/** What the fixes within the last hour took, each member once. */
	private takenBefore(time: Date) {
		const recent = new Map<string, ReplayIssue['effect']>();
		for (let index = this.fixes.length - 1; index >= 0; index--) {
			const fix = this.fixes[index] as ReplayedFix;
			if (time.getTime() - fix.endedAt.getTime() > TAKEN_WITHIN_MS) break;
			if (takesAccess(fix.issue)) recent.set(`${fix.issue.discordId} ${fix.issue.effect}`, fix.issue.effect);
		}
		const effects = [...recent.values()];
		const count = (wanted: ReplayIssue['effect']) => effects.filter((effect) => effect === wanted).length;
		return { removes: count('removes'), lowers: count('lowers') };
	}
}

/** Differs once the plan does, or the drift recurred after a fix. */
function driftOf({ planHash, cameBackAt }: ReplayIssue): string {
	return `${planHash} ${cameBackAt?.getTime() ?? ''}`;
}

/** How many more members hold a role if this issue is fixed, than the run counted: 1, 0 or -1. */
function holderChange({ discordRoles, plan }: ReplayIssue): number {
	const after: RoleName[] = [...discordRoles.filter((role) => !plan.remove.includes(role)), ...plan.add];
	return Math.sign(after.length) - Math.sign(discordRoles.length);
}
