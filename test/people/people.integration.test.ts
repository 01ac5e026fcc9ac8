import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prismaPeople } from '../../src/people/prisma-people.js';
import { sqlPeople } from '../../src/people/sql-people.js';
import type { MemberRow, TeamRow } from '../../src/reconciliation/domain/links.js';
import { type Database, openDatabase } from '../../src/store/connection/database.js';
import { reevePeople } from '../../src/store/people.js';
import { row, team } from '../reconciliation/builders.js';
import { auditOf } from '../store/audit.js';
import { ledgerOf, minute, snowflake } from '../store/builders.js';
import { makeFolder, removeFolder } from '../store/folders.js';
import { peopleContract } from './contract.js';

const MAPPING = {
	member: {
		model: 'member',
		discordId: 'discordId',
		customerId: 'stripeCustomerId',
		seat: 'seatTier',
		teamId: 'teamId',
		failedAt: 'paymentFailedAt',
		changedAt: 'updatedAt'
	},
	team: {
		model: 'team',
		customerId: 'stripeCustomerId',
		name: 'name',
		failedAt: 'paymentFailedAt',
		ownerSeats: 'ownerSeatCount',
		memberSeats: 'teamSeatCount'
	}
};

describe('on Reeve’s own tables', () => {
	let database: Database;
	let folder: string;
	beforeAll(async () => {
		folder = await makeFolder();
		database = await openDatabase({ dataDir: folder });
	});
	afterAll(async () => {
		await database?.close();
		await removeFolder(folder);
	});
	const put = async (members: readonly MemberRow[], teams: readonly TeamRow[] = []) => {
		await database.prisma.team.createMany({ data: [...teams] });
		await database.prisma.member.createMany({ data: [...members] });
	};

	describe('reevePeople', () => peopleContract(() => ({ people: reevePeople(database), put })));

	describe('prismaPeople', () => {
		peopleContract(() => ({ people: prismaPeople(database.prisma, MAPPING), put }));

		it('accepts a mapping to models and fields that exist', async () => {
			await prismaPeople(database.prisma, MAPPING).check?.();
		});

		it('gives further fields to the server’s own rule', async () => {
			const ada = snowflake();
			await database.prisma.member.create({ data: { discordId: ada, email: 'ada@example.com' } });
			const people = prismaPeople(database.prisma, { member: { ...MAPPING.member, extra: ['email'] } });
			expect((await people.readOf([ada], [])).members).toMatchObject([{ discordId: ada, extra: { email: 'ada@example.com' } }]);
		});

		it('has no links to write unless it is allowed to', () => {
			expect(prismaPeople(database.prisma, MAPPING)).not.toHaveProperty('link');
		});

		it('writes the customer of a member that exists, with one winner, and an entry in the audit log', async () => {
			const [ada, bob] = [snowflake(), snowflake()];
			const customerId = `cus_${ada}`;
			await put([ada, bob].map((discordId) => row({ id: discordId, discordId })));
			const people = prismaPeople(database.prisma, { ...MAPPING, link: true });
			const { ledger } = ledgerOf(database, snowflake(), people);
			const link = (discordId: string) => ledger.writeLink({ discordId, customerId, actor: '42', at: minute(1) });
			expect(await link(ada)).toEqual({ kind: 'written' });
			expect(await link(ada)).toEqual({ kind: 'already' });
			expect(await link(bob)).toEqual({ kind: 'taken', by: ada });
			expect(await auditOf(database, { subject: ada })).toMatchObject([{ action: 'link', actor: '42' }]);
			await expect(ledger.writeLink({ discordId: ada, customerId: 'cus_other', actor: '42', at: minute(2) })).rejects.toThrow(
				`There is one customer per member in the bot's database, and this one has ${customerId}. Use /reconcile unlink first.`
			);
			await expect(link(snowflake()).then((result) => ({ result }))).resolves.toMatchObject({ result: { kind: 'taken' } });
			await expect(ledger.writeLink({ discordId: snowflake(), customerId: 'cus_other', actor: '42', at: minute(2) })).rejects.toThrow(
				"There is no row for this member in the bot's database"
			);
			const remove = (discordId: string) => ledger.removeLink({ rowId: ada, discordId, actor: '42', at: minute(3) });
			expect(await remove(bob)).toBe(false);
			expect(await remove(ada)).toBe(true);
			expect((await people.readOf([ada], [])).members).toMatchObject([{ id: ada, discordId: ada, stripeCustomerId: null }]);
		});

		it('is the place where links are kept if it may not write them', async () => {
			const { ledger } = ledgerOf(database, snowflake(), prismaPeople(database.prisma, { ...MAPPING, name: 'the database of Acme' }));
			expect(ledger.linksKeptIn).toBe('the database of Acme');
			await expect(ledger.removeLink({ rowId: '1', discordId: '1', actor: '42', at: minute(1) })).rejects.toThrow(
				'Links are kept in the database of Acme: change them there.'
			);
		});
	});
});

