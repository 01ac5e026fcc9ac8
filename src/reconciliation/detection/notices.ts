import { type Cooperative, forEachYielding } from '../../async/cooperative.js';
import type { Account } from '../domain/billing.js';
import type { Notices } from '../domain/detection.js';
import type { Roster } from '../domain/guild.js';
import type { Exemption, Links } from '../domain/links.js';
import type { PolicySettings } from '../domain/rules.js';
import { type EvaluatedSource, entitlementOf } from '../policy/entitlement.js';
import type { PaymentFailures } from '../policy/payment-failure.js';
import type { LinkedPerson, LinkIndex } from './link-index.js';

/** What is worth knowing and never an issue. */

const NO_ROWS: readonly { readonly paymentFailedAt: Date | null }[] = [];

/** What all accounts come to, whoever they are for. */
export class BillingStats {
	/** Customers with a subscription that gives a tier now. */
	public paying = 0;
	/** Those of them whom nobody has claimed. */
	public unclaimed = 0;
	/** Debts that nothing dates and no run has seen yet. */
	public readonly newDebts: string[] = [];
	/** Remembered debts that are paid. */
	public readonly settledDebts: string[] = [];
	/** Customer → the rows that say since when something is unpaid. */
	private readonly rowsOf = new Map<string, { readonly paymentFailedAt: Date | null }[]>();

	public constructor(
		links: Links,
		private readonly debts: PaymentFailures,
		private readonly settings: PolicySettings,
		private readonly now: Date
	) {
		for (const rows of [links.members, links.teams]) {
			for (const row of rows) {
				if (row.stripeCustomerId === null || row.paymentFailedAt === null) continue;
				this.rowsOf.set(row.stripeCustomerId, [...(this.rowsOf.get(row.stripeCustomerId) ?? []), row]);
			}
		}
	}

	public add({ customer, subscriptions }: Account, claimed: boolean): void {
		const rows = this.rowsOf.size === 0 ? NO_ROWS : (this.rowsOf.get(customer.id) ?? NO_ROWS);
		let pays = false;
		for (const subscription of subscriptions) {
			if (this.debts.isUndated(subscription)) this.newDebts.push(subscription.id);
			if (this.debts.isCleared(subscription)) this.settledDebts.push(subscription.id);
			const claim = { subscription, seat: null, unpaidSince: this.debts.since(subscription, rows) };
			pays ||= entitlementOf(claim, this.settings, this.now).kind === 'tier';
		}
		if (!pays) return;
		this.paying += 1;
		if (!claimed) this.unclaimed += 1;
	}
}

/** How many linked people pay and are not in the guild. */
export function* absentPayers(
	people: LinkIndex,
	roster: Roster,
	claimsOf: (person: LinkedPerson) => readonly EvaluatedSource[]
): Cooperative<number> {
	let absent = 0;
	yield* forEachYielding(people.ids(), (discordId) => {
		const person = roster.members.has(discordId) ? undefined : people.get(discordId);
		if (person !== undefined && claimsOf(person)[0]?.entitlement.kind === 'tier') absent += 1;
	});
	return absent;
}

/** Two daily reports: an exemption that ends is in one at least, also where a run has failed. */
const ANNOUNCE_BEFORE_MS = 48 * 3_600_000;

/** Exemptions that end soon, the first to end first. Of somebody with several, the one that lasts longest counts. */
export function expiringExemptions(exemptions: readonly Exemption[], now: Date): readonly Exemption[] {
	const ends = ({ expiresAt }: Exemption) => expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
	const longest = new Map<string, Exemption>();
	for (const exemption of exemptions) {
		const other = longest.get(exemption.discordId);
		if (other === undefined || ends(exemption) > ends(other)) longest.set(exemption.discordId, exemption);
	}
	return [...longest.values()]
		.filter((exemption) => ends(exemption) > now.getTime() && ends(exemption) <= now.getTime() + ANNOUNCE_BEFORE_MS)
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
