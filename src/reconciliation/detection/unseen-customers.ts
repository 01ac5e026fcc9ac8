import { type Cooperative, forEachYielding } from '../../async/cooperative.js';
import type { Snapshot } from './detect.js';
import { discordIdOf } from './row-owners.js';

/** A request each. What is not looked up counts as a customer without a subscription; a fix reads it before it takes a role. */
const MAX_CUSTOMERS = { ofRoleHolders: 500, ofOthers: 100 };

/**
 * Customers that rows give to members of the guild, or to their teams, and that no subscription has shown: whether Stripe has them at all
 * is not known. Those of role holders come first, since they could lose their roles.
 */
export function* unseenCustomers({
	billing,
	roster,
	links
}: Pick<Snapshot, 'billing' | 'roster' | 'links'>): Cooperative<readonly string[]> {
	const teams = new Map(links.teams.map((team) => [team.id, team.stripeCustomerId]));
	const ofRoleHolders = new Set<string>();
	const ofOthers = new Set<string>();
	yield* forEachYielding(links.members, (row) => {
		const customerIds = [row.stripeCustomerId, row.teamId === null ? null : teams.get(row.teamId)];
		const unseen = customerIds.flatMap((id) => (id && !billing.accounts.has(id) ? id : []));
		const discordId = unseen.length === 0 ? null : discordIdOf(row);
		const member = discordId === null ? undefined : roster.members.get(discordId);
		if (member === undefined || member.bot) return;
		for (const id of unseen) (member.roles.length > 0 ? ofRoleHolders : ofOthers).add(id);
	});
	return [...[...ofRoleHolders].sort().slice(0, MAX_CUSTOMERS.ofRoleHolders), ...[...ofOthers].sort().slice(0, MAX_CUSTOMERS.ofOthers)];
}
