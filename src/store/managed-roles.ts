import type { ManagedRoleStore } from '../reconciliation/domain/ports.js';
import type { Database } from './connection/database.js';

/** Role IDs of the managed roles by the names in the settings. */
export function managedRoleStore({ prisma }: Database, guildId: string): ManagedRoleStore {
	return {
		loadManagedRoles: async () =>
			new Map((await prisma.managedRole.findMany({ where: { guildId } })).map(({ name, roleId }) => [name, roleId])),
		saveManagedRoles: async (name, roleId) => {
			await prisma.managedRole.upsert({
				where: { guildId_name: { guildId, name } },
				create: { guildId, name, roleId },
				update: { roleId }
			});
		}
	};
}
