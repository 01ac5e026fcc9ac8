/** Entries of the append-only audit log: one for every change. */

export type AuditAction =
	| 'fix'
	| 'undo'
	| 'link'
	| 'unlink'
	| 'import'
	| 'undo-import'
	| 'exempt'
	| 'end-exemption'
	| 'forget'
	| 'pause'
	| 'resume'
	| 'hold'
	| 'release'
	| 'accept-rules'
	| 'end-onboarding'
	| 'accept-account'
	| 'setting';

export interface AuditEntry {
	readonly at: Date;
	/** The operator's Discord ID, `reeve`, `command line` or `http`; a {@link pseudonym} if the operator was forgotten. */
	readonly actor: string;
	readonly action: AuditAction;
	/** The Discord ID of the member, or a setting's name; null where there is neither. */
	readonly subject: string | null;
	/** The value before, as JSON; null where there was none. */
	readonly before: unknown;
	/** The value after, as JSON; null where there is none, or it is unknown. */
	readonly after: unknown;
	/** `DONE`, or the outcome of a fix or an undo. */
	readonly outcome: string;
	/** Further details, in words. */
	readonly detail: string | null;
	/** The attempt ID of a fix or an undo. */
	readonly attemptId: string | null;
}

/** Begins every {@link pseudonym}. */
export const PSEUDONYM = 'person:';

/** Stands for a person in the audit log; and everywhere, once they are forgotten. @param id - random */
export function pseudonym(id: string): string {
	return `${PSEUDONYM}${id}`;
}

/** Whether this stands for a person. Outside of the audit log: for one who was forgotten. */
export function isPseudonym(discordId: string): boolean {
	return discordId.startsWith(PSEUDONYM);
}
