import type { Channel } from '../reconciliation/domain/notification.js';
import { type OutboxMessage, type OutboxStore, runSubject } from '../reconciliation/outbox/outbox.js';
import { DeliveryStatus, type Prisma, RunStatus } from './client/client.js';
import type { Database } from './connection/database.js';
import { leaseName } from './lease.js';

/** Whoever ends a run tells of it at once. Should that process die first, somebody else does, this much later. */
const FIRST_ATTEMPT_MS = 60_000;

/** Written in the transaction that ends a run: what has ended is told, whatever happens next. */
export async function addRunMessages(
	transaction: Prisma.TransactionClient,
	guildId: string,
	runId: string,
	channels: readonly Channel[],
	at: Date,
	nextTryAt = new Date(at.getTime() + FIRST_ATTEMPT_MS)
): Promise<void> {
	const data = channels.map((channel) => ({ guildId, channel, subject: runSubject(runId), createdAt: at, nextTryAt }));
	await transaction.delivery.createMany({ data, skipDuplicates: true });
}

/** What the operators are to be told, and have been. */
export function outboxStore({ prisma }: Database, guildId: string): Omit<OutboxStore, 'readReport' | 'readHold'> {
	return {
		claimMessages: async (which, until) => {
			const waiting: Prisma.DeliveryWhereInput =
				'subject' in which
					? { subject: which.subject }
					: { OR: [{ nextTryAt: { lte: which.due } }, ...(which.failedToo ? [{ tries: { gt: 0 } }] : [])] };
			const taken = await prisma.delivery.updateManyAndReturn({
				where: { guildId, status: DeliveryStatus.PENDING, ...waiting },
				data: { nextTryAt: until },
				select: { id: true, channel: true, subject: true, createdAt: true, tries: true }
			});
			return taken.map((row): OutboxMessage => ({ ...row, channel: row.channel as Channel }));
		},
		markDelivered: async (id, at) => {
			await prisma.delivery.update({ where: { id }, data: { status: DeliveryStatus.DELIVERED, settledAt: at } });
		},
		markFailed: async (id, { error, nextTryAt, at }) => {
			const end = nextTryAt === null ? { status: DeliveryStatus.GIVEN_UP, settledAt: at } : { nextTryAt };
			await prisma.delivery.update({ where: { id }, data: { ...end, lastError: error, tries: { increment: 1 } } });
		},
		addMessages: async (subject, channels, at) => {
			const data = channels.map((channel) => ({ guildId, channel, subject, createdAt: at, nextTryAt: at }));
			await prisma.delivery.createMany({ data, skipDuplicates: true });
		},
		lastSuccessAt: async () => {
			const run = await prisma.reconciliationRun.findFirst({
				where: { guildId, status: RunStatus.COMPLETED, onlyMember: null },
				orderBy: { startedAt: 'desc' },
				select: { startedAt: true }
			});
			return run?.startedAt ?? null;
		},
		isRunning: async () => {
			const [{ running } = { running: false }] = await prisma.$queryRaw<{ running: boolean }[]>`
				SELECT EXISTS (SELECT 1 FROM "Lease" WHERE name = ${leaseName(guildId)} AND "expiresAt" > now()) AS running`;
			return running;
		}
	};
}
