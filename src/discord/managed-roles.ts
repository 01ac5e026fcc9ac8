import type { Guild, Role } from 'discord.js';
import { parseDiscordId } from '../reconciliation/domain/discord-id.js';
import { type GuildProblem, type ManagedRoleStore, SourceError } from '../reconciliation/domain/ports.js';
import type { RoleName } from '../reconciliation/domain/rules.js';

/** A managed role as configured. */
export interface WantedRole {
	readonly name: RoleName;
	/** ID or name of the guild's role. */
	readonly wanted: string;
	/** The setting that names it, for error messages. */
	readonly setting: string;
}

/** Managed role ↔ ID of the guild's role. */
export interface ManagedRoles {
	readonly idOf: ReadonlyMap<RoleName, string>;
	readonly nameOf: ReadonlyMap<string, RoleName>;
}

/** Managed roles that cannot be resolved. */
export class ManagedRolesError extends SourceError {
	/** @param idOf - those that can be resolved */
	public constructor(
		public readonly problems: readonly GuildProblem[],
		public readonly idOf: ManagedRoles['idOf']
	) {
		super('discord', problems.map(({ message }) => message).join('\n'));
	}
}

/**
 * Resolves the configured roles to IDs. A name is resolved once and its ID stored, so a renamed role stays the same role; a deleted
 * role is an error, even when another role has its name by now.
 * @throws {ManagedRolesError} one line per role that is missing, ambiguous or used twice
 */
export async function resolveManagedRoles(guild: Guild, wanted: readonly WantedRole[], memory: ManagedRoleStore): Promise<ManagedRoles> {
	const known = await memory.loadManagedRoles();
	const idOf = new Map<RoleName, string>();
	const settingOf = new Map(wanted.map(({ name, setting }) => [name, setting]));
	const problems: GuildProblem[] = [];
	const report = (message: string, part?: GuildProblem['part']) => problems.push({ blocks: 'runs', message, ...(part && { part }) });
	for (const { name, wanted: spec, setting } of wanted) {
		const id = parseDiscordId(spec, 'role') ?? known.get(spec);
		if (id !== undefined) {
			if (guild.roles.cache.has(id)) idOf.set(name, id);
			else
				report(`The role for ${name} (ID ${id}) no longer exists. Set ${setting} to the ID of another role.`, { kind: 'role', roleId: id });
			continue;
		}
		const [role, ...others] = [...guild.roles.cache.filter((candidate: Role) => candidate.name === spec).values()];
		if (role === undefined) report(`There is no role named "${spec}". Create it, or set ${setting} to another role's name or ID.`);
		else if (others.length > 0) report(`There are ${others.length + 1} roles named "${spec}". Set ${setting} to the ID of the right one.`);
		else {
			await memory.saveManagedRoles(spec, role.id);
			idOf.set(name, role.id);
		}
	}
	const nameOf = new Map<string, RoleName>();
	for (const [name, id] of idOf) {
		const other = nameOf.get(id);
		if (other !== undefined)
			report(`${other} and ${name} are the same role. Use a separate role for each (${settingOf.get(other)}, ${settingOf.get(name)}).`);
		nameOf.set(id, name);
	}
	if (problems.length > 0) throw new ManagedRolesError(problems, idOf);
	return { idOf, nameOf };
}
