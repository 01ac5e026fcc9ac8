import { describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/connection/database.js';
import { detection, ledgerOf, minute, run, runStart } from '../builders.js';

const REFUSED = { losing: 9, lowering: 0, holders: 30, reason: 'Too many.', scope: 'all', planHash: '0123abcd', actor: 'ada' } as const;
const RELEASE = { scope: 'all', part: 'removes', releasesRun: true, actor: 'ada', losing: 9, reason: 'Too many.' } as const;
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
			await ledger.releaseHold({ ...RELEASE, actor: 'bob', at: minute(3), losing: 10 });
			await ledger.recordHold({ ...REFUSED, runId, planHash: 'ffffffff', losing: 12, at: minute(4), channels: CHANNELS });
			expect(await database().prisma.delivery.count({ where })).toBe(4);
			// The other part of the plan is announced by itself.
			await ledger.recordHold({ ...REFUSED, runId, planHash: 'eeeeeeee', losing: 4, lowering: 4, at: minute(5), channels: CHANNELS });
			expect(await database().prisma.delivery.count({ where })).toBe(6);
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

		it('mails a hold later than it posts it: the operator is about to type the number', async () => {
			const { ledger, guildId } = ledgerOf(database());
			const { runId } = await run(ledger, minute(0), []);
			await ledger.recordHold({ ...REFUSED, runId, at: minute(1), channels: CHANNELS });
			const due = await database().prisma.delivery.findMany({ where: { guildId, subject: { startsWith: 'hold:' } } });
			const dueAt = new Map(due.map(({ channel, nextTryAt }) => [channel, nextTryAt]));
			expect(dueAt).toEqual(
				new Map([
					['report', minute(1)],
					['mail', minute(2)]
				])
			);
		});

		it('queues the update of each message that announced what is released', async () => {
			const { ledger, guildId } = ledgerOf(database());
			const { runId: first } = await run(ledger, minute(0), []);
			const { runId: second } = await run(ledger, minute(5), []);
			const hold = { ...REFUSED, at: minute(6), channels: CHANNELS };
			await ledger.recordHold({ ...hold, runId: first });
			await ledger.recordHold({ ...hold, runId: second });
			await ledger.recordHold({ ...hold, runId: second, scope: 'UNAUTHORIZED_ACCESS', planHash: '11111111' });
			await ledger.recordHold({ ...hold, runId: second, scope: 'UNLINKED', planHash: '22222222' });
			await ledger.recordHold({ ...hold, runId: second, planHash: '33333333', losing: 2, lowering: 2 });
			await ledger.releaseHold({ ...RELEASE, at: minute(7) });
			const holds = await database().prisma.hold.findMany({ where: { guildId } });
			const released = holds.filter(({ releasedBy }) => releasedBy !== null);
			expect(released.map(({ runId, scope }) => [runId, scope]).sort()).toEqual(
				[
					[first, 'all'],
					[second, 'UNAUTHORIZED_ACCESS'],
					[second, 'all']
				].sort()
			);
			const updates = await database().prisma.delivery.findMany({ where: { guildId, subject: { startsWith: 'release:' } } });
			expect(updates.map(({ channel, subject }) => `${channel} ${subject}`).sort()).toEqual(
				released.map(({ id }) => `report release:${id}`).sort()
			);
		});

		it('stores the message that announced a hold', async () => {
			const { ledger, guildId } = ledgerOf(database());
			const { runId } = await run(ledger, minute(0), []);
			await ledger.recordHold({ ...REFUSED, runId, at: minute(1), channels: CHANNELS });
			const { id } = await database().prisma.hold.findFirstOrThrow({ where: { guildId } });
			expect(await ledger.readHold(id)).toMatchObject({ message: null });
			expect(await ledger.setHoldMessage(id, '1', '2')).toMatchObject({ releasedBy: null, message: { channelId: '1', messageId: '2' } });
			await ledger.releaseHold({ ...RELEASE, at: minute(3) });
			expect(await ledger.readHold(id)).toMatchObject({
				releasedBy: 'ada',
				releasedAt: minute(3),
				message: { channelId: '1', messageId: '2' }
			});
			expect(await ledger.setHoldMessage('unknown', '1', '2')).toBeNull();
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
			const release = { ...RELEASE, at: minute(2), reason: 'A fall.' };
			await ledger.releaseHold({ ...release, releasesRun: false, losing: 4 });
			expect((await ledger.lastGoodRun())?.payingCustomers).toBe(100);
			await ledger.releaseHold(release);
			expect((await ledger.lastGoodRun())?.payingCustomers).toBe(60);
			expect(await database().prisma.auditLog.findMany({ where: { guildId }, orderBy: { id: 'asc' } })).toMatchObject([
				{ actor: 'ada', action: 'release', before: { losing: 4 } },
				{ actor: 'ada', action: 'release', before: { losing: 9 }, detail: 'A fall.', outcome: 'DONE' }
			]);
			expect(await database().prisma.hold.findMany({ where: { guildId } })).toMatchObject([{ releasedBy: 'ada', releasedAt: minute(2) }]);
		});
	});
}
