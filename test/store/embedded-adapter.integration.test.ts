import { PGlite } from '@electric-sql/pglite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PrismaClient } from '../../src/store/client/client.js';
import { EmbeddedAdapter } from '../../src/store/connection/embedded-adapter.js';
import { migrate, readMigrations } from '../../src/store/connection/migrations.js';

/** An empty database in memory. */
async function empty() {
	const pglite = await PGlite.create();
	onTestFinished(() => pglite.close());
	return { pglite, adapter: new EmbeddedAdapter(pglite) };
}

describe('the migrations', () => {
	it('are not begun again where they are all applied: the engine is not even started', async () => {
		const { adapter } = await empty();
		await migrate(adapter, await readMigrations());
		const scripts: string[] = [];
		const connect = adapter.connect.bind(adapter);
		adapter.connect = async () => {
			const connection = await connect();
			const executeRaw = connection.executeRaw.bind(connection);
			connection.executeRaw = (query) => {
				scripts.push(query.sql);
				return executeRaw(query);
			};
			return connection;
		};
		await migrate(adapter, await readMigrations());
		expect(scripts).toEqual([]);
	});
});

describe('the embedded driver', () => {
	it('does not say that a transaction is committed when it is not', async () => {
		const { pglite, adapter } = await empty();
		await pglite.exec('CREATE TABLE once (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)');
		const prisma = new PrismaClient({ adapter });
		const twice = prisma.$transaction(async (transaction) => {
			await transaction.$executeRaw`INSERT INTO once VALUES (1)`;
			await transaction.$executeRaw`INSERT INTO once VALUES (1)`;
		});
		await expect(twice).rejects.toThrow();
		expect((await pglite.query('SELECT * FROM once')).rows).toEqual([]);
	});

	it('goes on after a transaction that was given up', async () => {
		const { adapter } = await empty();
		await migrate(adapter, await readMigrations());
		const prisma = new PrismaClient({ adapter });
		const given = prisma.$transaction(async (transaction) => {
			await transaction.lease.create({ data: { name: 'a', holder: 'b', expiresAt: new Date() } });
			throw new Error('no');
		});
		await expect(given).rejects.toThrow('no');
		expect(await prisma.lease.count()).toBe(0);
	});

	it('gives the event loop a turn before every statement, in a transaction too: whoever else waits, waits for one', async () => {
		const { adapter } = await empty();
		const prisma = new PrismaClient({ adapter });
		let turns = 0;
		const turn = () => {
			turns += 1;
			timer = setImmediate(turn);
		};
		let timer = setImmediate(turn);
		onTestFinished(() => clearImmediate(timer));
		const ten = async (client: Pick<PrismaClient, '$queryRaw' | '$executeRaw'>) => {
			const before = turns;
			for (let statement = 0; statement < 5; statement += 1) {
				await client.$queryRaw`SELECT 1`;
				await client.$executeRaw`SELECT 1`;
			}
			return turns - before;
		};
		expect(await ten(prisma)).toBeGreaterThanOrEqual(10);
		expect(await prisma.$transaction(ten)).toBeGreaterThanOrEqual(10);
	});
});
