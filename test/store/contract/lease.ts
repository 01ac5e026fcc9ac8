import { describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/connection/database.js';
import { ledgerOf } from '../builders.js';

export function leaseContract(database: () => Database): void {
	describe('lease', () => {
		it('has one holder, which may acquire it again', async () => {
			const { ledger } = ledgerOf(database());
			expect(await ledger.acquireLease('a', 60)).toBe(true);
			expect(await ledger.acquireLease('b', 60)).toBe(false);
			expect(await ledger.acquireLease('a', 60)).toBe(true);
		});

		it('goes to one of twenty concurrent processes', async () => {
			const { ledger } = ledgerOf(database());
			const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => ledger.acquireLease(`holder ${index}`, 60)));
			expect(answers.filter(Boolean)).toHaveLength(1);
		});

		it('is independent of other guilds', async () => {
			expect(await ledgerOf(database()).ledger.acquireLease('a', 60)).toBe(true);
			expect(await ledgerOf(database()).ledger.acquireLease('b', 60)).toBe(true);
		});

		it('passes to another process after it expired, and its first holder cannot renew it', async () => {
			const { ledger } = ledgerOf(database());
			await ledger.acquireLease('a', 0);
			expect(await ledger.acquireLease('b', 60)).toBe(true);
			expect(await ledger.renewLease('a', 60)).toBe(false);
			expect(await ledger.acquireLease('a', 60)).toBe(false);
		});

		it('stays valid when renewed', async () => {
			const { ledger } = ledgerOf(database());
			await ledger.acquireLease('a', 60);
			expect(await ledger.renewLease('a', 60)).toBe(true);
			expect(await ledger.acquireLease('b', 60)).toBe(false);
		});

		it('can be renewed after it expired, until another process acquires it', async () => {
			const { ledger } = ledgerOf(database());
			await ledger.acquireLease('a', 0);
			expect(await ledger.renewLease('a', 60)).toBe(true);
			expect(await ledger.acquireLease('b', 60)).toBe(false);
		});

		it('is released by its holder only', async () => {
			const { ledger } = ledgerOf(database());
			await ledger.acquireLease('a', 60);
			await ledger.releaseLease('b');
			expect(await ledger.acquireLease('b', 60)).toBe(false);
			await ledger.releaseLease('a');
			expect(await ledger.acquireLease('b', 60)).toBe(true);
		});
	});
}
