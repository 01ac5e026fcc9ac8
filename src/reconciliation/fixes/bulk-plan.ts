import type { Detection } from '../domain/detection.js';
import { countEffects, EFFECTS, type EffectCounts } from '../domain/effect.js';
import { fingerprint } from '../domain/fingerprint.js';
import { BULK_PARTS, type BulkPart, type BulkScope, type Hold, partOf } from '../domain/hold.js';
import type { DriftType, IssueState, OpenIssue } from '../domain/issue.js';
import type { Onboarding } from '../domain/onboarding.js';
import type { RunStore } from '../domain/ports.js';
import type { RuleChange } from '../domain/rule-change.js';
import { baselineOf, checkSafety, withholdChanged, withholdDuringOnboarding } from './safety.js';

/** The plan of a bulk fix: a value that can be shown, checked and compared. */

export interface IssueStore {
	/** Open issues that are not being fixed, most severe first. For `UNLINKED` all of them: members without a link have issues of any type. */
	openIssues(scope: BulkScope): Promise<readonly ListedIssue[]>;
	/** What the newest full run read; null before the first. */
	newestReading(): Promise<RunReading | null>;
}

/** Finds open issues without reading all of them. Lists are ordered by severity, then by age. */
export interface IssueSearch {
	/**
	 * Open issues whose member name or description contains the text in any case, whose Discord ID or issue ID starts with it, or that
	 * are of one of the kinds.
	 */
	searchOpenIssues(text: string, limit: number, kinds?: readonly DriftType[]): Promise<readonly ListedIssue[]>;
	/** Open issues with exactly this issue ID, Discord ID or member name (in any case). */
	findOpenIssues(idOrName: string, limit: number): Promise<readonly ListedIssue[]>;
	/** Null if the issue is not open. */
	openIssue(issueId: string): Promise<ListedIssue | null>;
	/** A page of issues, ordered by ID. */
	listIssues(page: IssuePage): Promise<readonly IssueWithStatus[]>;
}

export interface IssuePage {
	/** `OPEN` includes those that are being fixed. */
	readonly status: Exclude<IssueState['status'], 'FIXING'>;
	/** Null: of every type. */
	readonly type: DriftType | null;
	/** ID of the last issue of the page before; null for the first page. */
	readonly after: string | null;
	readonly limit: number;
}

/** An open issue and the newest run that found it. */
export interface ListedIssue extends OpenIssue {
	readonly lastRunId: string;
}

export interface IssueWithStatus extends ListedIssue, Pick<IssueState, 'status'> {}

/** What a run read. `payingCustomers`: under the rules of the last good run before it. */
export interface RunReading extends Pick<Detection, 'roleHolders' | 'payingCustomers'> {
	readonly runId: string;
	/** Null if it is not known. */
	readonly livemode: boolean | null;
	readonly hasSubscriptions: boolean;
	/** Null if an operator has accepted the rules of the run. */
	readonly ruleChange: RuleChange | null;
	/** Null if setup was finished, or an operator has ended it since. */
	readonly onboarding: Onboarding | null;
}

export interface BulkPlan {
	readonly scope: BulkScope;
	/** The run that it is based on. */
	readonly runId: string;
	/** Those that take most come first; then by severity and age. */
	readonly issues: readonly ListedIssue[];
	readonly parts: Readonly<Record<BulkPart, PlanPart>>;
	/** Why the parts that take access need an operator who types their number of members; null if they are safe. */
	readonly hold: Hold | null;
	/** Open issues of members without any link that are left out of this plan. */
	readonly unlinked: number;
	/** Open issues of members of whom it has become unknown what they should have: left out as well. */
	readonly unknown: number;
	/** Rules that an operator has to accept before what only they would take can be part of a plan; null if there are none. */
	readonly ruleChange: RuleChange | null;
	/** Setup that has to be finished before anything that takes access can be part of a plan; null if it is. */
	readonly onboarding: Onboarding | null;
	/** What is left out until then. */
	readonly withheld: EffectCounts;
}

/** A part of a bulk plan: applied as a whole, or not at all. */
export interface PlanPart {
	readonly issues: readonly ListedIssue[];
	/** Binds a button to the issues and plans that it showed. */
	readonly planHash: string;
}

/**
 * Plans a bulk fix and runs the safety check on it. Changes nothing.
 * @returns null before the first full run, or if no issue is open
 */
export async function planBulk(
	{ ledger }: { readonly ledger: RunStore },
	store: IssueStore,
	maxRevokePercent: number,
	scope: BulkScope
): Promise<BulkPlan | null> {
	const reading = await store.newestReading();
	const all = await store.openIssues(scope);
	const open = scope === 'UNLINKED' ? all.filter(({ linked }) => !linked) : all;
	if (reading === null || open.length === 0) return null;
	const lastGood = await ledger.lastGoodRun();
	// A run that is itself the last good one is no drop.
	const baseline = lastGood?.runId === reading.runId ? null : baselineOf(lastGood, reading);
	return bulkPlanOf(scope, reading, open, (issues) => checkSafety(issues, reading, baseline, maxRevokePercent));
}

/** Arranges open issues into a plan. Pure. @param check - the safety check */
export function bulkPlanOf(
	scope: BulkScope,
	{ runId, ruleChange, onboarding }: Pick<RunReading, 'runId' | 'ruleChange' | 'onboarding'>,
	open: readonly ListedIssue[],
	check: (issues: readonly ListedIssue[]) => Hold | null
): BulkPlan {
	const inScope = open.filter(({ linked }) => linked === (scope !== 'UNLINKED'));
	const known = inScope.filter(({ isUnknown }) => isUnknown !== true);
	const early = withholdDuringOnboarding(known, onboarding !== null);
	const changed = withholdChanged(early.others, ruleChange !== null);
	// A stable sort: issues of one effect stay in order.
	const issues = changed.others.toSorted((a, b) => EFFECTS.indexOf(a.effect) - EFFECTS.indexOf(b.effect));
	const part = (name: BulkPart): [BulkPart, PlanPart] => {
		const own = issues.filter((issue) => partOf(issue) === name);
		return [name, { issues: own, planHash: bulkHash(own) }];
	};
	const parts = Object.fromEntries(BULK_PARTS.map(part)) as Record<BulkPart, PlanPart>;
	return {
		scope,
		runId,
		issues,
		parts,
		hold: check(issues),
		unlinked: open.length - inScope.length,
		unknown: inScope.length - known.length,
		ruleChange,
		onboarding,
		withheld: countEffects([...early.withheld, ...changed.withheld])
	};
}

/** The hold on a part of a plan; null if it may be applied. */
export function holdOn({ parts, hold }: BulkPlan, part: BulkPart): Hold | null {
	const { length } = parts[part].issues;
	if (hold === null || part === 'gives' || length === 0) return null;
	return { ...hold, losing: length, lowering: part === 'lowers' ? length : 0 };
}

function bulkHash(issues: readonly OpenIssue[]): string {
	const plans = issues.map(({ id, planHash }) => `${id} ${planHash}`).sort();
	return fingerprint(plans.join('\n'));
}
