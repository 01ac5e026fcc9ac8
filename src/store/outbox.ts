import type { Channel } from '../reconciliation/domain/notification.js';
import { type OutboxMessage, type OutboxStore, runSubject } from '../reconciliation/outbox/outbox.js';
import { DeliveryStatus, type Prisma, RunStatus } from './client/client.js';
import type { Database } from './connection/database.js';
import { fromJson, nullable } from './json.js';
import { leaseName } from './lease.js';
import { FULL_RUN } from './run-scope.js';

/** The process that ends a run delivers its report at once. If it dies first, another process delivers it after this time. */
const TAKEOVER_AFTER_MS = 60_000;

/** Queues a run's report. Call it in the transaction that ends the run, so that no ended run goes unreported. */
export async function addRunMessages(
	transaction: Prisma.TransactionClient,
	guildId: string,
	runId: string,
	channels: readonly Channel[],
	at: Date,
	nextTryAt = new Date(at.getTime() + TAKEOVER_AFTER_MS)
): Promise<void> {
	const data = channels.map((channel) => ({ guildId, channel, subject: runSubject(runId), createdAt: at, nextTryAt }));
	await transaction.delivery.createMany({ data, skipDuplicates: true });
}

/** The outbox: notifications to operators, stored until delivered. */
export function outboxStore({ prisma }: Database, guildId: string): Omit<OutboxStore, 'readReport' | 'readHold' | 'readAlert'> {
	return {
		claimMessages: async (which, until) => {
			const filter: Prisma.DeliveryWhereInput =
				'subject' in which
					? { subject: which.subject }
					: { OR: [{ nextTryAt: { lte: which.due } }, ...(which.failedToo ? [{ tries: { gt: 0 } }] : [])] };
			const claimed = await prisma.delivery.updateManyAndReturn({
				where: { guildId, status: DeliveryStatus.PENDING, ...filter },
				data: { nextTryAt: until },
				select: { id: true, channel: true, subject: true, createdAt: true, tries: true, recipients: true }
			});
			return claimed.map(
				(row): OutboxMessage => ({
					...row,
					channel: row.channel as Channel,
					recipients: row.recipients === null ? null : fromJson<readonly string[]>(row.recipients)
				})
			);
		},
		markDelivered: async (id, at) => {
			await prisma.delivery.update({ where: { id }, data: { status: DeliveryStatus.DELIVERED, settledAt: at } });
		},
		markFailed: async (id, { error, nextTryAt, at, recipients }) => {
			const end = nextTryAt === null ? { status: DeliveryStatus.GIVEN_UP, settledAt: at } : { nextTryAt };
			await prisma.delivery.update({
				where: { id },
				data: { ...end, lastError: error, tries: { increment: 1 }, recipients: nullable(recipients) }
			});
		},
		addMessages: async (subject, channels, at) => {
			const data = channels.map((channel) => ({ guildId, channel, subject, createdAt: at, nextTryAt: at }));
			await prisma.delivery.createMany({ data, skipDuplicates: true });
		},
		lastSuccessAt: async () => {
			const run = await prisma.reconciliationRun.findFirst({
				where: { guildId, status: RunStatus.COMPLETED, ...FULL_RUN },
				orderBy: { startedAt: 'desc' },
				select: { startedAt: true }
			});
			return run?.startedAt ?? null;
		},
		runningSince: async () => {
			const [run] = await prisma.$queryRaw<{ startedAt: Date }[]>`
				SELECT "startedAt" FROM $schema."ReconciliationRun"
				WHERE "guildId" = ${guildId} AND status = 'RUNNING' AND "onlyMember" IS NULL AND "onlyMembers" IS NULL
					AND EXISTS (SELECT 1 FROM $schema."Lease" WHERE name = ${leaseName(guildId)} AND "expiresAt" > now())
				ORDER BY "startedAt" DESC LIMIT 1`;
			return run?.startedAt ?? null;
		}
	};
}
