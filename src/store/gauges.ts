import type { GaugeStore } from '../reconciliation/health/gauges.js';
import { DeliveryStatus, RunStatus } from './client/client.js';
import type { Database } from './connection/database.js';
import { FULL_RUN } from './run-scope.js';

/** What monitoring counts. */
export function gaugeStore({ prisma }: Database, guildId: string): GaugeStore {
	return {
		countOpenHolds: async () => {
			const newest = await prisma.reconciliationRun.findFirst({
				where: { guildId, status: RunStatus.COMPLETED, ...FULL_RUN },
				orderBy: { startedAt: 'desc' },
				select: { startedAt: true }
			});
			return newest === null
				? 0
				: prisma.hold.count({ where: { guildId, run: { startedAt: { gte: newest.startedAt } }, releasedAt: null } });
		},
		countDeliveries: async () => {
			const pending = { guildId, status: DeliveryStatus.PENDING };
			return {
				pending: await prisma.delivery.count({ where: pending }),
				failing: await prisma.delivery.count({ where: { ...pending, tries: { gt: 0 } } }),
				givenUp: await prisma.delivery.count({ where: { guildId, status: DeliveryStatus.GIVEN_UP } })
			};
		},
		readInstalledAt: async () => (await prisma.installation.findUnique({ where: { guildId } }))?.installedAt ?? null
	};
}
