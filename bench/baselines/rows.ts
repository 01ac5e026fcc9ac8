import type { PrismaClient } from '../../src/store/client/client.js';

/** As others do it: the database is asked for every member by itself, whether there is drift or not. */
export async function lookUpRows(prisma: PrismaClient, discordIds: readonly string[]): Promise<void> {
	for (const discordId of discordIds) await prisma.member.findFirst({ where: { discordId } });
}
