import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { lockUntilEnd } from '../../src/store/advisory-lock.js';
import { type Database, openDatabase } from '../../src/store/connection/database.js';
import { databaseChecks } from '../../src/store/doctor.js';
import { buttonOf, click, fixButtons, managedRolesOf, reconcile, runCommand } from '../end-to-end/operator.js';
import { ledgerOf, snowflake } from '../store/builders.js';
import { ledgerContract } from '../store/contract/ledger.js';
import { catalogOfPublic, createDatabase, databaseUrl, execute, read, type TestDatabase } from './databases.js';

const NOWHERE = '/nonexistent';

/** A host's tables, with names and types that clash with Reeve's, and its own list of migrations. */
const HOST = `
	CREATE TYPE "SeatTier" AS ENUM ('GOLD', 'SILVER');
	CREATE TABLE "Team" (id serial PRIMARY KEY, title text NOT NULL UNIQUE);
	CREATE TABLE "Member" (id serial PRIMARY KEY, "teamId" int REFERENCES "Team", tier "SeatTier" NOT NULL DEFAULT 'GOLD', "joinedAt" date);
	CREATE TABLE "AuditLog" (id bigserial PRIMARY KEY, entry jsonb NOT NULL);
	CREATE TABLE "Lease" (flat text PRIMARY KEY, "until" date);
	CREATE FUNCTION "keepAuditLog"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
	CREATE TRIGGER "AuditLog_only_grows" BEFORE UPDATE ON "AuditLog" FOR EACH ROW EXECUTE FUNCTION "keepAuditLog"();
	CREATE TABLE _prisma_migrations (
		id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL, logs text,
		rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count int NOT NULL DEFAULT 0
	);
	INSERT INTO "Team" (title) VALUES ('Acme');
	INSERT INTO "Member" ("teamId", tier) VALUES (1, 'SILVER'), (NULL, 'GOLD');
	INSERT INTO "AuditLog" (entry) VALUES ('{"joined": 1}');
	INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('1', 'x', '20240101000000_shop', now());
	INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('2', 'x', '20240201000000_unfinished');`;

/** Everything in the schema public: objects by their definitions, and rows with their versions, so that a rewritten row shows too. */
async function dumpOfPublic(url: string): Promise<unknown> {
	const objects = await catalogOfPublic(url);
	const names = await read(url, `SELECT quote_ident(table_name) FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`);
	const rows = names.map(async ([name]) => [
		name,
		await read(url, `SELECT ctid::text, xmin::text, to_jsonb(t)::text FROM public.${name} AS t`)
	]);
	return { objects, rows: await Promise.all(rows) };
}

async function hostDatabase(): Promise<TestDatabase> {
	const server = await createDatabase();
	await execute(server.url, HOST);
	return server;
}

