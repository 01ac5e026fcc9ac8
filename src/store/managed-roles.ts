import type { ManagedRoleStore } from '../reconciliation/domain/ports.js';
import type { Database } from './connection/database.js';

/** The IDs of the managed roles that the settings name. */
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
