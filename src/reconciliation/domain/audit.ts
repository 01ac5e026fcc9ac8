/** What is written down of everything that changed something, for good. */

export type AuditAction =
	| 'fix'
	| 'undo'
	| 'link'
	| 'unlink'
	| 'exempt'
	| 'end-exemption'
	| 'pause'
	| 'resume'
	| 'hold'
	| 'release'
	| 'setting';

export interface AuditEntry {
	readonly at: Date;
	/** The operator's Discord ID, or `reeve`. */
	readonly actor: string;
	readonly action: AuditAction;
	/** The Discord ID of whom it is about; a setting's name; null where it is about nobody. */
	readonly subject: string | null;
	/** As it was; JSON. Null where there was nothing. */
	readonly before: unknown;
	/** As it is now; JSON. Null where there is nothing any more, or it is not known. */
	readonly after: unknown;
	/** `DONE`, or how a fix or an undo ended. */
	readonly outcome: string;
	/** In words, where there is more to say. */
	readonly detail: string | null;
	/** The attempt, of a fix or an undo. */
	readonly attemptId: string | null;
}