describe("a schema of Reeve's own in a host's database", () => {
	let server: TestDatabase;
	let database: Database;
	let before: unknown;

	beforeAll(async () => {
		server = await hostDatabase();
		before = await dumpOfPublic(server.url);
		// As hosts that use Prisma write it.
		database = await openDatabase({ url: `${server.url}?schema=public`, dataDir: NOWHERE, schema: 'reeve' });
	});
	afterAll(async () => {
		await database?.close();
		try {
			expect(await dumpOfPublic(server.url)).toEqual(before);
		} finally {
			await server?.drop();
		}
	});

	ledgerContract(() => database);

	it("leaves the host's tables, types, functions, rows and migrations as they were", async () => {
		expect(JSON.stringify(before)).toMatch(/AuditLog_only_grows.*20240201000000_unfinished/);
		expect(await dumpOfPublic(server.url)).toEqual(before);
	});

	it('holds everything that Reeve has, its list of migrations included', async () => {
		const names = await read(server.url, `SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'reeve'`);
		expect(names.flat()).toEqual(
			expect.arrayContaining(['Member', 'Team', 'AuditLog', 'ReconciliationRun', 'Lease', '_prisma_migrations'])
		);
		const elsewhere = await read(
			server.url,
			`SELECT nspname::text FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('information_schema', 'public', 'reeve')`
		);
		expect(elsewhere).toEqual([]);
	});

	it('still refuses changes of the audit log', async () => {
		await ledgerOf(database).ledger.exempt({ discordId: snowflake(), reason: 'founder', until: null, actor: '1' }, new Date());
		await expect(database.prisma.auditLog.deleteMany()).rejects.toThrow();
		expect(await database.prisma.auditLog.count()).toBeGreaterThan(0);
	});

	it('is not put into the search path of a connection, which a pooler would lend to others', async () => {
		const [host] = await read(server.url, 'SHOW search_path');
		const [row] = await database.prisma.$queryRaw<{ search_path: string }[]>`SHOW search_path`;
		expect([row?.search_path]).toEqual(host);
	});

	it('is migrated once: the next start changes nothing', async () => {
		const migrations = () => read(server.url, 'SELECT id, finished_at::text FROM reeve._prisma_migrations ORDER BY id');
		const first = await migrations();
		await (await openDatabase({ url: server.url, dataDir: NOWHERE, schema: 'reeve' })).close();
		expect(await migrations()).toEqual(first);
	});

	it('is named by the doctor, and so is another one in DATABASE_URL', async () => {
		const messages = (await Promise.all(databaseChecks(database).map(({ run }) => run()))).flat().map(({ message }) => message);
		expect(messages).toContainEqual(expect.stringContaining("Reeve's tables are in the schema reeve."));
		expect(messages).toContain("DATABASE_URL names the schema public, and Reeve's options name reeve: Reeve uses reeve.");
	});

	it('shares no lease and no lock with an installation in another schema', async () => {
		const other = await openDatabase({ url: `${server.url}?schema=reeve_two`, dataDir: NOWHERE });
		onTestFinished(async () => {
			await other.close();
			await execute(server.url, 'DROP SCHEMA reeve_two CASCADE');
		});
		const guildId = snowflake();
		expect(await ledgerOf(database, guildId).ledger.acquireLease('first', 60)).toBe(true);
		expect(await ledgerOf(other, guildId).ledger.acquireLease('second', 60)).toBe(true);
		const discordId = snowflake();
		await database.prisma.$transaction(async (transaction) => {
			await lockUntilEnd(transaction, `exempt:${discordId}`);
			await ledgerOf(other, guildId).ledger.exempt({ discordId, reason: 'founder', until: null, actor: '1' }, new Date());
		});
	});
});

