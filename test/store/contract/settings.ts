import { describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/connection/database.js';
import { ledgerOf, minute } from '../builders.js';

export function settingContract(database: () => Database): void {
	const by = (actor: string, at = 1) => ({ actor, at: minute(at) });

	describe('settings', () => {
		it('keep the answers of several operators until they are saved', async () => {
			const { ledger } = ledgerOf(database());
			expect(await ledger.readDraft()).toBeNull();
			await Promise.all(['A', 'B', 'C'].map((name) => ledger.addToDraft(() => ({ [name]: name }), by('ada'))));
			expect(await ledger.readDraft()).toEqual({ A: 'A', B: 'B', C: 'C' });
			expect(await ledger.readSettings()).toEqual({});
		});

		it('give each answer those until then', async () => {
			const { ledger } = ledgerOf(database());
			const add = (price: string) => ledger.addToDraft((draft) => ({ list: [draft?.list, price].filter(Boolean).join(',') }), by('ada'));
			await Promise.all(['a', 'b', 'c'].map(add));
			expect((await ledger.readDraft())?.list?.split(',').sort()).toEqual(['a', 'b', 'c']);
		});

		it('are saved as they were shown, once, each change with its audit entry', async () => {
			const { ledger, guildId } = ledgerOf(database());
			await ledger.addToDraft(() => ({ A: '1', B: '2' }), by('ada'));
			expect(await ledger.saveDraft({ A: '1' }, by('ada'))).toBeNull();
			const saved = await Promise.all([1, 2].map(() => ledger.saveDraft({ B: '2', A: '1' }, by('ada', 2))));
			expect(saved.filter((each) => each !== null)).toEqual([['A', 'B']]);
			expect(await ledger.readDraft()).toBeNull();
			expect(await ledger.readSettings()).toEqual({ A: '1', B: '2' });

			await ledger.addToDraft(() => ({ A: '1', B: '3' }), by('bob'));
			expect(await ledger.saveDraft({ A: '1', B: '3' }, by('bob', 3))).toEqual(['B']);
			const entries = await database().prisma.auditLog.findMany({ where: { guildId }, orderBy: [{ at: 'asc' }, { subject: 'asc' }] });
			expect(entries).toMatchObject([
				{ action: 'setting', actor: 'ada', subject: 'A', before: null, after: '1' },
				{ action: 'setting', actor: 'ada', subject: 'B', before: null, after: '2' },
				{ action: 'setting', actor: 'bob', subject: 'B', before: '2', after: '3' }
			]);
			expect(await ledger.recordSettingsChanges(new Map(Object.entries({ A: '1', B: '3' })), minute(4))).toEqual([]);
		});

		it('can be dropped before they are saved', async () => {
			const { ledger } = ledgerOf(database());
			await ledger.addToDraft(() => ({ A: '1' }), by('ada'));
			await ledger.discardDraft();
			expect(await ledger.readDraft()).toBeNull();
			expect(await ledger.saveDraft({ A: '1' }, by('ada'))).toBeNull();
		});

		it('let one process post the welcome, and another try if that failed', async () => {
			const { ledger } = ledgerOf(database());
			const claims = await Promise.all([1, 2, 3].map((at) => ledger.claimWelcome(minute(at))));
			expect(claims.filter(Boolean)).toHaveLength(1);
			expect(await ledger.claimWelcome(minute(5))).toBe(false);
			await ledger.releaseWelcome();
			expect(await ledger.claimWelcome(minute(6))).toBe(true);
		});
	});
}
