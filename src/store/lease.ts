import type { Ledger } from '../reconciliation/domain/ports.js';
import type { Database } from './connection/database.js';

export const leaseName = (guildId: string): string => `run:${guildId}`;

/** The one right to run in a guild. Times are the database's own, so that the clocks of several machines do not matter. */
export function leaseStore({ prisma }: Database, guildId: string): Pick<Ledger, 'acquireLease' | 'renewLease' | 'releaseLease'> {
	const name = leaseName(guildId);
	return {
		acquireLease: async (holder, seconds) => {
			const taken = await prisma.$executeRaw`
				INSERT INTO "Lease" AS lease (name, holder, "expiresAt") VALUES (${name}, ${holder}, now() + make_interval(secs => ${seconds}))
				ON CONFLICT (name) DO UPDATE SET holder = EXCLUDED.holder, "expiresAt" = EXCLUDED."expiresAt"
				WHERE lease."expiresAt" <= now() OR lease.holder = EXCLUDED.holder`;
			return taken === 1;
		},
		renewLease: async (holder, seconds) => {
			// Also one that has expired, as long as nobody else has taken it: a renewal may have had to wait for its turn.
			const renewed = await prisma.$executeRaw`
				UPDATE "Lease" SET "expiresAt" = now() + make_interval(secs => ${seconds}) WHERE name = ${name} AND holder = ${holder}`;
			return renewed === 1;
		},
		releaseLease: async (holder) => {
			await prisma.lease.deleteMany({ where: { name, holder } });
		}
	};
}
