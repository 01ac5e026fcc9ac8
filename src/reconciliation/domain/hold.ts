import type { DriftType } from './issue.js';

/** Why the safety check keeps a bulk fix from taking access. */
export interface Hold {
	readonly reason: string;
	/** People who would lose a managed role. */
	readonly losing: number;
	/** People who hold one now. */
	readonly holders: number;
}

/** What a bulk fix is about: all open issues, or those of one kind. */
export type BulkScope = 'all' | DriftType;

/** A hold as it is kept: what the safety check refused, who had asked for it, and who released it. */
export interface StoredHold extends Hold {
	readonly id: string;
	/** `run`: what the run would have fixed by itself. Else what an operator asked for. */
	readonly scope: BulkScope | 'run';
	/** The operator who asked, or `reeve`. */
	readonly actor: string;
	readonly heldAt: Date;
	/** The operator who released it; null while it is held. */
	readonly releasedBy: string | null;
}
