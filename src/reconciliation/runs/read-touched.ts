import { settleAll } from '../../async/concurrency.js';
import { runToCompletion } from '../../async/cooperative.js';
import { analyzeLinks, type Reading, unlinkedHolders } from '../detection/detect.js';
import { MisreadIds } from '../detection/misread-ids.js';
import { membersIn, unreadableValues } from '../detection/payees.js';
import { discordIdsIn, looksRounded, SNOWFLAKE } from '../domain/discord-id.js';
import type { Billing, Guild, LinkReader, Payer, PayerStore } from '../domain/ports.js';
import type { PolicySettings } from '../domain/rules.js';
import type { Touched } from '../domain/run.js';
import { readMembers, readRosterOf } from '../snapshot/read-members.js';
import { readRoundedNeighbours } from '../snapshot/rounded-neighbours.js';

/** Reads a few members and what pays for them, in a handful of requests. */

/** With more, reading everything takes fewer requests. */
const MAX_READ_ONE_BY_ONE = 100;

/** Changes since then are read from Stripe's events. */
const MAX_AGE_MS = 7 * 86_400_000;

/** Tolerated difference between Stripe's clock and ours. */
const CLOCK_SLACK_MS = 60_000;

interface TouchedPorts {
	readonly billing: Billing;
	readonly guild: Guild;
	readonly ledger: LinkReader & Pick<PayerStore, 'payersRecorded' | 'findPayers'>;
}

/**
 * Reads the members whom a change may concern. What names them comes from the newest reading of everything, from the changes in Stripe
 * since then, and from rows.
 * @param settings.discordIdKey - the metadata key in Stripe that holds a Discord ID
 * @returns null if only a reading of everything can tell: too many are touched, none was made yet or lately, or something may mean any member
 * @throws {SourceError}
 */
export async function readTouched(
	ports: TouchedPorts,
	settings: { readonly policy: PolicySettings; readonly discordIdKey: string },
	touched: Touched,
	now: Date
): Promise<Reading | null> {
	const { billing, guild, ledger } = ports;
	if (touched.discordIds.length + touched.customerIds.length > MAX_READ_ONE_BY_ONE) return null;
	const recorded = await ledger.payersRecorded();
	if (recorded === null || recorded.discordIdKey !== settings.discordIdKey || now.getTime() - recorded.at.getTime() > MAX_AGE_MS)
		return null;
	const since = new Date(recorded.at.getTime() - CLOCK_SLACK_MS);

	const members = await resolve(ports, touched);
	if (members === null || members.length > MAX_READ_ONE_BY_ONE) return null;
	const payers = await ledger.findPayers({ discordIds: members, customerIds: [] });
	// Whom such a value means, depends on how many members it fits.
	if (await mayBeMisread(guild, members, payers)) return null;
	const customers = new Set([
		...touched.customerIds,
		...payers.filter(({ name }) => members.includes(name)).map(({ customerId }) => customerId)
	]);
	// At once: these share a reading of the events.
	const naming = await settleAll(members.map((id) => billing.findCustomersNaming(id, since)));
	for (const customerId of naming.flat()) customers.add(customerId);

	for (;;) {
		const read = await readMembers(ports, members, [...customers]);
		const analysis = runToCompletion(analyzeLinks(read, settings.policy, now));
		const unlinked = runToCompletion(unlinkedHolders(read, analysis));
		// Customers without any subscription: a reading of everything looks for them, too.
		const found = unlinked.length === 0 ? [] : await billing.findCustomersByDiscordIds(unlinked);
		const unread = found.filter(({ id }) => !customers.has(id));
		if (unread.length === 0) {
			const othersInGuild = await readRoundedNeighbours(guild, members, analysis.linkIndex.ids());
			return { snapshot: { ...read, othersInGuild, touched: { discordIds: members, customerIds: [] } }, analysis };
		}
		for (const { id } of unread) customers.add(id);
	}
}

/** With the members whom the customers named when everything was last read: a deleted customer names no one any more. */
export async function withFormerPayees(ledger: Pick<PayerStore, 'findPayers'>, { discordIds, customerIds }: Touched): Promise<Touched> {
	const customers = new Set(customerIds);
	const payers = await ledger.findPayers({ discordIds: [], customerIds });
	const names = payers.filter(({ customerId }) => customers.has(customerId)).map(({ name }) => name);
	return { discordIds: [...new Set([...discordIds, ...names.filter((name) => SNOWFLAKE.test(name))])], customerIds };
}

/** Discord IDs of the members touched; null if the customers touched may mean members who are not named. */
async function resolve({ billing, guild, ledger }: TouchedPorts, touched: Touched): Promise<readonly string[] | null> {
	const { discordIds, customerIds } = touched;
	if (customerIds.length === 0) return [...new Set(discordIds)];
	const isTouched = (customerId: string | null) => customerId !== null && customerIds.includes(customerId);
	const payers = (await ledger.findPayers({ discordIds: [], customerIds })).filter(({ customerId }) => isTouched(customerId));
	const { accounts, oddObjects } = await billing.readCustomers(customerIds);
	const { members, teams } = await ledger.readLinksOf([], customerIds);
	const read = [...accounts.values()];
	// The seats of a team are rows without the team's customer.
	if (oddObjects.length > 0 || teams.some((team) => isTouched(team.stripeCustomerId))) return null;
	if (payers.some(({ misread }) => misread) || read.some((account) => unreadableValues(account).length > 0)) return null;
	const named = new Set([...read.flatMap(membersIn), ...members.flatMap((row) => discordIdsIn(row.discordId ?? ''))]);
	if (members.some(({ discordId }) => discordId !== null && !SNOWFLAKE.test(discordId))) return null;
	const rounded = [...named].filter(looksRounded);
	const present = await readRosterOf(guild, rounded);
	if (rounded.some((id) => !present.members.has(id))) return null;
	return [...new Set([...discordIds, ...payers.map(({ name }) => name), ...named])];
}

/** Whether a value that names no member, a rounded ID or another text, may mean one of these. */
async function mayBeMisread(guild: Guild, members: readonly string[], payers: readonly Payer[]): Promise<boolean> {
	const named = new Set(members);
	const uncertain = payers.filter(({ name, misread }) => misread && !named.has(name));
	if (uncertain.length === 0) return false;
	const misread = new MisreadIds({ mayEntitle: () => true, mayEntitleBy: () => true });
	for (const { name, customerId } of uncertain) misread.addPayer(name, customerId);
	return [...(await readRosterOf(guild, members)).members.values()].some((member) => misread.fits(member));
}
