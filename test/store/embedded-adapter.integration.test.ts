import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { PrismaClient } from '../../src/store/client/client.js';
import { EmbeddedAdapter } from '../../src/store/connection/embedded-adapter.js';
import { migrate, readMigrations } from '../../src/store/connection/migrations.js';

let pglite: PGlite;
let adapter: EmbeddedAdapter;

beforeAll(async () => {
	pglite = await PGlite.create();
	adapter = new EmbeddedAdapter(pglite);
	await migrate(adapter, await readMigrations());
});
afterAll(() => pglite.close());

describe('migrate', () => {
	it('does not start the engine when all migrations are applied', async () => {
		const scripts: string[] = [];
		const connect = adapter.connect.bind(adapter);
		vi.spyOn(adapter, 'connect').mockImplementation(async () => {
			const connection = await connect();
			const executeRaw = connection.executeRaw.bind(connection);
			connection.executeRaw = (query) => {
				scripts.push(query.sql);
				return executeRaw(query);
			};
			return connection;
		});
		onTestFinished(() => void vi.restoreAllMocks());
		await migrate(adapter, await readMigrations());
		expect(scripts).toEqual([]);
	});
});

describe('EmbeddedAdapter', () => {
	it('rejects a transaction whose commit fails', async () => {
		await pglite.exec('CREATE TABLE once (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)');
		const prisma = new PrismaClient({ adapter });
		const twice = prisma.$transaction(async (transaction) => {
			await transaction.$executeRaw`INSERT INTO once VALUES (1)`;
			await transaction.$executeRaw`INSERT INTO once VALUES (1)`;
		});
		await expect(twice).rejects.toThrow();
		expect((await pglite.query('SELECT * FROM once')).rows).toEqual([]);
	});

	it('runs queries after a rolled-back transaction', async () => {
		const prisma = new PrismaClient({ adapter });
		const aborted = prisma.$transaction(async (transaction) => {
			await transaction.lease.create({ data: { name: 'a', holder: 'b', expiresAt: new Date() } });
			throw new Error('no');
		});
		await expect(aborted).rejects.toThrow('no');
		expect(await prisma.lease.count()).toBe(0);
	});

	it('yields to the event loop before every statement, in transactions too', async () => {
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
