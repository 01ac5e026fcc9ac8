import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Database, openDatabase } from '../../src/store/connection/database.js';
import { ledgerOf, minute, oneIssue } from '../store/builders.js';
import { ledgerContract } from '../store/contract/ledger.js';
import { ownerContract } from '../store/contract/owner.js';
import { createDatabase, execute, type TestDatabase } from './databases.js';

const NOWHERE = '/nonexistent';

describe('ledger on a PostgreSQL server', () => {
	let server: TestDatabase;
	let database: Database;

	beforeAll(async () => {
		server = await createDatabase();
		const name = new URL(server.url).pathname.slice(1);
		// A server in another time zone: stored times must not shift by its offset.
		await execute(server.url, `ALTER DATABASE ${name} SET timezone = 'America/New_York'`);
		// One that shows times as 28.11.2026: the driver reads ISO alone.
		await execute(server.url, `ALTER DATABASE ${name} SET DateStyle = 'German, DMY'`);
		database = await openDatabase({ url: server.url, dataDir: NOWHERE });
	});
	afterAll(async () => {
		await database?.close();
		await server?.drop();
	});

	ledgerContract(() => database);

	it('stores times independently of the time zone of the server', async () => {
		const { issue } = await oneIssue(ledgerOf(database).ledger, minute(7));
		const rows = await database.prisma.$queryRaw<{ epoch: number }[]>`
			SELECT (extract(epoch FROM "firstSeenAt") * 1000)::float8 AS epoch FROM "Issue" WHERE id = ${issue.id}`;
		expect(rows).toEqual([{ epoch: minute(7).getTime() }]);
	});

	it('grants one of twenty concurrent claims of two processes', async () => {
		const other = await openDatabase({ url: server.url, dataDir: NOWHERE });
		onTestFinished(() => other.close());
		const { ledger, guildId } = ledgerOf(database);
		const { issue, runId } = await oneIssue(ledger);
		const ledgers = [ledger, ledgerOf(other, guildId).ledger];
		const results = await Promise.all(
			Array.from({ length: 20 }, (_, index) => ledgers[index % 2]?.claimIssue(issue.id, issue.planHash, `${index}`, runId, 60))
		);
		expect(results.filter((result) => result?.kind === 'claimed')).toHaveLength(1);
		expect(results.filter((result) => result?.kind === 'busy')).toHaveLength(19);
	});
});

describe('openDatabase with a PostgreSQL server and a guild', () => {
	let server: TestDatabase;
	beforeAll(async () => {
		server = await createDatabase();
	});
	afterAll(() => server?.drop());
	beforeEach(async () => {
		await (await openDatabase({ url: server.url, dataDir: NOWHERE })).close();
		await execute(server.url, 'DELETE FROM "DatabaseOwner"');
	});

	ownerContract(async (guild, work) => {
		const database = await openDatabase({ url: server.url, dataDir: NOWHERE, guild });
		await work(database).finally(() => database.close());
	});
});

describe('openDatabase with a PostgreSQL server', () => {
	const fresh = async () => {
		const server = await createDatabase();
		onTestFinished(() => server.drop());
		return server;
	};
	const opened = (url: string) => openDatabase({ url, dataDir: NOWHERE });

	it('migrates an empty database once when several processes start together', async () => {
		const { url } = await fresh();
		const script = `
			const { openDatabase } = await import(${JSON.stringify(join(import.meta.dirname, '../../dist/src/store/connection/database.js'))});
			const database = await openDatabase({ url: ${JSON.stringify(url)}, dataDir: '/nonexistent' });
			await database.prisma.lease.count();
			await database.close();`;
		const start = () => promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
		await Promise.all([start(), start(), start()]);
		const database = await opened(url);
		onTestFinished(() => database.close());
		const rows = await database.prisma.$queryRaw<{ name: string }[]>`SELECT migration_name AS name FROM _prisma_migrations`;
		expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
	});

	it('holds no advisory lock afterwards, which a pooler would lend to others', async () => {
		const { url } = await fresh();
		const database = await opened(url);
		onTestFinished(() => database.close());
		const rows = await database.prisma.$queryRaw<
			object[]
		>`SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
		expect(rows).toEqual([]);
	});

	it('reports the problem in one sentence, without the password', async () => {
		const url = (change: (url: URL) => void) => {
			const changed = new URL(process.env.DATABASE_URL ?? '');
			changed.password = 'hunter2';
			change(changed);
			return changed.href;
		};
		const failures = {
			'no server': url((changed) => {
				changed.port = '1';
			}),
			'no such host': url((changed) => {
				changed.hostname = 'nowhere.invalid';
			}),
			'no such database': url((changed) => {
				changed.pathname = '/reeve_nowhere';
			}),
			'no such user': url((changed) => {
				changed.username = 'no_such_user';
			})
		};
		for (const [name, failing] of Object.entries(failures)) {
			const error = await opened(failing).then(
				() => null,
				(error: Error) => error
			);
			expect(error?.name, name).toBe('DatabaseError');
			expect(error?.message, name).toMatch(/DATABASE_URL/);
			expect(error?.message, name).toMatch(/^[^\n]{20,300}\.$/);
			expect(error?.message, name).not.toMatch(/hunter2|undefined|: \./);
		}
	});
});
