import type { PrismaClient } from '../../src/store/client/client.js';

/** One query per member, whether they drifted or not. */
export async function queryPerMember(prisma: PrismaClient, discordIds: readonly string[]): Promise<void> {
	for (const discordId of discordIds) await prisma.member.findFirst({ where: { discordId } });
}
