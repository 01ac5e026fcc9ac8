import { AUTOMATIC } from '../reconciliation/fixes/attempt.js';
import { changesBetween, type SettingsAuditStore } from '../reconciliation/health/settings-audit.js';
import { lockUntilEnd } from './advisory-lock.js';
import { writeChange } from './audit.js';
import type { Database } from './connection/database.js';

/** Compares the settings with those of the last start. */
export function settingsAuditStore({ prisma }: Database, guildId: string): SettingsAuditStore {
	return {
		recordSettingsChanges: (settings, at) =>
			prisma.$transaction(async (transaction) => {
				// Serialized per guild: of two processes that start together, one records the changes.
				await lockUntilEnd(transaction, `settings:${guildId}`);
				const rows = await transaction.seenSetting.findMany({ where: { guildId } });
				const changes = changesBetween(new Map(rows.map(({ name, value }) => [name, value])), settings);
				if (changes.length === 0) return [];
				await transaction.seenSetting.deleteMany({ where: { guildId, name: { in: changes.map(({ name }) => name) } } });
				await transaction.seenSetting.createMany({
					data: changes.flatMap(({ name, after }) => (after === null ? [] : [{ guildId, name, value: after, seenAt: at }]))
				});
				// On the first start there is nothing to compare with.
				if (rows.length === 0) return [];
				for (const { name, before, after } of changes) {
					await writeChange(transaction, guildId, {
						at,
						actor: AUTOMATIC,
						action: 'setting',
						subject: name,
						before,
						after,
						detail: 'Seen changed at start.'
					});
				}
				return changes;
			})
	};
}