describe('openDatabase', () => {
	it("respects the schema of DATABASE_URL, and leaves the host's tables alone", async () => {
		const server = await hostDatabase();
		onTestFinished(() => server.drop());
		const before = await dumpOfPublic(server.url);
		const database = await openDatabase({ url: `${server.url}?schema=Own-Schema`, dataDir: NOWHERE });
		expect(database).toMatchObject({ schema: 'Own-Schema' });
		expect(database).not.toHaveProperty('schemaRemark');
		await database.close();
		expect(await dumpOfPublic(server.url)).toEqual(before);
		expect(await read(server.url, 'SELECT count(*)::int > 5 FROM "Own-Schema"._prisma_migrations')).toEqual([[true]]);
	});

	it("refuses the host's schema, and says that another program's migrations are there", async () => {
		const server = await hostDatabase();
		onTestFinished(() => server.drop());
		const before = await dumpOfPublic(server.url);
		const refused = openDatabase({ url: server.url, dataDir: NOWHERE });
		await expect(refused).rejects.toThrow(/^The schema public belongs to another program.*20240101000000_shop.*a schema of its own/);
		expect(await dumpOfPublic(server.url)).toEqual(before);
	});

	it.each(['pg_reeve', 'information_schema', 'two words', '1st', "o'clock", 'x'.repeat(64)])('refuses the name %j', async (schema) => {
		const url = new URL(databaseUrl('postgres'));
		url.searchParams.set('schema', schema);
		await expect(openDatabase({ url: url.href, dataDir: NOWHERE })).rejects.toThrow(/^The schema ".*" cannot be used: .*DATABASE_URL\.$/);
		const asOption = openDatabase({ url: databaseUrl('postgres'), schema, dataDir: NOWHERE });
		await expect(asOption).rejects.toThrow(/^The schema ".*" cannot be used: .*storage\.schema\)\.$/);
	});

	describe('with a user who may not create schemas', () => {
		let server: TestDatabase;
		let role: string;
		let url: string;
		beforeAll(async () => {
			server = await hostDatabase();
			role = `${new URL(server.url).pathname.slice(1)}_user`;
			await execute(server.url, `CREATE ROLE ${role} LOGIN PASSWORD 'few rights'`);
			const changed = new URL(server.url);
			changed.username = role;
			changed.password = 'few rights';
			url = changed.href;
		});
		afterAll(async () => {
			await server?.drop();
			await execute(databaseUrl('postgres'), `DROP ROLE ${role}`);
		});

		/** Opens the schema; runs the statement of the refusal, as the owner would; and opens it again. */
		const refusedUntilRun = async (schema: string) => {
			const open = () => openDatabase({ url, dataDir: NOWHERE, schema });
			const error = await open().then(
				() => null,
				(error: Error) => error
			);
			expect(error?.name).toBe('DatabaseError');
			const [, statement = ''] = /then start Reeve again: ([^;]+;)$/.exec(error?.message ?? '') ?? [];
			await execute(server.url, statement);
			const database = await open();
			await ledgerOf(database).ledger.ping();
			await database.close();
			return error?.message;
		};

		it('says which statement creates the schema, and starts after it', async () => {
			expect(await refusedUntilRun('reeve')).toMatch(/^The schema reeve does not exist.*CREATE SCHEMA reeve AUTHORIZATION \S+_user;$/);
		});

		it('says which statement gives it a schema that exists, and starts after it', async () => {
			await execute(server.url, 'CREATE SCHEMA "Theirs"');
			expect(await refusedUntilRun('Theirs')).toMatch(
				/may not use the schema "Theirs".*GRANT USAGE, CREATE ON SCHEMA "Theirs" TO \S+_user;$/
			);
		});
	});
});

describe('the bot with a schema in DATABASE_URL', () => {
	const ADA = '300000000000000001';
	let sandbox: Sandbox;
	beforeAll(async () => {
		sandbox = await Sandbox.start({
			world: {
				guild: { members: [{ id: ADA, username: 'ada', roles: [] }] },
				stripe: {
					customers: [{ id: 'cus_ada', metadata: { discord_id: ADA } }],
					subscriptions: [{ id: 'sub_ada', customer: 'cus_ada', status: 'active', price: 'price_knight' }]
				}
			},
			env: { DATABASE_URL: `${databaseUrl('postgres')}?schema=reeve` }
		});
	});
	afterAll(() => sandbox?.stop());

	it('finds, fixes, exempts and undoes, all in that schema, and names it in its status', async () => {
		const { report } = await reconcile(sandbox);
		const [fix] = fixButtons(report);
		await click(sandbox, report, fix?.custom_id ?? '', 'operator', /now has/);
		expect(managedRolesOf(sandbox, ADA)).toEqual(['Knight']);
		const why = (await runCommand(sandbox, 'reconcile why', { member: ADA })).answer;
		await click(sandbox, why, buttonOf(why, /Undo/));
		await sandbox.until(() => managedRolesOf(sandbox, ADA).length === 0);
		expect(JSON.stringify((await runCommand(sandbox, 'reconcile status')).answer)).toContain('Database (PostgreSQL, schema reeve)');
		const url = databaseUrl(`reeve_sandbox_${sandbox.port}`);
		expect(await read(url, `SELECT count(*)::int FROM pg_tables WHERE schemaname = 'public'`)).toEqual([[0]]);
		expect(await read(url, 'SELECT count(*)::int FROM reeve."FixAttempt"')).toEqual([[2]]);
	});
});
