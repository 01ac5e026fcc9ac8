import { detect, type Snapshot } from '../../src/reconciliation/detection/detect.js';
import { LinkIndex } from '../../src/reconciliation/detection/link-index.js';
import type { BillingSnapshot, Customer, Subscription } from '../../src/reconciliation/domain/billing.js';
import type { Detection } from '../../src/reconciliation/domain/detection.js';
import type { RosterMember } from '../../src/reconciliation/domain/guild.js';
import type { DriftIssue } from '../../src/reconciliation/domain/issue.js';
import type { Exemption, MemberRow, TeamRow } from '../../src/reconciliation/domain/links.js';
import type { PolicySettings } from '../../src/reconciliation/domain/rules.js';
import { accountsOf } from '../../src/reconciliation/snapshot/accounts.js';

/** Builders of small snapshots: a test gives what it is about, and defaults fill in the rest. */

export const NOW = new Date('2026-02-10T12:00:00Z');
const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;

export const before = (moment: Date, { days = 0, hours = 0, seconds = 0 }): Date =>
	new Date(moment.getTime() - days * DAY - hours * HOUR - seconds * SECOND);
export const ago = (time: { days?: number; hours?: number; seconds?: number }): Date => before(NOW, time);

/** A valid Discord ID. */
export const userId = (number: number): string => `1000000000000${String(number).padStart(5, '0')}`;
export const ADA = userId(1);
export const BOB = userId(2);

/** Knight below Lord, both mapped to a price and a product. */
export const MAPPED: PolicySettings = {
	tiers: [
		{ name: 'Knight', prices: ['price_knight', 'prod_knight'] },
		{ name: 'Lord', prices: ['price_lord', 'prod_lord'] }
	],
	otherPrices: ['price_tshirt', 'prod_tshirt'],
	unlistedPrices: { buy: 'unknown' },
	seats: { OWNER: 'Lord', TEAM_MEMBER: 'Knight' },
	graceHours: 48,
	debtorDays: 30
};

/** The same tiers without prices. */
export const UNMAPPED: PolicySettings = { ...MAPPED, tiers: MAPPED.tiers.map(({ name }) => ({ name, prices: [] })) };

export const MANAGED = ['Knight', 'Lord', 'Debtor'];

/** `prices`: price IDs of its items, `price_x` of the product `prod_x`. */
export type SubscriptionTraits = Partial<Subscription> & { readonly prices?: readonly string[] };

export const itemsOf = (...prices: readonly string[]) => prices.map((price) => ({ price, product: price.replace(/^price_/, 'prod_') }));

export function subscription({ prices = ['price_knight'], ...given }: SubscriptionTraits = {}): Subscription {
	return {
		id: 'sub_1',
		customerId: 'cus_1',
		status: 'active',
		items: itemsOf(...prices),
		createdAt: ago({ days: 100 }),
		endedAt: null,
		unpaidSince: null,
		lastPaidAt: null,
		unreadable: null,
		isLinkLost: false,
		metadataDiscordId: null,
		cancelAtPeriodEnd: false,
		cancelAt: null,
		collectionPaused: false,
		monthlyPrice: null,
		...given
	};
}

export function customer(given: Partial<Customer> = {}): Customer {
	return { id: 'cus_1', email: null, name: null, metadataDiscordId: null, ...given };
}

export function row(given: Partial<MemberRow> = {}): MemberRow {
	return { id: 'm_1', discordId: null, stripeCustomerId: null, seatTier: 'INDIVIDUAL', teamId: null, paymentFailedAt: null, ...given };
}

export function team(given: Partial<TeamRow> = {}): TeamRow {
	return { id: 't_1', name: 'Acme', stripeCustomerId: 'cus_team', ownerSeatCount: 1, teamSeatCount: 5, paymentFailedAt: null, ...given };
}

export function exemption(discordId: string, expiresAt: Date | null = null): Exemption {
	return { discordId, reason: 'founder', createdBy: userId(999), expiresAt };
}

export function inGuild(id: string, ...roles: string[]): RosterMember {
	return { id, name: `name of ${id}`, bot: false, roles };
}

/** Parts of a snapshot, as lists. */
export interface Parts {
	readonly customers?: readonly Customer[];
	readonly subscriptions?: readonly Subscription[];
	readonly guild?: readonly RosterMember[];
	readonly rows?: readonly MemberRow[];
	readonly teams?: readonly TeamRow[];
	readonly exemptions?: readonly Exemption[];
	readonly firstSeenUnpaid?: Readonly<Record<string, Date>>;
	readonly missingCustomers?: Readonly<Record<string, 'unknown' | 'deleted'>>;
	readonly oddObjects?: BillingSnapshot['oddObjects'];
	readonly changedCustomers?: readonly string[];
	readonly changedPeople?: readonly string[];
	readonly changedRows?: { readonly customerIds?: readonly string[]; readonly discordIds?: readonly string[] };
}

/** Adds the customers that only a subscription names. */
export function snapshot(parts: Parts): Snapshot {
	return {
		billing: {
			accounts: accountsOf(parts.customers ?? [], parts.subscriptions ?? []),
			subscriptionsRead: (parts.subscriptions ?? []).length,
			livemode: true,
			oddObjects: parts.oddObjects ?? [],
			changedCustomers: new Set(parts.changedCustomers),
			changedDiscordIds: new Set(parts.changedPeople),
			missingCustomers: new Map(Object.entries(parts.missingCustomers ?? {}))
		},
		roster: { members: new Map((parts.guild ?? []).map((member) => [member.id, member])) },
		links: {
			members: parts.rows ?? [],
			teams: parts.teams ?? [],
			exemptions: parts.exemptions ?? [],
			firstSeenUnpaid: new Map(Object.entries(parts.firstSeenUnpaid ?? {}))
		},
		changedLinks: { customerIds: new Set(parts.changedRows?.customerIds), discordIds: new Set(parts.changedRows?.discordIds) }
	};
}

export function detection(parts: Parts, settings: PolicySettings = MAPPED, now: Date = NOW): Detection {
	return detect(snapshot(parts), settings, now);
}

export function issues(parts: Parts, settings: PolicySettings = MAPPED, now: Date = NOW): readonly DriftIssue[] {
	return detection(parts, settings, now).issues;
}

export function linkIndex(parts: Parts): LinkIndex {
	const { billing, links } = snapshot(parts);
	return LinkIndex.of(billing.accounts, links);
}

/** The single element of a list; throws for any other length. */
export function only<T>(list: readonly T[]): T {
	const [first] = list;
	if (first === undefined || list.length !== 1) throw new Error(`expected one element, got ${list.length}: ${JSON.stringify(list)}`);
	return first;
}
