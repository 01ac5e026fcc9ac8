import type { Debts } from './debts.js';
import type { People, Person } from './people.js';
import { entitlementOf, type JudgedClaim } from './policy.js';
import type { BillingSnapshot, Exemption, Links, Notices, PolicySettings, Roster, Subscription } from './types.js';

/** What is worth knowing and never an issue. */

/** Customers with a subscription that gives a tier now, whoever it may be for. */
export function payingCustomers(
	billing: BillingSnapshot,
	links: Links,
	subscriptionsOf: ReadonlyMap<string, readonly Subscription[]>,
	debts: Debts,
	settings: PolicySettings,
	now: Date
): ReadonlySet<string> {
	const rowsOf = new Map<string, { paymentFailedAt: Date | null }[]>();
	for (const row of [...links.members, ...links.teams]) {
		if (row.stripeCustomerId === null) continue;
		rowsOf.set(row.stripeCustomerId, [...(rowsOf.get(row.stripeCustomerId) ?? []), row]);
	}
	const paying = new Set<string>();
	for (const [customerId, subscriptions] of subscriptionsOf) {
		const rows = rowsOf.get(customerId) ?? [];
		const pays = subscriptions.some((subscription) => {
			const claim = { subscription, seat: null, unpaidSince: debts.since(subscription, rows) };
			return entitlementOf(claim, settings, now).kind === 'tier';
		});
		if (pays && billing.customers.has(customerId)) paying.add(customerId);
	}
	return paying;
}

/** Linked people who pay and are not in the guild. */
export function absentPayers(people: People, roster: Roster, claimsOf: (person: Person) => readonly JudgedClaim[]): number {
	let absent = 0;
	for (const person of people.byDiscordId.values()) {
		if (!roster.members.has(person.discordId) && claimsOf(person)[0]?.entitlement.kind === 'tier') absent += 1;
	}
	return absent;
}

/** Two daily reports: an exemption that ends is in one at least, also where a run has failed. */
const ANNOUNCED_BEFORE_MS = 48 * 3_600_000;

/** Exemptions that end soon, the first to end first. Of somebody with several, the one that lasts longest counts. */
export function expiringExemptions(exemptions: readonly Exemption[], now: Date): readonly Exemption[] {
	const ends = ({ expiresAt }: Exemption) => expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
	const longest = new Map<string, Exemption>();
	for (const exemption of exemptions) {
		const other = longest.get(exemption.discordId);
		if (other === undefined || ends(exemption) > ends(other)) longest.set(exemption.discordId, exemption);
	}
	return [...longest.values()]
		.filter((exemption) => ends(exemption) > now.getTime() && ends(exemption) <= now.getTime() + ANNOUNCED_BEFORE_MS)
		.sort((a, b) => ends(a) - ends(b) || (a.discordId < b.discordId ? -1 : 1));
}

/** Teams with more people on their seats than they pay for. */
export function overclaimedTeams(links: Links): Notices['overclaimedTeams'] {
	const claimed = new Map<string, Set<string>>();
	for (const { teamId, discordId } of links.members) {
		if (teamId !== null && discordId !== null) claimed.set(teamId, (claimed.get(teamId) ?? new Set()).add(discordId));
	}
	return links.teams
		.map(({ id, name, ownerSeatCount, teamSeatCount }) => ({
			teamId: id,
			name,
			claimed: claimed.get(id)?.size ?? 0,
			paid: ownerSeatCount + teamSeatCount
		}))
		.filter((team) => team.claimed > team.paid)
		.sort((a, b) => (a.teamId < b.teamId ? -1 : 1));
}
