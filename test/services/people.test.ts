import { afterAll, beforeAll, describe } from 'vitest';
import { sqlPeople } from '../../src/people/sql-people.js';
import type { MemberRow, TeamRow } from '../../src/reconciliation/domain/links.js';
import { type Database, openDatabase } from '../../src/store/connection/database.js';
import { reevePeople } from '../../src/store/people.js';
import { peopleContract } from '../people/contract.js';
import { createDatabase, type TestDatabase } from './databases.js';

describe('on a PostgreSQL server', () => {
	let server: TestDatabase;
	let database: Database;
	beforeAll(async () => {
		server = await createDatabase();
		database = await openDatabase({ url: server.url, dataDir: '/nonexistent' });
	});
	afterAll(async () => {
		await database?.close();
		await server?.drop();
	});
	const put = async (members: readonly MemberRow[], teams: readonly TeamRow[] = []) => {
		await database.prisma.team.createMany({ data: [...teams] });
		await database.prisma.member.createMany({ data: [...members] });
	};

	describe('reevePeople', () => peopleContract(() => ({ people: reevePeople(database), put })));

	describe('sqlPeople', () => {
		const query = (sql: string, values: unknown[]) => database.prisma.$queryRawUnsafe<Record<string, unknown>[]>(sql, ...values);
		const texts = {
			members: `SELECT id, "discordId", "stripeCustomerId" AS "customerId", "seatTier"::text AS seat, "teamId", "paymentFailedAt" AS "failedAt" FROM "Member"`,
			teams: `SELECT id, name, "stripeCustomerId" AS "customerId", "ownerSeatCount" AS "ownerSeats", "teamSeatCount" AS "memberSeats", "paymentFailedAt" AS "failedAt" FROM "Team"`
		};
		peopleContract(() => ({ people: sqlPeople(query, texts), put }));
	});
});
