import type { SqlQueryable } from '@prisma/driver-adapter-utils';

/** The PostgreSQL schema of Reeve's tables, unless another one is named. */
export const DEFAULT_SCHEMA = 'public';

/** What Reeve's own SQL writes before the name of a table or type: `$schema."Member"`. Not valid SQL, so that it never reaches a wrong table. */
const PLACEHOLDER = '$schema.';

/**
 * Replaces `$schema.` in statements by the name of a schema, as Prisma does in those that it generates. Not with `search_path`: a pooler
 * lends a connection to other programs with that setting, and rejects or ignores it as a connection option. Reeve would then write to
 * tables of the same names in the schema of another program, or that program to Reeve's.
 */
export function qualified<T extends SqlQueryable>(queryable: T, schema: string): T {
	const prefix = `${quoteIdentifier(schema)}.`;
	const [queryRaw, executeRaw] = [queryable.queryRaw.bind(queryable), queryable.executeRaw.bind(queryable)];
	const replace = (sql: string) => sql.replaceAll(PLACEHOLDER, () => prefix);
	queryable.queryRaw = (query) => queryRaw({ ...query, sql: replace(query.sql) });
	queryable.executeRaw = (query) => executeRaw({ ...query, sql: replace(query.sql) });
	return queryable;
}

export function quoteIdentifier(name: string): string {
	return `"${name.replaceAll('"', '""')}"`;
}
