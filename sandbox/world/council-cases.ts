import {
	bothTiers,
	type Drift,
	debtorAndOtherTier,
	debtorBesides,
	debtorWith,
	nothingHeld,
	notYetDebtor,
	otherTier,
	stillDebtor,
	unlinkedWith,
	unpaidFor
} from './drift.js';
import type { Person, SubscriptionTraits, WorldBuilder } from './members.js';

/**
 * Every kind of member, with the default settings: price_knight is Knight, price_lord is Lord, price_postcard is nothing, 48 hours of grace, 30 days of Debtor. Each
 * situation exists with correct and with drifting roles.
 */

const LORD = { price: 'price_lord' } as const;
/** Hours since the first failed payment: within the grace period, within the debtor period, after both. */
const GRACE_HOURS = 20;
const DEBTOR_HOURS = 10 * 24;
const EXPIRED_HOURS = 60 * 24;

/** Linked by a member row with the customer. */
export function byRow(builder: WorldBuilder, person: Person, traits: SubscriptionTraits = {}, failedHours?: number): string {
	const customer = builder.customer(person);
	builder.subscription(customer, traits);
	builder.memberRow(person, failedHours === undefined ? { customer } : { customer, failedHours });
	return customer;
}

/** Linked by the customer's metadata. */
export function byCustomerMetadata(builder: WorldBuilder, person: Person, traits: SubscriptionTraits = {}): string {
	const customer = builder.customer(person, { discord_id: person.id });
	builder.subscription(customer, traits);
	return customer;
}

/** Linked by the subscription's metadata. */
export function bySubscriptionMetadata(builder: WorldBuilder, person: Person, traits: SubscriptionTraits = {}): string {
	const customer = builder.customer(person);
	builder.subscription(customer, { ...traits, metadata: { discord_id: person.id } });
	return customer;
}

export function addCases(builder: WorldBuilder): void {
	paidTiers(builder);
	pastDue(builder);
	entitledToNothing(builder);
	severalSubscriptions(builder);
	linked(builder);
	teams(builder);
	skipped(builder);
	outsiders(builder);
}

/** Every status that grants a tier, with every kind of correct and drifting roles. */
function paidTiers(builder: WorldBuilder): void {
	byRow(builder, builder.drifting(nothingHeld('Knight')));
	byRow(builder, builder.drifting(nothingHeld('Lord')), LORD);
	byRow(builder, builder.drifting(otherTier('Knight')));
	byRow(builder, builder.drifting(otherTier('Lord')), LORD);
	byRow(builder, builder.drifting(bothTiers('Knight')));
	byRow(builder, builder.drifting(bothTiers('Lord')), LORD);
	// Paid again, but the row still has paymentFailedAt: ignored while the subscription is active.
	byRow(builder, builder.drifting(stillDebtor('Knight')), {}, DEBTOR_HOURS);
	byRow(builder, builder.drifting(debtorBesides('Lord')), LORD);
	byRow(builder, builder.drifting(debtorAndOtherTier('Knight')));

	for (const traits of [{ status: 'trialing' }, { collectionPaused: true }, { cancelAtPeriodEnd: true }]) {
		byRow(builder, builder.correct('Knight'), traits);
		byRow(builder, builder.correct('Lord'), { ...traits, ...LORD });
	}
	byRow(builder, builder.drifting(nothingHeld('Knight')), { status: 'trialing', ageDays: 3 });
	byRow(builder, builder.drifting(nothingHeld('Lord')), { collectionPaused: true, ...LORD });
	byRow(builder, builder.drifting(nothingHeld('Knight')), { cancelAtPeriodEnd: true });
	// The highest tier of several items wins; quantity 0 grants nothing.
	const knightAndLord = [
		{ price: 'price_knight', quantity: 1 },
		{ price: 'price_lord', quantity: 1 }
	];
	byRow(builder, builder.correct('Lord'), { items: knightAndLord });
	byRow(builder, builder.drifting(otherTier('Lord')), { items: knightAndLord });
	const lordTakenOut = [
		{ price: 'price_knight', quantity: 1 },
		{ price: 'price_lord', quantity: 0 }
	];
	byRow(builder, builder.correct('Knight'), { items: lordTakenOut });
}

