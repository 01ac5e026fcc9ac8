import { countEffects, type EffectCounts, takesAccess } from '../domain/effect.js';
import type { FixOutcome, IssueState } from '../domain/issue.js';
import type { OnboardingStore } from '../domain/ports.js';
import { isFullRun, type RunSettings } from '../domain/run.js';
import { AUTOMATIC } from '../fixes/attempt.js';
import type { IssueStore, RunReading } from '../fixes/bulk-plan.js';
import { Replay, type ReplayedFix, type ReplayedHold, type ReplayIssue, type ReplayRun } from './replay.js';

/** Whether automatic fixes can be switched on: what they would have done over the last days, against what operators did. */

const READINESS_DAYS = 30;
const DAY_MS = 86_400_000;

/** With fewer full runs, or fewer fixes that operators have decided about, no one can say. */
export const MIN_RUNS = 7;
export const MIN_DECIDED = 10;

/** Issues of all runs together; 150,000 take two seconds. */
const MAX_QUICK_ISSUES = 30_000;

export interface ReadinessStore {
	/** Runs that have completed since then and whose snapshot is stored, without verifications, oldest first. */
	replayRuns(since: Date): Promise<readonly ReplayRun[]>;
	/** The issues as the run found them. */
	issuesOfRun(runId: string): Promise<readonly ReplayIssue[]>;
	/** What happened to issues; those that are not stored any more are missing. */
	fatesOf(issueIds: readonly string[]): Promise<ReadonlyMap<string, IssueFate>>;
}

/** What happened to an issue. */
export interface IssueFate extends Pick<IssueState, 'status' | 'settledAt' | 'settledBy' | 'cameBackAt'> {
	/** That have ended, oldest first. */
	readonly attempts: readonly PastFix[];
}

export interface PastFix {
	readonly id: string;
	readonly actor: string;
	readonly planHash: string;
	readonly outcome: FixOutcome;
	readonly at: Date;
	/** The fix that this attempt undoes; null for a fix. */
	readonly undoes: string | null;
}

/** What operators did about something that automatic fixes would have changed. */
export type Decision =
	/** The same, by hand. */
	| 'applied'
	/** Automatic fixes were on. */
	| 'automatic'
	/** The same, and took it back. */
	| 'undone'
	/** Exempted the member instead. */
	| 'ignored'
	/** The same, and the drift recurred. */
	| 'came-back'
	/** Nothing: the drift went away, or became another one. */
	| 'gone'
	/** Nothing yet. */
	| 'open';

export interface DecidedFix extends ReplayedFix {
	readonly decision: Decision;
	/** The operator who decided, or `reeve`; null for `gone` and `open`. */
	readonly by: string | null;
	/** When they did, or the drift went away; null for `open`. */
	readonly decidedAt: Date | null;
}

export type Verdict = 'ready' | 'not-yet' | 'not-enough-data';

export interface Readiness {
	readonly verdict: Verdict;
	readonly days: number;
	/** Whether automatic fixes are on now. */
	readonly isOn: boolean;
	/** Full runs that were replayed. */
	readonly runs: number;
	/** Of what would have been changed. */
	readonly effects: EffectCounts;
	readonly decisions: Readonly<Record<Decision, number>>;
	/** What speaks against it: what operators undid or ignored, and what recurred. Newest first. */
	readonly objections: readonly DecidedFix[];
	/** Access that would have been taken, of drift that went away without a fix. Newest first. */
	readonly doubtful: readonly DecidedFix[];
	/** When automatic fixes would have waited for an operator. Newest first. */
	readonly holds: readonly ReplayedHold[];
	/** What has to be finished first. */
	readonly unfinished: readonly ('setup' | 'rules')[];
}

const OBJECTIONS: ReadonlySet<Decision> = new Set(['undone', 'ignored', 'came-back']);
const UNDECIDED: ReadonlySet<Decision> = new Set(['gone', 'open']);

type Store = ReadinessStore & Pick<IssueStore, 'newestReading'> & Pick<OnboardingStore, 'onboardingEnd'>;
type Settings = Pick<RunSettings, 'autoFix' | 'fixUnlinked' | 'maxRevokePercent'>;

/** Replays the runs of the last days, one at a time. @throws {SourceError} if the database does not answer */
export async function readReadiness(store: Store, settings: Settings, now: Date): Promise<Readiness> {
	return replayAll(store, settings, await readRuns(store, now));
}

