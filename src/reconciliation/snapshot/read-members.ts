import { forEachConcurrent, settleAll } from '../../async/concurrency.js';
import type { BillingSnapshot } from '../domain/billing.js';
import type { Roster, RosterMember } from '../domain/guild.js';
import type { Links } from '../domain/links.js';
import type { Billing, Guild, LinkReader } from '../domain/ports.js';

interface MemberReadingPorts {
	readonly billing: Billing;
	readonly guild: Guild;
	readonly ledger: LinkReader;
}

/** Reading one member after the other would take a second per ten members. */
const CONCURRENT_MEMBERS = 5;

/**
 * Reads everything about some members. Links are read again after Stripe and Discord, which are slow, and everything is repeated if that
 * shows new customers: an exemption or a link made meanwhile counts.
 * @param discordIds - at most 1 000
 * @param customerIds - those that name the members in Stripe's metadata; those of rows are found
 * @returns a roster of those who are in the guild
 * @throws {SourceError}
 */
export async function readMembers(
	{ billing, guild, ledger }: MemberReadingPorts,
	discordIds: readonly string[],
	customerIds: readonly string[]
): Promise<{ readonly billing: BillingSnapshot; readonly roster: Roster; readonly links: Links }> {
	let links = await readLinksWith(ledger, discordIds, customerIds);
	for (;;) {
		const customers = new Set([...customerIds, ...customersIn(links)]);
		const [accounts, roster] = await settleAll([billing.readCustomers([...customers]), readRosterOf(guild, discordIds)]);
		links = await readLinksWith(ledger, discordIds, [...customers]);
		if (customersIn(links).every((id) => customers.has(id))) return { billing: accounts, roster, links };
	}
}

/** Also the rows of the customers that these rows show, such as another team with the same customer. */
async function readLinksWith(ledger: LinkReader, discordIds: readonly string[], customerIds: readonly string[]): Promise<Links> {
	for (let customers = new Set(customerIds); ; ) {
		const links = await ledger.readLinksOf(discordIds, [...customers]);
		const more = new Set([...customers, ...customersIn(links)]);
		if (more.size === customers.size) return links;
		customers = more;
	}
}

/** The members among these who are in the guild. @throws {SourceError} */
export async function readRosterOf(guild: Guild, discordIds: readonly string[]): Promise<Roster> {
	const members = new Map<string, RosterMember>();
	await forEachConcurrent(
		discordIds,
		async (discordId) => {
			const member = await guild.readMember(discordId);
			if (member !== null) members.set(member.id, member);
		},
		{ concurrency: CONCURRENT_MEMBERS }
	);
	return { members };
}

function customersIn({ members, teams }: Links): readonly string[] {
	return [...members, ...teams].flatMap((row) => row.stripeCustomerId ?? []);
}
