import { discordIdsIn, SNOWFLAKE, writtenForms } from '../reconciliation/domain/discord-id.js';
import type { MemberRow, TeamRow } from '../reconciliation/domain/links.js';
import type { People } from '../reconciliation/domain/people.js';
import { readPeople } from '../reconciliation/snapshot/read-people.js';
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
	/** Discord ID → keys of the rows that have it with text around it, at the last full reading. */
	let unusual: ReadonlyMap<string, readonly string[]> = new Map();

	const reader = readPeople({
		memberPages: async function* () {
			const found = new Map<string, string[]>();
			for await (const page of members.pages()) {
				const rows = page.map(memberOf);
				for (const { id, discordId } of rows)
					if (discordId !== null && !SNOWFLAKE.test(discordId))
						for (const each of discordIdsIn(discordId)) found.set(each, [...(found.get(each) ?? []), id]);
				yield rows;
			}
			unusual = found;
		},
		teamPages: async function* () {
			if (teams) for await (const page of teams.pages()) yield page.map(teamOf);
		},
		membersNaming: async (discordIds) => {
			const exact = await members.findIn('discordId', discordIds.flatMap(writtenForms));
			const possible = [
				...(await members.findIn(
					'id',
					discordIds.flatMap((id) => unusual.get(id) ?? [])
				))
			];
			// Rows that are newer than the last full reading.
			if (discordIds.length <= MAX_SEARCHED) for (const id of discordIds) possible.push(...(await members.findContaining('discordId', id)));
			const wanted = new Set(discordIds);
			const means = ({ discordId }: MemberRow) => discordId !== null && discordIdsIn(discordId).some((id) => wanted.has(id));
			return [...exact.map(memberOf), ...possible.map(memberOf).filter(means)];
		},
		membersOfCustomers: async (customerIds) => (await members.findIn('customerId', customerIds)).map(memberOf),
		teamsOf: async (teamIds, customerIds) =>
			teams ? [...(await teams.findIn('id', teamIds)), ...(await teams.findIn('customerId', customerIds))].map(teamOf) : []
	});
	const people: People = {
		name: place,
		check: async () => {
			await members.check();
			await teams?.check();
		},
		...reader
	};
	return mapping.link ? { ...people, ...createLinking(people, members) } : people;
}

function tableOf(prisma: PrismaClientLike, team: NonNullable<PrismaPeopleMapping['team']>, place: string): PrismaTable {
	const { model, changedAt: _, ...fields } = team;
	return new PrismaTable(prisma, model, { id: 'id', ...fields }, [], place);
}
