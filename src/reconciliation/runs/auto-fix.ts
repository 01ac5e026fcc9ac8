import type { Detection } from '../domain/detection.js';
import { countEffects, takesAccess } from '../domain/effect.js';
import type { Hold } from '../domain/hold.js';
import type { OpenIssue } from '../domain/issue.js';
import type { OnProgress, Ports, RunStart } from '../domain/ports.js';
import type { UnacceptedRules } from '../domain/rule-change.js';
import type { RunSettings } from '../domain/run.js';
import { AUTOMATIC } from '../fixes/attempt.js';
import { fixEach, grantsFirst } from '../fixes/bulk.js';
import {
	type Baseline,
	checkPayerDrop,
	checkRuleChange,
	checkSafety,
	TAKEN_WITHIN_MS,
	type TakenAccess,
	withholdChanged,
	withholdDuringOnboarding
} from '../fixes/safety.js';

/** What a run found, and what the last good run read. */
export interface AutoFixInput extends Pick<RunStart, 'triggeredBy' | 'requestedBy'> {
	readonly runId: string;
	readonly issues: readonly OpenIssue[];
	/** What the last good run is compared with. */
	readonly comparable: Pick<Detection, 'roleHolders' | 'payingCustomers'>;
	readonly baseline: Baseline | null;
	/** Null if an operator has accepted the rules. */
	readonly unaccepted: UnacceptedRules | null;
	/** Whether setup is not finished: no access is taken then. */
	readonly isOnboarding: boolean;
}

export interface AutoFixMonitor {
	/** Incremented per fixed issue, so that the count survives an error. */
	readonly fixed: { count: number };
	readonly onProgress: OnProgress;
	/** Called before each fix; false skips the rest. Throws if the run has to stop. */
	readonly shouldContinue: () => boolean | Promise<boolean>;
}

/** What earlier automatic fixes took within the last hour. */
function recentlyTaken({ ledger, now }: Pick<Ports, 'ledger' | 'now'>): Promise<TakenAccess> {
	return ledger.countTaken(new Date(now().getTime() - TAKEN_WITHIN_MS));
}

/** The issues that automatic fixes include. */
export function fixable<Issue extends Pick<OpenIssue, 'linked'>>(
	issues: readonly Issue[],
	{ fixUnlinked }: Pick<RunSettings, 'fixUnlinked'>
): readonly Issue[] {
	return issues.filter(({ linked }) => linked || fixUnlinked);
}

/** What a run found, as far as the decision depends on it. */
export interface AutoFixFindings<Issue> extends Pick<AutoFixInput, 'comparable' | 'baseline' | 'isOnboarding'> {
	readonly issues: readonly Issue[];
	/** Whether the rules are still to be accepted. */
	readonly hasUnacceptedRules: boolean;
}

type Decidable = Pick<OpenIssue, 'linked' | 'effect' | 'byRuleChange'>;

/**
 * What automatic fixes of a run change, grants first, and what they leave to an operator. Pure.
 * @param taken - what earlier automatic fixes took within the last hour
 * @returns `hold`: what kept back every plan that takes access, or every one that takes it because of a rule change; null if all are
 * allowed, or kept back because setup is not finished
 */
export function decideAutoFix<Issue extends Decidable>(
	{ fixUnlinked, maxRevokePercent }: Pick<RunSettings, 'fixUnlinked' | 'maxRevokePercent'>,
	{ issues, comparable, baseline, hasUnacceptedRules, isOnboarding }: AutoFixFindings<Issue>,
	taken?: TakenAccess
): { readonly allowed: readonly Issue[]; readonly hold: Hold | null } {
	const candidates = fixable(issues, { fixUnlinked });
	const { withheld, others } = withholdChanged(withholdDuringOnboarding(candidates, isOnboarding).others, hasUnacceptedRules);
	const hold = isOnboarding
		? checkPayerDrop(candidates, comparable, baseline)
		: checkSafety(others, comparable, baseline, maxRevokePercent, taken);
	const allowed = grantsFirst(hold === null ? others : others.filter((issue) => !takesAccess(issue)));
	return { allowed, hold: hold ?? checkRuleChange(withheld, comparable) };
}

/**
 * Fixes what needs no operator.
 * @returns the hold; see {@link decideAutoFix}
 */
export async function autoFix(
	ports: Ports,
	settings: RunSettings,
	{ runId, unaccepted, triggeredBy, requestedBy, ...found }: AutoFixInput,
	{ fixed, onProgress, shouldContinue }: AutoFixMonitor
): Promise<Hold | null> {
	const taken = found.isOnboarding ? undefined : await recentlyTaken(ports);
	const { allowed, hold } = decideAutoFix(settings, { ...found, hasUnacceptedRules: unaccepted !== null }, taken);
	await fixEach(ports, settings.policy, allowed, {
		actor: AUTOMATIC,
		runId,
		unaccepted: async () => unaccepted,
		progress: ports.notifier.trackBulk({
			id: runId,
			total: allowed.length,
			effects: countEffects(allowed),
			origin: { kind: 'run', triggeredBy, requestedBy }
		}),
		shouldContinue,
		onProgress: (done, total, step) => {
			if (step.fixed) fixed.count += 1;
			onProgress({ source: 'fix', done, total, finished: done === total });
		}
	});
	return hold;
}
