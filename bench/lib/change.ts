/** Roles that somebody is to get and to lose, by their IDs. */
export interface Change {
	readonly userId: string;
	/** Before. */
	readonly holds: readonly string[];
	readonly add: readonly string[];
	readonly remove: readonly string[];
}
