import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { backUpAutomatically } from './automatic-backup.js';
import { type BackupPlace, hasRows, ownerOf, restoreRows, writeBackup } from './backup.js';
import { BackupError, type BackupHeader, readBackupFile, type TableSums } from './backup-file.js';
import { tablesIn } from './backup-tables.js';
import { type DatabaseOptions, withConnection } from './database.js';
import { type Migrations, migrate, readMigrations } from './migrations.js';

/** Restores a backup into a database, and checks before what could be lost by it. */

export interface Restored {
	/** When the backup was made, ISO 8601. */
	readonly createdAt: string;
	/** What the database has now. */
	readonly tables: TableSums;
	/** The backup of the rows that were replaced; null if there were none. */
	readonly replaced: string | null;
}

/**
 * Restores a backup. A backup of an older version is brought to this version first. Whatever fails, the rows stay as they were.
 * @param options.guild - refused for a backup, or a database, of another guild
 * @param replace - whether rows may be replaced; they are backed up first
 * @throws {BackupError | DatabaseError}
 */
export async function restoreBackup(options: DatabaseOptions, path: string, replace: boolean): Promise<Restored> {
	const { header } = await readBackupFile(path);
	const migrations = await readMigrations();
	assertGuild(options, header.guildId, `The backup ${path}`);
	if (levelOf(header, migrations) === 'current') return restoreInto(options, path, header, replace, migrations);
	const folder = await mkdtemp(join(tmpdir(), 'reeve-restore-'));
	try {
		const upgraded = join(folder, 'upgraded');
		await upgrade(path, header, migrations, { dataDir: join(folder, 'data'), upgraded });
		return await restoreInto(options, upgraded, header, replace, migrations);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** @throws {BackupError} if the backup is newer than this Reeve */
function levelOf({ migrations: applied }: BackupHeader, { migrationDirectories }: Migrations): 'current' | 'older' {
	const shipped = migrationDirectories.map(({ path }) => path);
	const unknown = applied.find((name) => !shipped.includes(name));
	if (unknown !== undefined)
		throw new BackupError(
			`The backup is of a newer Reeve than this one (it has the migration ${unknown}). Nothing was changed. Install that version, then restore it.`
		);
	return applied.length === shipped.length ? 'current' : 'older';
}

/** Restores the backup into a temporary database of its version, applies the newer migrations, and backs that up. */
async function upgrade(
	path: string,
	{ migrations: applied }: BackupHeader,
	migrations: Migrations,
	{ dataDir, upgraded }: { readonly dataDir: string; readonly upgraded: string }
): Promise<void> {
	const older = { ...migrations, migrationDirectories: migrations.migrationDirectories.filter((one) => applied.includes(one.path)) };
	await withConnection({ dataDir }, async ({ factory, schema }) => {
		await migrate(factory, older, schema);
		await withAdapter(factory, schema, (place) => restoreRows(place, older, path));
		await migrate(factory, migrations, schema);
		await withAdapter(factory, schema, (place) => writeBackup(place, migrations, upgraded));
	});
}

async function restoreInto(
	options: DatabaseOptions,
	path: string,
	{ createdAt }: BackupHeader,
	replace: boolean,
	migrations: Migrations
): Promise<Restored> {
	return withConnection(options, async ({ factory, schema }) => {
		const replaced = await withAdapter(factory, schema, (place) => backUpPresent(place, options, replace, migrations));
		await migrate(factory, migrations, schema);
		const tables = await withAdapter(factory, schema, (place) => restoreRows(place, migrations, path));
		return { createdAt, tables, replaced };
	});
}

/** @returns the path of the backup; null if the database has no rows */
async function backUpPresent(
	place: BackupPlace,
	options: DatabaseOptions,
	replace: boolean,
	migrations: Migrations
): Promise<string | null> {
	const tables = await tablesIn(place.adapter, place.schema, migrations);
	if (!(await hasRows(place, tables))) return null;
	assertGuild(options, await ownerOf(place, tables), 'The database');
	if (!replace)
		throw new BackupError(
			'The database has data already, which this would replace. Nothing was changed. Add --yes to replace it: a backup of it is made first.'
		);
	return backUpAutomatically(place, migrations, options.dataDir, 'before-restore');
}

function assertGuild({ guild }: DatabaseOptions, owner: string | null, what: string): void {
	if (guild === undefined || owner === null || owner === guild.guildId || owner === guild.formerGuildId) return;
	throw new BackupError(
		`${what} belongs to the Discord server ${owner}, but DISCORD_GUILD_ID is ${guild.guildId}. Nothing was changed. Correct DISCORD_GUILD_ID, or use another one.`
	);
}

/** Runs `work` on a connection of its own. */
export async function withAdapter<T>(
	factory: SqlMigrationAwareDriverAdapterFactory,
	schema: string,
	work: (place: BackupPlace) => Promise<T>
): Promise<T> {
	const adapter = await factory.connect();
	try {
		return await work({ adapter, schema });
	} finally {
		await adapter.dispose();
	}
}
