import { type Cooperative, forEachYielding } from '../../async/cooperative.js';
import type { Account, OddObject } from '../domain/billing.js';
import type { ListedPayer, Notices, UnknownStatus, UnlistedPrice } from '../domain/detection.js';
import type { Roster } from '../domain/guild.js';
import type { Exemption, Links } from '../domain/links.js';
import { sumPrices } from '../domain/money.js';
import type { Coverage } from '../domain/onboarding.js';
import type { PolicySettings } from '../domain/rules.js';
import type { UnknownMembers, UnknownReason } from '../domain/unknown.js';
import { type EvaluatedSource, evaluate } from '../policy/entitlement.js';
import type { PaymentFailures } from '../policy/payment-failure.js';
import type { PersonEvaluator } from './evaluate-person.js';
import type { LinkedPerson, LinkIndex } from './link-index.js';
import { priceFor } from './money.js';
import { discordIdOf } from './row-owners.js';

/** Findings that a report mentions but that are not issues. */

const NO_ROWS: readonly { readonly paymentFailedAt: Date | null }[] = [];

/** Totals over all accounts, linked or not. */
export class BillingStats {
	/** Customers with a subscription that gives a tier now, or may give one: what is unknown has not been lost. */
	public paying = 0;
	/** Paying customers that neither a row nor metadata assigns to a user. */
	public readonly unclaimed: ListedPayer[] = [];
	/** Those of {@link paying} that a row or metadata assigns to a user, or tries to. */
	private linkedPayers = 0;
	/** See {@link Coverage}. */
	private subscriptions = 0;
	private unmapped = 0;
	private readonly hasMappedPrice: boolean;
	private readonly teamCustomers: ReadonlySet<string>;
	/** Odd subscriptions of customers that nothing links to a user: what could not be read of them may. */
	public readonly lostLinks: UnknownReason[] = [];
	/** Price that no setting lists → number of subscriptions that are for it and not over. */
	private readonly unlisted = new Map<string, number>();
	/** Subscription IDs: past due, without a known date, and not seen unpaid by an earlier run. */
	public readonly newlyUnpaid: string[] = [];
	/** Subscription IDs: seen unpaid by an earlier run, and no longer past due. */
	public readonly clearedDebts: string[] = [];
	/** Customer ID → the rows that date a payment failure. */
	private readonly failedRows = new Map<string, { readonly paymentFailedAt: Date | null }[]>();

	public constructor(
		links: Links,
		private readonly failures: PaymentFailures,
		private readonly settings: PolicySettings,
		private readonly now: Date
	) {
		this.hasMappedPrice = settings.tiers.some(({ prices }) => prices.length > 0);
		this.teamCustomers = new Set(links.teams.flatMap(({ stripeCustomerId }) => stripeCustomerId ?? []));
		for (const rows of [links.members, links.teams]) {
			for (const row of rows) {
				if (row.stripeCustomerId === null || row.paymentFailedAt === null) continue;
				this.failedRows.set(row.stripeCustomerId, [...(this.failedRows.get(row.stripeCustomerId) ?? []), row]);
			}
		}
	}

	public add({ customer, subscriptions }: Account, claimed: boolean): void {
		const rows = this.failedRows.size === 0 ? NO_ROWS : (this.failedRows.get(customer.id) ?? NO_ROWS);
		const sources = subscriptions.map((subscription) => {
			if (this.failures.isUndated(subscription)) this.newlyUnpaid.push(subscription.id);
			if (this.failures.isCleared(subscription)) this.clearedDebts.push(subscription.id);
			return { subscription, seat: null, unpaidSince: this.failures.since(subscription, rows) };
		});
		const { sources: evaluated, entitlement, unknown } = evaluate(sources, this.settings, this.now);
		for (const { unlisted } of evaluated) for (const price of unlisted) this.unlisted.set(price, (this.unlisted.get(price) ?? 0) + 1);
		if (!claimed)
			for (const { subscription, unknown: reasons } of evaluated)
				if (subscription.isLinkLost && reasons.length > 0) this.lostLinks.push(...reasons);
		if (entitlement.kind === 'tier' && !claimed) this.unclaimed.push(...listedPayer(null, evaluated));
		if (entitlement.kind === 'tier' || unknown.length > 0) {
			this.paying += 1;
			if (claimed) this.linkedPayers += 1;
		}
		for (const source of evaluated) {
			const isUnmapped = this.isUnmapped(source, customer.id);
			if (isUnmapped) this.unmapped += 1;
			if (isUnmapped || source.entitlement.kind !== 'none' || source.unknown.length > 0) this.subscriptions += 1;
		}
	}

	/** Whether it is not known what a subscription buys, because no setting lists its prices. */
	private isUnmapped({ unknown, unlisted }: EvaluatedSource, customerId: string): boolean {
		// Until a price is mapped, a team's subscription buys its seats whatever its prices are.
		if (!this.hasMappedPrice && this.teamCustomers.has(customerId)) return false;
		if (unknown.some(({ kind }) => kind === 'price')) return true;
		// With teams, it can be meant that no personal subscription buys anything; without, no one could pay.
		const buysNothing = this.settings.unlistedPrices.buy === 'nothing' && unlisted.length > 0;
		return buysNothing && !this.hasMappedPrice && this.teamCustomers.size === 0;
	}

