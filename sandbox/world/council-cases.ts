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
 * One of every kind. The settings in force: Knight is price_knight, Lord is price_lord, 48 hours of grace, 30 days of Debtor.
 * "Right" people stand beside those who drift, so that the same situation is seen both ways.
 */

const LORD = { price: 'price_lord' } as const;
/** Hours since the first failed payment: well inside the grace period, the debtor period, and beyond both. */
const GRACE = 20;
const DEBT = 10 * 24;
const BEYOND = 60 * 24;

/** Linked by a row of their own customer. */
export function byRow(cast: WorldBuilder, person: Person, traits: SubscriptionTraits = {}, failedHours?: number): string {
	const customer = cast.customer(person);
	cast.subscription(customer, traits);
	cast.row(person, failedHours === undefined ? { customer } : { customer, failedHours });
	return customer;
}

/** Linked by the metadata of their customer. */
export function byCustomerMetadata(cast: WorldBuilder, person: Person, traits: SubscriptionTraits = {}): string {
	const customer = cast.customer(person, { discord_id: person.id });
	cast.subscription(customer, traits);
	return customer;
}

/** Linked by the metadata of the subscription. */
export function bySubscriptionMetadata(cast: WorldBuilder, person: Person, traits: SubscriptionTraits = {}): string {
	const customer = cast.customer(person);
	cast.subscription(customer, { ...traits, metadata: { discord_id: person.id } });
	return customer;
}

export function addCases(cast: WorldBuilder): void {
	paysForTier(cast);
	owes(cast);
	owedNothing(cast);
	severalSubscriptions(cast);
	linked(cast);
	teams(cast);
	skipped(cast);
	outsiders(cast);
}

/** A paid tier, in every status that gives one, held rightly and wrongly in every way. */
function paysForTier(cast: WorldBuilder): void {
	byRow(cast, cast.drifting(nothingHeld('Knight')));
	byRow(cast, cast.drifting(nothingHeld('Lord')), LORD);
	byRow(cast, cast.drifting(otherTier('Knight')));
	byRow(cast, cast.drifting(otherTier('Lord')), LORD);
	byRow(cast, cast.drifting(bothTiers('Knight')));
	byRow(cast, cast.drifting(bothTiers('Lord')), LORD);
	// Has paid again, and the row has not heard of it: the debt of an active subscription counts for nothing.
	byRow(cast, cast.drifting(stillDebtor('Knight')), {}, DEBT);
	byRow(cast, cast.drifting(debtorBesides('Lord')), LORD);
	byRow(cast, cast.drifting(debtorAndOtherTier('Knight')));

	for (const traits of [{ status: 'trialing' }, { collectionPaused: true }, { cancelAtPeriodEnd: true }]) {
		byRow(cast, cast.right('Knight'), traits);
		byRow(cast, cast.right('Lord'), { ...traits, ...LORD });
	}
	byRow(cast, cast.drifting(nothingHeld('Knight')), { status: 'trialing', ageDays: 3 });
	byRow(cast, cast.drifting(nothingHeld('Lord')), { collectionPaused: true, ...LORD });
	byRow(cast, cast.drifting(nothingHeld('Knight')), { cancelAtPeriodEnd: true });
	// The highest of several items; an item of none pays for nothing.
	const knightAndLord = [
		{ price: 'price_knight', quantity: 1 },
		{ price: 'price_lord', quantity: 1 }
	];
	byRow(cast, cast.right('Lord'), { items: knightAndLord });
	byRow(cast, cast.drifting(otherTier('Lord')), { items: knightAndLord });
	const lordTakenOut = [
		{ price: 'price_knight', quantity: 1 },
		{ price: 'price_lord', quantity: 0 }
	];
	byRow(cast, cast.right('Knight'), { items: lordTakenOut });
}

