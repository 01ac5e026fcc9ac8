import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { driverCause, sqlState } from './driver-error.js';
import { DatabaseError } from './errors.js';
import { DEFAULT_SCHEMA, quoteIdentifier } from './qualify.js';
import { assertRights } from './schema.js';
import { withSchemaEngine } from './schema-engine.js';

/** First key of the advisory lock that serializes migrations of concurrent processes; the second is of the schema. Arbitrary, but must not change. */
const MIGRATION_LOCK = 7_205_338;

/** Timeout of the wait for that lock. */
const MIGRATION_LOCK_SECONDS = 60;

export type Migrations = Awaited<ReturnType<typeof readMigrations>>;

/** Distinguishes Reeve's folder from that of a bot that bundles Reeve, which may have a Prisma schema of its own. */
const FIRST_MIGRATION = '20261120223243_init';

/** The folder of the schema and the migrations: above this file, or, for a bundle, in the installed package. */
export function prismaFolder(): string {
	const here = fileURLToPath(import.meta.url);
	const found = folderAbove(here) ?? folderAbove(installedPackage(here));
	if (found === null)
		throw new DatabaseError("Reeve's migrations are missing. If the bot is bundled, install the package reeve beside the bundle.");
	return found;
}

function folderAbove(file: string): string | null {
	const folder = dirname(file);
	if (existsSync(join(folder, 'prisma', 'migrations', FIRST_MIGRATION))) return join(folder, 'prisma');
	return folder === file ? null : folderAbove(folder);
}

/** A file of the package, or else the file given. */
function installedPackage(file: string): string {
	try {
		return createRequire(file).resolve('reeve/package.json');
	} catch {
		return file;
	}
}

/** The migrations in the format of the schema engine. */
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
 * Applies pending migrations, each in one transaction. They are listed in the table `_prisma_migrations` of the schema, the name that the
 * engine has built in and that Prisma's command line uses, so that `prisma migrate deploy` is equivalent. Loads the engine only if a
 * migration is pending.
 * @param factory - must use a single connection
 * @param schema - is created if it does not exist
 * @param beforeChange - called before the first migration of a database that has some already
 * @throws {DatabaseError} if the user lacks a right, the schema is another program's or newer than this Reeve, or a migration failed
 */
export async function migrate(
	factory: SqlMigrationAwareDriverAdapterFactory,
	migrations: Migrations,
	schema: string = DEFAULT_SCHEMA,
	beforeChange: (adapter: SqlDriverAdapter) => Promise<void> = async () => {}
): Promise<void> {
	const shipped = migrations.migrationDirectories.map(({ path }) => path);
	const adapter = await factory.connect();
	try {
		await assertRights(adapter, schema, 'use');
		const applied = await appliedMigrations(adapter, schema);
		if (isUpToDate(applied, shipped, schema)) return;
		if (applied.length > 0) await beforeChange(adapter);
		for (const [index, name] of shipped.entries()) {
			const upToHere = { ...migrations, migrationDirectories: migrations.migrationDirectories.slice(0, index + 1) };
			await withMigrationLock(adapter, schema, name, () =>
				withSchemaEngine(reusing(factory, adapter), undefined, (engine) =>
					engine.applyMigrations({ migrationsList: upToHere, filters: { externalTables: [], externalEnums: [] } })
				)
			);
		}
		if (!isUpToDate(await appliedMigrations(adapter, schema), shipped, schema))
			throw new DatabaseError('The migrations were applied, but the database does not list them.');
	} finally {
		await adapter.dispose();
	}
}

