import type { MissingCustomers, Subscription } from '../domain/billing.js';
import type { DriftType } from '../domain/issue.js';

import { DEBTOR, type PolicySettings, type RoleName, type TeamSeat } from '../domain/rules.js';
import { timeInText } from '../domain/time-in-text.js';
import type { UnknownReason } from '../domain/unknown.js';
import { debtPeriods, type EvaluatedSource, isOver, isPastDue } from '../policy/entitlement.js';
import { purchaseOf } from '../policy/purchase.js';
import type { LinkedPerson } from './link-index.js';
import { describeUnknown } from './unknown.js';

/** Texts of an issue, for operators. */

/** More subscriptions than this are counted, not described. */
const MAX_SUBSCRIPTIONS_SHOWN = 3;

const NONE_MISSING: MissingCustomers = new Map();

/** The facts that the texts about one person need. */
export interface PersonFacts {
	/** Null without any link. */
	readonly person: LinkedPerson | null;
	/** The person's subscriptions, the deciding one first. */
	readonly sources: readonly EvaluatedSource[];
	readonly settings: PolicySettings;
}

/** A person's subscriptions: "Payment failed … · Knight (price_knight) · sub_1". */
export function describeStripe(facts: PersonFacts, missing: MissingCustomers = NONE_MISSING): string {
	const { person, sources } = facts;
	if (person === null) return 'No customer is linked to this person';
	if (sources.length === 0) {
		const deleted = person.customerIds.filter((id) => missing.get(id) === 'deleted');
		return deleted.length === 0 ? 'No subscription' : `No subscription: ${deleted.join(', ')} was deleted`;
	}
	const described = sources.slice(0, MAX_SUBSCRIPTIONS_SHOWN).map((source) => {
		const { subscription, seat } = source;
		const tier = boughtBy(source, facts);
		const prices = describePrices(subscription);
		const payer = seat === null ? [] : [`paid by ${teamOf(source, facts)}`];
		return [describeStatus(source), tier === null ? prices : `${tier} (${prices})`, ...payer, subscription.id].join(' · ');
	});
	const more = sources.length - described.length;
	return more > 0 ? `${described.join('; ')}; and ${more} more` : described.join('; ');
}

/** "Active", "Payment failed …", "Ended …". */
function describeStatus({ subscription: { status, endedAt }, unpaidSince }: EvaluatedSource): string {
	if (isPastDue(status)) return `Payment failed ${timeInText(unpaidSince)}`;
	if (status === 'canceled' && endedAt !== null) return `Ended ${timeInText(endedAt)}`;
	return STATUS_NAMES[status] ?? `Status "${status}"`;
}

const STATUS_NAMES: Readonly<Record<string, string>> = {
	active: 'Active',
	trialing: 'On trial',
	canceled: 'Canceled',
	paused: 'Paused',
	incomplete: 'First payment not made yet',
	incomplete_expired: 'First payment never made'
};

/** A person's rows. */
export function describeDatabase({ person }: Pick<PersonFacts, 'person'>): string {
	if (person === null) return 'Not known';
	if (person.rows.length === 0) return `Linked through Stripe (${person.customerIds.join(', ')})`;
	const seats = person.seats.map(({ row, team }) => `${row.seatTier === 'OWNER' ? 'Owner' : 'Member'} of the team ${team.name}`);
	const customers = person.customerIds.length > 0 ? [`Linked to ${person.customerIds.join(', ')}`] : [];
	return [...seats, ...customers].join('; ') || 'Known, but not linked to anyone who pays';
}

/** The drift in one sentence, without the member's name. */
export function describeDrift(type: DriftType, held: readonly RoleName[], expected: readonly RoleName[], facts: PersonFacts): string {
	const has = listRoles(held) || 'no role';
	if (type === 'UNAUTHORIZED_ACCESS') {
		if (facts.person === null) return `Has ${has} and is not linked to any customer: Reeve cannot know whether they pay.`;
		return `Has ${has}${describeNoAccess(facts)}.`;
	}
	if (expected.length === 0) return `Still marked ${DEBTOR}, but ${describeEndOfDebt(facts)}.`;
	if (!expected.includes(DEBTOR)) return describeDue(expected, has, facts);
	const [source] = facts.sources;
	const failed = source === undefined ? 'Payment failed' : `Payment failed ${timeInText(source.unpaidSince)}`;
	return `${failed}, beyond the ${facts.settings.graceHours}-hour grace period: should have ${DEBTOR} alone; has ${has}.`;
}