/** Payment failures dated by the row, by the invoice, or not at all. */
function pastDue(builder: WorldBuilder): void {
	const pastDue = { status: 'past_due' };
	const unpaid = { status: 'unpaid' };
	// Within the grace period.
	byRow(builder, builder.correct('Knight'), pastDue, GRACE_HOURS);
	byRow(builder, builder.correct('Lord'), { ...unpaid, ...LORD, invoiceHours: GRACE_HOURS });
	byRow(builder, builder.drifting(nothingHeld('Knight')), { ...pastDue, invoiceHours: GRACE_HOURS });
	byRow(builder, builder.drifting(stillDebtor('Lord')), { ...pastDue, ...LORD }, GRACE_HOURS);
	// Undated: the grace period starts with the run that first sees it.
	byRow(builder, builder.correct('Knight'), pastDue);
	byRow(builder, builder.drifting(nothingHeld('Lord')), { ...unpaid, ...LORD });
	// Within the debtor period.
	byRow(builder, builder.correct('Debtor'), pastDue, DEBTOR_HOURS);
	byRow(builder, builder.correct('Debtor'), { ...unpaid, invoiceHours: DEBTOR_HOURS });
	byCustomerMetadata(builder, builder.correct('Debtor'), { ...pastDue, invoiceHours: DEBTOR_HOURS, ...LORD });
	byRow(builder, builder.drifting(notYetDebtor('Knight')), { ...pastDue, invoiceHours: DEBTOR_HOURS });
	byRow(builder, builder.drifting(notYetDebtor('Lord')), { ...unpaid, ...LORD }, DEBTOR_HOURS);
	byRow(builder, builder.drifting(notYetDebtor()), { ...pastDue, invoiceHours: DEBTOR_HOURS });
	byRow(builder, builder.drifting(debtorWith('Knight')), pastDue, DEBTOR_HOURS);
	byCustomerMetadata(builder, builder.drifting(debtorWith('Knight', 'Lord')), { ...unpaid, ...LORD, invoiceHours: DEBTOR_HOURS });
	// The invoice's date takes precedence over the row's.
	byRow(builder, builder.correct('Knight'), { ...pastDue, invoiceHours: GRACE_HOURS }, DEBTOR_HOURS);
	byRow(builder, builder.correct('Debtor'), { ...pastDue, invoiceHours: DEBTOR_HOURS }, GRACE_HOURS);
	// An invoice left open before the last paid one is of a former debt.
	byRow(builder, builder.correct('Knight'), { ...pastDue, ageDays: 300, invoiceHours: GRACE_HOURS, formerDebt: true });
	byCustomerMetadata(builder, builder.correct('Lord'), { ...unpaid, ...LORD, ageDays: 300, formerDebt: true });
	// A row's date that cannot be that of the debt: before the subscription, in seconds for milliseconds, in the future.
	for (const hours of [400 * 24, 55 * 365 * 24, -30 * 24]) byRow(builder, builder.correct('Knight'), { ...pastDue, ageDays: 100 }, hours);
	// After the debtor period.
	byRow(builder, builder.correct(), { ...pastDue, invoiceHours: EXPIRED_HOURS });
	byRow(builder, builder.correct(), unpaid, EXPIRED_HOURS);
	byRow(builder, builder.drifting(unpaidFor('Debtor')), { ...unpaid, invoiceHours: EXPIRED_HOURS });
	byRow(builder, builder.drifting(unpaidFor('Knight')), pastDue, EXPIRED_HOURS);
}