/** The verdict alone; null if automatic fixes are on, or a replay would take more than a second. @throws as {@link readReadiness} */
export async function readVerdict(store: Store, settings: Settings, now: Date): Promise<Verdict | null> {
	if (settings.autoFix) return null;
	const runs = await readRuns(store, now);
	const issues = runs.reduce((sum, { issuesFound }) => sum + issuesFound, 0);
	return issues > MAX_QUICK_ISSUES ? null : (await replayAll(store, settings, runs)).verdict;
}

function readRuns(store: Store, now: Date): Promise<readonly ReplayRun[]> {
	return store.replayRuns(new Date(now.getTime() - READINESS_DAYS * DAY_MS));
}

async function replayAll(store: Store, settings: Settings, runs: readonly ReplayRun[]): Promise<Readiness> {
	const replay = new Replay(settings, (await store.onboardingEnd())?.at ?? null);
	for (const run of runs) replay.add(run, run.issuesFound === 0 ? [] : await store.issuesOfRun(run.runId));
	const fates = await store.fatesOf([...new Set(replay.fixes.map(({ issue }) => issue.id))]);
	return judge(replay, runs, fates, { isOn: settings.autoFix, reading: await store.newestReading() });
}

/** Pure. */
export function judge(
	{ fixes, holds }: Pick<Replay, 'fixes' | 'holds'>,
	runs: readonly ReplayRun[],
	fates: ReadonlyMap<string, IssueFate>,
	{ isOn, reading }: { readonly isOn: boolean; readonly reading: Pick<RunReading, 'ruleChange' | 'onboarding'> | null }
): Readiness {
	const decided = fixes.map((fix) => decisionOn(fix, fates.get(fix.issue.id))).reverse();
	const decisions: Record<Decision, number> = { applied: 0, automatic: 0, undone: 0, ignored: 0, 'came-back': 0, gone: 0, open: 0 };
	for (const { decision } of decided) decisions[decision] += 1;
	const objections = decided.filter(({ decision }) => OBJECTIONS.has(decision));
	const full = runs.filter(isFullRun);
	const unfinished = [
		...(reading !== null && reading.onboarding !== null ? (['setup'] as const) : []),
		...(reading !== null && reading.ruleChange !== null ? (['rules'] as const) : [])
	];
	const known = decided.filter(({ decision }) => !UNDECIDED.has(decision)).length;
	const isEnough = full.length >= MIN_RUNS && known >= MIN_DECIDED;
	return {
		verdict: objections.length + unfinished.length > 0 ? 'not-yet' : isEnough ? 'ready' : 'not-enough-data',
		days: READINESS_DAYS,
		isOn,
		runs: full.length,
		effects: countEffects(fixes.map(({ issue }) => issue)),
		decisions,
		objections,
		doubtful: decided.filter(({ decision, issue }) => decision === 'gone' && takesAccess(issue)),
		holds: [...holds].reverse(),
		unfinished
	};
}

/** @param fate - undefined if the issue is not stored any more */
function decisionOn(fix: ReplayedFix, fate: IssueFate | undefined): DecidedFix {
	const decide = (decision: Decision, by: string | null, decidedAt: Date | null) => ({ ...fix, decision, by, decidedAt });
	if (fate === undefined) return decide('gone', null, null);
	const since = fate.attempts.filter(({ at }) => at >= fix.at);
	const same = since.find(({ undoes, outcome, planHash }) => undoes === null && outcome === 'FIXED' && planHash === fix.issue.planHash);
	if (same !== undefined) {
		const undo = since.find(({ undoes, outcome }) => undoes === same.id && outcome === 'UNDONE');
		if (undo !== undefined) return decide('undone', undo.actor, undo.at);
		if (fate.cameBackAt !== null && fate.cameBackAt > same.at) return decide('came-back', same.actor, fate.cameBackAt);
		return decide(same.actor === AUTOMATIC ? 'automatic' : 'applied', same.actor, same.at);
	}
	if (fate.settledAt === null) return decide('open', null, null);
	return fate.settledBy !== null && fate.status === 'RESOLVED'
		? decide('ignored', fate.settledBy, fate.settledAt)
		: decide('gone', null, fate.settledAt);
}
