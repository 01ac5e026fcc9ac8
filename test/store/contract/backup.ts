import { mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { writeBackup } from '../../../src/store/connection/backup.js';
import { type Connection, type DatabaseOptions, openDatabase, withConnection } from '../../../src/store/connection/database.js';
import { migrate, readMigrations } from '../../../src/store/connection/migrations.js';
import { restoreBackup, withAdapter } from '../../../src/store/connection/restore.js';
import { testFolder } from '../folders.js';

const GUILD = '900000000000000001';
const MANY = 2_500;

/** Every kind of column, and texts that a careless format would change. */
const ROWS = `
	INSERT INTO $schema."DatabaseOwner" (id, "guildId") VALUES (1, '${GUILD}');
	INSERT INTO $schema."Team" (id, name, "updatedAt") VALUES ('t1', E'Lindqvist & "Daughters" \\\\ \\n ''x'' \u{1F451}', '2026-01-31T03:00:00.123Z');
	INSERT INTO $schema."Member" (id, "discordId", "seatTier", "teamId", "updatedAt") VALUES ('m1', '100000000000000001', 'OWNER', 't1', '2026-01-31T03:00:00Z');
	INSERT INTO $schema."Member" (id, "updatedAt") SELECT 'many' || n, '2026-01-31T03:00:00Z' FROM generate_series(1, ${MANY}) AS n;
	INSERT INTO $schema."ReconciliationRun" (id, "guildId", "triggeredBy", "startedAt", status, issues, notices)
		VALUES ('r1', '${GUILD}', 'manual', '2026-01-31T03:00:00.123Z', 'COMPLETED', '[ {"b":1,  "a" : "x"} ]', '{"b": 1.50, "a": [null, true]}');
	INSERT INTO $schema."Issue" (id, "guildId", "discordId", type, severity, "planHash", detail, "firstSeenAt", "lastSeenAt", "lastRunId")
		VALUES ('i1', '${GUILD}', '100000000000000001', 'MISSING_ACCESS', 'HIGH', 'h', '{"discordName": "Ada", "description": "Pays."}', now(), now(), 'r1');
	INSERT INTO $schema."FixAttempt" (id, "issueId", actor, "planHash", add, remove, "claimExpires") VALUES ('a1', 'i1', 'reeve', 'h', '["Knight"]', '[]', now());
	INSERT INTO $schema."AuditLog" (id, actor, action, outcome, before) VALUES ('l1', 'reeve', 'fix', 'FIXED', 'null'), ('l2', 'reeve', 'fix', 'FIXED', NULL);`;

const TABLES = ['DatabaseOwner', 'Team', 'Member', 'ReconciliationRun', 'Issue', 'FixAttempt', 'AuditLog'];

type Rows = readonly (readonly unknown[])[];

async function inDatabase<T>(options: DatabaseOptions, work: (parts: Connection & { run(sql: string): Promise<void> }) => Promise<T>) {
	return withConnection(options, (connection) => {
		const run = (sql: string) =>
			withAdapter(connection.factory, connection.schema, ({ adapter, schema }) => adapter.executeScript(sql.replaceAll('$schema', schema)));
		return work({ ...connection, run });
	});
}

/** All rows as text. */
export function dump(options: DatabaseOptions): Promise<Rows> {
	return withConnection(options, ({ factory, schema }) =>
		withAdapter(factory, schema, async ({ adapter }) => {
			const all: (readonly unknown[])[] = [];
			for (const table of TABLES) {
				const sql = `SELECT '${table}', row_to_json(t)::text FROM "${schema}"."${table}" AS t ORDER BY id`;
				all.push(...(await adapter.queryRaw({ sql, args: [], argTypes: [] })).rows);
			}
			return all;
		})
	);
}

/** A migrated database with rows. */
export async function seeded(options: DatabaseOptions): Promise<DatabaseOptions> {
	await inDatabase(options, async ({ factory, schema, run }) => {
		await migrate(factory, await readMigrations(), schema);
		await run(ROWS);
	});
	return options;
}

async function backUp(options: DatabaseOptions, path?: string): Promise<string> {
	const file = path ?? join(await testFolder(), 'backup');
	const migrations = await readMigrations();
	await withConnection(options, ({ factory, schema }) => withAdapter(factory, schema, (place) => writeBackup(place, migrations, file)));
	return file;
}

/** Changes the text of a backup, whatever its checksum. */
async function edit(path: string, change: (lines: string[]) => string[]): Promise<void> {
	const lines = gunzipSync(await readFile(path))
		.toString()
		.trimEnd()
		.split('\n');
	await writeFile(path, gzipSync(`${change(lines).join('\n')}\n`));
}

/**
 * @param newPlace - an empty place for a database
 * @param place - the same, which may be migrated already: that is quicker
 */
export function backupContract(newPlace: () => Promise<DatabaseOptions>, place: () => Promise<DatabaseOptions> = newPlace): void {
	describe('a backup', () => {
		let source: DatabaseOptions;
		beforeEach(async () => {
			source = await seeded(await place());
		});

		it('restores every row as it was, also generated columns and the audit log', async () => {
			const target = await place();
			const { tables, replaced } = await restoreBackup(target, await backUp(source), false);
			expect(await dump(target)).toEqual(await dump(source));
			expect(replaced).toBeNull();
			expect(tables.Member?.rows).toBe(MANY + 1);
			const { folder: _, ...database } = await openDatabase(target);
			await database.close();
		});

		it('can be read by its owner alone, and replaces no file', async () => {
			const file = await backUp(source);
			expect((await stat(file)).mode & 0o777).toBe(0o600);
			await expect(backUp(source, file)).rejects.toThrow(/exists already/);
			expect(await readdir(join(file, '..'))).toEqual(['backup']);
		});

		it('replaces rows only if that was asked for, and keeps them in a backup', async () => {
			const file = await backUp(source);
			await inDatabase(source, ({ run }) => run(`INSERT INTO $schema."SeenDebt" VALUES ('sub_later', now())`));
			const before = await dump(source);
			await expect(restoreBackup(source, file, false)).rejects.toThrow(/has data already.*Nothing was changed/);
			expect(await dump(source)).toEqual(before);
			const { replaced, tables } = await restoreBackup(source, file, true);
			expect(tables.SeenDebt?.rows).toBe(0);
			const back = await restoreBackup(source, replaced ?? '', true);
			expect(back.tables.SeenDebt?.rows).toBe(1);
		});

		it('changes nothing if the file is damaged, cut off or no backup', async () => {
			const file = await backUp(source);
			const before = await dump(source);
			const whole = await readFile(file);
			const refused = () => expect(restoreBackup(source, file, true)).rejects.toThrow(/is damaged, or is no backup of Reeve/);
			await truncate(file, whole.length - 100);
			await refused();
			await writeFile(file, whole);
			await edit(file, (lines) => lines.map((line) => line.replace('OWNER', 'INDIVIDUAL')));
			await refused();
			await writeFile(file, whole);
			await edit(file, (lines) => lines.slice(0, -1));
			await refused();
			await writeFile(file, 'hello');
			await refused();
			await expect(restoreBackup(source, `${file}x`, true)).rejects.toThrow(/there is no such file/);
			expect(await dump(source)).toEqual(before);
		});

		it('is refused by another server, and by an older Reeve', async () => {
			const file = await backUp(source);
			const guild = { guildId: '900000000000000002' };
			await expect(restoreBackup({ ...(await place()), guild }, file, false)).rejects.toThrow(
				/belongs to the Discord server 900000000000000001/
			);
			await inDatabase(source, ({ run }) =>
				run(
					`INSERT INTO $schema._prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'x', '99990101000000_later', now())`
				)
			);
			await expect(restoreBackup(await place(), await backUp(source), false)).rejects.toThrow(/is of a newer Reeve.*99990101000000_later/);
		});

		it('leaves everything as it was if a row cannot be stored', async () => {
			const file = await backUp(source);
			await inDatabase(source, ({ run }) => run(`ALTER TABLE $schema."AuditLog" ADD CONSTRAINT none CHECK (id <> 'l2') NOT VALID`));
			const before = await dump(source);
			await expect(restoreBackup(source, file, true)).rejects.toThrow();
			expect(await dump(source)).toEqual(before);
		});
	});

	it('brings a backup of an older version to this one', async () => {
		const source = await newPlace();
		const all = await readMigrations();
		const ownerAt = all.migrationDirectories.findIndex(({ path }) => path.endsWith('database-owner'));
		await inDatabase(source, async ({ factory, schema, run }) => {
			await migrate(factory, { ...all, migrationDirectories: all.migrationDirectories.slice(0, ownerAt) }, schema);
			await run(
				`INSERT INTO $schema."ReconciliationRun" (id, "guildId", status, "triggeredBy") VALUES ('r1', '${GUILD}', 'COMPLETED', 'manual')`
			);
		});
		const target = await place();
		const { tables } = await restoreBackup(target, await backUp(source), false);
		// By the migration that gives a database in use to its guild.
		expect(tables.DatabaseOwner?.rows).toBe(1);
		await (await openDatabase({ ...target, guild: { guildId: GUILD } })).close();
	});

	it('is made before an upgrade, and only the newest are kept', async () => {
		const source = await newPlace();
		const all = await readMigrations();
		await inDatabase(source, ({ factory, schema }) =>
			migrate(factory, { ...all, migrationDirectories: all.migrationDirectories.slice(0, -1) }, schema)
		);
		const folder = join(source.dataDir, 'backups');
		await mkdir(folder, { mode: 0o700 });
		const older = [1, 2, 3, 4, 5, 6].map((year) => `before-upgrade-200${year}.reeve.gz`);
		for (const file of [...older, 'mine.reeve.gz']) await writeFile(join(folder, file), '');
		const notices: string[] = [];
		await (await openDatabase({ ...source, onNotice: (notice) => notices.push(notice) })).close();
		const kept = (await readdir(folder)).sort();
		expect(kept).toEqual([...older.slice(2), expect.any(String), 'mine.reeve.gz']);
		const name = kept[4] ?? '';
		expect(name).toMatch(/^before-upgrade-.*\.reeve\.gz$/);
		expect(notices).toEqual([`Reeve upgrades its tables. A backup from before: ${join(folder, name)}`]);
		await (await openDatabase(source)).close();
		expect((await readdir(folder)).sort()).toEqual(kept);
		await restoreBackup(await place(), join(folder, name), false);
	});
}