describe('sqlPeople', () => {
	let pglite: PGlite;
	beforeAll(async () => {
		pglite = await PGlite.create();
		await pglite.exec(`
			CREATE TABLE companies (key text PRIMARY KEY, title text, payer text, leads int, seats int, due timestamptz);
			CREATE TABLE users (key text PRIMARY KEY, discord text, payer text, kind text, company text, due timestamptz)`);
	});
	afterAll(() => pglite?.close());
	const query = async (sql: string, values: unknown[]) => (await pglite.query<Record<string, unknown>>(sql, values)).rows;
	const KINDS = { OWNER: 'lead', TEAM_MEMBER: 'seat', INDIVIDUAL: null } as const;
	const TEXTS = {
		members:
			'SELECT key AS id, discord AS "discordId", payer AS "customerId", kind AS seat, company AS "teamId", due AS "failedAt" FROM users',
		teams:
			'SELECT key AS id, title AS name, payer AS "customerId", leads AS "ownerSeats", seats AS "memberSeats", due AS "failedAt" FROM companies',
		seats: { lead: 'OWNER', seat: 'TEAM_MEMBER' }
	} as const;
	const put = async (members: readonly MemberRow[], teams: readonly TeamRow[] = []) => {
		await query('INSERT INTO companies SELECT * FROM jsonb_populate_recordset(NULL::companies, $1::jsonb)', [
			JSON.stringify(
				teams.map(({ id, name, stripeCustomerId, ownerSeatCount, teamSeatCount, paymentFailedAt }) => ({
					...{ key: id, title: name, payer: stripeCustomerId, leads: ownerSeatCount, seats: teamSeatCount, due: paymentFailedAt }
				}))
			)
		]);
		await query('INSERT INTO users SELECT * FROM jsonb_populate_recordset(NULL::users, $1::jsonb)', [
			JSON.stringify(
				members.map(({ id, discordId, stripeCustomerId, seatTier, teamId, paymentFailedAt }) => ({
					...{ key: id, discord: discordId, payer: stripeCustomerId, kind: KINDS[seatTier], company: teamId, due: paymentFailedAt }
				}))
			)
		]);
	};

	peopleContract(() => ({ people: sqlPeople(query, TEXTS), put }));

	it('accepts queries with the columns that are needed', async () => {
		await sqlPeople(query, TEXTS).check?.();
	});

	it('names the column that a query does not give', async () => {
		const people = sqlPeople(query, { members: 'SELECT key AS id, discord AS "discordId", payer FROM users' });
		await expect(people.check?.()).rejects.toThrow('The query "members" gives no column "customerId": add … AS "customerId" to it.');
	});

	it('says which query failed, without the words of the driver', async () => {
		const people = sqlPeople(query, { name: 'the database of Acme', members: 'SELECT * FROM members' });
		await expect(people.readAll(() => {})).rejects.toThrow(/^The query "members" failed in the database of Acme\. Check whether/);
	});

	it('reads IDs of any type', async () => {
		await pglite.exec('CREATE TABLE numbered (id bigint PRIMARY KEY, discord bigint, payer text)');
		const ada = snowflake();
		await query('INSERT INTO numbered VALUES (7, $1, NULL)', [ada]);
		const people = sqlPeople(query, { members: 'SELECT id, discord AS "discordId", payer AS "customerId" FROM numbered' });
		const expected = { id: '7', discordId: ada, stripeCustomerId: null, seatTier: 'INDIVIDUAL' };
		expect((await people.readOf([ada], [])).members).toMatchObject([expected]);
		expect((await people.readAll(() => {})).members).toMatchObject([expected]);
	});

	it('does not know a team with too many members unless the seats are counted', async () => {
		await put([], [team({ id: 'uncounted' })]);
		const people = sqlPeople(query, { ...TEXTS, teams: 'SELECT key AS id, payer AS "customerId" FROM companies' });
		const read = (await people.readAll(() => {})).teams.find(({ id }) => id === 'uncounted');
		expect(read).toMatchObject({ name: 'uncounted', ownerSeatCount: Number.POSITIVE_INFINITY, teamSeatCount: Number.POSITIVE_INFINITY });
	});
});
