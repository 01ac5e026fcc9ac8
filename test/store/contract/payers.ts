import { describe, expect, it } from 'vitest';
import type { Payer } from '../../../src/reconciliation/domain/ports.js';
import type { Database } from '../../../src/store/connection/database.js';
import { ledgerOf, minute, runStart, snowflake } from '../builders.js';

export function payerContract(database: () => Database): void {
	describe('payers', () => {
		const start = async (at: Date) => {
			const here = ledgerOf(database());
			return { ...here, runId: (await here.ledger.startRun(runStart(at))) as string };
		};
		const batches = async function* (payers: readonly Payer[]) {
			yield payers;
		};
		const payer = (name: string, customerId: string, misread = false): Payer => ({ name, customerId, misread });
		const sorted = (payers: readonly Payer[]) => payers.map(({ name, customerId }) => `${name} ${customerId}`).sort();

		it('are found by member and by customer, also long after they were recorded', async () => {
			const { ledger, runId } = await start(minute(0));
			const [ada, bob, cleo] = [snowflake(), snowflake(), snowflake()];
			await ledger.recordPayers(
				runId,
				batches([payer(ada, 'cus_1'), payer(ada, 'cus_2'), payer(bob, 'cus_2'), payer(cleo, 'cus_3')]),
				true
			);
			await ledger.recordPayers((await ledger.startRun(runStart(minute(1)))) as string, batches([payer(ada, 'cus_4')]), true);
			expect(sorted(await ledger.findPayers({ discordIds: [ada], customerIds: [] }))).toEqual(
				[`${ada} cus_1`, `${ada} cus_2`, `${ada} cus_4`].sort()
			);
			expect(sorted(await ledger.findPayers({ discordIds: [], customerIds: ['cus_2', 'cus_3'] }))).toEqual(
				[`${ada} cus_2`, `${bob} cus_2`, `${cleo} cus_3`].sort()
			);
			expect(await ledger.findPayers({ discordIds: [], customerIds: [] })).toEqual([]);
			expect(await ledgerOf(database()).ledger.findPayers({ discordIds: [ada], customerIds: [] })).toEqual([]);
		});

		it('are also found by a value that may mean the member, as long as it does', async () => {
			const { ledger, runId } = await start(minute(0));
			const [id, rounded, other] = ['123456789012345678', '123456789012345680', '223456789012345680'];
			const misread = [payer('ada#1234', 'cus_1', true), payer(rounded, 'cus_2', true), payer(other, 'cus_3', true)];
			await ledger.recordPayers(runId, batches([...misread, payer('x'.repeat(5000), 'cus_4', true), payer('a\0b', 'cus_5', true)]), true);
			const found = async () => sorted(await ledger.findPayers({ discordIds: [id], customerIds: [] }));
			expect(await found()).toEqual([`${rounded} cus_2`, 'a\uFFFDb cus_5', 'ada#1234 cus_1'].sort());
			await ledger.recordPayers(runId, batches([payer(rounded, 'cus_2')]), true);
			expect(await found()).toEqual(['a\uFFFDb cus_5', 'ada#1234 cus_1'].sort());
		});

		it('are as new as the newest run that recorded them, and not enough if that says so', async () => {
			const { ledger, runId } = await start(minute(0));
			expect(await ledger.payersRecorded()).toBeNull();
			await ledger.recordPayers(runId, batches([]), true);
			await ledger.startRun(runStart(minute(1)));
			expect(await ledger.payersRecorded()).toEqual({ at: minute(0), discordIdKey: null });
			await ledger.recordPayers((await ledger.startRun(runStart(minute(2)))) as string, batches([]), false);
			expect(await ledger.payersRecorded()).toBeNull();
		});

		it('can be very many', async () => {
			const { ledger, runId } = await start(minute(0));
			const ids = Array.from({ length: 5_001 }, () => snowflake());
			await ledger.recordPayers(runId, batches(ids.flatMap((id) => [payer(id, `cus_${id}`), payer(id, `cus_${id}`)])), true);
			for (const id of [ids[0], ids[2_000], ids[5_000]] as string[])
				expect(await ledger.findPayers({ discordIds: [id], customerIds: [] })).toEqual([payer(id, `cus_${id}`)]);
		});
	});
}
