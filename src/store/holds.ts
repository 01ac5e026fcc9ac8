import type { BulkPart, BulkScope, Hold, StoredHold } from '../reconciliation/domain/hold.js';
import type { Channel } from '../reconciliation/domain/notification.js';
import { AUTOMATIC } from '../reconciliation/fixes/attempt.js';
import type { HoldStore } from '../reconciliation/fixes/holds.js';
import { holdSubject, releaseSubject } from '../reconciliation/outbox/outbox.js';
import { writeChange } from './audit.js';
import type { Hold as HoldRow, Prisma } from './client/client.js';
import type { Database } from './connection/database.js';

/** Scope of a hold on a run's automatic fixes. */
export const RUN_HOLD = 'run';

/** Scope of a hold on what a run would take only because of rules that no operator has accepted. */
export const RULES_HOLD = 'rules';

/** Scopes of holds on a run's automatic fixes. */
export const RUN_HOLDS: string[] = [RUN_HOLD, RULES_HOLD];

const UNLINKED: BulkScope = 'UNLINKED';

/** The operator who asked is about to type the number that releases the hold: only if that has not happened by then, others hear of it by mail or webhook. */
const OTHERS_AFTER_MS = 60_000;

/** Stores a run's hold. Call it in the transaction that completes the run. */
export async function holdRun(transaction: Prisma.TransactionClient, guildId: string, runId: string, hold: Hold, at: Date): Promise<void> {
	const { reason, losing, lowering = 0, holders, byRuleChange = false } = hold;
	const scope = byRuleChange ? RULES_HOLD : RUN_HOLD;
	await transaction.hold.create({
		data: { guildId, runId, scope, actor: AUTOMATIC, reason, losing, lowering, holders, heldAt: at },
		select: { id: true }
	});
}

/** Holds: bulk fixes that the safety check refused, and their release. */
export function holdStore({ prisma }: Database, guildId: string): HoldStore {
	return {
		recordHold: ({ at, channels, ...refused }) =>
			prisma.$transaction(async (transaction) => {
				const { runId, scope, actor, losing, lowering = 0, reason } = refused;
				const known = [{ scope: RUN_HOLD }, { scope, lowering: loweringOf(lowering > 0 ? 'lowers' : 'removes') }];
				const openHolds = await transaction.hold.count({ where: { guildId, runId, releasedAt: null, OR: known } });
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
					data: channels.map((channel) => ({ guildId, channel, subject, createdAt: at, nextTryAt: dueAt(channel, at) })),
					skipDuplicates: true
				});
			}),
		releaseHold: ({ scope, part, releasesRun, actor, at, losing, reason }) =>
			prisma.$transaction(async (transaction) => {
				// Everything of a kind is also part of everything.
				const ofPart = { scope: scope === 'all' ? { notIn: [...RUN_HOLDS, UNLINKED] } : scope, lowering: loweringOf(part) };
				const released = await transaction.hold.updateManyAndReturn({
					where: { guildId, releasedAt: null, OR: releasesRun ? [ofPart, { scope: RUN_HOLD }] : [ofPart] },
					data: { releasedAt: at, releasedBy: actor },
					select: { id: true, scope: true }
				});
				await transaction.delivery.createMany({
					data: released
						.filter((hold) => hold.scope !== RUN_HOLD)
						.map(({ id }) => ({ guildId, channel: 'report' satisfies Channel, subject: releaseSubject(id), createdAt: at, nextTryAt: at })),
					skipDuplicates: true
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
		readHold: async (id) => toStored(await prisma.hold.findFirst({ where: { id, guildId } })),
		setHoldMessage: async (id, channelId, messageId) => {
			const [hold] = await prisma.hold.updateManyAndReturn({ where: { id, guildId }, data: { channelId, messageId } });
			return toStored(hold ?? null);
		}
	};
}

/** Matches the holds on a part of a plan. */
function loweringOf(part: BulkPart): Prisma.IntFilter | number {
	return part === 'lowers' ? { gt: 0 } : 0;
}

function dueAt(channel: Channel, at: Date): Date {
	return channel === 'report' ? at : new Date(at.getTime() + OTHERS_AFTER_MS);
}

function toStored(row: HoldRow | null): StoredHold | null {
	if (row === null) return null;
	const { id, scope, actor, reason, losing, lowering, holders, heldAt, releasedBy, releasedAt, channelId, messageId } = row;
	const message = channelId === null || messageId === null ? null : { channelId, messageId };
	return { id, scope: scope as StoredHold['scope'], actor, reason, losing, lowering, holders, heldAt, releasedBy, releasedAt, message };
}