/** Subscriptions that grant nothing. */
function entitledToNothing(builder: WorldBuilder): void {
	for (const status of ['canceled', 'incomplete', 'incomplete_expired', 'paused']) {
		byRow(builder, builder.correct(), { status });
		byCustomerMetadata(builder, builder.correct(), { status, ...LORD });
	}
	byRow(builder, builder.drifting(unpaidFor('Knight')), { status: 'canceled' });
	byCustomerMetadata(builder, builder.drifting(unpaidFor('Lord')), { status: 'canceled', ...LORD });
	byRow(builder, builder.drifting(unpaidFor('Knight')), { status: 'incomplete', ageDays: 0.5 });
	byRow(builder, builder.drifting(unpaidFor('Lord')), { status: 'incomplete_expired', ageDays: 4, ...LORD });
	byRow(builder, builder.drifting(unpaidFor('Knight')), { status: 'paused' });
	// No subscription.
	builder.memberRow(builder.correct());
	builder.memberRow(builder.drifting(unpaidFor('Lord')));
	builder.memberRow(builder.drifting(unpaidFor('Debtor')));
	const lapsed = builder.drifting(unpaidFor('Knight', 'Debtor'));
	builder.memberRow(lapsed, { customer: builder.customer(lapsed) });
	// A price that buys nothing.
	byRow(builder, builder.correct(), { price: 'price_postcard' });
	byRow(builder, builder.drifting(unpaidFor('Knight')), { price: 'price_postcard' });
	// A price that no setting lists: roles are left as they are.
	for (const roles of [['Lord'], ['Knight', 'Lord'], []]) {
		byRow(builder, builder.correct(...roles), { price: 'price_newsletter' });
		builder.notices.unlistedPrice += 1;
	}
	// A status unknown to the bot: roles are left as they are.
	for (const roles of [['Knight'], ['Debtor'], []]) {
		byRow(builder, builder.correct(...roles), { status: 'under_review' });
		builder.notices.unknownStatus += 1;
	}
}

/** The subscription that grants most decides, not the newest. */
function severalSubscriptions(builder: WorldBuilder): void {
	const two = (person: Person, older: SubscriptionTraits, newer: SubscriptionTraits) => {
		const customer = byRow(builder, person, { ageDays: 400, ...older });
		builder.subscription(customer, { ageDays: 40, ...newer });
	};
	const canceled = { status: 'canceled' };
	two(builder.correct('Lord'), LORD, canceled);
	two(builder.drifting(nothingHeld('Knight')), {}, canceled);
	two(builder.correct('Knight'), canceled, {});
	two(builder.correct('Lord'), LORD, {});
	two(builder.drifting(otherTier('Lord')), LORD, {});
	// A tier wins over a debt, a debt over nothing.
	two(builder.correct('Knight'), {}, { status: 'past_due', ...LORD, invoiceHours: DEBTOR_HOURS });
	two(builder.drifting(stillDebtor('Knight')), {}, { status: 'unpaid', invoiceHours: EXPIRED_HOURS });
	two(builder.correct('Debtor'), { status: 'past_due', invoiceHours: DEBTOR_HOURS }, canceled);
	// Two customers of one member, one linked by row, one by metadata.
	const payer = builder.correct('Lord');
	byRow(builder, payer);
	byCustomerMetadata(builder, payer, LORD);
	const twice = builder.drifting(otherTier('Lord'));
	byRow(builder, twice, canceled);
	byRow(builder, twice, LORD);
}

