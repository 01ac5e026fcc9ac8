import type { ById } from './by-id.js';
import type { RoleName } from './rules.js';

/** A Discord ID, of a user, a guild, a channel or a role. */
export const SNOWFLAKE = /^\d{17,20}$/;

/** Somebody in the guild, and which managed roles they hold. */
export interface RosterMember {
	readonly id: string;
	/** The name that Discord shows; anybody can choose theirs, so escape it wherever it is printed. */
	readonly name: string;
	readonly bot: boolean;
	readonly roles: readonly RoleName[];
}

export interface Roster {
	/** By their Discord IDs. */
	readonly members: ById<RosterMember>;
}
