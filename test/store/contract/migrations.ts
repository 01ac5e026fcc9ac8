import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Migrations, migrate, readMigrations } from '../../../src/store/connection/migrations.js';

/** @param factory - of a database whose schema `schema` may be emptied */
export function migrationContract(factory: () => SqlMigrationAwareDriverAdapterFactory, schema: string): void {
	const migrateWith = (migrations: Migrations) => migrate(factory(), migrations, schema);
	const execute = async (sql: string) => {
		const adapter = await factory().connect();
		await adapter.executeScript(sql.replaceAll('$schema', schema)).finally(() => adapter.dispose());
	};
	const rows = async (sql: string) => {
		const adapter = await factory().connect();
		return (await adapter.queryRaw({ sql, args: [], argTypes: [] }).finally(() => adapter.dispose())).rows;
	};
	const applied = () => rows('SELECT id, migration_name::text, finished_at::text FROM $schema._prisma_migrations ORDER BY started_at');
	const shipped = async () => (await readMigrations()).migrationDirectories.map(({ path }) => path);

	describe(`migrate, in the schema ${schema}`, () => {
		beforeEach(() => execute('DROP SCHEMA IF EXISTS $schema CASCADE'));

		it('creates the schema in an empty database', async () => {
			await migrateWith(await readMigrations());
			const names = (await applied()).map(([, name]) => name);
			expect(names).toEqual(await shipped());
			expect(await rows(`SELECT count(*)::int FROM $schema."ReconciliationRun"`)).toEqual([[0]]);
		});

		it('leaves the search path of the connection as it was, which a pooler would lend to others', async () => {
			const before = await rows('SHOW search_path');
			await migrateWith(await readMigrations());
			expect(await rows('SHOW search_path')).toEqual(before);
		});

		it('does nothing when all migrations are applied', async () => {
			await migrateWith(await readMigrations());
			const before = await applied();
			await execute(`INSERT INTO $schema."SeenDebt" VALUES ('sub_1', now())`);
			await migrateWith(await readMigrations());
			expect(await applied()).toEqual(before);
			expect(await rows('SELECT count(*)::int FROM $schema."SeenDebt"')).toEqual([[1]]);
		});

		it('gives a database in use to the guild of its newest completed run', async () => {
			const all = await readMigrations();
			const ownerAt = all.migrationDirectories.findIndex(({ path }) => path.endsWith('database-owner'));
			await migrateWith({ ...all, migrationDirectories: all.migrationDirectories.slice(0, ownerAt) });
			const run = (id: number, guild: string, status: string) => `('${id}', '${guild}', '${status}', 'manual', '2026-11-0${id}T03:00:00Z')`;
			await execute(`INSERT INTO $schema."ReconciliationRun" (id, "guildId", status, "triggeredBy", "startedAt")
				VALUES ${run(1, 'first', 'COMPLETED')}, ${run(2, 'newest', 'COMPLETED')}, ${run(3, 'mistyped', 'FAILED')}`);
			await migrateWith(all);
			expect(await rows('SELECT "guildId" FROM $schema."DatabaseOwner"')).toEqual([['newest']]);
		});

		it('gives existing entries of the audit log the form of new ones', async () => {
			const all = await readMigrations();
			const at = all.migrationDirectories.findIndex(({ path }) => path.endsWith('_forget'));
			await migrateWith({ ...all, migrationDirectories: all.migrationDirectories.slice(0, at) });
			const [ada, grace] = ['300000000000000001', '300000000000000002'];
			await execute(`INSERT INTO $schema."AuditLog" (id, actor, action, subject, before, after, outcome, detail) VALUES
				('1', '${grace}', 'link', '${ada}', 'null', '{"discordId": "${ada}", "stripeCustomerId": "cus_1"}', 'DONE', NULL),
				('2', 'reeve', 'fix', '<@${ada}>', '["Lord"]', '[]', 'FIXED', 'Ada left.'),
				('3', '${grace}', 'exempt', '${ada}', '[{"reason": "x", "createdBy": "${grace}"}]', '{"reason": "y", "createdBy": "${grace}"}', 'DONE', 'y'),
				('4', '${grace}', 'pause', NULL, 'null', '{"pausedBy": "${grace}", "reason": "z"}', 'DONE', 'z'),
				('5', 'reeve', 'setting', 'ADMIN_EMAIL', NULL, '"a@example.com"', 'DONE', 'Seen changed at start.')`);
			await migrateWith(all);
			expect(
				await rows(`SELECT entry.id, COALESCE(by."discordId", entry.actor), COALESCE(about."discordId", entry.subject),
					COALESCE(detail.before, entry.before)::text, COALESCE(detail.after, entry.after)::text, COALESCE(detail.detail, entry.detail)
				FROM $schema."AuditLog" AS entry LEFT JOIN $schema."AuditDetail" AS detail ON detail."auditId" = entry.id
				LEFT JOIN $schema."AuditPerson" AS by ON by.id = entry.actor LEFT JOIN $schema."AuditPerson" AS about ON about.id = entry.subject
				ORDER BY entry.id`)
			).toEqual([
				['1', grace, ada, 'null', `{"discordId": "${ada}", "stripeCustomerId": "cus_1"}`, null],
				['2', 'reeve', ada, '["Lord"]', '[]', 'Ada left.'],
				['3', grace, ada, '[{"reason": "x"}]', '{"reason": "y"}', 'y'],
				['4', grace, null, 'null', '{"reason": "z"}', 'z'],
				['5', 'reeve', 'ADMIN_EMAIL', null, '"a@example.com"', 'Seen changed at start.']
			]);
			expect((await rows(`SELECT "AuditLog"::text FROM $schema."AuditLog"`)).join()).not.toMatch(/\d{17}|cus_1|Ada left/);
			await expect(execute(`UPDATE $schema."AuditLog" SET actor = 'x'`)).rejects.toThrow(/only grows/);
			await expect(execute('DELETE FROM $schema."AuditDetail"')).rejects.toThrow(/only grows/);
		});

		it('refuses a database that is newer than this Reeve', async () => {
			await migrateWith(await readMigrations());
			await execute(
				`INSERT INTO $schema._prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'x', '99990101000000_later', now())`
			);
			await expect(migrateWith(await readMigrations())).rejects.toThrow(/newer than this Reeve.*99990101000000_later/);
		});

		it('refuses a database with an unfinished migration of another tool', async () => {
			await migrateWith(await readMigrations());
			await execute('UPDATE $schema._prisma_migrations SET finished_at = NULL');
			await expect(migrateWith(await readMigrations())).rejects.toThrow(/did not finish/);
		});

		it('rolls a failed migration back, and continues at the next start', async () => {
			const bad = withOneMore(await readMigrations(), 'CREATE TABLE half (id int); SELECT * FROM nowhere;');
			await expect(migrateWith(bad)).rejects.toThrow(/99990101000000_test .*nowhere/);
			expect(await rows(`SELECT to_regclass('$schema.half') IS NULL`)).toEqual([[true]]);
			const repaired = withOneMore(await readMigrations(), 'CREATE TABLE half (id int);');
			await migrateWith(repaired);
			expect((await applied()).map(([, name]) => name)).toEqual([...(await shipped()), '99990101000000_test']);
		});

		it('runs a script with semicolons inside strings, comments and blocks', async () => {
			const sql = `CREATE TABLE odd (note text DEFAULT 'a;b'); -- one; more\nDO $$ BEGIN INSERT INTO odd DEFAULT VALUES; END $$;`;
			await migrateWith(withOneMore(await readMigrations(), sql));
			expect(await rows('SELECT note FROM $schema.odd')).toEqual([['a;b']]);
		});

		it("refuses a schema with another program's tables", async () => {
			await execute('CREATE SCHEMA $schema; CREATE TABLE $schema.theirs (id int)');
			await expect(migrateWith(await readMigrations())).rejects.toThrow(new RegExp(`${schema} is not empty.*a schema of its own`));
			expect(await rows(`SELECT to_regclass('$schema."Member"') IS NULL`)).toEqual([[true]]);
		});

		it("refuses a schema with another program's migrations, and says whose they are", async () => {
			await migrateWith(await readMigrations());
			await execute(`UPDATE $schema._prisma_migrations SET migration_name = '2024_shop_' || migration_name`);
			await expect(migrateWith(await readMigrations())).rejects.toThrow(/belongs to another program.*2024_shop_.*a schema of its own/);
		});
	});
}

function withOneMore(migrations: Migrations, sql: string): Migrations {
	const one = { path: '99990101000000_test', migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value: sql } } };
	return { ...migrations, migrationDirectories: [...migrations.migrationDirectories, one] };
}
