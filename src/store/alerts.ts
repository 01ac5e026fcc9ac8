import type { AlertStore } from '../reconciliation/alerts/check.js';
import { type AlertedProblem, problemKey, type ServerPart, type StoredAlert } from '../reconciliation/domain/alert.js';
import type { Channel } from '../reconciliation/domain/notification.js';
import { alertSubject, alertUpdateSubject, type OutboxStore } from '../reconciliation/outbox/outbox.js';
import type { Prisma } from './client/client.js';
import type { Database } from './connection/database.js';
import { fromJson, toJson } from './json.js';

/** Stores which message shows an alert. */
export interface AlertMessageStore {
	/** @returns the alert as it is now; null if there is none */
	setAlertMessage(alertId: string, channelId: string, messageId: string): Promise<StoredAlert | null>;
}

const WITH_PROBLEMS = { problems: { orderBy: { id: 'asc' } } } as const satisfies Prisma.AlertInclude;

/** Alerts about what keeps Reeve from working in the server. */
export function alertStore(
	{ prisma }: Database,
	guildId: string
): Omit<AlertStore, 'lastSuccessAt'> & AlertMessageStore & Pick<OutboxStore, 'readAlert'> {
	const liveKeyOf = (key: string) => `${guildId}:${key}`;
	return {
		openProblems: async () => {
			const where = { alert: { guildId }, liveKey: { not: null } };
			const rows = await prisma.alertProblem.findMany({ where, select: { liveKey: true, message: true } });
			return rows.flatMap(({ liveKey, message }) => (liveKey === null ? [] : { key: liveKey.slice(guildId.length + 1), message }));
		},
		recordProblems: ({ appeared, gone, at, channels }) =>
			prisma.$transaction(async (transaction) => {
				const send = (subject: string, by: readonly Channel[]) =>
					transaction.delivery.createMany({
						data: by.map((channel) => ({ guildId, channel, subject, createdAt: at, nextTryAt: at })),
						skipDuplicates: true
					});
				const ended = await transaction.alertProblem.updateManyAndReturn({
					where: { liveKey: { in: gone.map(liveKeyOf) } },
					data: { liveKey: null, resolvedAt: at },
					select: { alertId: true }
				});
				for (const alertId of new Set(ended.map((problem) => problem.alertId))) {
					const resolved = await transaction.alertProblem.count({ where: { alertId, liveKey: null } });
					await send(alertUpdateSubject(alertId, resolved), ['report']);
				}
				if (appeared.length === 0) return ended.length > 0;
				const { id: alertId } = await transaction.alert.create({ data: { guildId, at }, select: { id: true } });
				const { count } = await transaction.alertProblem.createMany({
					data: appeared.map((problem) => ({
						alertId,
						liveKey: liveKeyOf(problemKey(problem)),
						blocks: problem.blocks,
						message: problem.message,
						part: toJson(problem.part),
						changedBy: problem.change?.by ?? null,
						changedAt: problem.change?.at ?? null
					})),
					skipDuplicates: true
				});
				if (count > 0) await send(alertSubject(alertId), channels);
				// Another process was first.
				else await transaction.alert.delete({ where: { id: alertId } });
				return count + ended.length > 0;
			}),
		readAlert: async (id) => toStored(await prisma.alert.findFirst({ where: { id, guildId }, include: WITH_PROBLEMS })),
		setAlertMessage: async (id, channelId, messageId) => {
			await prisma.alert.updateMany({ where: { id, guildId }, data: { channelId, messageId } });
			return toStored(await prisma.alert.findFirst({ where: { id, guildId }, include: WITH_PROBLEMS }));
		}
	};
}

function toStored(row: Prisma.AlertGetPayload<{ include: typeof WITH_PROBLEMS }> | null): StoredAlert | null {
	if (row === null) return null;
	const { id, at, channelId, messageId, problems } = row;
	return {
		id,
		at,
		problems: problems.map(({ blocks, message, part, changedBy, changedAt, resolvedAt }) => ({
			blocks: blocks as AlertedProblem['blocks'],
			message,
			part: fromJson<ServerPart>(part),
			change: changedBy === null || changedAt === null ? null : { by: changedBy, at: changedAt },
			resolvedAt
		})),
		message: channelId === null || messageId === null ? null : { channelId, messageId }
	};
}
