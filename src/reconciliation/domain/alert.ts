/** What in the server keeps Reeve from working, and the alerts about it. */

/** The part of the server that a problem is about: it says where in the audit log its cause is. */
export type ServerPart =
	/** A managed role was deleted. */
	| { readonly kind: 'role'; readonly roleId: string }
	/** A managed role is not below Reeve's own. */
	| { readonly kind: 'role-order'; readonly roleId: string }
	/** Reeve lacks Manage Roles. */
	| { readonly kind: 'permissions' }
	/** The server requires two-factor authentication of Reeve's owner. */
	| { readonly kind: 'two-factor' }
	/** Reeve is not in the server. */
	| { readonly kind: 'membership' }
	/** The admin channel was deleted. */
	| { readonly kind: 'channel'; readonly channelId: string }
	/** Reeve cannot post in the admin channel. */
	| { readonly kind: 'channel-access'; readonly channelId: string };

/** A problem that a change in the server caused, and that another change can end. */
export interface ServerProblem {
	/** `reports`: nothing can be posted in the admin channel. The others as in {@link GuildProblem}. */
	readonly blocks: 'runs' | 'fixes' | 'reports';
	/** What is wrong and what to do, for operators. */
	readonly message: string;
	readonly part: ServerPart;
}

/** Who changed something in the server, as Discord's audit log has it. */
export interface ServerChange {
	/** Discord ID. */
	readonly by: string;
	readonly at: Date;
}

/** A problem of an alert. */
export interface AlertedProblem extends ServerProblem {
	/** Null if the audit log does not say, or Reeve may not read it. */
	readonly change: ServerChange | null;
	/** When it was found to be over; null while it is not. */
	readonly resolvedAt: Date | null;
}

/** A stored alert: the problems that were found together. */
export interface StoredAlert {
	readonly id: string;
	readonly at: Date;
	readonly problems: readonly AlertedProblem[];
	/** The message that shows it; null if it has not been posted. */
	readonly message: { readonly channelId: string; readonly messageId: string } | null;
}

/** Identifies a problem for as long as it lasts, whatever its message says. */
export function problemKey({ part }: Pick<ServerProblem, 'part'>): string {
	if ('roleId' in part) return `${part.kind}:${part.roleId}`;
	return 'channelId' in part ? `${part.kind}:${part.channelId}` : part.kind;
}
