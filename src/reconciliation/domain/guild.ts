import type { ById } from './by-id.js';
import type { RoleName } from './rules.js';

/** A member of the guild and their managed roles. */
export interface RosterMember {
	readonly id: string;
	/** Display name. User-chosen: escape it wherever it is printed. */
	readonly name: string;
	/** The account's unique name; null if the display name is the same. */
	readonly username?: string | null;
	/** The name that the account shows in every server; null if it is one of the two above. */
	readonly globalName?: string | null;
	readonly bot: boolean;
	/** When they joined, for the last time; null or missing if it is not known. */
	readonly joinedAt?: Date | null;
	readonly roles: readonly RoleName[];
}

export interface Roster {
	/** By Discord ID. */
	readonly members: ById<RosterMember>;
	/** Set if the members are fewer than Discord counts, although two lists agree on them. */
	readonly countMismatch?: CountMismatch;
}

/** Discord's list of members and its count of them differ. */
export interface CountMismatch {
	readonly listed: number;
	readonly counted: number;
}
