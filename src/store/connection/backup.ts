import { randomUUID } from 'node:crypto';
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import { BackupError, type BackupHeader, readBackupFile, type TableSums, writeBackupFile } from './backup-file.js';
import { execute, inSchema, insertRows, query, readTable, type Table, TEXT_FORMS, tablesIn } from './backup-tables.js';
import { sqlState } from './driver-error.js';
import { appliedMigrations, type Migrations } from './migrations.js';

/** Backs up all of Reeve's rows, and restores them: in either kind of database, whatever its version. */

export interface BackupPlace {
	/** Of a single connection. */
	readonly adapter: SqlDriverAdapter;
	readonly schema: string;
}

/**
 * Writes a backup, as of one moment, also while Reeve runs.
 * @throws {BackupError} if the file cannot be written, or the database has no tables of Reeve
 */
export async function writeBackup({ adapter, schema }: BackupPlace, migrations: Migrations, path: string): Promise<TableSums> {
	await adapter.executeScript(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${TEXT_FORMS}`);
	try {
		const tables = await tablesIn(adapter, schema, migrations);
		const applied = await appliedMigrations(adapter, schema);
		if (tables.length === 0) throw new BackupError('There is nothing to back up: Reeve has not been started with this database yet.');
		const header: BackupHeader = {
			createdAt: new Date().toISOString(),
			guildId: await ownerOf({ adapter, schema }, tables),
			migrations: applied.map(({ name }) => name),
			tables: tables.map(({ name, columns }) => ({ name, columns: columns.map((column) => column.name) }))
		};
		return await writeBackupFile(path, header, async (write) => {
			const sums: Record<string, TableSums[string]> = {};
			for (const table of tables) sums[table.name] = await readTable(adapter, schema, table, (rows) => write({ table: table.name, rows }));
			return sums;
		});
	} finally {
		await execute(adapter, 'ROLLBACK').catch(() => {});
	}
}

/** The guild that a database belongs to; null if none has claimed it, or it has no tables yet. */
export async function ownerOf({ adapter, schema }: BackupPlace, tables: readonly Table[]): Promise<string | null> {
	if (!tables.some(({ name }) => name === 'DatabaseOwner')) return null;
	const [[guildId] = []] = await query(adapter, `SELECT "guildId" FROM ${inSchema(schema, 'DatabaseOwner')}`);
	return typeof guildId === 'string' ? guildId : null;
}

/** Whether any of Reeve's tables has a row. */
export async function hasRows({ adapter, schema }: BackupPlace, tables: readonly Table[]): Promise<boolean> {
	for (const { name } of tables) {
		const [[found] = []] = await query(adapter, `SELECT EXISTS (SELECT FROM ${inSchema(schema, name)})`);
		if (found === true) return true;
	}
	return false;
}

/** How long a restore waits for others who use the tables. */
const LOCK_TIMEOUT = '10s';

/**
 * Replaces all rows by those of a backup, in one transaction: an interrupted or failed restore leaves everything as it was. Reads the rows
 * back, and compares them with the backup, before that is committed.
 * @param path - of a backup of the same migrations, which has been read once without an error
 * @returns what was read back
 * @throws {BackupError} if the tables are in use, or do not have the columns of the backup
 */
export async function restoreRows({ adapter, schema }: BackupPlace, migrations: Migrations, path: string): Promise<TableSums> {
	const tables = await tablesIn(adapter, schema, migrations);
	const all = tables.map(({ name }) => inSchema(schema, name)).join(', ');
	// If the connection is lost and replaced, what follows would be outside of the transaction: the setting is only within it.
	const token = randomUUID();
	const inTransaction = `current_setting('reeve.restore', true) = '${token}'`;
	const begin = `BEGIN; SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'; ${TEXT_FORMS}; SELECT set_config('reeve.restore', '${token}', true); TRUNCATE ${all}`;
	try {
		await adapter.executeScript(begin);
		const { header, tables: expected } = await readBackupFile(path, async ({ table: name, rows }, { tables: columns }) => {
			const table = withColumnsOf(columns, tables, name);
			const inserted = await insertRows(adapter, schema, table, rows, inTransaction);
			if (inserted !== rows.length) throw new BackupError('The connection to the database was lost. Nothing was changed; try again.');
		});
		const actual: Record<string, TableSums[string]> = {};
		for (const { name } of tables)
			actual[name] = await readTable(adapter, schema, withColumnsOf(header.tables, tables, name), async () => {});
		const differing = differences(expected, actual);
		if (differing.length > 0)
			throw new BackupError(
				`The rows read back differ from the backup (${differing.join(', ')}). Nothing was changed; please report this.`
			);
		const [[held] = []] = await query(adapter, `SELECT ${inTransaction}`);
		if (held !== true) throw new BackupError('The connection to the database was lost. Nothing was changed; try again.');
		await execute(adapter, 'COMMIT');
		return actual;
	} catch (error) {
		await execute(adapter, 'ROLLBACK').catch(() => {});
		if (sqlState(error) === '55P03')
			throw new BackupError('The tables are in use: Reeve, or another program, works with this database. Stop it, then try again.', {
				cause: error
			});
		throw error;
	}
}

/** The table with its columns in the order of the backup. */
function withColumnsOf(ofBackup: BackupHeader['tables'], tables: readonly Table[], name: string): Table {
	const table = tables.find((candidate) => candidate.name === name);
	const columns = ofBackup
		.find((candidate) => candidate.name === name)
		?.columns.map((column) => {
			return table?.columns.find((candidate) => candidate.name === column);
		});
	if (table === undefined || columns === undefined || columns.length !== table.columns.length || columns.includes(undefined))
		throw new BackupError(`The table ${name} of the backup is not that of this database. Nothing was changed; please report this.`);
	return { name, columns: columns.filter((column) => column !== undefined) };
}

/** The tables whose rows differ. */
function differences(expected: TableSums, actual: TableSums): readonly string[] {
	const names = new Set([...Object.keys(expected), ...Object.keys(actual)]);
	return [...names].filter((name) => {
		const [a, b] = [expected[name], actual[name]];
		return a?.rows !== b?.rows || a?.checksum !== b?.checksum;
	});
}
