import { describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/connection/database.js';
import { ledgerOf, minute } from '../builders.js';

export function settingsAuditContract(database: () => Database): void {
	describe('recordSettingsChanges', () => {
		const at = (hour: string, more: Record<string, string> = {}) => new Map(Object.entries({ RECONCILIATION_HOUR: hour, ...more }));

		it('records each changed setting once in the audit log', async () => {
			const { ledger, guildId } = ledgerOf(database());
			expect(await ledger.recordSettingsChanges(at('3'), minute(0))).toEqual([]);
			expect(await ledger.recordSettingsChanges(at('3'), minute(1))).toEqual([]);
			const changes = [
				{ name: 'ADMIN_EMAIL', before: null, after: 'ada@example.com' },
				{ name: 'RECONCILIATION_HOUR', before: '3', after: '5' }
			];
			expect(await ledger.recordSettingsChanges(at('5', { ADMIN_EMAIL: 'ada@example.com' }), minute(2))).toEqual(changes);
			expect(await ledger.recordSettingsChanges(at('5', { ADMIN_EMAIL: 'ada@example.com' }), minute(3))).toEqual([]);
			expect(await ledger.recordSettingsChanges(at('5'), minute(4))).toEqual([
				{ name: 'ADMIN_EMAIL', before: 'ada@example.com', after: null }
			]);
			const log = await database().prisma.auditLog.findMany({ where: { guildId }, orderBy: [{ at: 'asc' }, { subject: 'asc' }] });
			expect(log).toMatchObject([
				{ action: 'setting', subject: 'ADMIN_EMAIL', before: null, after: 'ada@example.com', actor: 'reeve' },
				{ action: 'setting', subject: 'RECONCILIATION_HOUR', before: '3', after: '5' },
				{ action: 'setting', subject: 'ADMIN_EMAIL', after: null }
			]);
		});

		it('records a change once when two processes start together', async () => {
			const { ledger } = ledgerOf(database());
			await ledger.recordSettingsChanges(at('3'), minute(0));
			const noticed = await Promise.all([1, 2].map(() => ledger.recordSettingsChanges(at('5'), minute(1))));
			expect(noticed.flat()).toHaveLength(1);
		});
	});
}
