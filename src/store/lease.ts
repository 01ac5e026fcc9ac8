import type { Ledger } from '../reconciliation/domain/ports.js';
import type { Database } from './connection/database.js';

export const leaseName = (guildId: string): string => `run:${guildId}`;

/** The lease that allows one run at a time in a guild. Times are the database's, so the clocks of several machines need not agree. */
export function leaseStore({ prisma }: Database, guildId: string): Pick<Ledger, 'acquireLease' | 'renewLease' | 'releaseLease'> {
	const name = leaseName(guildId);
	return {
		acquireLease: async (holder, seconds) => {
			const acquired = await prisma.$executeRaw`
				INSERT INTO $schema."Lease" AS lease (name, holder, "expiresAt") VALUES (${name}, ${holder}, now() + make_interval(secs => ${seconds}))
				ON CONFLICT (name) DO UPDATE SET holder = EXCLUDED.holder, "expiresAt" = EXCLUDED."expiresAt"
				WHERE lease."expiresAt" <= now() OR lease.holder = EXCLUDED.holder`;
			return acquired === 1;
		},
		renewLease: async (holder, seconds) => {
			// Renews an expired lease too, unless another holder took it: the renewal itself may have been queued.
			const renewed = await prisma.$executeRaw`
				UPDATE $schema."Lease" SET "expiresAt" = now() + make_interval(secs => ${seconds}) WHERE name = ${name} AND holder = ${holder}`;
			return renewed === 1;
		},
		releaseLease: async (holder) => {
			await prisma.lease.deleteMany({ where: { name, holder } });
		}
	};
}
