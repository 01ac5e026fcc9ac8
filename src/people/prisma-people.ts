import { mayMean, SNOWFLAKE, writtenForms } from '../reconciliation/domain/discord-id.js';
import type { MemberRow, TeamRow } from '../reconciliation/domain/links.js';
import type { People } from '../reconciliation/domain/people.js';
import { createLinking } from './linking.js';
import { type PrismaClientLike, PrismaTable, type RawRow } from './prisma-table.js';
import { SEATS, type Seats, toMember, toTeam } from './rows.js';

/** Names of the application's Prisma models and fields. */
export interface PrismaPeopleMapping {
	/** What operators call the database; default: `the bot's database`. */
	readonly name?: string;
	readonly member: {
		/** As on the client: `member` for `prisma.member`. */
		readonly model: string;
		/** The key; default: `id`. */
		readonly id?: string;
		/** A text or a BigInt. */
		readonly discordId: string;
		readonly customerId?: string;
		/** What a seat in a team is: see {@link PrismaPeopleMapping.seats}. */
		readonly seat?: string;
		readonly teamId?: string;
		/** When the payment failed that is due now; null if none is. */
		readonly failedAt?: string;
		/** Not used: Reeve compares the rows themselves. */
		readonly changedAt?: string;
		/** Further fields, for `adjust`. */
		readonly extra?: readonly string[];
	};
	readonly team?: {
		readonly model: string;
		/** The key; default: `id`. */
		readonly id?: string;
		readonly customerId: string;
		readonly name?: string;
		readonly failedAt?: string;
		/** Not used: Reeve compares the rows themselves. */
		readonly changedAt?: string;
		/** How many seats are paid. Without these fields no team has too many members. */
		readonly ownerSeats?: string;
		readonly memberSeats?: string;
	};
	/** The application's values of `seat`; default: OWNER, TEAM_MEMBER and INDIVIDUAL as they are. */
	readonly seats?: Seats;
	/** True: `/reconcile link` and `unlink` write the customer of members that exist. False (default): Reeve writes nothing. */
	readonly link?: boolean;
}

/** Of so many members, IDs with text around them are searched for; of more, only those that the last full reading showed. */
const MAX_SEARCHED = 10;

/**
 * Reads the members and teams of an application through its own Prisma client (version 6 or later), by the names of models and fields.
 * @param prisma - stays the application's: Reeve does not disconnect it
 */
export function prismaPeople(prisma: PrismaClientLike, mapping: PrismaPeopleMapping): People {
	const { name: place = "the bot's database", member, team, seats = SEATS } = mapping;
	const { model, changedAt: _, extra = [], ...memberFields } = member;
	const members = new PrismaTable(prisma, model, { id: 'id', ...memberFields }, extra, place);
	const teams = team && tableOf(prisma, team, place);
	const memberOf = ({ fields, extra: further }: RawRow): MemberRow =>
		toMember(extra.length === 0 ? fields : { ...fields, extra: further }, seats, place);
	const teamOf = ({ fields }: RawRow): TeamRow => toTeam(fields, place);
	/** Keys of the rows whose Discord ID is not a bare one, at the last full reading. */
	let unusual: readonly string[] = [];

	const findMembers = async (discordIds: readonly string[]): Promise<readonly MemberRow[]> => {
		const rows = (await members.findIn('discordId', discordIds.flatMap(writtenForms))).map(memberOf);
		const possible = [...(await members.findIn('id', unusual))];
		if (discordIds.length <= MAX_SEARCHED) for (const id of discordIds) possible.push(...(await members.findContaining('discordId', id)));
		const means = ({ discordId }: MemberRow) => discordId !== null && discordIds.some((id) => mayMean(discordId, id));
		return [...rows, ...possible.map(memberOf).filter(means)];
	};

	const people: People = {
		name: place,
		check: async () => {
			await members.check();
			await teams?.check();
		},
		readAll: async (onProgress) => {
			const memberRows: MemberRow[] = [];
			for await (const page of members.pages()) {
				for (const row of page) memberRows.push(memberOf(row));
				onProgress({ source: 'database', done: memberRows.length, total: null, finished: false });
			}
			unusual = memberRows.flatMap(({ id, discordId }) => (discordId === null || SNOWFLAKE.test(discordId) ? [] : [id]));
			const teamRows: TeamRow[] = [];
			if (teams) for await (const page of teams.pages()) teamRows.push(...page.map(teamOf));
			onProgress({ source: 'database', done: memberRows.length, total: memberRows.length, finished: true });
			return { members: memberRows, teams: teamRows };
		},
		readOf: async (discordIds, customerIds) => {
			const own = await findMembers(discordIds);
			// Other rows may give their customers to someone else, too.
			const customers = [...new Set([...customerIds, ...own.flatMap(({ stripeCustomerId }) => stripeCustomerId ?? [])])];
			const ofCustomers = (await members.findIn('customerId', customers)).map(memberOf);
			const rows = new Map([...own, ...ofCustomers].map((row) => [row.id, row]));
			const teamIds = [...rows.values()].flatMap(({ teamId }) => teamId ?? []);
			const found = teams ? [...(await teams.findIn('id', teamIds)), ...(await teams.findIn('customerId', customers))] : [];
			return { members: [...rows.values()], teams: [...new Map(found.map(teamOf).map((row) => [row.id, row])).values()] };
		}
	};
	return mapping.link ? { ...people, ...createLinking(people, members) } : people;
}

function tableOf(prisma: PrismaClientLike, team: NonNullable<PrismaPeopleMapping['team']>, place: string): PrismaTable {
	const { model, changedAt: _, ...fields } = team;
	return new PrismaTable(prisma, model, { id: 'id', ...fields }, [], place);
}
