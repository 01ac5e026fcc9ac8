import type { Effect } from './effect.js';
import type { DriftType } from './issue.js';

/** Why the safety check stops a bulk fix from taking access. */
export interface Hold {
	readonly reason: string;
	/** Members who would lose access or move down. */
	readonly losing: number;
	/** Of these, the members who would only move down. Missing in holds of older versions. */
	readonly lowering?: number;
	/** Members who hold a managed role now. */
	readonly holders: number;
	/** Set if it stops only what rules that no operator has accepted would take. */
	readonly byRuleChange?: boolean;
}

/** The issues of a bulk fix: all open ones of linked members, those of one type, or those of members without any link. */
export type BulkScope = 'all' | DriftType | 'UNLINKED';

/** The parts of a bulk plan, which an operator applies one by one. */
export const BULK_PARTS = ['gives', 'lowers', 'removes'] as const;

export type BulkPart = (typeof BULK_PARTS)[number];

/** The part of a bulk plan that an issue belongs to. */
export function partOf({ effect }: { readonly effect: Effect }): BulkPart {
	return effect === 'removes' || effect === 'lowers' ? effect : 'gives';
}

/** A stored hold. */
export interface StoredHold extends Hold {
	readonly id: string;
	/** `run` and `rules`: automatic fixes of a run. Otherwise the scope that an operator requested. */
	readonly scope: BulkScope | 'run' | 'rules';
	/** The operator who requested the fixes, or `reeve`. */
	readonly actor: string;
	readonly heldAt: Date;
	/** The operator who released it; null while it is on hold. */
	readonly releasedBy: string | null;
	readonly releasedAt: Date | null;
	/** The message that announced it; null if none did. */
	readonly message: { readonly channelId: string; readonly messageId: string } | null;
}