/** Links by row, by metadata, and by both. */
function linked(builder: WorldBuilder): void {
	byCustomerMetadata(builder, builder.drifting(nothingHeld('Knight')));
	bySubscriptionMetadata(builder, builder.drifting(nothingHeld('Lord')), LORD);
	byCustomerMetadata(builder, builder.correct('Knight'));
	bySubscriptionMetadata(builder, builder.correct('Lord'), LORD);
	// A row without a customer does not contradict the metadata.
	const plain = builder.correct('Knight');
	builder.memberRow(plain);
	byCustomerMetadata(builder, plain);
	// Neither does a row without a Discord ID.
	const linkedByMetadata = builder.correct('Knight');
	builder.memberRow(null, { customer: byCustomerMetadata(builder, linkedByMetadata) });
	// A row takes precedence over metadata: it is unknown what the member should have who is named by metadata only.
	const [owner, pretender] = [builder.correct('Lord'), builder.correct('Lord')];
	const customer = builder.customer(owner, { discord_id: pretender.id });
	builder.subscription(customer, LORD);
	builder.memberRow(owner, { customer });
	builder.notices.unknownLinks.overridden += 1;
	// A subscription pays for the member whom its own metadata names, and not for the customer.
	const [giver, receiver] = [builder.drifting(unpaidFor('Knight')), builder.drifting(nothingHeld('Knight'))];
	builder.subscription(builder.customer(giver, { discord_id: giver.id }), { metadata: { discord_id: receiver.id } });
	const couple = [builder.correct('Knight'), builder.drifting(otherTier('Lord'))] as const;
	const shared = builder.customer(couple[0]);
	builder.subscription(shared, { metadata: { discord_id: couple[0].id } });
	builder.subscription(shared, { metadata: { discord_id: `<@${couple[1].id}> ` }, ...LORD });
	// One that names none is of one of several: both are unknown.
	const family = [builder.correct('Knight', 'Lord'), builder.correct('Knight')] as const;
	const several = builder.customer(family[0]);
	for (const { id } of family) builder.subscription(several, { metadata: { discord_id: id }, status: 'canceled' });
	builder.subscription(several);
	builder.notices.contestedLinks += 1;
	builder.notices.unknownLinks.several += 2;
	// A value that cannot be read: a name, an ID in quotes, and a part of an ID next to a valid one.
	const misspelt = builder.correct('Knight');
	builder.subscription(builder.customer(misspelt, { discord_id: `@${misspelt.username}` }));
	const quoted = builder.correct('Lord');
	builder.subscription(builder.customer(quoted, { discord_id: `"${quoted.id}"` }));
	builder.notices.unknownLinks.unreadable += 2;
	const oneGood = builder.correct('Knight');
	builder.subscription(builder.customer(oneGood, { discord_id: oneGood.id.slice(0, 9) }), { metadata: { discord_id: oneGood.id } });
	builder.notices.malformedLinks += 3;
	// An ID that a spreadsheet rounded, which no member has.
	const rounded = builder.correct('Lord');
	builder.subscription(builder.customer(rounded, { discord_id: `${rounded.id.slice(0, 15)}000` }), LORD);
	builder.notices.absent += 1;
	builder.notices.unknownLinks.rounded += 1;
	// No link at all.
	builder.drifting(unlinkedWith('Knight'));
	builder.drifting(unlinkedWith('Lord', 'Debtor'));
}

