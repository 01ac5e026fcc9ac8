import { describe, expect, it } from 'vitest';
import { prismaPeople } from '../../src/people/prisma-people.js';

const ADA = '300000000000000001';

/** A client as Prisma generates it for other names, with rows. Notes the queries. */
function clientOf(rows: readonly Record<string, unknown>[] = []) {
	const queries: unknown[] = [];
	const findMany = async (query: unknown) => {
		queries.push(query);
		return rows;
	};
	const field = (name: string, type: string) => ({ name, type, kind: 'scalar' });
	return {
		queries,
		prisma: {
			account: { findMany, updateMany: async () => ({ count: 1 }) },
			_runtimeDataModel: {
				models: {
					Account: { fields: [field('uid', 'Int'), field('snowflake', 'BigInt'), field('stripe', 'String'), field('rank', 'Rank')] }
				}
			}
		}
	};
}
const MEMBER = { model: 'account', id: 'uid', discordId: 'snowflake', customerId: 'stripe' };

describe('prismaPeople', () => {
	it('names the models that exist if the one of the mapping does not', async () => {
		const people = prismaPeople(clientOf().prisma, { member: { ...MEMBER, model: 'membre' } });
		await expect(people.check?.()).rejects.toThrow('The model "membre" does not exist in the bot\'s Prisma client; it has: account.');
	});

	it('names the fields that exist if some of the mapping do not', async () => {
		const people = prismaPeople(clientOf().prisma, { member: { ...MEMBER, customerId: 'customer', extra: ['level'] } });
		await expect(people.check?.()).rejects.toThrow(
			'The model "account" of the bot\'s Prisma client has no fields "customer" and "level"; it has: uid, snowflake, stripe, rank.'
		);
	});

	it('asks for numbers where the application keeps numbers', async () => {
		const { prisma, queries } = clientOf([{ uid: 7, snowflake: BigInt(ADA), stripe: 'cus_ada' }]);
		const { members } = await prismaPeople(prisma, { member: MEMBER }).readOf([ADA], []);
		expect(members).toMatchObject([{ id: '7', discordId: ADA, stripeCustomerId: 'cus_ada' }]);
		expect(queries[0]).toMatchObject({ where: { snowflake: { in: expect.arrayContaining([BigInt(ADA)]) } } });
		expect(queries).not.toContainEqual(expect.objectContaining({ where: { snowflake: { contains: ADA } } }));
	});

	it.each([
		['seats', [], 'The seat of the member 7 in the bot\'s database is "BOSS", which the option "seats" does not list'],
		['another name for it', { BOSS: 'OWNER' }, null]
	] as const)('reads a seat by %s', async (_, seats, problem) => {
		const { prisma } = clientOf([{ uid: 7, snowflake: BigInt(ADA), stripe: null, rank: 'BOSS' }]);
		const people = prismaPeople(prisma, { member: { ...MEMBER, seat: 'rank' }, ...(problem === null && { seats }) });
		const read = people.readAll(() => {});
		if (problem === null) expect((await read).members).toMatchObject([{ seatTier: 'OWNER' }]);
		else await expect(read).rejects.toThrow(problem);
	});

	it('refuses a Discord ID that lost digits as a number', async () => {
		const { prisma } = clientOf([{ uid: 7, snowflake: Number(ADA), stripe: null }]);
		await expect(prismaPeople(prisma, { member: MEMBER }).readAll(() => {})).rejects.toThrow(
			'Reeve cannot read the Discord ID of the member 7'
		);
	});

	it('links a member only while the row has no customer', async () => {
		const { prisma } = clientOf([{ uid: 7, snowflake: BigInt(ADA), stripe: null }]);
		const changes: unknown[] = [];
		const updateMany = async (change: unknown) => {
			changes.push(change);
			return { count: 0 };
		};
		const account = { ...prisma.account, updateMany };
		const people = prismaPeople({ ...prisma, account }, { member: MEMBER, link: true });
		await expect(people.link?.(ADA, 'cus_ada')).rejects.toThrow('The row was changed at the same time. Try again.');
		expect(changes).toEqual([{ where: { uid: 7, stripe: null }, data: { stripe: 'cus_ada' } }]);
	});

	it('unlinks a member only while the row has that customer', async () => {
		const { prisma } = clientOf([{ uid: 7, snowflake: BigInt(ADA), stripe: 'cus_ada' }]);
		const changes: unknown[] = [];
		const updateMany = async (change: unknown) => {
			changes.push(change);
			return { count: 1 };
		};
		const account = { ...prisma.account, updateMany };
		const people = prismaPeople({ ...prisma, account }, { member: MEMBER, link: true });
		expect(await people.unlink?.('7', ADA)).toBe(true);
		expect(changes).toEqual([{ where: { uid: 7, stripe: 'cus_ada' }, data: { stripe: null } }]);
	});

	it('hides the words of the client, and keeps its error for the log', async () => {
		const cause = new Error('PrismaClientKnownRequestError');
		const prisma = { account: { findMany: () => Promise.reject(cause), updateMany: () => Promise.reject(cause) } };
		const error = await prismaPeople(prisma, { member: MEMBER })
			.readAll(() => {})
			.catch((reason: unknown) => reason);
		expect(error).toMatchObject({
			cause,
			message: expect.stringMatching(/^The model "account" could not be read in the bot's database\./)
		});
	});
});
