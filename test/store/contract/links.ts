import { describe, expect, it } from 'vitest';
import type { Progress } from '../../../src/reconciliation/domain/run.js';
import type { Database } from '../../../src/store/connection/database.js';
import { ledgerOf, minute, run, snowflake } from '../builders.js';

export function linkContract(database: () => Database): void {
	describe('link reader', () => {
		it('reads all rows over several pages', async () => {
			const { prisma } = database();
			const { ledger } = ledgerOf(database());
			const batch = snowflake();
			const data = Array.from({ length: 12_001 }, (_, index) => ({ id: `${batch}-${index}`, discordId: `${index}` }));
			for (let start = 0; start < data.length; start += 4_000) await prisma.member.createMany({ data: data.slice(start, start + 4_000) });
			const progress: Progress[] = [];
			const { members } = await ledger.readLinks((step) => progress.push(step));
			expect(new Set(members.filter(({ id }) => id.startsWith(batch)).map(({ id }) => id)).size).toBe(12_001);
			expect(progress.length).toBeGreaterThan(2);
			expect(progress.at(-1)).toMatchObject({ source: 'database', done: members.length, finished: true });
			await prisma.member.deleteMany({ where: { id: { startsWith: batch } } });
		});

		it('returns all columns, dates to the millisecond', async () => {
			const { prisma } = database();
			const { ledger } = ledgerOf(database());
			const team = await prisma.team.create({
				data: { name: 'Acme', stripeCustomerId: 'cus_t', ownerSeatCount: 1, teamSeatCount: 5, paymentFailedAt: minute(1) }
			});
			const discordId = snowflake();
			const member = await prisma.member.create({
				data: { discordId, stripeCustomerId: 'cus_m', seatTier: 'OWNER', teamId: team.id, paymentFailedAt: minute(2) }
			});
			const exemption = { discordId, reason: 'founder', createdBy: '1', expiresAt: minute(3) };
			await prisma.exemption.create({ data: exemption });
			const links = await ledger.readLinks(() => {});
			expect(links.members).toContainEqual({
				id: member.id,
				discordId,
				stripeCustomerId: 'cus_m',
				seatTier: 'OWNER',
				teamId: team.id,
				paymentFailedAt: minute(2)
			});
			expect(links.teams).toContainEqual({
				id: team.id,
				name: 'Acme',
				stripeCustomerId: 'cus_t',
				ownerSeatCount: 1,
				teamSeatCount: 5,
				paymentFailedAt: minute(1)
			});
			expect(links.exemptions).toContainEqual(exemption);
		});

		it('reads one member’s rows, customers, teams and exemptions only', async () => {
			const { prisma } = database();
			const { ledger } = ledgerOf(database());
			const [ada, bob, eve] = [snowflake(), snowflake(), snowflake()];
			const team = await prisma.team.create({ data: { name: 'Ada’s', stripeCustomerId: `cus_team_${ada}` } });
			const other = await prisma.team.create({ data: { name: 'Eve’s', stripeCustomerId: `cus_team_${eve}` } });
			await prisma.member.createMany({
				data: [
					{ id: `${ada}-seat`, discordId: ada, teamId: team.id },
					{ id: `${ada}-own`, discordId: ada, stripeCustomerId: `cus_${ada}` },
					{ id: `${bob}-same-customer`, discordId: bob, stripeCustomerId: `cus_shared_${ada}` },
					{ id: `${eve}-other`, discordId: eve, teamId: other.id, stripeCustomerId: `cus_${eve}` }
				]
			});
			await prisma.exemption.createMany({
				data: [ada, eve].map((discordId) => ({ discordId, reason: 'friend', createdBy: '1' }))
			});
			const links = await ledger.readLinksOf([ada], [`cus_shared_${ada}`]);
			expect(links.members.map(({ id }) => id).sort()).toEqual([`${ada}-own`, `${ada}-seat`, `${bob}-same-customer`].sort());
			expect(links.teams.map(({ id }) => id)).toEqual([team.id]);
			expect(links.exemptions.map(({ discordId }) => discordId)).toEqual([ada]);
			expect((await ledger.readLinksOf([snowflake()], [`cus_team_${eve}`])).teams.map(({ id }) => id)).toEqual([other.id]);
		});

		it('reads many members at once', async () => {
			const { prisma } = database();
			const { ledger } = ledgerOf(database());
			const people = Array.from({ length: 1_000 }, () => snowflake());
			await prisma.member.createMany({
				data: people.map((discordId, index) => ({ discordId: index % 2 === 0 ? discordId : `"${discordId}"` }))
			});
			expect((await ledger.readLinksOf(people, [])).members).toHaveLength(people.length);
		});

		it('reads the other rows and the team of a member’s own customer', async () => {
			const { prisma } = database();
			const { ledger } = ledgerOf(database());
			const [ada, bob] = [snowflake(), snowflake()];
			await prisma.member.createMany({
				data: [ada, bob].map((discordId) => ({ id: `${ada}-${discordId}`, discordId, stripeCustomerId: `cus_${ada}` }))
			});
			const { id } = await prisma.team.create({ data: { name: 'Acme', stripeCustomerId: `cus_${ada}` } });
			const links = await ledger.readLinksOf([ada], []);
			expect(links.members.map(({ discordId }) => discordId).sort()).toEqual([ada, bob].sort());
			expect(links.teams.map((each) => each.id)).toEqual([id]);
		});

		it('reads rows whose Discord ID has spaces, is a mention, has other text around it or was rounded', async () => {
			const { prisma } = database();
			const { ledger } = ledgerOf(database());
			const ada = snowflake();
			const rounded = `${ada.slice(0, 15)}${'0'.repeat(ada.length - 15)}`;
			const written = [` ${ada}\n`, `<@${ada}>`, `"${ada}"`, rounded, `${ada}1`, ada.slice(1)];
			await prisma.member.createMany({ data: written.map((discordId, index) => ({ id: `${ada}-${index}`, discordId })) });
			const { members } = await ledger.readLinksOf([ada], []);
			// One digit more may still be a valid ID of another user.
			expect(members.map(({ id }) => id).sort()).toEqual([`${ada}-0`, `${ada}-1`, `${ada}-2`, `${ada}-3`]);
		});

		it('keeps the time a debt was first seen until it is cleared', async () => {
			const { ledger } = ledgerOf(database());
			const debt = `sub_${snowflake()}`;
			const firstSeen = async () => (await ledger.readLinks(() => {})).firstSeenUnpaid.get(debt);
			await run(ledger, minute(0), [], { newlyUnpaid: [debt] });
			await run(ledger, minute(1), [], { newlyUnpaid: [debt] });
			expect(await firstSeen()).toEqual(minute(0));
			expect((await ledger.readLinksOf(['1'], [])).firstSeenUnpaid.get(debt)).toEqual(minute(0));
			await run(ledger, minute(2), [], { clearedDebts: [debt] });
			expect(await firstSeen()).toBeUndefined();
			await run(ledger, minute(3), [], { newlyUnpaid: [debt] });
			expect(await firstSeen()).toEqual(minute(3));
		});
	});
}