/** Debts, by what tells since when they are owed: the row, the invoice, or nothing. */
function owes(cast: WorldBuilder): void {
	const pastDue = { status: 'past_due' };
	const unpaid = { status: 'unpaid' };
	// Grace.
	byRow(cast, cast.right('Knight'), pastDue, GRACE);
	byRow(cast, cast.right('Lord'), { ...unpaid, ...LORD, invoiceHours: GRACE });
	byRow(cast, cast.drifting(nothingHeld('Knight')), { ...pastDue, invoiceHours: GRACE });
	byRow(cast, cast.drifting(stillDebtor('Lord')), { ...pastDue, ...LORD }, GRACE);
	// Nothing tells since when: the grace period begins with the run that sees it.
	byRow(cast, cast.right('Knight'), pastDue);
	byRow(cast, cast.drifting(nothingHeld('Lord')), { ...unpaid, ...LORD });
	// Debtor.
	byRow(cast, cast.right('Debtor'), pastDue, DEBT);
	byRow(cast, cast.right('Debtor'), { ...unpaid, invoiceHours: DEBT });
	byCustomerMetadata(cast, cast.right('Debtor'), { ...pastDue, invoiceHours: DEBT, ...LORD });
	byRow(cast, cast.drifting(notYetDebtor('Knight')), { ...pastDue, invoiceHours: DEBT });
	byRow(cast, cast.drifting(notYetDebtor('Lord')), { ...unpaid, ...LORD }, DEBT);
	byRow(cast, cast.drifting(notYetDebtor()), { ...pastDue, invoiceHours: DEBT });
	byRow(cast, cast.drifting(debtorWith('Knight')), pastDue, DEBT);
	byCustomerMetadata(cast, cast.drifting(debtorWith('Knight', 'Lord')), { ...unpaid, ...LORD, invoiceHours: DEBT });
	// The row is believed before the invoice.
	byRow(cast, cast.right('Debtor'), { ...pastDue, invoiceHours: GRACE }, DEBT);
	byRow(cast, cast.right('Knight'), { ...pastDue, invoiceHours: BEYOND }, GRACE);
	// Beyond.
	byRow(cast, cast.right(), { ...pastDue, invoiceHours: BEYOND });
	byRow(cast, cast.right(), unpaid, BEYOND);
	byRow(cast, cast.drifting(unpaidFor('Debtor')), { ...unpaid, invoiceHours: BEYOND });
	byRow(cast, cast.drifting(unpaidFor('Knight')), pastDue, BEYOND);
}

/** Subscriptions that give nothing. */
function owedNothing(cast: WorldBuilder): void {
	for (const status of ['canceled', 'incomplete', 'incomplete_expired', 'paused']) {
		byRow(cast, cast.right(), { status });
		byCustomerMetadata(cast, cast.right(), { status, ...LORD });
	}
	byRow(cast, cast.drifting(unpaidFor('Knight')), { status: 'canceled' });
	byCustomerMetadata(cast, cast.drifting(unpaidFor('Lord')), { status: 'canceled', ...LORD });
	byRow(cast, cast.drifting(unpaidFor('Knight')), { status: 'incomplete', ageDays: 0.5 });
	byRow(cast, cast.drifting(unpaidFor('Lord')), { status: 'incomplete_expired', ageDays: 4, ...LORD });
	byRow(cast, cast.drifting(unpaidFor('Knight')), { status: 'paused' });
	// No subscription at all.
	cast.row(cast.right());
	cast.row(cast.drifting(unpaidFor('Lord')));
	cast.row(cast.drifting(unpaidFor('Debtor')));
	const lapsed = cast.drifting(unpaidFor('Knight', 'Debtor'));
	cast.row(lapsed, { customer: cast.customer(lapsed) });
	// A price that is no tier's.
	byRow(cast, cast.right(), { price: 'price_newsletter' });
	byRow(cast, cast.drifting(unpaidFor('Knight')), { price: 'price_newsletter' });
	// A status that nobody knows: whatever they hold is left alone.
	for (const roles of [['Knight'], ['Debtor'], []]) {
		byRow(cast, cast.right(...roles), { status: 'under_review' });
		cast.notices.unknownStatus += 1;
	}
}

