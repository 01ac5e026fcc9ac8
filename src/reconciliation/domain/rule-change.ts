import type { EffectCounts } from './effect.js';
import type { Rules } from './rules.js';

/** The rules that an operator accepted last; those of the first run are accepted by it. */
export interface AcceptedRules {
	readonly rules: Rules;
	readonly acceptedAt: Date;
	/** The operator's Discord ID, or `reeve`. */
	readonly acceptedBy: string;
}

/** The rules in force, while they differ from those that an operator accepted last. */
export interface UnacceptedRules {
	readonly current: Rules;
	readonly accepted: Rules;
}

/** What a run found out about rules that no operator had accepted. */
export interface RuleChange {
	/** Of the rules of the run. */
	readonly rulesHash: string;
	/** What changed, a sentence each, for operators. */
	readonly changes: readonly string[];
	/** When the rules that the run compared with were accepted. */
	readonly since: Date;
	/** Of the plans of issues that exist only because of the change. */
	readonly effects: EffectCounts;
	/** The operator who accepted it since; null while no one has. */
	readonly acceptedBy: string | null;
}

/** The members who would lose access or move down by a rule change: an operator types their number to accept it. */
export function losingBy({ effects }: Pick<RuleChange, 'effects'>): number {
	return effects.removes + effects.lowers;
}
