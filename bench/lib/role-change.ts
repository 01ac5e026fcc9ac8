/** Roles to add to and remove from a member, by ID. */
export interface RoleChange {
	readonly userId: string;
	/** Roles before the change. */
	readonly holds: readonly string[];
	readonly add: readonly string[];
	readonly remove: readonly string[];
}
