import { writtenForms } from '../reconciliation/domain/discord-id.js';
import type { MemberRow, TeamRow } from '../reconciliation/domain/links.js';
import type { People } from '../reconciliation/domain/people.js';
import { SourceError } from '../reconciliation/domain/ports.js';
import { readPeople } from '../reconciliation/snapshot/read-people.js';
import { SEATS, type Seats, toMember, toTeam } from './rows.js';

const PAGE = 2_000;

/**
 * Runs SQL in the application's PostgreSQL database, with `$1` for the first parameter and arrays as parameters:
 * `(sql, values) => pool.query(sql, values).then(({ rows }) => rows)` with node-postgres; the pool of Drizzle is `db.$client`.
 */
export type SqlQuery = (sql: string, values: unknown[]) => Promise<readonly Record<string, unknown>[]>;

/** Queries that Reeve reads from as from tables; without a semicolon at the end. */
export interface SqlPeopleQueries {
	/** What operators call the database; default: `the bot's database`. */
	readonly name?: string;
	/**
	 * One row per member with `id` (unique), `discordId` and `customerId`; with `seat`, `teamId` and `failedAt` if there are teams or dates.
	 * Further columns are for `adjust`: `SELECT id, discord_id AS "discordId", customer AS "customerId" FROM users`.
	 */
	readonly members: string;
	/** One row per team with `id` and `customerId`; with `name`, `failedAt`, `ownerSeats` and `memberSeats` if they are known. */
	readonly teams?: string;
	/** The application's values of `seat`; default: OWNER, TEAM_MEMBER and INDIVIDUAL as they are. */
	readonly seats?: Seats;
}

const NEEDED = { members: ['id', 'discordId', 'customerId'], teams: ['id', 'customerId'] } as const;
const MEMBER_COLUMNS = new Set(['id', 'discordId', 'customerId', 'seat', 'teamId', 'failedAt']);

type What = keyof typeof NEEDED;

/** Reads the members and teams of an application by SQL. Writes nothing. */
export function sqlPeople(query: SqlQuery, queries: SqlPeopleQueries): People {
	const { name: place = "the bot's database", seats = SEATS } = queries;
	const from = async (what: What, { columns = '*', rest = '' }: { columns?: string; rest?: string }, values: unknown[] = []) => {
		const text = queries[what];
		if (text === undefined) return [];
		try {
			return await query(`SELECT ${columns} FROM (${text}) AS own ${rest}`, values);
		} catch (cause) {
			throw new SourceError(
				'database',
				`The query "${what}" failed in ${place}. Check whether the bot itself can read the same tables; the log has the error.`,
				{ cause }
			);
		}
	};
	const memberOf = (row: Record<string, unknown>): MemberRow => {
		const further = Object.entries(row).filter(([column]) => !MEMBER_COLUMNS.has(column));
		return toMember(further.length === 0 ? row : { ...row, extra: Object.fromEntries(further) }, seats, place);
	};
	const teamOf = (row: Record<string, unknown>): TeamRow => toTeam(row, place);
	const pages = async function* (what: What) {
		for (let after: unknown; ; ) {
			const where = after === undefined ? '' : 'WHERE id > $1';
			const page = await from(what, { rest: `${where} ORDER BY id LIMIT ${PAGE}` }, after === undefined ? [] : [after]);
			yield page;
			if (page.length < PAGE) return;
			after = page.at(-1)?.id;
		}
	};
	const check = async (what: What) => {
		await from(what, { rest: 'LIMIT 1' });
		for (const column of NEEDED[what])
			await from(what, { columns: `"${column}"`, rest: 'LIMIT 1' }).catch((cause: unknown) => {
				throw new SourceError('database', `The query "${what}" gives no column "${column}": add … AS "${column}" to it.`, { cause });
			});
	};

	return {
		name: place,
		check: async () => {
			await check('members');
			await check('teams');
		},
		...readPeople({
			memberPages: async function* () {
				for await (const page of pages('members')) yield page.map(memberOf);
			},
			teamPages: async function* () {
				for await (const page of pages('teams')) yield page.map(teamOf);
			},
			membersNaming: async (discordIds) => {
				// IDs as they are usually written, and those with other text around them.
				const rest = `WHERE "discordId"::text = ANY($1::text[]) OR ("discordId"::text !~ '^[0-9]{17,20}$'
					AND EXISTS (SELECT FROM unnest($2::text[]) AS wanted WHERE strpos("discordId"::text, wanted) > 0))`;
				return (await from('members', { rest }, [discordIds.flatMap(writtenForms), [...discordIds]])).map(memberOf);
			},
			membersOfCustomers: async (customerIds) =>
				(await from('members', { rest: 'WHERE "customerId"::text = ANY($1::text[])' }, [[...customerIds]])).map(memberOf),
			teamsOf: async (teamIds, customerIds) => {
				const rest = 'WHERE id::text = ANY($1::text[]) OR "customerId"::text = ANY($2::text[])';
				return (await from('teams', { rest }, [[...teamIds], [...customerIds]])).map(teamOf);
			}
		})
	};
}
