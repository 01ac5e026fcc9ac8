import { isDeepStrictEqual } from 'node:util';
import { discordIdsIn } from '../domain/discord-id.js';
import type { DriftIssue } from '../domain/issue.js';
import type { Exemption, Links, MemberRow, TeamRow } from '../domain/links.js';
import type { LinkReader } from '../domain/ports.js';

/** Members whose links are read at once. */
const PAGE = 1_000;

/** Owners of the rows that changed since a run read them. */
export interface ChangedLinks {
	readonly customerIds: ReadonlySet<string>;
	readonly discordIds: ReadonlySet<string>;
}

/**
 * Reads the links of the members with an issue again, and compares them with those that the run has read: reading Stripe and Discord takes
 * minutes. The comparison needs no time of a change, so it also finds rows that were deleted, or written by plain SQL.
 * @throws database errors
 */
export async function findChangedLinks(
	reader: Pick<LinkReader, 'readLinksOf'>,
	read: Links,
	issues: readonly DriftIssue[]
): Promise<ChangedLinks> {
	const members = new Map<string, MemberRow>();
	const teams = new Map<string, TeamRow>();
	const exemptions = new Map<string, Exemption>();
	for (let start = 0; start < issues.length; start += PAGE) {
		const page = issues.slice(start, start + PAGE);
		const customerIds = new Set(page.flatMap((issue) => issue.customerIds));
		const links = await reader.readLinksOf(
			page.map(({ discordId }) => discordId),
			[...customerIds]
		);
		for (const row of links.members) members.set(row.id, row);
		for (const row of links.teams) teams.set(row.id, row);
		for (const exemption of links.exemptions) exemptions.set(exemption.discordId, exemption);
	}
	return compareLinks(read, { members, teams, exemptions }, issues);
}

interface LinksById {
	readonly members: ReadonlyMap<string, MemberRow>;
	readonly teams: ReadonlyMap<string, TeamRow>;
	/** By Discord ID. */
	readonly exemptions: ReadonlyMap<string, Exemption>;
}

/** @param after - the links of the members with these issues */
function compareLinks(before: Links, after: LinksById, issues: readonly DriftIssue[]): ChangedLinks {
	const people = new Set(issues.map(({ discordId }) => discordId));
	const customers = new Set(issues.flatMap(({ customerIds }) => customerIds));
	const paysForOne = ({ stripeCustomerId }: MemberRow | TeamRow) => stripeCustomerId !== null && customers.has(stripeCustomerId);
	const ownRows = before.members.filter((row) => paysForOne(row) || discordIdsOf(row).some((id) => people.has(id)));

	const members = changedRows(before.members, after.members, new Set(ownRows));
	const teams = changedRows(before.teams, after.teams, new Set(before.teams.filter(paysForOne)));
	const teamIds = new Set(teams.map(({ id }) => id));
	const seats = [...ownRows, ...after.members.values()].filter(({ teamId }) => teamId !== null && teamIds.has(teamId));
	const known = new Map(before.exemptions.map((exemption) => [exemption.discordId, exemption]));
	const exempted = [...after.exemptions.values()].filter((exemption) => !isDeepStrictEqual(known.get(exemption.discordId), exemption));
	return {
		customerIds: new Set([...members, ...teams].flatMap(({ stripeCustomerId }) => stripeCustomerId ?? [])),
		discordIds: new Set([...[...members, ...seats].flatMap(discordIdsOf), ...exempted.map(({ discordId }) => discordId)])
	};
}

/**
 * The rows that differ, as they were and as they are.
 * @param own - rows of `before` that must be in `after`, unless they were deleted or are another member's now
 */
function changedRows<Row extends MemberRow | TeamRow>(
	before: readonly Row[],
	after: ReadonlyMap<string, Row>,
	own: ReadonlySet<Row>
): readonly Row[] {
	const changed: Row[] = [];
	const found = new Set<string>();
	for (const row of before) {
		const now = after.get(row.id);
		if (now !== undefined) found.add(row.id);
		if (now === undefined ? own.has(row) : !sameRow(row, now)) changed.push(row, ...(now === undefined ? [] : [now]));
	}
	for (const row of after.values()) if (!found.has(row.id)) changed.push(row);
	return changed;
}

/** Further fields do not count: some change every day, and a fix reads them again anyway. */
function sameRow(a: MemberRow | TeamRow, b: MemberRow | TeamRow): boolean {
	return isDeepStrictEqual({ ...a, extra: undefined }, { ...b, extra: undefined });
}

function discordIdsOf({ discordId }: MemberRow): readonly string[] {
	return discordId === null ? [] : discordIdsIn(discordId);
}
