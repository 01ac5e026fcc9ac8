import { describe, expect, it } from 'vitest';
import type { RoleChange } from '../../../src/reconciliation/domain/origin.js';
import type { Database } from '../../../src/store/connection/database.js';
import { ledgerOf, minute, snowflake } from '../builders.js';

let entries = 0;
const change = (over: Partial<RoleChange> = {}): RoleChange => {
	entries += 1;
	return { entryId: `e${entries}`, discordId: '7', roleId: 'r1', granted: true, by: '9', byBot: true, at: minute(entries), ...over };
};

export function roleChangeContract(database: () => Database): void {
	describe('role changes', () => {
		it('are stored once, and read oldest first for the members asked for', async () => {
			const { ledger } = ledgerOf(database());
			const [first, second, other] = [change(), change({ granted: false, byBot: null }), change({ discordId: '8' })] as const;
			await ledger.recordRoleChanges([second, first, other], null);
			await ledger.recordRoleChanges([first], null);
			expect(await ledger.roleChangesOf(['7'])).toEqual([first, second]);
			expect(await ledger.roleHistoryCursor()).toBeNull();
		});

		it('move the cursor with them, and keep what of it is not given', async () => {
			const { ledger } = ledgerOf(database());
			// Nothing to move before the log was read for the first time.
			await ledger.recordRoleChanges([change()], { lastEntryId: 'a' });
			expect(await ledger.roleHistoryCursor()).toBeNull();
			await ledger.recordRoleChanges([], { coveredSince: minute(0), lastEntryId: 'b', roleIds: ['r1', 'r2'] });
			await ledger.recordRoleChanges([change()], { lastEntryId: 'c' });
			expect(await ledger.roleHistoryCursor()).toEqual({ coveredSince: minute(0), lastEntryId: 'c', roleIds: ['r1', 'r2'] });
		});

		it('are accompanied by when members were linked and unlinked, and by whom', async () => {
			const { ledger } = ledgerOf(database());
			const [ada, bob, grace] = [snowflake(), snowflake(), snowflake()];
			const customerId = `cus_${ada}`;
			await ledger.writeLink({ discordId: ada, customerId, actor: grace, at: minute(1) });
			const [row] = await database().prisma.member.findMany({ where: { stripeCustomerId: customerId } });
			await ledger.removeLink({ rowId: row?.id ?? '', discordId: ada, actor: grace, at: minute(2) });
			await ledger.exempt({ discordId: ada, reason: 'founder', until: null, actor: grace }, minute(3));
			await ledger.writeLink({ discordId: bob, customerId: `cus_${bob}`, actor: grace, at: minute(4) });
			expect(await ledger.linkEventsOf([ada, snowflake()])).toEqual(
				new Map([
					[
						ada,
						[
							{ kind: 'linked', by: grace, at: minute(1) },
							{ kind: 'unlinked', by: grace, at: minute(2) }
						]
					]
				])
			);
			expect(await ledgerOf(database()).ledger.linkEventsOf([ada])).toEqual(new Map());
		});
	});
}
