import type { Pause, PauseStore } from '../reconciliation/schedule/pause.js';
import { lockUntilEnd } from './advisory-lock.js';
import { writeChange } from './audit.js';
import type { Prisma } from './client/client.js';
import type { Database } from './connection/database.js';

const PAUSE = { id: true, pausedAt: true, pausedBy: true, reason: true, until: true } as const;

/** Pauses of a guild's schedule. */
export function pauseStore({ prisma }: Database, guildId: string): PauseStore {
	const inForce = (now: Date): Prisma.PauseWhereInput => ({ guildId, endedAt: null, OR: [{ until: null }, { until: { gt: now } }] });

	/** Ends the pause in force. Of several concurrent calls, one gets the pause and the others null. */
	const end = async (transaction: Prisma.TransactionClient, at: Date, endedBy: string) => {
		const found = await transaction.pause.findFirst({ where: inForce(at), orderBy: { pausedAt: 'desc' }, select: PAUSE });
		if (found === null) return null;
		const { id, ...pause } = found;
		const ended = await transaction.pause.updateMany({ where: { id, endedAt: null }, data: { endedAt: at, endedBy } });
		return ended.count === 0 ? null : pause;
	};

	return {
		currentPause: async (now) => {
			const found = await prisma.pause.findFirst({ where: inForce(now), orderBy: { pausedAt: 'desc' }, select: PAUSE });
			if (found === null) return null;
			const { id: _, ...pause } = found;
			return pause;
		},
		lastPauseEnd: async (now) => {
			const [{ ended } = { ended: null }] = await prisma.$queryRaw<{ ended: Date | null }[]>`
				SELECT max(LEAST("endedAt", until)) AS ended FROM $schema."Pause" WHERE "guildId" = ${guildId} AND LEAST("endedAt", until) <= ${now}`;
			return ended;
		},
		startPause: (pause) =>
			prisma.$transaction(async (transaction) => {
				// Serialized per guild: of two concurrent pauses, the later replaces the earlier.
				await lockUntilEnd(transaction, `pause:${guildId}`);
				const replaced = await end(transaction, pause.pausedAt, pause.pausedBy);
				await transaction.pause.create({ data: { guildId, ...pause } });
				await writeChange(transaction, guildId, {
					at: pause.pausedAt,
					actor: pause.pausedBy,
					action: 'pause',
					subject: null,
					before: auditValues(replaced),
					after: auditValues(pause),
					detail: pause.reason
				});
				return replaced;
			}),
		endPause: ({ actor, at }) =>
			prisma.$transaction(async (transaction) => {
				const ended = await end(transaction, at, actor);
				if (ended === null) return null;
				await writeChange(transaction, guildId, { at, actor, action: 'resume', subject: null, before: auditValues(ended), after: null });
				return ended;
			})
	};
}

function auditValues(pause: Pause | null) {
	return pause === null ? null : { until: pause.until, reason: pause.reason };
}