	/** The part of the coverage that the accounts decide. */
	public get coverage(): Pick<Coverage, 'payers' | 'linkedPayers' | 'subscriptions' | 'unmappedSubscriptions' | 'hasMappedPrice'> {
		const { paying: payers, linkedPayers, subscriptions, unmapped: unmappedSubscriptions, hasMappedPrice } = this;
		return { payers, linkedPayers, subscriptions, unmappedSubscriptions, hasMappedPrice };
	}

	public get unlistedPrices(): readonly UnlistedPrice[] {
		const counts = this.settings.unlistedPrices;
		return [...this.unlisted]
			.map(([price, subscriptions]) => ({ price, subscriptions, counts }))
			.sort((a, b) => b.subscriptions - a.subscriptions || (a.price < b.price ? -1 : 1));
	}
}

/**
 * Lists the linked users who pay and are not in the guild.
 * @param onAbsent - called for each linked user who is not in the guild, whether or not they pay
 */
export function* absentPayers(
	linkIndex: LinkIndex,
	roster: Roster,
	evaluator: PersonEvaluator,
	onAbsent: (person: LinkedPerson) => void
): Cooperative<readonly ListedPayer[]> {
	const absent: ListedPayer[] = [];
	yield* forEachYielding(linkIndex.ids(), (discordId) => {
		const person = roster.members.has(discordId) ? undefined : linkIndex.get(discordId);
		if (person === undefined) return;
		const { sources, entitlement } = evaluator.evaluate(person);
		if (entitlement.kind === 'tier') absent.push(...listedPayer(person, sources));
		onAbsent(person);
	});
	return absent;
}

/** One who has a subscription that gives a tier now. @param person - null for a customer whom nothing links to a user */
function listedPayer(person: LinkedPerson | null, sources: readonly EvaluatedSource[]): ListedPayer[] {
	const paying = sources.filter(({ entitlement }) => entitlement.kind === 'tier');
	const [deciding] = paying;
	if (deciding === undefined) return [];
	const money = sumPrices(paying.map((source) => priceFor(source, { person })));
	const since = Math.min(...paying.map(({ subscription }) => subscription.createdAt.getTime()));
	return [{ discordId: person?.discordId ?? null, customerId: deciding.subscription.customerId, money, since }];
}

/** More are counted, not listed. */
const MAX_PAYERS_LISTED = 5_000;

/** For the notices of a run over all members; nothing if there are none. */
export function listedPayers(unclaimed: readonly ListedPayer[], absent: readonly ListedPayer[]): Pick<Notices, 'payers'> {
	if (unclaimed.length + absent.length === 0) return {};
	const keyOf = ({ discordId, customerId }: ListedPayer) => `${discordId} ${customerId}`;
	const first = (payers: readonly ListedPayer[]) =>
		payers.toSorted((a, b) => a.since - b.since || (keyOf(a) < keyOf(b) ? -1 : 1)).slice(0, MAX_PAYERS_LISTED);
	return { payers: { unclaimed: first(unclaimed), absent: first(absent) } };
}

/** More are counted, not listed. */
const MAX_ODD_LISTED = 100;

export function oddObjects(found: readonly OddObject[]): Notices['oddObjects'] {
	const sorted = found.map(({ id, problem }) => ({ id, problem })).sort((a, b) => (a.id < b.id ? -1 : 1));
	return { count: sorted.length, first: sorted.slice(0, MAX_ODD_LISTED) };
}

/** Two daily reports, so that one failed run does not hide the end of an exemption. */
const ANNOUNCE_BEFORE_MS = 48 * 3_600_000;

/** Exemptions that end within {@link ANNOUNCE_BEFORE_MS}, the earliest end first. Of several for one member, only the longest counts. */
export function expiringExemptions(exemptions: readonly Exemption[], now: Date): readonly Exemption[] {
	const endOf = ({ expiresAt }: Exemption) => expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
	const longest = new Map<string, Exemption>();
	for (const exemption of exemptions) {
		const other = longest.get(exemption.discordId);
		if (other === undefined || endOf(exemption) > endOf(other)) longest.set(exemption.discordId, exemption);
	}
	return [...longest.values()]
		.filter((exemption) => endOf(exemption) > now.getTime() && endOf(exemption) <= now.getTime() + ANNOUNCE_BEFORE_MS)
		.sort((a, b) => endOf(a) - endOf(b) || (a.discordId < b.discordId ? -1 : 1));
}

/** Teams with more claimed seats than they pay for. */
export function overclaimedTeams(links: Links): Notices['overclaimedTeams'] {
	const claimed = new Map<string, Set<string>>();
	for (const row of links.members) {
		const { teamId, discordId } = row;
		if (teamId !== null && discordId !== null) claimed.set(teamId, (claimed.get(teamId) ?? new Set()).add(discordIdOf(row) ?? discordId));
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

/** The members with an unknown status, sorted: the form that older versions of Reeve stored. */
export function unknownStatuses(unknown: readonly UnknownMembers[]): readonly UnknownStatus[] {
	return unknown
		.flatMap(({ reason, discordIds }) =>
			reason.kind === 'status' ? discordIds.map((discordId) => ({ discordId, status: reason.status })) : []
		)
		.sort((a, b) => (a.discordId === b.discordId ? (a.status < b.status ? -1 : 1) : a.discordId < b.discordId ? -1 : 1));
}
