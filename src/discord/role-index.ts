/** A role call of Reeve's own. */
export interface OwnRoleCall {
	readonly userId: string;
	readonly roleId: string;
	/** False: it revokes. */
	readonly grants: boolean;
}

/**
 * Which managed roles members hold, as last seen: tells changes of them from the many other changes of members, and Reeve's own changes from
 * those of others. What is not known counts as changed. After a complete listing, those who hold none take no memory.
 */
export class RoleIndex {
	/** Member → their managed roles, sorted, as one text. */
	private held = new Map<string, string>();
	/** Whether members who are not in {@link held} hold none. */
	private complete = false;
	private listing: Map<string, string> | null = null;
	/** Null until the managed roles are known: every role counts. */
	private managed: ReadonlySet<string> | null = null;
	/** Member → role calls whose event has not arrived: `+<role ID>` or `-<role ID>`. */
	private readonly ownCalls = new Map<string, Set<string>>();
	/** Most members have one of a few sets of roles: one text for each. */
	private readonly texts = new Map<string, string>();

	/** What was seen with other managed roles is forgotten. */
	public setManagedRoles(ids: readonly string[]): void {
		if (this.managed?.size === ids.length && ids.every((id) => this.managed?.has(id))) return;
		this.managed = new Set(ids);
		this.forget();
	}

	/** Events were missed. */
	public forget(): void {
		this.held = new Map();
		this.listing = null;
		this.complete = false;
		this.texts.clear();
	}

	/** A listing of all members begins. Members who change meanwhile are passed to {@link update}, too. */
	public startListing(): void {
		this.listing = new Map();
	}

	public list(userId: string, roleIds: readonly string[]): void {
		if (this.listing !== null) this.store(this.listing, userId, this.toText(roleIds), true);
	}

	public completeListing(): void {
		if (this.listing === null) return;
		this.held = this.listing;
		this.listing = null;
		this.complete = true;
	}

	/** @returns whether the managed roles changed, or may have, by anyone but Reeve */
	public update(userId: string, roleIds: readonly string[]): boolean {
		const before = this.held.get(userId) ?? (this.complete ? '' : null);
		const after = this.toText(roleIds);
		this.set(userId, after);
		if (before === null) return true;
		const changes = differences(before, after);
		const own = this.ownCalls.get(userId);
		const isOwn = changes.map((change) => own?.delete(change) ?? false);
		return !isOwn.every(Boolean);
	}

	public leave(userId: string): void {
		this.set(userId, '');
	}

	/** Sends a role call of Reeve's own, so that its event counts as no change, whether it arrives before the answer or after it. */
	public async duringOwnCall({ userId, roleId, grants }: OwnRoleCall, send: () => Promise<void>): Promise<void> {
		const change = `${grants ? '+' : '-'}${roleId}`;
		const calls = this.ownCalls.get(userId) ?? new Set();
		this.ownCalls.set(userId, calls);
		calls.add(change);
		try {
			await send();
			if (calls.has(change)) this.apply(userId, roleId, grants);
		} finally {
			calls.delete(change);
			if (calls.size === 0 && this.ownCalls.get(userId) === calls) this.ownCalls.delete(userId);
		}
	}

	private apply(userId: string, roleId: string, grants: boolean): void {
		const text = this.held.get(userId) ?? (this.complete ? '' : null);
		if (text === null) return;
		const others = rolesIn(text).filter((id) => id !== roleId);
		this.set(userId, this.toText(grants ? [...others, roleId] : others));
	}

	private set(userId: string, text: string): void {
		this.store(this.held, userId, text, this.complete);
		if (this.listing !== null) this.store(this.listing, userId, text, true);
	}

	private store(held: Map<string, string>, userId: string, text: string, complete: boolean): void {
		if (text === '' && complete) held.delete(userId);
		else held.set(userId, text);
	}

	private toText(roleIds: readonly string[]): string {
		const text = roleIds
			.filter((id) => this.managed?.has(id) ?? true)
			.sort()
			.join(' ');
		const known = this.texts.get(text);
		if (known === undefined) this.texts.set(text, text);
		return known ?? text;
	}
}

function rolesIn(text: string): readonly string[] {
	return text === '' ? [] : text.split(' ');
}

/** `+<role ID>` for each new role, `-<role ID>` for each lost one. */
function differences(before: string, after: string): readonly string[] {
	if (before === after) return [];
	const [had, has] = [rolesIn(before), rolesIn(after)];
	return [...has.filter((id) => !had.includes(id)).map((id) => `+${id}`), ...had.filter((id) => !has.includes(id)).map((id) => `-${id}`)];
}
