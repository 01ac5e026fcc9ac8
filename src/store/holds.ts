import type { Hold, StoredHold } from '../reconciliation/domain/hold.js';
import { AUTOMATIC } from '../reconciliation/fixes/attempt.js';
import type { HoldStore } from '../reconciliation/fixes/holds.js';
import { holdSubject } from '../reconciliation/outbox/outbox.js';
import { writeAudit } from './audit.js';
import type { Prisma } from './client/client.js';
import type { Database } from './connection/database.js';

/** The scope of what a run would have fixed by itself. */
const RUN = 'run';

/** Written in the transaction that completes the run. */
export async function holdRun(transaction: Prisma.TransactionClient, guildId: string, runId: string, hold: Hold, at: Date): Promise<void> {
	const { reason, losing, holders } = hold;
	await transaction.hold.create({
		data: { guildId, runId, scope: RUN, actor: AUTOMATIC, reason, losing, holders, heldAt: at },
		select: { id: true }
	});
}

/** What the safety check refused, and who released it. */
export function holdStore({ prisma }: Database, guildId: string): HoldStore {
	return {
		recordHold: ({ at, channels, ...refused }) =>
			prisma.$transaction(async (transaction) => {
				const { runId, scope, actor, losing, reason } = refused;
				const known = await transaction.hold.count({ where: { guildId, runId, scope: { in: [RUN, scope] }, releasedAt: null } });
				const [added] = await transaction.hold.createManyAndReturn({
					data: [{ guildId, ...refused, heldAt: at }],
					skipDuplicates: true,
					select: { id: true }
				});
				if (added === undefined) return;
				await writeAudit(transaction, guildId, {
					at,
					actor,
					action: 'hold',
					subject: null,
					before: null,
					after: { scope, losing },
					outcome: 'DONE',
					detail: reason,
					attemptId: null
				});
				if (known > 0) return;
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
				await writeAudit(transaction, guildId, {
					at,
					actor,
					action: 'release',
					subject: null,
					before: { losing },
					after: null,
					outcome: 'DONE',
					detail: reason,
					attemptId: null
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
