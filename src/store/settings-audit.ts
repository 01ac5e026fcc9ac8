import { AUTOMATIC } from '../reconciliation/fixes/attempt.js';
import { changesBetween, type SettingsAuditStore } from '../reconciliation/health/settings-audit.js';
import { writeAudit } from './audit.js';
import type { Database } from './connection/database.js';

/** The settings of the last start. */
export function settingsAuditStore({ prisma }: Database, guildId: string): SettingsAuditStore {
	return {
		recordSettingsChanges: (settings, at) =>
			prisma.$transaction(async (transaction) => {
				// One after the other: of two processes that start at once, one notices.
				await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`settings:${guildId}`}))`;
				const rows = await transaction.seenSetting.findMany({ where: { guildId } });
				const changes = changesBetween(new Map(rows.map(({ name, value }) => [name, value])), settings);
				if (changes.length === 0) return [];
				await transaction.seenSetting.deleteMany({ where: { guildId, name: { in: changes.map(({ name }) => name) } } });
				await transaction.seenSetting.createMany({
					data: changes.flatMap(({ name, after }) => (after === null ? [] : [{ guildId, name, value: after, seenAt: at }]))
				});
				// The first start changes nothing: there was nothing before.
				if (rows.length === 0) return [];
				for (const { name, before, after } of changes) {
					await writeAudit(transaction, guildId, {
						at,
						actor: AUTOMATIC,
						action: 'setting',
						subject: name,
						before,
						after,
						outcome: 'DONE',
						detail: 'Seen changed at start.',
						attemptId: null
					});
				}
				return changes;
			})
	};
}
