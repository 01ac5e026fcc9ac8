import type { Links } from '../reconciliation/domain/links.js';
import type { People } from '../reconciliation/domain/people.js';
import type { LinkReader } from '../reconciliation/domain/ports.js';
import type { Database } from './connection/database.js';

const EXEMPTION = { discordId: true, reason: true, createdBy: true, expiresAt: true } as const;

/** Reads members and teams where they are kept, and exemptions and undated debts, which Reeve always keeps itself. */
export function linkReader({ prisma }: Database, people: Pick<People, 'readAll' | 'readOf'>): LinkReader {
	const seenDebts = async (): Promise<Links['firstSeenUnpaid']> =>
		new Map((await prisma.seenDebt.findMany()).map(({ subscriptionId, firstSeenAt }) => [subscriptionId, firstSeenAt]));
	return {
		readLinks: async (onProgress) => ({
			...(await people.readAll(onProgress)),
			exemptions: await prisma.exemption.findMany({ select: EXEMPTION }),
			firstSeenUnpaid: await seenDebts()
		}),
		readLinksOf: async (discordIds, customerIds) => ({
			...(await people.readOf(discordIds, customerIds)),
			exemptions: await prisma.exemption.findMany({ select: EXEMPTION, where: { discordId: { in: [...discordIds] } } }),
			firstSeenUnpaid: await seenDebts()
		})
	};
}
