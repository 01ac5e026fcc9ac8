import { describe, expect, it } from 'vitest';
import type { ServerProblem } from '../../../src/reconciliation/domain/alert.js';
import type { Database } from '../../../src/store/connection/database.js';
import { ledgerOf, minute } from '../builders.js';

const DELETED: ServerProblem = { blocks: 'runs', message: 'The role for Lord no longer exists.', part: { kind: 'role', roleId: '1' } };
const CHANNEL: ServerProblem = { blocks: 'reports', message: 'The channel is gone.', part: { kind: 'channel', channelId: '2' } };
const found = (problem: ServerProblem) => ({ ...problem, change: { by: '9', at: minute(0) } });

export function alertContract(database: () => Database): void {
	describe('alerts', () => {
		it('are stored once, however many processes find the same', async () => {
			const { ledger, guildId } = ledgerOf(database());
			const record = (...problems: ServerProblem[]) =>
				ledger.recordProblems({ appeared: problems.map(found), gone: [], at: minute(1), channels: ['report', 'mail'] });
			expect((await Promise.all([record(DELETED), record(DELETED), record(DELETED)])).filter((first) => first)).toHaveLength(1);
			expect(await ledger.openProblems()).toEqual([{ key: 'role:1', message: DELETED.message }]);
			// Of a second look, only what is new is in its alert.
			expect(await record(DELETED, CHANNEL)).toBe(true);
			const alerts = await database().prisma.alert.findMany({ where: { guildId }, include: { problems: true } });
			expect(alerts.map(({ problems }) => problems.length)).toEqual([1, 1]);
			expect(await database().prisma.delivery.count({ where: { guildId, subject: { startsWith: 'alert:' } } })).toBe(4);
		});

		it('are updated once per problem that is over, and a problem that comes back is a new alert', async () => {
			const { ledger, guildId } = ledgerOf(database());
			const channels = ['report'] as const;
			await ledger.recordProblems({ appeared: [found(DELETED), found(CHANNEL)], gone: [], at: minute(1), channels });
			const end = (...gone: string[]) => ledger.recordProblems({ appeared: [], gone, at: minute(2), channels });
			expect((await Promise.all([end('role:1'), end('role:1')])).filter((first) => first)).toHaveLength(1);
			expect(await end('channel:2')).toBe(true);
			const subjects = async () =>
				(await database().prisma.delivery.findMany({ where: { guildId }, orderBy: { subject: 'asc' } })).map(({ subject }) => subject);
			const [alert] = await database().prisma.alert.findMany({ where: { guildId } });
			expect(await subjects()).toEqual([`alert-update:${alert?.id}:1`, `alert-update:${alert?.id}:2`, `alert:${alert?.id}`]);
			expect(await ledger.openProblems()).toEqual([]);
			expect(await ledger.setAlertMessage(alert?.id ?? '', '3', '4')).toMatchObject({
				message: { channelId: '3', messageId: '4' },
				problems: [
					{ ...DELETED, change: { by: '9', at: minute(0) }, resolvedAt: minute(2) },
					{ part: CHANNEL.part, resolvedAt: minute(2) }
				]
			});
			expect(await ledger.recordProblems({ appeared: [found(DELETED)], gone: [], at: minute(3), channels })).toBe(true);
			expect(await database().prisma.alert.count({ where: { guildId } })).toBe(2);
		});
	});
}
