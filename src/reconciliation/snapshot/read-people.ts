import type { MemberRow, TeamRow } from '../domain/links.js';
import type { People } from '../domain/people.js';

/** How one kind of database reads rows. */
export interface RowReader {
	/** All members, by pages in the order of their keys. */
	memberPages(): AsyncIterable<readonly MemberRow[]>;
	teamPages(): AsyncIterable<readonly TeamRow[]>;
	/** The rows that name these members, in whatever form. @param discordIds - at most 1 000 */
	membersNaming(discordIds: readonly string[]): Promise<readonly MemberRow[]>;
	membersOfCustomers(customerIds: readonly string[]): Promise<readonly MemberRow[]>;
	/** The teams with one of these keys or customers. */
	teamsOf(teamIds: readonly string[], customerIds: readonly string[]): Promise<readonly TeamRow[]>;
}

/** What {@link People} reads, which is the same for every kind of database. */
export function readPeople(reader: RowReader): Pick<People, 'readAll' | 'readOf'> {
	return {
		readAll: async (onProgress) => {
			const members: MemberRow[] = [];
			for await (const page of reader.memberPages()) {
				for (const row of page) members.push(row);
				onProgress({ source: 'database', done: members.length, total: null, finished: false });
			}
			const teams: TeamRow[] = [];
			for await (const page of reader.teamPages()) for (const row of page) teams.push(row);
			onProgress({ source: 'database', done: members.length, total: members.length, finished: true });
			return { members, teams };
		},
		readOf: async (discordIds, customerIds) => {
			const own = await reader.membersNaming(discordIds);
			// Other rows may give their customers to someone else, too.
			const customers = [...new Set([...customerIds, ...own.flatMap(({ stripeCustomerId }) => stripeCustomerId ?? [])])];
			const members = withoutDuplicates([...own, ...(await reader.membersOfCustomers(customers))]);
			const teamIds = members.flatMap(({ teamId }) => teamId ?? []);
			return { members, teams: withoutDuplicates(await reader.teamsOf(teamIds, customers)) };
		}
	};
}

function withoutDuplicates<Row extends { readonly id: string }>(rows: readonly Row[]): Row[] {
	return [...new Map(rows.map((row) => [row.id, row])).values()];
}
