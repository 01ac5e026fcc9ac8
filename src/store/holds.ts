import type { Hold, StoredHold } from '../reconciliation/domain/hold.js';
import { AUTOMATIC } from '../reconciliation/fixes/attempt.js';
import type { HoldStore } from '../reconciliation/fixes/holds.js';
import { holdSubject } from '../reconciliation/outbox/outbox.js';
import { writeChange } from './audit.js';
import type { Prisma } from './client/client.js';
import type { Database } from './connection/database.js';

/** Scope of a hold on a run's automatic fixes. */
const RUN = 'run';

/** Stores a run's hold. Call it in the transaction that completes the run. */
export async function holdRun(transaction: Prisma.TransactionClient, guildId: string, runId: string, hold: Hold, at: Date): Promise<void> {
	const { reason, losing, holders } = hold;
	await transaction.hold.create({
		data: { guildId, runId, scope: RUN, actor: AUTOMATIC, reason, losing, holders, heldAt: at },
		select: { id: true }
	});
}

/** Holds: bulk fixes that the safety check refused, and their release. */
export function holdStore({ prisma }: Database, guildId: string): HoldStore {
	return {
		recordHold: ({ at, channels, ...refused }) =>
			prisma.$transaction(async (transaction) => {
				const { runId, scope, actor, losing, reason } = refused;
				const openHolds = await transaction.hold.count({ where: { guildId, runId, scope: { in: [RUN, scope] }, releasedAt: null } });
				const [added] = await transaction.hold.createManyAndReturn({
					data: [{ guildId, ...refused, heldAt: at }],
					skipDuplicates: true,
					select: { id: true }
				});
				if (added === undefined) return;
				await writeChange(transaction, guildId, {
					at,
					actor,
					action: 'hold',
					subject: null,
					before: null,
					after: { scope, losing },
					detail: reason
				});
				// The operators know already: they were notified of an earlier hold on this run.
				if (openHolds > 0) return;
				const subject = holdSubject(added.id);
				await transaction.delivery.createMany({
					data: channels.map((channel) => ({ guildId, channel, subject, createdAt: at, nextTryAt: at })),
					skipDuplicates: true
				});
			}),
		releaseHold: ({ runId, scope, actor, at, losing, reason }) =>
			prisma.$transaction(async (transaction) => {
				await transaction.hold.updateMany({
					where: { guildId, runId, releasedAt: null, ...(scope === 'all' ? {} : { scope }) },
					data: { releasedAt: at, releasedBy: actor }
				});
				await writeChange(transaction, guildId, {
					at,
					actor,
					action: 'release',
					subject: null,
					before: { losing },
					after: null,
					detail: reason
				});
			}),
		readHold: async (id) => {
			const row = await prisma.hold.findFirst({ where: { id, guildId } });
			if (row === null) return null;
			const { scope, actor, reason, losing, holders, heldAt, releasedBy } = row;
			return { id, scope: scope as StoredHold['scope'], actor, reason, losing, holders, heldAt, releasedBy };
		}
	};
}
