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
