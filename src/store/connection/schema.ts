import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import { DatabaseError } from './errors.js';
import { DEFAULT_SCHEMA, quoteIdentifier } from './qualify.js';

/** Names that PostgreSQL does not cut and does not reserve, and that need no escaping in a URL. */
const NAME = /^(?!pg_)[A-Za-z_][\w$-]{0,62}$/;

/** The schema that Reeve uses. */
export interface ChosenSchema {
	readonly schema: string;
	/** For the operator: that `?schema=` names another one. Null if it does not. */
	readonly remark: string | null;
}

/**
 * The schema that the options name, else that of Prisma's `?schema=`, else `public`. The options win, because a host's DATABASE_URL names
 * the schema of the host.
 * @throws {DatabaseError} if the name is not one that Reeve can use
 */
export function chooseSchema({ url, schema }: { readonly url?: string | undefined; readonly schema?: string | undefined }): ChosenSchema {
	const inUrl = url === undefined ? null : new URL(url).searchParams.get('schema');
	const chosen = schema ?? (inUrl || DEFAULT_SCHEMA);
	if (!NAME.test(chosen) || chosen === 'information_schema')
		throw new DatabaseError(
			`The schema ${JSON.stringify(chosen)} cannot be used: a schema's name has at most 63 letters, digits, underscores, hyphens and dollar signs, begins with a letter or an underscore, and not with pg_. Correct it in ${schema === undefined ? '?schema= of DATABASE_URL' : "Reeve's options (storage.schema)"}.`
		);
	const differs = inUrl !== null && inUrl !== '' && inUrl !== chosen;
	const remark = differs ? `DATABASE_URL names the schema ${inUrl}, and Reeve's options name ${chosen}: Reeve uses ${chosen}.` : null;
	return { schema: chosen, remark };
}

interface Rights {
	readonly schemaExists: boolean;
	readonly mayUse: boolean;
	readonly mayCreateTables: boolean;
	readonly mayCreateSchemas: boolean;
	readonly user: string;
	readonly database: string;
}

/**
 * Checks what the user may do with a schema.
 * @param purpose - `use` of tables that exist, or to `migrate`: to create tables, and the schema itself if it is missing
 * @returns whether the schema exists
 * @throws {DatabaseError} with the statement that grants what is missing
 */
export async function assertRights(adapter: SqlDriverAdapter, schema: string, purpose: 'use' | 'migrate'): Promise<boolean> {
	const rights = await readRights(adapter, schema);
	const { schemaExists, mayUse, mayCreateTables, mayCreateSchemas } = rights;
	const [user, place] = [displayName(rights.user), displayName(schema)];
	const refuse = (problem: string, statement: string) => {
		throw new DatabaseError(`${problem} Run this in the database ${rights.database} as its owner, then start Reeve again: ${statement};`);
	};
	if (schemaExists && !(mayUse && (purpose === 'use' || mayCreateTables)))
		refuse(
			`Reeve's database user ${user} may not ${mayUse ? 'create tables in' : 'use'} the schema ${place}.`,
			`GRANT USAGE, CREATE ON SCHEMA ${place} TO ${user}`
		);
	if (!schemaExists && purpose === 'migrate' && !mayCreateSchemas)
		refuse(
			`The schema ${place} does not exist, and Reeve's database user ${user} may not create it.`,
			`CREATE SCHEMA ${place} AUTHORIZATION ${user}`
		);
	return schemaExists;
}

async function readRights(adapter: SqlDriverAdapter, schema: string): Promise<Rights> {
	const { rows } = await adapter.queryRaw({
		sql: `SELECT oid IS NOT NULL, COALESCE(has_schema_privilege(oid, 'USAGE'), false), COALESCE(has_schema_privilege(oid, 'CREATE'), false),
				has_database_privilege(current_database(), 'CREATE'), current_user::text, current_database()::text
			FROM (SELECT to_regnamespace($1)::oid AS oid) AS schema`,
		args: [quoteIdentifier(schema)],
		argTypes: [{ scalarType: 'string', arity: 'scalar' }]
	});
	const [schemaExists, mayUse, mayCreateTables, mayCreateSchemas, user, database] = rows[0] ?? [];
	return {
		schemaExists: schemaExists === true,
		mayUse: mayUse === true,
		mayCreateTables: mayCreateTables === true,
		mayCreateSchemas: mayCreateSchemas === true,
		user: String(user),
		database: String(database)
	};
}

/** A name as it is written in a statement: quoted if PostgreSQL would not read it otherwise. */
function displayName(name: string): string {
	return /^[a-z_][a-z0-9_]*$/.test(name) ? name : quoteIdentifier(name);
}
