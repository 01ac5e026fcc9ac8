import type { RoleMemory } from '../reconciliation/ports.js';
import type { Database } from './database.js';

/** The IDs of the managed roles that the settings name. */
export function roleMemory({ prisma }: Database, guildId: string): RoleMemory {
	return {
		recall: async () => new Map((await prisma.managedRole.findMany({ where: { guildId } })).map(({ name, roleId }) => [name, roleId])),
		keep: async (name, roleId) => {
			await prisma.managedRole.upsert({
				where: { guildId_name: { guildId, name } },
				create: { guildId, name, roleId },
				update: { roleId }
			});
		}
	};
}