function describeEndOfDebt({ sources: [source], settings }: PersonFacts): string {
	if (source === undefined) return 'no longer owes anything';
	const { status, endedAt } = source.subscription;
	if (!isPastDue(status)) {
		const ended = status === 'canceled' && endedAt !== null ? `: the subscription ended on ${timeInText(endedAt)}` : '';
		return `no longer owes anything${ended}`;
	}
	return `the ${settings.debtorDays} days for that are over (payment failed ${timeInText(source.unpaidSince)})`;
}

/** "Pays for Lord (subscribed on …) but has Knight.", "Owns the team Acme (subscribed on …), so should have Lord; has Knight." */
function describeDue(expected: readonly RoleName[], has: string, facts: PersonFacts): string {
	const due = listRoles(expected);
	const source = sourceOf(expected, facts);
	if (source === undefined) return `Should have ${due}; has ${has}.`;
	const { subscription, seat } = source;
	if (isPastDue(subscription.status)) {
		const until = `${due} ${describeGrace(source, facts)}`;
		return seat === null
			? `Should have ${until} but has ${has}.`
			: `${SEATS[seat]} ${teamOf(source, facts)}, so should have ${until}; has ${has}.`;
	}
	const dates = `(${datesOf(subscription)})`;
	if (seat !== null) return `${SEATS[seat]} ${teamOf(source, facts)} ${dates}, so should have ${due}; has ${has}.`;
	return `${subscription.status === 'trialing' ? 'Is on trial' : 'Pays'} for ${due} ${dates} but has ${has}.`;
}

const SEATS: Readonly<Record<TeamSeat, string>> = { OWNER: 'Owns', TEAM_MEMBER: 'Is a member of' };

/**
 * "subscribed on …, ends on …": of a subscription that is not past due. What it is for may have changed since, so that it does not say since
 * when a role is paid.
 */
export function datesOf({ status, createdAt, endedAt, cancelAt }: Subscription): string {
	if (status === 'canceled' && endedAt !== null) return `ended on ${timeInText(endedAt)}`;
	const end = isOver(status) || cancelAt === null ? '' : `, ends on ${timeInText(cancelAt)}`;
	return `subscribed on ${timeInText(createdAt)}${end}`;
}

/** "until … (payment failed …, in the 48-hour grace period)". */
function describeGrace({ unpaidSince }: EvaluatedSource, { settings }: PersonFacts): string {
	const { graceUntil } = debtPeriods(unpaidSince, settings);
	const failed = timeInText(unpaidSince);
	return `until ${timeInText(graceUntil)} (payment failed ${failed}, in the ${settings.graceHours}-hour grace period)`;
}

/** Why a linked person should have no role, to follow "Has Knight": what they pay for instead, or what ended. */
export function describeNoAccess(facts: PersonFacts): string {
	const prices = pricesWithoutRole(facts.sources);
	if (prices.length > 0)
		return `, but only pays for ${prices.join(' and ')}, which ${prices.length === 1 ? "isn't" : "aren't"} assigned to a role`;
	const [source] = facts.sources;
	if (source === undefined) return ' and pays for nothing';
	const { status, createdAt, endedAt } = source.subscription;
	const whose = source.seat === null ? 'the subscription' : `the subscription of ${teamOf(source, facts)}`;
	if (isPastDue(status)) {
		const days = `${facts.settings.debtorDays} days as ${DEBTOR}`;
		return `, but the payment failed ${timeInText(source.unpaidSince)}: the grace period and the ${days} are over`;
	}
	switch (status) {
		case 'canceled':
			return endedAt === null ? `, but ${whose} was canceled` : `, but ${whose} ended on ${timeInText(endedAt)}`;
		case 'paused':
			return `, but ${whose} is paused`;
		case 'incomplete':
			return `, but the first payment for ${whose} (started on ${timeInText(createdAt)}) has not been made yet`;
		case 'incomplete_expired':
			return `, but the first payment for ${whose} (started on ${timeInText(createdAt)}) was never made`;
		default:
			return ' and pays for nothing';
	}
}

/**
 * What is paid for, if no source gives a role, with the dates of the first subscription for it: "pays for nothing" would contradict the
 * subscription shown beside it.
 */