/** Seats: an owner's grants Lord, a member's Knight. */
function teams(builder: WorldBuilder): void {
	const addMember = (team: string, drift: Drift | null, ...correct: ('Knight' | 'Lord' | 'Debtor')[]) => {
		const person = builder.correctOrDrifting(drift, ...correct);
		builder.memberRow(person, { team, seat: 'TEAM_MEMBER' });
		return person;
	};
	const addOwner = (team: string, drift: Drift | null, ...correct: ('Knight' | 'Lord' | 'Debtor')[]) => {
		const person = builder.correctOrDrifting(drift, ...correct);
		builder.memberRow(person, { team, seat: 'OWNER' });
		return person;
	};
	const healthy = builder.team({ owners: 2, members: 12 });
	addOwner(healthy, null, 'Lord');
	addOwner(healthy, otherTier('Lord'));
	for (let i = 0; i < 8; i += 1) addMember(healthy, null, 'Knight');
	addMember(healthy, nothingHeld('Knight'));
	addMember(healthy, otherTier('Knight'));
	// Pays for a higher tier than the seat grants.
	byCustomerMetadata(builder, addMember(healthy, null, 'Lord'), LORD);

	// More seats claimed than paid for: a notice only, all keep their seats.
	const overclaimed = builder.team({ owners: 1, members: 3 });
	addOwner(overclaimed, null, 'Lord');
	for (let i = 0; i < 5; i += 1) addMember(overclaimed, null, 'Knight');
	builder.notices.overclaimedTeams += 1;

	// Canceled, and newer than the subscriptions that two members pay themselves.
	const canceled = builder.team({ owners: 1, members: 5 }, { status: 'canceled', ageDays: 30 });
	addOwner(canceled, null);
	addMember(canceled, unpaidFor('Knight'));
	byRow(builder, addMember(canceled, null, 'Lord'), { ...LORD, ageDays: 300 });
	byRow(builder, addMember(canceled, nothingHeld('Knight')), { ageDays: 300 });

	// Past due, dated by the team's row or by the invoice, and within the grace period.
	const debtor = builder.team({ owners: 1, members: 3, failedHours: DEBTOR_HOURS }, { status: 'past_due' });
	addOwner(debtor, null, 'Debtor');
	addMember(debtor, notYetDebtor('Knight'));
	const owing = builder.team({ owners: 1, members: 2 }, { status: 'unpaid', invoiceHours: DEBTOR_HOURS });
	addOwner(owing, debtorWith('Lord'));
	addMember(owing, null, 'Debtor');
	const inGrace = builder.team({ owners: 1, members: 2, failedHours: GRACE_HOURS }, { status: 'past_due' });
	addOwner(inGrace, null, 'Lord');
	addMember(inGrace, stillDebtor('Knight'));

	// Pays for a price that buys nothing.
	const other = builder.team({ owners: 1, members: 2 }, { price: 'price_postcard' });
	addOwner(other, null);
	addMember(other, unpaidFor('Knight'));

	// No seats claimed yet.
	builder.team({ owners: 1, members: 4 });
	builder.notices.unclaimed += 1;
}

/** Bots and exempt members: counted, not checked. An expired exemption has no effect. */
function skipped(builder: WorldBuilder): void {
	builder.bot();
	builder.bot('Knight');
	byRow(builder, builder.bot('Lord', 'Debtor'));
	const exempt = (person: Person, reason: string, days: number | null) => {
		builder.exempt(person, reason, days);
		builder.notices.exempt += 1;
	};
	exempt(builder.correct('Lord'), 'founder', null);
	exempt(builder.correct('Knight', 'Lord'), 'helps with the summer fair', 30);
	const optedOut = builder.correct();
	byRow(builder, optedOut, LORD);
	exempt(optedOut, 'pays, but wants no role', null);
	const lapsed = builder.drifting(unpaidFor('Lord'));
	byRow(builder, lapsed, { status: 'canceled', ...LORD });
	builder.exempt(lapsed, 'guest of honour until the spring', -14);
}

/** Payers outside the guild. */
function outsiders(builder: WorldBuilder): void {
	for (const traits of [{}, LORD, { status: 'trialing' }, { cancelAtPeriodEnd: true }, { status: 'past_due', invoiceHours: GRACE_HOURS }]) {
		builder.subscription(builder.customer(builder.outsider()), traits);
		builder.notices.unclaimed += 1;
	}
	// A row without a Discord ID.
	const reader = builder.customer(builder.outsider());
	builder.subscription(reader);
	builder.memberRow(null, { customer: reader });
	builder.notices.unclaimed += 1;
	// Canceled: not counted.
	builder.subscription(builder.customer(builder.outsider()), { status: 'canceled' });

	byRow(builder, builder.outsider());
	byCustomerMetadata(builder, builder.outsider(), LORD);
	bySubscriptionMetadata(builder, builder.outsider(), { status: 'past_due', invoiceHours: GRACE_HOURS });
	builder.notices.absent += 3;
	byRow(builder, builder.outsider(), { status: 'canceled' });
}
