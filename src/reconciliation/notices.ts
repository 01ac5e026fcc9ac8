import type { Debts } from './debts.js';
import type { People, Person } from './people.js';
import { entitlementOf, type JudgedClaim } from './policy.js';
import type { Accounts, Exemption, Links, Notices, PolicySettings, Roster } from './types.js';

/** What is worth knowing and never an issue. */

/** How many customers have a subscription that gives a tier now, and how many of them nobody has claimed. */
export function countPayers(
	accounts: Accounts,
	people: People,
	links: Links,
	debts: Debts,
	settings: PolicySettings,
	now: Date
): { readonly paying: number; readonly unclaimed: number } {
	/** Rows that say since when something is unpaid. */
	const rowsOf = new Map<string, { paymentFailedAt: Date | null }[]>();
	for (const rows of [links.members, links.teams]) {
		for (const row of rows) {
			if (row.stripeCustomerId === null || row.paymentFailedAt === null) continue;
			rowsOf.set(row.stripeCustomerId, [...(rowsOf.get(row.stripeCustomerId) ?? []), row]);
		}
	}
	let [paying, unclaimed] = [0, 0];
	for (const account of accounts.values()) {
		const rows = rowsOf.get(account.customer.id) ?? [];
		const pays = account.subscriptions.some((subscription) => {
			const claim = { subscription, seat: null, unpaidSince: debts.since(subscription, rows) };
			return entitlementOf(claim, settings, now).kind === 'tier';
		});
		if (!pays) continue;
		paying += 1;
		if (!people.hasClaimed(account)) unclaimed += 1;
	}
	return { paying, unclaimed };
}

/** Linked people who pay and are not in the guild. */
export function absentPayers(people: People, roster: Roster, claimsOf: (person: Person) => readonly JudgedClaim[]): number {
	let absent = 0;
	for (const person of people.values()) {
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