/** Runs one migration in a transaction that holds the lock, so that a killed process leaves nothing behind. */
async function withMigrationLock(
	adapter: SqlDriverAdapter,
	schema: string,
	migration: string,
	work: () => Promise<unknown>
): Promise<void> {
	const execute = (sql: string) => adapter.executeRaw({ sql, args: [], argTypes: [] });
	const original = { queryRaw: adapter.queryRaw, executeRaw: adapter.executeRaw, executeScript: adapter.executeScript };
	// The engine goes on in the aborted transaction, and reports the error of that in its own words.
	let firstError: unknown;
	const keepFirst = (error: unknown): never => {
		firstError ??= error;
		throw error;
	};
	adapter.queryRaw = (query) => original.queryRaw.call(adapter, query).catch(keepFirst);
	adapter.executeRaw = (query) => original.executeRaw.call(adapter, query).catch(keepFirst);
	adapter.executeScript = (script) => original.executeScript.call(adapter, script).catch(keepFirst);
	try {
		await execute('BEGIN');
		await execute(`SET LOCAL lock_timeout = '${MIGRATION_LOCK_SECONDS}s'`);
		await execute(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK}, hashtext('${schema}'))`);
		const schemaExists = await assertRights(adapter, schema, 'migrate');
		if (!schemaExists) await execute(`CREATE SCHEMA ${quoteIdentifier(schema)}`);
		// The migrations and the engine name their tables without a schema. For this transaction alone: see `qualified`.
		await execute(`SET LOCAL search_path = ${quoteIdentifier(schema)}`);
		await work();
		// Releases the engine's session lock: a pooler lends the connection to others.
		await execute('SELECT pg_advisory_unlock_all()');
		await execute('COMMIT');
	} catch (error) {
		await execute('ROLLBACK').catch(() => {});
		throw migrationError(migration, schema, firstError ?? error);
	} finally {
		Object.assign(adapter, original);
	}
}

/** SQLSTATE classes of a script that does not fit the database's data or tables. */
const SCRIPT_ERRORS = /^(2[123]|42(?!501))/;

/** The engine's code for tables without a list of migrations. */
const NOT_EMPTY = 'P3005';

const OWN_SCHEMA =
	'Give Reeve a schema of its own (?schema=reeve at the end of DATABASE_URL, or storage.schema of its options), or a database of its own.';

/** An error of the script or the engine as a `DatabaseError`; any other error is about the connection or the server, and stays as it is. */
function migrationError(migration: string, schema: string, cause: unknown): unknown {
	const { name, code } = cause as { readonly name?: string; readonly code?: string };
	if (code === NOT_EMPTY)
		return new DatabaseError(`The schema ${schema} is not empty: another program keeps its tables there. ${OWN_SCHEMA}`, { cause });
	const failed = `The migration ${migration} of the database failed and was undone`;
	const advice = 'If its tables were changed by hand, restore a backup; otherwise please report this.';
	const state = sqlState(cause);
	if (state !== null && SCRIPT_ERRORS.test(state)) return new DatabaseError(`${failed} (${serverMessage(cause)}). ${advice}`, { cause });
	return name === 'SchemaConnectorError' ? new DatabaseError(`${failed} (code ${code}). ${advice}`, { cause }) : cause;
}

/** What the server said, which names the table. */
function serverMessage(error: unknown): string {
	const { originalMessage } = driverCause(error) ?? {};
	return (originalMessage ?? (error as Error).message).split('\n')[0] ?? '';
}

/** Makes the engine use a connection that is open already. */
function reusing(factory: SqlMigrationAwareDriverAdapterFactory, adapter: SqlDriverAdapter): SqlMigrationAwareDriverAdapterFactory {
	const { provider, adapterName } = factory;
	return { provider, adapterName, connect: async () => adapter, connectToShadowDb: () => factory.connectToShadowDb() };
}

/**
 * The SQL that changes the migrations' result into a schema; null if they agree.
 * @param factory - of an empty database, which the migrations are applied to
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

/** The migrations in the database, in the order in which they were applied. */
export async function appliedMigrations(adapter: SqlDriverAdapter, schema: string): Promise<readonly AppliedMigration[]> {
	const query = (sql: string) => adapter.queryRaw({ sql, args: [], argTypes: [] });
	const table = `${quoteIdentifier(schema)}._prisma_migrations`;
	const [[known] = []] = (await query(`SELECT to_regclass('${table}') IS NOT NULL`)).rows;
	if (known !== true) return [];
	const { rows } = await query(
		`SELECT migration_name::text, finished_at IS NOT NULL FROM ${table} WHERE rolled_back_at IS NULL ORDER BY started_at`
	);
	return rows.map(([name, finished]) => ({ name: String(name), finished: finished === true }));
}

function isUpToDate(applied: readonly AppliedMigration[], shipped: readonly string[], schema: string): boolean {
	const [first] = applied;
	if (first !== undefined && !applied.some(({ name }) => shipped.includes(name)))
		throw new DatabaseError(
			`The schema ${schema} belongs to another program: it lists that program's migrations, such as ${first.name}, and none of Reeve's. ${OWN_SCHEMA}`
		);
	const failed = applied.find(({ finished }) => !finished);
	if (failed)
		throw new DatabaseError(
			`The migration ${failed.name} was started with Prisma's command line and did not finish. Undo what it left behind, then run: npx prisma migrate resolve --rolled-back ${failed.name}`
		);
	const unknown = applied.find(({ name }) => !shipped.includes(name));
	if (unknown)
		throw new DatabaseError(`The database is newer than this Reeve (it has the migration ${unknown.name}). Install the newest Reeve.`);
	return applied.length === shipped.length;
}
