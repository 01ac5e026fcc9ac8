import { describe, expect, it } from 'vitest';
import type { ImportLink } from '../../../src/reconciliation/imports/result.js';
import type { Database } from '../../../src/store/connection/database.js';
import { auditOf } from '../audit.js';
import { ledgerOf, minute, snowflake } from '../builders.js';

const LINE = { line: 2, discordId: '', username: 'ada', customer: 'cus_1', email: '', team: '', seat: '' };

export function importContract(database: () => Database): void {
	const scene = async (count = 2) => {
		const { ledger, guildId } = ledgerOf(database());
		const links = Array.from({ length: count }, (): ImportLink => {
			const discordId = snowflake();
			return { discordId, customerId: `cus_${discordId}`, teamId: null, seatTier: 'INDIVIDUAL' };
		});
		const save = () => ledger.saveImport({ format: 'own', lines: [LINE], actor: '42', at: minute(0) });
		const batchId = await save();
		const write = (some: readonly ImportLink[] = links, id = batchId) =>
			ledger.writeImport({ batchId: id, links: some, actor: '42', at: minute(1) });
		const undo = (id = batchId) => ledger.undoImport({ batchId: id, actor: '43', at: minute(2) });
		const rows = () =>
			database().prisma.member.findMany({
				where: { OR: [{ discordId: { in: links.map(({ discordId }) => discordId) } }, { stripeCustomerId: { in: customers } }] },
				orderBy: { stripeCustomerId: 'asc' }
			});
		const customers = links.flatMap(({ customerId }) => customerId ?? []).sort();
		const audit = () => auditOf(database(), { guildId });
		return { ledger, guildId, links, customers, batchId, save, write, undo, rows, audit };
	};

	describe('writeImport and undoImport', () => {
		it('write all links with an audit entry each and one for the batch, once', async () => {
			const { ledger, batchId, customers, write, rows, audit } = await scene();
			expect(await ledger.readImport(batchId)).toMatchObject({ status: 'CHECKED', format: 'own', lines: [LINE] });
			expect(await write()).toEqual({ kind: 'written', batchId });
			expect((await rows()).map(({ stripeCustomerId }) => stripeCustomerId)).toEqual(customers);
			expect((await audit()).map(({ action, actor }) => `${action} ${actor}`).sort()).toEqual(['import 42', 'link 42', 'link 42']);
			expect(await write()).toEqual({ kind: 'settled' });
			expect(await rows()).toHaveLength(2);
			expect(await ledger.readImport(batchId)).toMatchObject({ status: 'APPLIED', lines: [] });
		});

		it('let one of two concurrent confirmations write', async () => {
			const { write, rows } = await scene();
			expect((await Promise.all([write(), write()])).map(({ kind }) => kind).sort()).toEqual(['settled', 'written']);
			expect(await rows()).toHaveLength(2);
		});

		it('write nothing if one customer was linked meanwhile, and can be confirmed again', async () => {
			const { ledger, batchId, links, write, rows, audit } = await scene();
			const [first, second] = links;
			await ledger.writeLink({ discordId: snowflake(), customerId: second?.customerId ?? '', actor: '1', at: minute(1) });
			expect(await write()).toEqual({ kind: 'changed' });
			expect(await rows()).toHaveLength(1);
			expect((await audit()).map(({ action }) => action)).toEqual(['link']);
			expect(await write([first as ImportLink])).toEqual({ kind: 'written', batchId });
		});

		it('write nothing for a customer that became a team’s, or a team that is gone', async () => {
			const { links, write, rows } = await scene();
			const { id } = await database().prisma.team.create({ data: { name: 'Acme', stripeCustomerId: links[0]?.customerId ?? '' } });
			expect(await write()).toEqual({ kind: 'changed' });
			await database().prisma.team.delete({ where: { id } });
			const seat: ImportLink = { discordId: links[0]?.discordId ?? '', customerId: null, teamId: id, seatTier: 'OWNER' };
			expect(await write([seat])).toEqual({ kind: 'changed' });
			expect(await rows()).toEqual([]);
		});

		it('wait for a link by hand, and the other way round', async () => {
			const { ledger, links, write, rows } = await scene(1);
			const by = { customerId: links[0]?.customerId ?? '', actor: '1', at: minute(1) };
			const [imported, linked] = await Promise.all([write(), ledger.writeLink({ discordId: snowflake(), ...by })]);
			expect([imported.kind, linked.kind].sort()).toEqual(imported.kind === 'written' ? ['taken', 'written'] : ['changed', 'written']);
			expect(await rows()).toHaveLength(1);
		});

		it('reuse a customer’s row without a member, and give it back', async () => {
			const { links, write, undo, rows } = await scene(1);
			const data = { id: `row-${links[0]?.discordId}`, stripeCustomerId: links[0]?.customerId ?? '', discordId: 'nobody' };
			await database().prisma.member.create({ data });
			await write();
			expect(await rows()).toMatchObject([{ id: data.id, discordId: links[0]?.discordId }]);
			expect(await undo()).toEqual({ kind: 'undone', removed: 1, left: 0 });
			expect(await rows()).toMatchObject([data]);
		});

		it('undo a batch once, with an audit entry per link and one for the batch', async () => {
			const { ledger, write, undo, rows, audit } = await scene();
			expect(await undo()).toEqual({ kind: 'settled', status: 'CHECKED' });
			await write();
			expect(await undo()).toEqual({ kind: 'undone', removed: 2, left: 0 });
			expect(await rows()).toEqual([]);
			expect(
				(await audit())
					.filter(({ actor }) => actor === '43')
					.map(({ action }) => action)
					.sort()
			).toEqual(['undo-import', 'unlink', 'unlink']);
			expect(await undo()).toEqual({ kind: 'settled', status: 'UNDONE' });
			expect(await ledger.undoImport({ batchId: 'nothing', actor: '43', at: minute(2) })).toEqual({ kind: 'unknown' });
			expect(await write()).toEqual({ kind: 'settled' });
		});

		it('leave links that were changed since', async () => {
			const { ledger, links, write, undo, rows } = await scene();
			await write();
			const [first] = await rows();
			await ledger.removeLink({ rowId: first?.id ?? '', discordId: first?.discordId ?? '', actor: '1', at: minute(1) });
			const other = snowflake();
			await ledger.writeLink({ discordId: other, customerId: first?.stripeCustomerId ?? '', actor: '1', at: minute(1) });
			expect(await undo()).toEqual({ kind: 'undone', removed: 1, left: 1 });
			expect(await rows()).toMatchObject([{ discordId: other }]);
			expect(links).toHaveLength(2);
		});

		it('add and remove a seat', async () => {
			const { links, write, undo, rows } = await scene(1);
			const discordId = links[0]?.discordId ?? '';
			const { id: teamId } = await database().prisma.team.create({ data: { name: 'Acme' } });
			const seat: ImportLink = { discordId, customerId: null, teamId, seatTier: 'OWNER' };
			expect(await write([seat])).toMatchObject({ kind: 'written' });
			expect(await rows()).toMatchObject([{ discordId, teamId, seatTier: 'OWNER', stripeCustomerId: null }]);
			await undo();
			expect(await rows()).toEqual([]);
		});

		it('write and undo 5,000 links', async () => {
			const { write, undo, rows, batchId } = await scene(5_000);
			expect(await write()).toEqual({ kind: 'written', batchId });
			expect(await rows()).toHaveLength(5_000);
			expect(await undo()).toEqual({ kind: 'undone', removed: 5_000, left: 0 });
			expect(await rows()).toEqual([]);
		}, 120_000);

		it('are not open to another guild', async () => {
			const { batchId, write } = await scene(1);
			await write();
			const { ledger } = ledgerOf(database());
			expect(await ledger.readImport(batchId)).toBeNull();
			expect(await ledger.undoImport({ batchId, actor: '1', at: minute(2) })).toEqual({ kind: 'unknown' });
		});

		it('forget files that were not confirmed within a day', async () => {
			const { ledger, batchId } = await scene(1);
			await ledger.saveImport({ format: 'own', lines: [LINE], actor: '42', at: minute(24 * 60 + 1) });
			expect(await ledger.readImport(batchId)).toBeNull();
		});
	});
}
