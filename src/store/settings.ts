import { draftHash, type SettingStore, type SettingValues } from '../reconciliation/setup/store.js';
import { lockUntilEnd } from './advisory-lock.js';
import { writeChange } from './audit.js';
import type { Prisma } from './client/client.js';
import type { Database } from './connection/database.js';
import { fromJson, toJson } from './json.js';

/** Settings that operators chose in Discord. */
export function settingStore({ prisma }: Database, guildId: string): SettingStore {
	const draftOf = async (client: Pick<Prisma.TransactionClient, 'setupDraft'>) => {
		const draft = await client.setupDraft.findUnique({ where: { guildId }, select: { values: true } });
		return draft === null ? null : fromJson<SettingValues>(draft.values);
	};
	const settingsOf = async (client: Pick<Prisma.TransactionClient, 'setting'>): Promise<SettingValues> => {
		const rows = await client.setting.findMany({ where: { guildId }, select: { name: true, value: true } });
		return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
	};
	/** Serialized per guild: two operators may answer at the same time. */
	const locked = <T>(work: (transaction: Prisma.TransactionClient) => Promise<T>) =>
		prisma.$transaction(async (transaction) => {
			await lockUntilEnd(transaction, `setup:${guildId}`);
			return work(transaction);
		});

	return {
		readSettings: () => settingsOf(prisma),
		readDraft: () => draftOf(prisma),
		addToDraft: (change, { actor, at }) =>
			locked(async (transaction) => {
				const draft = await draftOf(transaction);
				const data = { values: toJson({ ...draft, ...change(draft) }), updatedAt: at, updatedBy: actor };
				await transaction.setupDraft.upsert({ where: { guildId }, create: { guildId, ...data }, update: data, select: { guildId: true } });
			}),
		discardDraft: async () => {
			await prisma.setupDraft.deleteMany({ where: { guildId } });
		},
		saveDraft: (shown, { actor, at }) =>
			locked(async (transaction) => {
				const draft = await draftOf(transaction);
				if (draft === null || draftHash(draft) !== draftHash(shown)) return null;
				const before = await settingsOf(transaction);
				const changed = Object.keys(draft).filter((name) => draft[name] !== before[name]);
				for (const name of changed.sort()) {
					const value = draft[name] ?? '';
					const data = { value, setAt: at, setBy: actor };
					await transaction.setting.upsert({
						where: { guildId_name: { guildId, name } },
						create: { guildId, name, ...data },
						update: data,
						select: { name: true }
					});
					// Not a change to be found at the next start.
					const seen = { value, seenAt: at };
					await transaction.seenSetting.upsert({
						where: { guildId_name: { guildId, name } },
						create: { guildId, name, ...seen },
						update: seen,
						select: { name: true }
					});
					await writeChange(transaction, guildId, {
						at,
						actor,
						action: 'setting',
						subject: name,
						before: before[name] ?? null,
						after: value,
						detail: 'Chosen in the setup.'
					});
				}
				await transaction.setupDraft.delete({ where: { guildId }, select: { guildId: true } });
				return changed;
			}),
		claimWelcome: async (at) => {
			// Not an upsert: of two processes that start together, one would fail on the unique key.
			await prisma.installation.createMany({ data: [{ guildId, installedAt: at }], skipDuplicates: true });
			const claimed = await prisma.installation.updateMany({ where: { guildId, welcomedAt: null }, data: { welcomedAt: at } });
			return claimed.count === 1;
		},
		releaseWelcome: async () => {
			await prisma.installation.updateMany({ where: { guildId }, data: { welcomedAt: null } });
		}
	};
}
