import { describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/connection/database.js';
import { auditOf } from '../audit.js';
import { ledgerOf, minute, snowflake } from '../builders.js';

export function linkChangeContract(database: () => Database): void {
	const scene = () => {
		const { ledger, guildId } = ledgerOf(database());
		const [ada, bob] = [snowflake(), snowflake()];
		const customerId = `cus_${ada}`;
		const link = (discordId = ada, actor = '42') => ledger.writeLink({ discordId, customerId, actor, at: minute(1) });
		const rows = () => database().prisma.member.findMany({ where: { stripeCustomerId: customerId } });
		const audited = (subject = ada) => auditOf(database(), { subject });
		return { ledger, guildId, ada, bob, customerId, link, rows, audited };
	};

	describe('writeLink and removeLink', () => {
		it('creates a row and an audit entry', async () => {
			const { ada, customerId, guildId, link, rows, audited } = scene();
			expect(await link()).toEqual({ kind: 'written' });
			expect(await rows()).toMatchObject([{ discordId: ada, seatTier: 'INDIVIDUAL', teamId: null }]);
			const after = { discordId: ada, stripeCustomerId: customerId };
			expect(await audited()).toMatchObject([{ guildId, actor: '42', action: 'link', before: null, after, outcome: 'DONE' }]);
		});

		it('reuses the customer’s row without a Discord user', async () => {
			const { ada, customerId, link, rows, audited } = scene();
			await database().prisma.member.create({ data: { id: `row-${ada}`, stripeCustomerId: customerId, email: 'ada@example.com' } });
			expect(await link()).toEqual({ kind: 'written' });
			expect(await rows()).toMatchObject([{ id: `row-${ada}`, discordId: ada, email: 'ada@example.com' }]);
			expect(await audited()).toMatchObject([
				{ before: { id: `row-${ada}`, discordId: null }, after: { id: `row-${ada}`, discordId: ada } }
			]);
		});

		it('corrects a row whose Discord ID cannot be read, and knows one that has other forms', async () => {
			const { ada, bob, customerId, link, rows, audited } = scene();
			await database().prisma.member.create({ data: { discordId: `"${ada}"`, stripeCustomerId: customerId } });
			expect(await link()).toEqual({ kind: 'written' });
			expect(await rows()).toMatchObject([{ discordId: ada }]);
			expect(await audited()).toMatchObject([{ before: { discordId: `"${ada}"` }, after: { discordId: ada } }]);
			await database().prisma.member.updateMany({ where: { stripeCustomerId: customerId }, data: { discordId: `<@${ada}> ` } });
			expect(await link()).toEqual({ kind: 'already' });
			expect(await link(bob)).toEqual({ kind: 'taken', by: ada });
		});

		it('removes a link whose Discord ID is a mention, and no other member’s', async () => {
			const { ledger, ada, bob, customerId, rows, audited } = scene();
			const { id: rowId } = await database().prisma.member.create({ data: { discordId: `<@${ada}>`, stripeCustomerId: customerId } });
			expect(await ledger.removeLink({ rowId, discordId: bob, actor: '1', at: minute(2) })).toBe(false);
			expect(await ledger.removeLink({ rowId, discordId: ada, actor: '1', at: minute(2) })).toBe(true);
			expect(await rows()).toMatchObject([{ id: rowId, discordId: null }]);
			expect(await audited()).toMatchObject([{ action: 'unlink' }]);
		});

		it('refuses a link that exists, or of a customer linked to another member or a team', async () => {
			const { ada, bob, link, rows, audited } = scene();
			await link();
			expect(await link()).toEqual({ kind: 'already' });
			expect(await link(bob)).toEqual({ kind: 'taken', by: ada });
			expect(await rows()).toHaveLength(1);
			expect(await audited(bob)).toEqual([]);
			const other = scene();
			await database().prisma.team.create({ data: { name: 'Acme', stripeCustomerId: other.customerId } });
			expect(await other.link()).toEqual({ kind: 'team', team: 'Acme' });
			expect(await other.rows()).toEqual([]);
		});

		it('links a customer to one of ten members at once, and names that one to the others', async () => {
			const { link, rows } = scene();
			const people = Array.from({ length: 10 }, () => snowflake());
			const results = await Promise.all(people.map((person) => link(person)));
			const winner = people[results.findIndex(({ kind }) => kind === 'written')];
			expect(results.filter(({ kind }) => kind === 'written')).toHaveLength(1);
			for (const other of results.filter(({ kind }) => kind !== 'written')) expect(other).toEqual({ kind: 'taken', by: winner });
			expect(await rows()).toMatchObject([{ discordId: winner }]);
		});

		it('removes a link once and keeps the row', async () => {
			const { ledger, ada, customerId, link, rows, audited } = scene();
			await link();
			const [row] = await rows();
			const erase = (actor: string) => ledger.removeLink({ rowId: row?.id ?? '', discordId: ada, actor, at: minute(2) });
			expect((await Promise.all([erase('1'), erase('2')])).sort()).toEqual([false, true]);
			expect(await rows()).toMatchObject([{ id: row?.id, discordId: null, stripeCustomerId: customerId }]);
			const entries = await audited();
			expect(entries).toMatchObject([
				{ action: 'link' },
				{ action: 'unlink', before: { discordId: ada }, after: { id: row?.id, discordId: null } }
			]);
			expect(entries).toHaveLength(2);
		});
	});
}
