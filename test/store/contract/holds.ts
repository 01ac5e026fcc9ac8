import { describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/connection/database.js';
import { detection, ledgerOf, minute, run, runStart } from '../builders.js';

const REFUSED = { losing: 9, holders: 30, reason: 'Too many.', scope: 'all', planHash: '0123abcd', actor: 'ada' } as const;
const CHANNELS = ['report', 'mail'] as const;

export function holdContract(database: () => Database): void {
	describe('holds', () => {
		it('stores and announces a refused plan once, however often it is requested', async () => {
			const { ledger, guildId } = ledgerOf(database());
			const { runId } = await run(ledger, minute(0), []);
			for (let look = 0; look < 3; look++) await ledger.recordHold({ ...REFUSED, runId, at: minute(1), channels: CHANNELS });
			const [row, ...others] = await database().prisma.hold.findMany({ where: { guildId } });
			expect(others).toEqual([]);
			expect(row).toMatchObject({ runId, actor: 'ada', losing: 9, releasedAt: null });
			expect(await ledger.readHold(row?.id ?? '')).toMatchObject({ scope: 'all', reason: 'Too many.', releasedBy: null });
			const messages = await ledger.claimMessages({ subject: `hold:${row?.id}` }, minute(2));
			expect(messages.map(({ channel }) => channel).sort()).toEqual(['mail', 'report']);
			expect(await database().prisma.auditLog.count({ where: { guildId, action: 'hold' } })).toBe(1);
		});

		it('stores another refused plan without a second announcement', async () => {
			const { ledger, guildId } = ledgerOf(database());
			const { runId } = await run(ledger, minute(0), []);
			await ledger.recordHold({ ...REFUSED, runId, at: minute(1), channels: CHANNELS });
			await ledger.recordHold({ ...REFUSED, runId, planHash: '89abcdef', losing: 10, at: minute(2), channels: CHANNELS });
			const where = { guildId, subject: { startsWith: 'hold:' } };
			expect(await database().prisma.hold.count({ where: { guildId } })).toBe(2);
			expect(await database().prisma.delivery.count({ where })).toBe(2);
			await ledger.releaseHold({ runId, scope: 'all', actor: 'bob', at: minute(3), losing: 10, reason: 'Too many.' });
			await ledger.recordHold({ ...REFUSED, runId, planHash: 'ffffffff', losing: 12, at: minute(4), channels: CHANNELS });
			expect(await database().prisma.delivery.count({ where })).toBe(4);
		});

		it('does not announce a refused plan of a run whose report shows a hold', async () => {
			const { ledger, guildId } = ledgerOf(database());
			const runId = (await ledger.startRun(runStart(minute(0)))) as string;
			await ledger.completeRun(runId, { issuesFixed: 0, hold: { reason: 'A fall.', losing: 9, holders: 90 }, at: minute(1) });
			await ledger.recordHold({ ...REFUSED, runId, at: minute(2), channels: CHANNELS });
			expect(await database().prisma.hold.findMany({ where: { guildId }, orderBy: { heldAt: 'asc' } })).toMatchObject([
				{ scope: 'run', actor: 'reeve', reason: 'A fall.' },
				{ scope: 'all', actor: 'ada' }
			]);
			expect(await database().prisma.delivery.count({ where: { guildId, subject: { startsWith: 'hold:' } } })).toBe(0);
		});

		it('makes a held run the last good one when an operator releases it, with an audit entry', async () => {
			const { ledger, guildId } = ledgerOf(database());
			await run(ledger, minute(0), [], { payingCustomers: 100 });
			const held = (await ledger.startRun(runStart(minute(1)))) as string;
			await ledger.recordFindings(held, {
				detection: detection([], { payingCustomers: 60 }),
				livemode: true,
				subscriptionsRead: 60,
				at: minute(1)
			});
			await ledger.completeRun(held, { issuesFixed: 0, hold: { reason: 'A fall.', losing: 9, holders: 90 }, at: minute(1) });
			expect((await ledger.lastGoodRun())?.payingCustomers).toBe(100);
			const release = { runId: held, actor: 'ada', at: minute(2), losing: 9, reason: 'A fall.' };
			await ledger.releaseHold({ ...release, scope: 'ROLE_MISMATCH', losing: 4 });
			expect((await ledger.lastGoodRun())?.payingCustomers).toBe(100);
			await ledger.releaseHold({ ...release, scope: 'all' });
			expect((await ledger.lastGoodRun())?.payingCustomers).toBe(60);
			expect(await database().prisma.auditLog.findMany({ where: { guildId }, orderBy: { id: 'asc' } })).toMatchObject([
				{ actor: 'ada', action: 'release', before: { losing: 4 } },
				{ actor: 'ada', action: 'release', before: { losing: 9 }, detail: 'A fall.', outcome: 'DONE' }
			]);
			expect(await database().prisma.hold.findMany({ where: { guildId } })).toMatchObject([{ releasedBy: 'ada', releasedAt: minute(2) }]);
		});
	});
}
