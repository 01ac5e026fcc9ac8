import type { RoleChange } from '../reconciliation/domain/origin.js';
import type { RoleHistoryStore } from '../reconciliation/origins/history.js';
import { auditAbout, readAudit } from './audit.js';
import type { Database } from './connection/database.js';
import { chunk } from './paging.js';

/** Changes of managed roles from the server's audit log. */
export function roleChangeStore({ prisma }: Database, guildId: string): RoleHistoryStore {
	return {
		roleHistoryCursor: () => prisma.roleHistory.findUnique({ where: { guildId }, omit: { guildId: true } }),
		recordRoleChanges: (changes, cursor) =>
			prisma.$transaction(async (transaction) => {
				for (const batch of chunk(changes)) {
					const data = batch.map(({ by, ...change }) => ({ guildId, changedBy: by, ...change }));
					await transaction.roleChange.createMany({ data, skipDuplicates: true });
				}
				if (cursor === null) return;
				const { coveredSince, lastEntryId, roleIds } = cursor;
				const data = {
					...(coveredSince && { coveredSince }),
					...(lastEntryId !== undefined && { lastEntryId }),
					...(roleIds && { roleIds: [...roleIds] })
				};
				if (coveredSince === undefined) await transaction.roleHistory.updateMany({ where: { guildId }, data });
				else await transaction.roleHistory.upsert({ where: { guildId }, create: { guildId, coveredSince, ...data }, update: data });
			}),
		roleChangesOf: async (discordIds) => {
			const changes: RoleChange[] = [];
			for (const batch of chunk(discordIds)) {
				const rows = await prisma.roleChange.findMany({
					where: { guildId, discordId: { in: [...batch] } },
					orderBy: [{ at: 'asc' }, { entryId: 'asc' }],
					omit: { guildId: true }
				});
				changes.push(...rows.map(({ changedBy, ...change }) => ({ ...change, by: changedBy })));
			}
			return changes;
		},
		linkEventsOf: async (discordIds) => {
			const events = new Map<string, { kind: 'linked' | 'unlinked'; by: string; at: Date }[]>();
			for (const batch of chunk(discordIds)) {
				const about = await auditAbout(prisma, batch);
				const rows = await readAudit(prisma, {
					where: { guildId, ...about, action: { in: ['link', 'unlink'] }, outcome: 'DONE' },
					orderBy: [{ at: 'asc' }, { id: 'asc' }]
				});
				for (const { subject, action, actor, at } of rows) {
					const known = events.get(subject ?? '') ?? [];
					events.set(subject ?? '', [...known, { kind: action === 'link' ? 'linked' : 'unlinked', by: actor, at }]);
				}
			}
			return events;
		}
	};
}
