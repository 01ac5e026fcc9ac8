import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { DatabaseError, driverMessage } from './errors.js';
import { withSchemaEngine } from './schema-engine.js';

/** Two processes that start at once take turns. Any number will do, as long as it stays the same. */
const MIGRATION_LEASE = 7_205_338;

/** How long a process waits for its turn. */
const MIGRATION_LEASE_SECONDS = 60;

export type Migrations = Awaited<ReturnType<typeof readMigrations>>;

/** The folder of the schema and the migrations: beside `src`, whether Reeve runs from its sources or from `dist`. */
export function prismaFolder(): string {
	let folder = dirname(fileURLToPath(import.meta.url));
	while (!existsSync(join(folder, 'prisma', 'schema.prisma'))) {
		const parent = dirname(folder);
		if (parent === folder) throw new Error('The folder prisma, which comes with Reeve, is missing.');
		folder = parent;
	}
	return join(folder, 'prisma');
}

/** The migrations as the schema engine wants them. */
export async function readMigrations() {
	const baseDir = join(prismaFolder(), 'migrations');
	const entries = await readdir(baseDir, { withFileTypes: true });
	const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
	const migrationDirectories = await Promise.all(
		names.sort().map(async (name) => ({
			path: name,
			migrationFile: {
				path: 'migration.sql',
				content: { tag: 'ok' as const, value: await readFile(join(baseDir, name, 'migration.sql'), 'utf8') }
			}
		}))
	);
	const lockfile = { path: 'migration_lock.toml', content: await readFile(join(baseDir, 'migration_lock.toml'), 'utf8') };
	return { baseDir, lockfile, migrationDirectories, shadowDbInitScript: '' };
}

/**
 * Brings the database to this Reeve's schema. The table of migrations is the one of Prisma's command line, so that
 * `prisma migrate deploy` does the same. Where nothing is to be done, the engine is not even loaded.
 * @param factory - over a single connection: each migration is one transaction, which happens wholly or not at all
 * @throws {DatabaseError} if the database is newer than this Reeve, or a migration failed
 */
export async function migrate(factory: SqlMigrationAwareDriverAdapterFactory, migrations: Migrations): Promise<void> {
	const shipped = migrations.migrationDirectories.map(({ path }) => path);
	const adapter = await factory.connect();
	try {
		if (isUpToDate(await appliedMigrations(adapter), shipped)) return;
		for (const [index, name] of shipped.entries()) {
			const upToHere = { ...migrations, migrationDirectories: migrations.migrationDirectories.slice(0, index + 1) };
			await withMigrationLease(adapter, name, () =>
				withSchemaEngine(connected(factory, adapter), undefined, (engine) =>
					engine.applyMigrations({ migrationsList: upToHere, filters: { externalTables: [], externalEnums: [] } })
				)
			);
		}
		if (!isUpToDate(await appliedMigrations(adapter), shipped)) throw new DatabaseError('The migrations of the database were not kept.');
	} finally {
		await adapter.dispose();
	}
}

/** Does the work in a transaction that waits for the one of any other process. A stopped process leaves nothing half done. */
async function withMigrationLease(adapter: SqlDriverAdapter, migration: string, work: () => Promise<unknown>): Promise<void> {
	const execute = (sql: string) => adapter.executeRaw({ sql, args: [], argTypes: [] });
	let wrong: unknown;
	const executeScript = adapter.executeScript.bind(adapter);
	adapter.executeScript = (script) =>
		executeScript(script).catch((error: unknown) => {
			// The engine goes on to write about it into a transaction that is lost, and would tell of that instead.
			wrong ??= error;
			throw error;
		});
	try {
		await execute('BEGIN');
		await execute(`SET LOCAL lock_timeout = '${MIGRATION_LEASE_SECONDS}s'`);
		await execute(`SELECT pg_advisory_xact_lock(${MIGRATION_LEASE})`);
		await work();
		// The engine's own lock belongs to the connection, which a pooler lends to others.
		await execute('SELECT pg_advisory_unlock_all()');
		await execute('COMMIT');
	} catch (error) {
		await execute('ROLLBACK').catch(() => {});
		throw new DatabaseError(`The migration ${migration} of the database failed and was undone: ${driverMessage(wrong ?? error)}.`, {
			cause: wrong ?? error
		});
	} finally {
		adapter.executeScript = executeScript;
	}
}

/** Has the engine use a connection that is open already. */
function connected(factory: SqlMigrationAwareDriverAdapterFactory, adapter: SqlDriverAdapter): SqlMigrationAwareDriverAdapterFactory {
	const { provider, adapterName } = factory;
	return { provider, adapterName, connect: async () => adapter, connectToShadowDb: () => factory.connectToShadowDb() };
}

/**
 * The SQL that leads from the committed migrations to a schema; null if they agree.
 * @param factory - over an empty database, which the migrations are played into
 */
export async function schemaChange(factory: SqlMigrationAwareDriverAdapterFactory, schema: string): Promise<string | null> {
	const migrations = await readMigrations();
	return withSchemaEngine(factory, schema, async (engine) => {
		const { stdout } = await engine.diff({
			from: { tag: 'migrations', ...migrations },
			to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: schema }] },
			script: true,
			exitCode: null,
			filters: { externalTables: [], externalEnums: [] }
		});
		return stdout === null || /^\s*(--[^\n]*\s*)?$/.test(stdout) ? null : stdout;
	});
}

interface AppliedMigration {
	readonly name: string;
	readonly finished: boolean;
}

async function appliedMigrations(adapter: SqlDriverAdapter): Promise<readonly AppliedMigration[]> {
	const query = (sql: string) => adapter.queryRaw({ sql, args: [], argTypes: [] });
	const [[known] = []] = (await query("SELECT to_regclass('_prisma_migrations') IS NOT NULL")).rows;
	if (known !== true) return [];
	const { rows } = await query(
		'SELECT migration_name::text, finished_at IS NOT NULL FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at'
	);
	return rows.map(([name, finished]) => ({ name: String(name), finished: finished === true }));
}

function isUpToDate(applied: readonly AppliedMigration[], shipped: readonly string[]): boolean {
	const failed = applied.find(({ finished }) => !finished);
	if (failed)
		throw new DatabaseError(
			`The migration ${failed.name} of the database was begun with Prisma's command line and did not finish. See what it left behind, then say so: npx prisma migrate resolve --rolled-back ${failed.name}`
		);
	const foreign = applied.find(({ name }) => !shipped.includes(name));
	if (foreign)
		throw new DatabaseError(`The database is newer than this Reeve (it has the migration ${foreign.name}). Install the newest Reeve.`);
	return applied.length === shipped.length;
}
