import { createHash } from 'node:crypto';
import type { SqlQueryable } from '@prisma/driver-adapter-utils';
import type { Row, TableSum } from './backup-file.js';
import type { Migrations } from './migrations.js';
import { quoteIdentifier } from './qualify.js';

/** Reads and writes the rows of Reeve's tables, whatever their columns are, in PostgreSQL's text form. */

export interface Column {
	readonly name: string;
	/** Qualified. */
	readonly type: string;
}

export interface Table {
	readonly name: string;
	/** Without those that are generated. */
	readonly columns: readonly Column[];
}

/** Text forms that do not depend on the settings of the server. For one transaction. */
export const TEXT_FORMS = "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'; SET LOCAL extra_float_digits = 3";

export const execute = (adapter: SqlQueryable, sql: string) => adapter.executeRaw({ sql, args: [], argTypes: [] });

export async function query(adapter: SqlQueryable, sql: string, ...args: string[]): Promise<readonly (readonly unknown[])[]> {
	const argTypes = args.map(() => ({ scalarType: 'string', arity: 'scalar' }) as const);
	return (await adapter.queryRaw({ sql, args, argTypes })).rows;
}

/** Reeve's tables in a schema, each after those that it refers to. Tables of others are never among them. */
export async function tablesIn(adapter: SqlQueryable, schema: string, migrations: Migrations): Promise<readonly Table[]> {
	const own = ownTables(migrations);
	const rows = await query(
		adapter,
		`SELECT c.relname::text, a.attname::text, quote_ident(n.nspname) || '.' || quote_ident(t.typname)
			FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid JOIN pg_namespace n ON n.oid = t.typnamespace
			WHERE c.relnamespace = to_regnamespace($1)::oid AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
			ORDER BY c.relname, a.attnum`,
		quoteIdentifier(schema)
	);
	const columns = new Map<string, Column[]>();
	for (const [table, name, type] of rows as readonly (readonly [string, string, string])[]) {
		if (own.has(table)) columns.set(table, [...(columns.get(table) ?? []), { name, type }]);
	}
	const references = (await query(
		adapter,
		`SELECT c.relname::text, f.relname::text FROM pg_constraint r JOIN pg_class c ON c.oid = r.conrelid JOIN pg_class f ON f.oid = r.confrelid
			WHERE r.contype = 'f' AND c.relnamespace = to_regnamespace($1)::oid`,
		quoteIdentifier(schema)
	)) as readonly (readonly [string, string])[];
	const sorted = new Set<string>();
	const add = (table: string) => {
		if (sorted.has(table)) return;
		for (const [from, to] of references) if (from === table && to !== table) add(to);
		sorted.add(table);
	};
	for (const table of columns.keys()) add(table);
	return [...sorted].map((name) => ({ name, columns: columns.get(name) ?? [] }));
}

/** Every table that a migration has ever created, so that one that a later migration drops is backed up before it. */
function ownTables(migrations: Migrations): ReadonlySet<string> {
	const scripts = migrations.migrationDirectories.map(({ migrationFile }) => migrationFile.content.value);
	return new Set(scripts.flatMap((sql) => [...sql.matchAll(/(?:CREATE TABLE|RENAME TO)\s+"(\w+)"/g)].map(([, name = '']) => name)));
}

/** Name of a table in a statement. */
export const inSchema = (schema: string, table: string) => `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;

const PAGE_BYTES = 2_000_000;
const MAX_PAGE_ROWS = 2_000;

/** Reads a table in pages of some two megabytes. The caller holds a transaction. */
export async function readTable(
	adapter: SqlQueryable,
	schema: string,
	{ name, columns }: Table,
	onRows: (rows: readonly Row[]) => Promise<void>
): Promise<TableSum> {
	const sum = new Sum();
	const values = columns.map((column) => `${quoteIdentifier(column.name)}::text`).join(', ');
	await execute(
		adapter,
		`DECLARE reeve_backup NO SCROLL CURSOR FOR SELECT json_build_array(${values})::text FROM ${inSchema(schema, name)}`
	);
	for (let size = 1; ; ) {
		const texts = (await query(adapter, `FETCH ${size} FROM reeve_backup`)).map(([text]) => String(text));
		if (texts.length === 0) break;
		const rows = texts.map((text) => JSON.parse(text) as Row);
		for (const row of rows) sum.add(row);
		await onRows(rows);
		const bytes = texts.reduce((total, text) => total + text.length, 0);
		size = Math.max(1, Math.min(MAX_PAGE_ROWS, size * 4, Math.floor((PAGE_BYTES * texts.length) / Math.max(1, bytes))));
	}
	await execute(adapter, 'CLOSE reeve_backup');
	return sum.value();
}

/**
 * Inserts rows.
 * @param columns - those of the rows, with the types of this database
 * @param condition - of the statement
 * @returns the number inserted
 */
export async function insertRows(
	adapter: SqlQueryable,
	schema: string,
	{ name, columns }: Table,
	rows: readonly Row[],
	condition: string
): Promise<number> {
	const names = columns.map((column) => quoteIdentifier(column.name)).join(', ');
	const values = columns.map(({ type }, index) => `(row.value->>${index})::${type}`).join(', ');
	const sql = `INSERT INTO ${inSchema(schema, name)} (${names}) SELECT ${values} FROM json_array_elements($1::json) AS row WHERE ${condition}`;
	return adapter.executeRaw({ sql, args: [JSON.stringify(rows)], argTypes: [{ scalarType: 'string', arity: 'scalar' }] });
}

/** Counts rows, and adds up their hashes: two databases return the same rows in different orders. */
class Sum {
	private rows = 0;
	private hashes = 0n;

	public add(row: Row): void {
		this.rows += 1;
		this.hashes = BigInt.asUintN(256, this.hashes + BigInt(`0x${createHash('sha256').update(JSON.stringify(row)).digest('hex')}`));
	}

	public value(): TableSum {
		return { rows: this.rows, checksum: this.hashes.toString(16).padStart(64, '0') };
	}
}
