import { randomBytes } from 'node:crypto';
import { DEFAULT_SCHEMA } from '../../src/store/connection/qualify.js';
import { ServerAdapter } from '../../src/store/connection/server-adapter.js';

/** A temporary database on the server of DATABASE_URL. */
export interface TestDatabase {
	readonly url: string;
	drop(): Promise<void>;
}

export async function createDatabase(): Promise<TestDatabase> {
	const server = serverUrl();
	const name = `reeve_test_${randomBytes(6).toString('hex')}`;
	await execute(server, `CREATE DATABASE ${name}`);
	return { url: databaseUrl(name), drop: () => execute(server, `DROP DATABASE ${name} WITH (FORCE)`) };
}

/** The URL of a database on that server. */
export function databaseUrl(name: string): string {
	const url = new URL(serverUrl());
	url.pathname = `/${name}`;
	return url.href;
}

function serverUrl(): string {
	const server = process.env.DATABASE_URL;
	if (!server) throw new Error('DATABASE_URL must name a PostgreSQL server on which databases may be created.');
	return server;
}

/** Executes a script on a new connection. */
export async function execute(url: string, sql: string): Promise<void> {
	const adapter = await new ServerAdapter(url, DEFAULT_SCHEMA, 1).connect();
	try {
		await adapter.executeScript(sql);
	} finally {
		await adapter.dispose();
	}
}

/** The rows of a query on a new connection, with their columns in order. */
export async function read(url: string, sql: string): Promise<readonly (readonly unknown[])[]> {
	const adapter = await new ServerAdapter(url, DEFAULT_SCHEMA, 1).connect();
	try {
		return (await adapter.queryRaw({ sql, args: [], argTypes: [] })).rows;
	} finally {
		await adapter.dispose();
	}
}

/** The objects of the schema public, each with its definition. */
export function catalogOfPublic(url: string): Promise<readonly (readonly unknown[])[]> {
	return read(
		url,
		`SELECT 'table', relname::text, relkind::text, relowner::text, relacl::text, oid::text, relfilenode::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
		UNION ALL SELECT 'column', attrelid::regclass::text, attname, atttypid::regtype::text, attnotnull::text, attnum::text, pg_get_expr(adbin, adrelid)
			FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
			WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
		UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid), contype::text, '', '', '' FROM pg_constraint WHERE connamespace = 'public'::regnamespace
		UNION ALL SELECT 'index', indexname, indexdef, '', '', '', '' FROM pg_indexes WHERE schemaname = 'public'
		UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid), tgenabled::text, '', '', '' FROM pg_trigger
			WHERE tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
		UNION ALL SELECT 'function', proname, pg_get_functiondef(oid), proowner::text, '', '', '' FROM pg_proc WHERE pronamespace = 'public'::regnamespace
		UNION ALL SELECT 'type', typname, typtype::text, typowner::text, '', '', (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = pg_type.oid)
			FROM pg_type WHERE typnamespace = 'public'::regnamespace
		ORDER BY 1, 2, 3, 4, 5, 6, 7`
	);
}