function pricesWithoutRole(sources: readonly EvaluatedSource[]): readonly string[] {
	const dates = new Map<string, string>();
	for (const { subscription } of sources) {
		if (subscription.status !== 'active' && subscription.status !== 'trialing') continue;
		for (const { price } of subscription.items) if (!dates.has(price)) dates.set(price, datesOf(subscription));
	}
	return [...dates].map(([price, text]) => `${price} (${text})`);
}

/** Why a plan leaves roles that the known subscriptions do not give: a sentence to follow the drift. */
export function describeBlocked(kept: readonly RoleName[], [reason]: readonly UnknownReason[]): string {
	return reason === undefined ? '' : ` Keeps ${listRoles(kept)} because something is unknown: ${describeUnknown(reason)}.`;
}

/** Why a linked person should have these roles, with the dates that decide, to follow "because" or a colon. */
export function describeBecause(expected: readonly RoleName[], facts: PersonFacts): string {
	const source = sourceOf(expected, facts);
	if (source === undefined) return 'they pay for nothing';
	if (expected.length === 0) {
		const why = describeNoAccess(facts);
		if (why.startsWith(', but only')) return `they${why.slice(', but'.length)}`.replace('they only pays', 'they only pay');
		return why.startsWith(', but ') ? why.slice(', but '.length) : 'they pay for nothing';
	}
	const { graceHours } = facts.settings;
	const { graceUntil } = debtPeriods(source.unpaidSince, facts.settings);
	const failed = timeInText(source.unpaidSince);
	if (expected.includes(DEBTOR)) {
		return `the payment failed on ${failed}, and the ${graceHours}-hour grace period ended on ${timeInText(graceUntil)}`;
	}
	if (isPastDue(source.subscription.status))
		return `the payment failed on ${failed}, and the ${graceHours}-hour grace period lasts until ${timeInText(graceUntil)}`;
	const dates = datesOf(source.subscription);
	if (source.seat === null)
		return `they ${source.subscription.status === 'trialing' ? 'are on trial' : 'pay'} for ${listRoles(expected)} (${dates})`;
	return `they ${source.seat === 'OWNER' ? 'own' : 'are a member of'} ${teamOf(source, facts)} (${dates})`;
}

/** The source that decides; of those that give the same tier, one that is paid: the grace period of another does not matter. */
function sourceOf(expected: readonly RoleName[], { sources }: PersonFacts): EvaluatedSource | undefined {
	const paid = sources.find(
		({ subscription, entitlement }) => !isPastDue(subscription.status) && entitlement.kind === 'tier' && expected.includes(entitlement.tier)
	);
	return paid ?? sources[0];
}

/** What a source decides, in a few words, for Discord's audit log: "Lord ended … (sub_1)", "Lord paid, subscribed on … (sub_1)". */
export function describeCause(expected: readonly RoleName[], facts: PersonFacts): string {
	if (facts.person === null) return 'not linked to a customer';
	const source = sourceOf(expected, facts);
	if (source === undefined) return 'no subscription';
	const { id, status, endedAt } = source.subscription;
	const bought = boughtBy(source, facts) ?? describePrices(source.subscription);
	const what = source.seat === null ? bought : `${bought} by ${teamOf(source, facts)}`;
	const event = () => {
		if (isPastDue(status)) return `payment failed ${timeInText(source.unpaidSince)}`;
		if (expected.length > 0) return `paid, ${datesOf(source.subscription)}`;
		if (pricesWithoutRole([source]).length > 0) return 'gives no role';
		return status === 'canceled' ? `ended${endedAt === null ? '' : ` ${timeInText(endedAt)}`}` : `is ${status}`;
	};
	return `${what} ${event()} (${id})`;
}

/** What a subscription buys while it is paid; null if no role. */
export function boughtBy({ subscription, seat }: EvaluatedSource, { settings }: Pick<PersonFacts, 'settings'>): RoleName | null {
	return purchaseOf(subscription.items, seat, settings).tier;
}

/** "the team Acme". */
function teamOf({ subscription }: EvaluatedSource, { person }: PersonFacts): string {
	const seat = person?.seats.find(({ team }) => team.stripeCustomerId === subscription.customerId);
	return seat === undefined ? 'their team' : `the team ${seat.team.name}`;
}

export function describePrices({ items }: Pick<Subscription, 'items'>): string {
	return [...new Set(items.map(({ price }) => price))].join(', ') || 'no price';
}

/** "Debtor, Knight and Lord". */
function listRoles(roles: readonly RoleName[]): string {
	return roles.length < 2 ? roles.join('') : `${roles.slice(0, -1).join(', ')} and ${roles.at(-1)}`;
}