/** The one that gives most decides, not the newest. */
function severalSubscriptions(cast: WorldBuilder): void {
	const two = (person: Person, older: SubscriptionTraits, newer: SubscriptionTraits) => {
		const customer = byRow(cast, person, { ageDays: 400, ...older });
		cast.subscription(customer, { ageDays: 40, ...newer });
	};
	const canceled = { status: 'canceled' };
	two(cast.right('Lord'), LORD, canceled);
	two(cast.drifting(nothingHeld('Knight')), {}, canceled);
	two(cast.right('Knight'), canceled, {});
	two(cast.right('Lord'), LORD, {});
	two(cast.drifting(otherTier('Lord')), LORD, {});
	// A tier before a debt, a debt before nothing.
	two(cast.right('Knight'), {}, { status: 'past_due', ...LORD, invoiceHours: DEBT });
	two(cast.drifting(stillDebtor('Knight')), {}, { status: 'unpaid', invoiceHours: BEYOND });
	two(cast.right('Debtor'), { status: 'past_due', invoiceHours: DEBT }, canceled);
	// Two customers of one person, one by row and one by metadata.
	const rich = cast.right('Lord');
	byRow(cast, rich);
	byCustomerMetadata(cast, rich, LORD);
	const twice = cast.drifting(otherTier('Lord'));
	byRow(cast, twice, canceled);
	byRow(cast, twice, LORD);
}

/** Who is whose: rows, metadata, and both. */
function linked(cast: WorldBuilder): void {
	byCustomerMetadata(cast, cast.drifting(nothingHeld('Knight')));
	bySubscriptionMetadata(cast, cast.drifting(nothingHeld('Lord')), LORD);
	byCustomerMetadata(cast, cast.right('Knight'));
	bySubscriptionMetadata(cast, cast.right('Lord'), LORD);
	// A row without a customer says nothing against the metadata.
	const plain = cast.right('Knight');
	cast.row(plain);
	byCustomerMetadata(cast, plain);
	// Nor does a row that names nobody.
	const nobody = cast.right('Knight');
	cast.row(null, { customer: byCustomerMetadata(cast, nobody) });
	// A row beats the metadata: whom only the metadata names is not linked.
	const [owner, pretender] = [cast.right('Lord'), cast.drifting(unlinkedWith('Lord'))];
	const customer = cast.customer(owner, { discord_id: pretender.id });
	cast.subscription(customer, LORD);
	cast.row(owner, { customer });
	// Two names on one customer link nobody.
	const [claimant, rival] = [cast.drifting(unlinkedWith('Knight')), cast.right()];
	cast.subscription(cast.customer(claimant, { discord_id: claimant.id }), { metadata: { discord_id: rival.id } });
	cast.notices.contestedLinks += 1;
	// What is no ID names nobody, and does no harm to a good one beside it.
	const misspelt = cast.drifting(unlinkedWith('Knight'));
	cast.subscription(cast.customer(misspelt, { discord_id: `@${misspelt.username}` }));
	const oneGood = cast.right('Knight');
	cast.subscription(cast.customer(oneGood, { discord_id: oneGood.id.slice(0, 9) }), { metadata: { discord_id: oneGood.id } });
	cast.notices.malformedLinks += 2;
	// Nobody knows them.
	cast.drifting(unlinkedWith('Knight'));
	cast.drifting(unlinkedWith('Lord', 'Debtor'));
}

