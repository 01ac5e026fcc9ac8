import { describe, expect, it } from 'vitest';
import { findChangedLinks } from '../../../src/reconciliation/runs/changed-links.js';
import type { Database } from '../../../src/store/connection/database.js';
import { drift, ledgerOf, snowflake } from '../builders.js';

/** Changes by plain SQL, as of another application, which does not set `updatedAt`. */
export function changedLinkContract(database: () => Database): void {
	/** Ada has a row with a customer, and a seat in a team; Bob has another row. A run has read them, and found an issue of Ada's. */
	const scene = async () => {
		const { prisma } = database();
		const { ledger } = ledgerOf(database());
		const [ada, bob] = [snowflake(), snowflake()];
		const [own, seat, other] = [`${ada}-own`, `${ada}-seat`, `${bob}-own`];
		const { id: team } = await prisma.team.create({ data: { name: 'Acme', stripeCustomerId: `cus_team_${ada}` } });
		await prisma.member.createMany({
			data: [
				{ id: own, discordId: ada, stripeCustomerId: `cus_${ada}` },
				{ id: seat, discordId: ada, teamId: team },
				{ id: other, discordId: bob, stripeCustomerId: `cus_${bob}` }
			]
		});
		const read = await ledger.readLinks(() => {});
		const issue = { ...drift(ada), customerIds: [`cus_${ada}`, `cus_team_${ada}`] };
		return { prisma, ada, bob, own, seat, other, team, changed: () => findChangedLinks(ledger, read, [issue]) };
	};

	describe('the links of members with an issue, read again,', () => {
		it('are unchanged if only links of others changed', async () => {
			const { prisma, other, changed } = await scene();
			await prisma.$executeRaw`UPDATE $schema."Member" SET "stripeCustomerId" = 'cus_new' WHERE id = ${other}`;
			expect(await changed()).toEqual({ customerIds: new Set(), discordIds: new Set() });
		});

		it('show a customer that a row has now', async () => {
			const { prisma, ada, own, changed } = await scene();
			await prisma.$executeRaw`UPDATE $schema."Member" SET "stripeCustomerId" = 'cus_new' WHERE id = ${own}`;
			expect(await changed()).toEqual({ customerIds: new Set([`cus_${ada}`, 'cus_new']), discordIds: new Set([ada]) });
		});

		it('show a row that names another member now', async () => {
			const { prisma, ada, bob, own, changed } = await scene();
			await prisma.$executeRaw`UPDATE $schema."Member" SET "discordId" = ${bob} WHERE id = ${own}`;
			expect((await changed()).discordIds).toEqual(new Set([ada, bob]));
		});

		it('show a row of another member and customer that was given to them', async () => {
			const { prisma, ada, bob, other, changed } = await scene();
			await prisma.$executeRaw`UPDATE $schema."Member" SET "discordId" = ${`<@${ada}>`} WHERE id = ${other}`;
			expect((await changed()).discordIds).toEqual(new Set([ada, bob]));
		});

		it('show a row that was inserted', async () => {
			const { prisma, ada, changed } = await scene();
			await prisma.$executeRaw`INSERT INTO $schema."Member" (id, "discordId", "stripeCustomerId", "updatedAt")
				VALUES (${`${ada}-new`}, ${ada}, ${`cus_new_${ada}`}, '2020-01-01')`;
			expect(await changed()).toEqual({ customerIds: new Set([`cus_new_${ada}`]), discordIds: new Set([ada]) });
		});

		it('show a row that was deleted', async () => {
			const { prisma, ada, own, changed } = await scene();
			await prisma.$executeRaw`DELETE FROM $schema."Member" WHERE id = ${own}`;
			expect(await changed()).toEqual({ customerIds: new Set([`cus_${ada}`]), discordIds: new Set([ada]) });
		});

		it('show a seat that was given up', async () => {
			const { prisma, ada, seat, changed } = await scene();
			await prisma.$executeRaw`UPDATE $schema."Member" SET "teamId" = NULL WHERE id = ${seat}`;
			expect((await changed()).discordIds).toEqual(new Set([ada]));
		});

		it('show a team with another customer, with its members', async () => {
			const { prisma, ada, team, changed } = await scene();
			await prisma.$executeRaw`UPDATE $schema."Team" SET "stripeCustomerId" = 'cus_new' WHERE id = ${team}`;
			expect(await changed()).toEqual({ customerIds: new Set([`cus_team_${ada}`, 'cus_new']), discordIds: new Set([ada]) });
		});

		it('show an exemption', async () => {
			const { prisma, ada, changed } = await scene();
			await prisma.exemption.create({ data: { discordId: ada, reason: 'founder', createdBy: '1' } });
			expect(await changed()).toEqual({ customerIds: new Set(), discordIds: new Set([ada]) });
		});
	});
}
