import type { Guild, Role } from 'discord.js';
import { SNOWFLAKE } from '../reconciliation/domain/guild.js';
import { type ManagedRoleStore, SourceError } from '../reconciliation/domain/ports.js';
import type { RoleName } from '../reconciliation/domain/rules.js';

/** A managed role as the settings want it: by its ID, or by its name until that has been resolved. */
export interface WantedRole {
	readonly name: RoleName;
	/** A role ID or the name of a role. */
	readonly wanted: string;
}

/** The managed roles of a guild, both ways. */
export interface ManagedRoles {
	readonly idOf: ReadonlyMap<RoleName, string>;
	readonly nameOf: ReadonlyMap<string, RoleName>;
}

/**
 * Finds the managed roles. A name is resolved once and its ID kept, so a renamed role stays the same role; a deleted one is
 * an error, never a reason to take another of the same name, let alone to create one.
 * @throws {SourceError} naming every role that is not there
 */
export async function resolveManagedRoles(guild: Guild, wanted: readonly WantedRole[], memory: ManagedRoleStore): Promise<ManagedRoles> {
	const known = await memory.loadManagedRoles();
	const idOf = new Map<RoleName, string>();
	const problems: string[] = [];
	for (const { name, wanted: spec } of wanted) {
		const id = SNOWFLAKE.test(spec) ? spec : known.get(spec);
		if (id !== undefined) {
			if (guild.roles.cache.has(id)) idOf.set(name, id);
			else
				problems.push(`The role for ${name} (ID ${id}) no longer exists. Put the ID of the role to use instead into ${settingName(name)}.`);
			continue;
		}
		const [only, ...others] = [...guild.roles.cache.filter((role: Role) => role.name === spec).values()];
		if (only === undefined)
			problems.push(`There is no role named "${spec}". Create it, or put another role's name or ID into ${settingName(name)}.`);
		else if (others.length > 0)
			problems.push(`There are ${others.length + 1} roles named "${spec}". Put the ID of the right one into ${settingName(name)}.`);
		else {
			await memory.saveManagedRoles(spec, only.id);
			idOf.set(name, only.id);
		}
	}
	const nameOf = new Map<string, RoleName>();
	for (const [name, id] of idOf) {
		const other = nameOf.get(id);
		if (other !== undefined)
			problems.push(`${other} and ${name} are the same role. Give each a role of its own (${settingName(other)}, ${settingName(name)}).`);
		nameOf.set(id, name);
	}
	if (problems.length > 0) throw new SourceError('discord', problems.join('\n'));
	return { idOf, nameOf };
}

function settingName(name: RoleName): string {
	return `DISCORD_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}_ROLE`;
}