/** Seats: an owner's is Lord, a member's is Knight. */
function teams(cast: WorldBuilder): void {
	const join = (team: string, drift: Drift | null, ...right: ('Knight' | 'Lord' | 'Debtor')[]) => {
		const person = cast.someone(drift, ...right);
		cast.row(person, { team, seat: 'TEAM_MEMBER' });
		return person;
	};
	const own = (team: string, drift: Drift | null, ...right: ('Knight' | 'Lord' | 'Debtor')[]) => {
		const person = cast.someone(drift, ...right);
		cast.row(person, { team, seat: 'OWNER' });
		return person;
	};
	const healthy = cast.team({ owners: 2, members: 12 });
	own(healthy, null, 'Lord');
	own(healthy, otherTier('Lord'));
	for (let i = 0; i < 8; i += 1) join(healthy, null, 'Knight');
	join(healthy, nothingHeld('Knight'));
	join(healthy, otherTier('Knight'));
	// Pays for more by herself than her seat gives.
	byCustomerMetadata(cast, join(healthy, null, 'Lord'), LORD);

	// More seats claimed than paid for: a notice, and nobody loses theirs.
	const overclaimed = cast.team({ owners: 1, members: 3 });
	own(overclaimed, null, 'Lord');
	for (let i = 0; i < 5; i += 1) join(overclaimed, null, 'Knight');
	cast.notices.overclaimedTeams += 1;

	// Dead, and newer than what two of its members pay for themselves.
	const dead = cast.team({ owners: 1, members: 5 }, { status: 'canceled', ageDays: 30 });
	own(dead, null);
	join(dead, unpaidFor('Knight'));
	byRow(cast, join(dead, null, 'Lord'), { ...LORD, ageDays: 300 });
	byRow(cast, join(dead, nothingHeld('Knight')), { ageDays: 300 });

	// In debt, known by the team's row, by the invoice, and in grace.
	const debtor = cast.team({ owners: 1, members: 3, failedHours: DEBT }, { status: 'past_due' });
	own(debtor, null, 'Debtor');
	join(debtor, notYetDebtor('Knight'));
	const owing = cast.team({ owners: 1, members: 2 }, { status: 'unpaid', invoiceHours: DEBT });
	own(owing, debtorWith('Lord'));
	join(owing, null, 'Debtor');
	const late = cast.team({ owners: 1, members: 2, failedHours: GRACE }, { status: 'past_due' });
	own(late, null, 'Lord');
	join(late, stillDebtor('Knight'));

	// Pays for something that is no tier.
	const other = cast.team({ owners: 1, members: 2 }, { price: 'price_newsletter' });
	own(other, null);
	join(other, unpaidFor('Knight'));

	// Nobody has taken a seat yet.
	cast.team({ owners: 1, members: 4 });
	cast.notices.unclaimed += 1;
}

/** Bots and the exempt: counted, never judged. An exemption that has run out is none. */
function skipped(cast: WorldBuilder): void {
	cast.bot();
	cast.bot('Knight');
	byRow(cast, cast.bot('Lord', 'Debtor'));
	const exempt = (person: Person, reason: string, days: number | null) => {
		cast.exempt(person, reason, days);
		cast.notices.exempt += 1;
	};
	exempt(cast.right('Lord'), 'founder', null);
	exempt(cast.right('Knight', 'Lord'), 'helps with the summer fair', 30);
	const unwilling = cast.right();
	byRow(cast, unwilling, LORD);
	exempt(unwilling, 'pays, but wants no role', null);
	const lapsed = cast.drifting(unpaidFor('Lord'));
	byRow(cast, lapsed, { status: 'canceled', ...LORD });
	cast.exempt(lapsed, 'guest of honour until the spring', -14);
}

/** Who pays and is not to be seen in the guild. */
function outsiders(cast: WorldBuilder): void {
	for (const traits of [{}, LORD, { status: 'trialing' }, { cancelAtPeriodEnd: true }, { status: 'past_due', invoiceHours: GRACE }]) {
		cast.subscription(cast.customer(cast.stranger()), traits);
		cast.notices.unclaimed += 1;
	}
	// Known to the database, without a seat in Discord.
	const reader = cast.customer(cast.stranger());
	cast.subscription(reader);
	cast.row(null, { customer: reader });
	cast.notices.unclaimed += 1;
	// Has stopped paying: nothing to count.
	cast.subscription(cast.customer(cast.stranger()), { status: 'canceled' });

	byRow(cast, cast.stranger());
	byCustomerMetadata(cast, cast.stranger(), LORD);
	bySubscriptionMetadata(cast, cast.stranger(), { status: 'past_due', invoiceHours: GRACE });
	cast.notices.absent += 3;
	byRow(cast, cast.stranger(), { status: 'canceled' });
}
