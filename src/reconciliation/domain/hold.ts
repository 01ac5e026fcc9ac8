import type { DriftType } from './issue.js';

/** Why the safety check stops a bulk fix from removing roles. */
export interface Hold {
	readonly reason: string;
	/** Members who would lose a managed role. */
	readonly losing: number;
	/** Members who have one now. */
	readonly holders: number;
}

/** The issues of a bulk fix: all open ones, or those of one type. */
export type BulkScope = 'all' | DriftType;

/** A stored hold. */
export interface StoredHold extends Hold {
	readonly id: string;
	/** `run`: the automatic fixes of a run. Otherwise the scope that an operator requested. */
	readonly scope: BulkScope | 'run';
	/** The operator who requested the fixes, or `reeve`. */
	readonly actor: string;
	readonly heldAt: Date;
	/** The operator who released it; null while it is on hold. */
	readonly releasedBy: string | null;
}
