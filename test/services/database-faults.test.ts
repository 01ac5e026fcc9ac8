import { afterAll, beforeAll, describe, expect, it, onTestFinished, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { openDatabase } from '../../src/store/connection/database.js';
import { reconcile, runCommand } from '../end-to-end/operator.js';
import { ledgerOf, minute, runStart } from '../store/builders.js';
import { createDatabase, databaseUrl, execute, type TestDatabase } from './databases.js';

const NOWHERE = '/nonexistent';
/** What only an ORM, a driver or PostgreSQL says. */
const NOT_FOR_OPERATORS = /prisma|invocation|P20\d\d|relation|transaction|Tls|undefined|\n/i;

const nameOf = ({ url }: TestDatabase) => new URL(url).pathname.slice(1);

async function migrated(): Promise<TestDatabase> {
	const server = await createDatabase();
	onTestFinished(() => server.drop());
	await (await openDatabase({ url: server.url, dataDir: NOWHERE })).close();
	return server;
}

/** The messages of a start, and of a write that follows it, on a database. */
async function messagesOf(url: string): Promise<readonly string[]> {
	const messages: string[] = [];
	const keep = (error: unknown) => void messages.push((error as Error).message);
	const database = await openDatabase({ url, dataDir: NOWHERE }).catch(keep);
	if (!database) return messages;
	const { ledger } = ledgerOf(database);
	await ledger.startRun(runStart(minute(0))).catch(keep);
	await ledger.ping().catch(keep);
	await database.close();
	return messages;
}

describe('a PostgreSQL server', () => {
	it('that is read-only is reported as such, with what to do', async () => {
		const server = await migrated();
		await execute(server.url, `ALTER DATABASE ${nameOf(server)} SET default_transaction_read_only = on`);
		const messages = await messagesOf(server.url);
		expect(messages).toHaveLength(2);
		for (const message of messages) expect(message).toMatch(/^The database cannot be used: it is read-only.*replica.*primary/);
	});

	it('that is empty and read-only is refused at the start', async () => {
		const server = await createDatabase();
		onTestFinished(() => server.drop());
		await execute(server.url, `ALTER DATABASE ${nameOf(server)} SET default_transaction_read_only = on`);
		expect(await messagesOf(server.url)).toEqual([expect.stringMatching(/^The database at .* cannot be used: it is read-only.*primary/)]);
	});

	describe('with a user of few rights', () => {
		let server: TestDatabase;
		let url: string;
		beforeAll(async () => {
			server = await createDatabase();
			const role = `${nameOf(server)}_user`;
			await execute(server.url, `CREATE ROLE ${role} LOGIN PASSWORD 'few rights'; REVOKE CREATE ON SCHEMA public FROM PUBLIC`);
			const changed = new URL(server.url);
			changed.username = role;
			changed.password = 'few rights';
			url = changed.href;
		});
		afterAll(async () => {
			const role = `${nameOf(server)}_user`;
			await server?.drop();
			await execute(databaseUrl('postgres'), `DROP ROLE ${role}`);
		});

		it('is refused at the start with the permission to grant', async () => {
			expect(await messagesOf(url)).toEqual([
				expect.stringMatching(
					/^Reeve's database user \S+_user may not create tables in the schema public\. .*GRANT USAGE, CREATE ON SCHEMA public/
				)
			]);
		});

		it('is reported when its permissions are taken away later', async () => {
			await (await openDatabase({ url: server.url, dataDir: NOWHERE })).close();
			await execute(server.url, `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${nameOf(server)}_user`);
			const messages = await messagesOf(url);
			expect(messages).toHaveLength(2);
			for (const message of messages) expect(message).toMatch(/^The database cannot be used: it does not let Reeve's user do that\./);
		});

		it('is reported when it has no connection left', async () => {
			await execute(server.url, `ALTER ROLE ${nameOf(server)}_user CONNECTION LIMIT 0`);
			expect(await messagesOf(url)).toEqual([
				expect.stringMatching(/^The database at .* cannot be used: it has no connection left.*max_connections/)
			]);
		});
	});

	it('without encryption is named with the sslmode to set', async () => {
		const server = new URL(databaseUrl('postgres'));
		server.searchParams.set('sslmode', 'verify-full');
		expect(await messagesOf(server.href)).toEqual([
			expect.stringMatching(/^The database at .* cannot be used: the server does not support encryption\. .*sslmode=disable/)
		]);
	});

	it('says nothing in the words of an ORM or a driver', async () => {
		const server = await migrated();
		await execute(server.url, 'DROP TABLE "Installation" CASCADE; DROP TABLE "Hold"; DROP TABLE "ReconciliationRun" CASCADE');
		const messages = await messagesOf(server.url);
		expect(messages).toHaveLength(2);
		for (const message of messages) {
			expect(message).toMatch(/its tables are not those of this Reeve/);
			expect(message).not.toMatch(NOT_FOR_OPERATORS);
		}
	});
});

describe('/reconcile', () => {
	let sandbox: Sandbox;
	beforeAll(async () => {
		sandbox = await Sandbox.start({ world: { guild: { members: [] } }, env: { DATABASE_URL: databaseUrl('postgres') } });
		// Only once the start is over: during it, a lost database ends the process.
		await reconcile(sandbox);
		const name = `reeve_sandbox_${sandbox.port}`;
		await execute(
			databaseUrl('postgres'),
			`ALTER DATABASE ${name} SET default_transaction_read_only = on;
			SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`
		);
	});
	afterAll(() => sandbox?.stop());

	test('status and doctor report a database that can be read but not written', async () => {
		const { answer } = await runCommand(sandbox, 'reconcile status');
		expect(JSON.stringify(answer)).toMatch(/✗ Database \(PostgreSQL\): The database cannot be used: it is read-only/);
		expect(JSON.stringify((await runCommand(sandbox, 'reconcile doctor')).answer)).toContain('it is read-only');
	});

	test('run replies with what is wrong with the database and what to do', async () => {
		const { answer } = await runCommand(sandbox, 'reconcile run');
		expect(answer.content).toMatch(/^The database cannot be used: it is read-only.*primary server/);
	});
});
