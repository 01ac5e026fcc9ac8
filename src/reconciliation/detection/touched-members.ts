import { type Cooperative, forEachYielding } from '../../async/cooperative.js';
import type { Accounts } from '../domain/billing.js';
import type { Roster } from '../domain/guild.js';
import type { Touched } from '../domain/run.js';
import { type LinkIndex, payingCustomerIds } from './link-index.js';
import type { Suspect } from './misread-ids.js';
import { membersIn } from './payees.js';

/**
 * The members whom a change may concern: those named, and those for whom one of the customers pays, may pay, or is said to pay. Also those who
 * have left the guild.
 * @param read.suspects - the customers that may pay for a member whose ID was misread, by Discord ID
 */
export function* touchedMembers(
	{ discordIds, customerIds }: Touched,
	read: {
		readonly linkIndex: LinkIndex;
		readonly accounts: Accounts;
		readonly roster: Roster;
		readonly suspects: ReadonlyMap<string, readonly Suspect[]>;
	}
): Cooperative<ReadonlySet<string>> {
	const { linkIndex, accounts, roster, suspects } = read;
	const touched = new Set(discordIds);
	if (customerIds.length === 0) return touched;
	const customers = new Set(customerIds);
	const isTouched = (customerId: string) => customers.has(customerId);
	for (const id of customers) for (const discordId of membersIn(accounts.get(id))) touched.add(discordId);
	const visit = (discordId: string) => {
		const person = linkIndex.get(discordId);
		if (person !== undefined && payingCustomerIds(person).some(isTouched)) touched.add(discordId);
	};
	yield* forEachYielding(linkIndex.ids(), visit);
	// Also those who only may be meant, who are not linked.
	yield* forEachYielding(roster.members.values(), ({ id }) => visit(id));
	for (const [discordId, suspected] of suspects)
		if (suspected.some((suspect) => suspect.customerIds.some(isTouched))) touched.add(discordId);
	return touched;
}
