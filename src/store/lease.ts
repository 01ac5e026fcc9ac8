import type { Ledger } from '../reconciliation/domain/ports.js';
import type { PrismaClient } from './client/client.js';
import type { Database } from './connection/database.js';

export const leaseName = (guildId: string): string => `run:${guildId}`;

/** A right that one process has at a time. */
interface LeaseRequest {
	readonly name: string;
	readonly holder: string;
}

/** Acquires a lease that is free or has expired, or renews it. Times are the database's, so the clocks of several machines need not agree. */
export async function acquireLease(
	prisma: Pick<PrismaClient, '$executeRaw'>,
	{ name, holder, seconds }: LeaseRequest & { readonly seconds: number }
): Promise<boolean> {
	const acquired = await prisma.$executeRaw`
		INSERT INTO $schema."Lease" AS lease (name, holder, "expiresAt") VALUES (${name}, ${holder}, now() + make_interval(secs => ${seconds}))
		ON CONFLICT (name) DO UPDATE SET holder = EXCLUDED.holder, "expiresAt" = EXCLUDED."expiresAt"
		WHERE lease."expiresAt" <= now() OR lease.holder = EXCLUDED.holder`;
	return acquired === 1;
}

export async function releaseLease(prisma: Pick<PrismaClient, 'lease'>, { name, holder }: LeaseRequest): Promise<void> {
	await prisma.lease.deleteMany({ where: { name, holder } });
}

/** The lease that allows one run at a time in a guild. */
export function leaseStore({ prisma }: Database, guildId: string): Pick<Ledger, 'acquireLease' | 'renewLease' | 'releaseLease'> {
	const name = leaseName(guildId);
	return {
		acquireLease: (holder, seconds) => acquireLease(prisma, { name, holder, seconds }),
		renewLease: async (holder, seconds) => {
			// Renews an expired lease too, unless another holder took it: the renewal itself may have been queued.
			const renewed = await prisma.$executeRaw`
				UPDATE $schema."Lease" SET "expiresAt" = now() + make_interval(secs => ${seconds}) WHERE name = ${name} AND holder = ${holder}`;
			return renewed === 1;
		},
		releaseLease: (holder) => releaseLease(prisma, { name, holder })
	};
}
