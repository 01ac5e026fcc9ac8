import { describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/connection/database.js';
import { ledgerOf } from '../builders.js';

export function leasePromises(database: () => Database): void {
	describe('the lease', () => {
		it('is held by one at a time, and by its holder however often it asks', async () => {
			const { ledger } = ledgerOf(database());
			expect(await ledger.acquireLease('a', 60)).toBe(true);
			expect(await ledger.acquireLease('b', 60)).toBe(false);
			expect(await ledger.acquireLease('a', 60)).toBe(true);
		});

		it('goes to one of twenty who ask at once', async () => {
			const { ledger } = ledgerOf(database());
			const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => ledger.acquireLease(`holder ${index}`, 60)));
			expect(answers.filter(Boolean)).toHaveLength(1);
		});

		it('of one guild does not stand in the way of another', async () => {
			expect(await ledgerOf(database()).ledger.acquireLease('a', 60)).toBe(true);
			expect(await ledgerOf(database()).ledger.acquireLease('b', 60)).toBe(true);
		});

		it('falls to the next who asks when it has expired, and its first holder learns that it is lost', async () => {
			const { ledger } = ledgerOf(database());
			await ledger.acquireLease('a', 0);
			expect(await ledger.acquireLease('b', 60)).toBe(true);
			expect(await ledger.renewLease('a', 60)).toBe(false);
			expect(await ledger.acquireLease('a', 60)).toBe(false);
		});

		it('lives on when it is renewed', async () => {
			const { ledger } = ledgerOf(database());
			await ledger.acquireLease('a', 60);
			expect(await ledger.renewLease('a', 60)).toBe(true);
			expect(await ledger.acquireLease('b', 60)).toBe(false);
		});

		it('is still its holder’s to renew when it has expired, until somebody else takes it', async () => {
			const { ledger } = ledgerOf(database());
			await ledger.acquireLease('a', 0);
			expect(await ledger.renewLease('a', 60)).toBe(true);
			expect(await ledger.acquireLease('b', 60)).toBe(false);
		});

		it('is free once its holder releases it, and nobody else can', async () => {
			const { ledger } = ledgerOf(database());
			await ledger.acquireLease('a', 60);
			await ledger.releaseLease('b');
			expect(await ledger.acquireLease('b', 60)).toBe(false);
			await ledger.releaseLease('a');
			expect(await ledger.acquireLease('b', 60)).toBe(true);
		});
	});
}
