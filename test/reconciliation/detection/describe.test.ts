import { describe, expect, it } from 'vitest';
import {
	describeBecause,
	describeCause,
	describeDatabase,
	describeDrift,
	describePrices,
	describeStripe,
	type PersonFacts
} from '../../../src/reconciliation/detection/describe.js';
import type { LinkedPerson } from '../../../src/reconciliation/detection/link-index.js';
import type { EvaluatedSource } from '../../../src/reconciliation/policy/entitlement.js';
import { ADA, ago, itemsOf, MAPPED, row, type SubscriptionTraits, subscription, team } from '../builders.js';

const person = (given: Partial<LinkedPerson> = {}): LinkedPerson => ({
	discordId: ADA,
	rows: [],
	customerIds: ['cus_1'],
	shared: [],
	seats: [],
	doubts: [],
	...given
});

function source(traits: SubscriptionTraits = {}, given: Partial<EvaluatedSource> = {}): EvaluatedSource {
	return {
		subscription: subscription(traits),
		seat: null,
		unpaidSince: ago({ days: 3 }),
		entitlement: { kind: 'none' },
		unknown: [],
		unlisted: [],
		...given
	};
}

const facts = (sources: readonly EvaluatedSource[], given: Partial<LinkedPerson> = {}): PersonFacts => ({
	person: person(given),
	sources,
	settings: MAPPED
});

const UNLINKED: PersonFacts = { person: null, sources: [], settings: MAPPED };

const FAILED = '2026-02-07T12:00:00Z';
const GRACE_ENDS = '2026-02-09T12:00:00Z';
const SUBSCRIBED = '2025-11-02T12:00:00Z';
const TOMORROW = '2026-02-11T12:00:00Z';
const ENDED = { status: 'canceled', endedAt: ago({ days: 3 }) };
/** A seat in the team Lindqvist & Daughters. */
const inTeam = (seatTier: 'OWNER' | 'TEAM_MEMBER') => {
	const seat = row({ seatTier, teamId: 't_1' });
	return { rows: [seat], customerIds: [], seats: [{ row: seat, team: team({ name: 'Lindqvist & Daughters' }) }] };
};
const ofTeam = (seat: 'OWNER' | 'TEAM_MEMBER', traits: SubscriptionTraits = {}) => source({ customerId: 'cus_team', ...traits }, { seat });

describe('describeStripe', () => {
	it('says that no customer is linked to an unknown person', () => {
		expect(describeStripe(UNLINKED)).toBe('No customer is linked to this person');
	});

	it('says that a linked person has no subscription', () => {
		expect(describeStripe(facts([]))).toBe('No subscription');
	});

	it.each([
		[{}, 'Active · Knight (price_knight) · sub_1'],
		[{ status: 'trialing' }, 'On trial · Knight (price_knight) · sub_1'],
		[{ status: 'past_due' }, `Payment failed ${FAILED} · Knight (price_knight) · sub_1`],
		[{ status: 'unpaid' }, `Payment failed ${FAILED} · Knight (price_knight) · sub_1`],
		[ENDED, `Ended ${FAILED} · Knight (price_knight) · sub_1`],
		[{ status: 'canceled' }, 'Canceled · Knight (price_knight) · sub_1'],
		[{ status: 'paused', prices: ['price_tshirt'] }, 'Paused · price_tshirt · sub_1'],
		[{ status: 'under_review' }, 'Status "under_review" · Knight (price_knight) · sub_1']
	] as const)('describes %j', (traits, text) => {
		expect(describeStripe(facts([source(traits)]))).toBe(text);
	});

	it('names the team that pays, and the tier of the seat', () => {
		expect(describeStripe(facts([ofTeam('OWNER')], inTeam('OWNER')))).toBe(
			'Active · Lord (price_knight) · paid by the team Lindqvist & Daughters · sub_1'
		);
	});

	it('describes three subscriptions and counts the rest', () => {
		const ids = ['sub_1', 'sub_2', 'sub_3', 'sub_4', 'sub_5'];
		const described = (count: number) => describeStripe(facts(ids.slice(0, count).map((id) => source({ id }))));
		const three = ['sub_1', 'sub_2', 'sub_3'].map((id) => `Active · Knight (price_knight) · ${id}`).join('; ');
		expect([described(3), described(4), described(5)]).toEqual([three, `${three}; and 1 more`, `${three}; and 2 more`]);
	});
});

describe('describeDatabase', () => {
	it.each([
		['an unknown person', null, 'Not known'],
		['a link by metadata alone', person({ customerIds: ['cus_1', 'cus_2'] }), 'Linked through Stripe (cus_1, cus_2)'],
		['customers of rows', person({ rows: [row()], customerIds: ['cus_1', 'cus_2'] }), 'Linked to cus_1, cus_2'],
		['a row without customer or team', person({ rows: [row()], customerIds: [] }), 'Known, but not linked to anyone who pays'],
		['an owner', person(inTeam('OWNER')), 'Owner of the team Lindqvist & Daughters'],
		['a member of a team', person(inTeam('TEAM_MEMBER')), 'Member of the team Lindqvist & Daughters'],
		[
			'a member of a team who also pays',
			person({ ...inTeam('TEAM_MEMBER'), customerIds: ['cus_1'] }),
			'Member of the team Lindqvist & Daughters; Linked to cus_1'
		]
	] as const)('describes %s', (_, known, text) => {
		expect(describeDatabase({ person: known })).toBe(text);
	});
});

describe('describeDrift', () => {
	it.each([
		['MISSING_ACCESS', [], ['Lord'], `Pays for Lord (subscribed on ${SUBSCRIBED}) but has no role.`],
		['ROLE_MISMATCH', ['Knight', 'Lord'], ['Lord'], `Pays for Lord (subscribed on ${SUBSCRIBED}) but has Knight and Lord.`],
		['DEBTOR_MISMATCH', ['Debtor'], ['Lord'], `Pays for Lord (subscribed on ${SUBSCRIBED}) but has Debtor.`],
		['DEBTOR_MISMATCH', ['Debtor'], [], 'Still marked Debtor, but no longer owes anything.']
	] as const)('describes %s of a paying member with %j who should have %j', (type, held, expected, text) => {
		expect(describeDrift(type, held, expected, facts([source()]))).toBe(text);
	});

	it('says that someone is on trial, and when a subscription will end', () => {
		const trial = facts([source({ status: 'trialing', cancelAt: ago({ days: -1 }) })]);
		expect(describeDrift('MISSING_ACCESS', [], ['Knight'], trial)).toBe(
			`Is on trial for Knight (subscribed on ${SUBSCRIBED}, ends on ${TOMORROW}) but has no role.`
		);
	});

	it('says why someone is no longer in debt', () => {
		expect(describeDrift('DEBTOR_MISMATCH', ['Debtor'], [], facts([source(ENDED)]))).toBe(
			`Still marked Debtor, but no longer owes anything: the subscription ended on ${FAILED}.`
		);
	});

	it('says which debt is no longer one for Debtor', () => {
		expect(describeDrift('DEBTOR_MISMATCH', ['Debtor'], [], facts([source({ status: 'past_due' })]))).toBe(
			`Still marked Debtor, but the 30 days for that are over (payment failed ${FAILED}).`
		);
	});

	it('does not speak of the grace period of one subscription if another is paid', () => {
		const lord = { entitlement: { kind: 'tier', tier: 'Lord' } } as const;
		const both = facts([source({ status: 'past_due' }, lord), source({ id: 'sub_2', prices: ['price_lord'] }, lord)]);
		expect(describeDrift('MISSING_ACCESS', [], ['Lord'], both)).toBe(`Pays for Lord (subscribed on ${SUBSCRIBED}) but has no role.`);
		expect([describeCause(['Lord'], both), describeBecause(['Lord'], both)]).toEqual([
			`Lord paid, subscribed on ${SUBSCRIBED} (sub_2)`,
			`they pay for Lord (subscribed on ${SUBSCRIBED})`
		]);
	});

	it('gives the dates of the grace period', () => {
		const late = facts([source({ status: 'past_due' })]);
		const until = `Should have Lord until ${GRACE_ENDS} (payment failed ${FAILED}, in the 48-hour grace period)`;
		expect(describeDrift('MISSING_ACCESS', [], ['Lord'], late)).toBe(`${until} but has no role.`);
		expect(describeDrift('ROLE_MISMATCH', ['Knight'], ['Lord'], late)).toBe(`${until} but has Knight.`);
	});

	it.each([
		[['Lord'], 'Lord'],
		[[], 'no role']
	] as const)('says since when a member with %j is Debtor', (held, has) => {
		expect(describeDrift('DEBTOR_MISMATCH', held, ['Debtor'], facts([source({ status: 'unpaid' })]))).toBe(
			`Payment failed ${FAILED}, beyond the 48-hour grace period: should have Debtor alone; has ${has}.`
		);
	});

	it.each([
		['OWNER', 'Owns the team Lindqvist & Daughters'],
		['TEAM_MEMBER', 'Is a member of the team Lindqvist & Daughters']
	] as const)('names the seat %s', (seat, named) => {
		const described = (status: string) =>
			describeDrift('ROLE_MISMATCH', ['Knight'], ['Lord'], facts([ofTeam(seat, { status })], inTeam(seat)));
		expect(described('active')).toBe(`${named} (subscribed on ${SUBSCRIBED}), so should have Lord; has Knight.`);
		expect(described('past_due')).toBe(
			`${named}, so should have Lord until ${GRACE_ENDS} (payment failed ${FAILED}, in the 48-hour grace period); has Knight.`
		);
	});

	it('says of an unlinked member that it cannot be known', () => {
		expect(describeDrift('UNAUTHORIZED_ACCESS', ['Debtor', 'Lord'], [], UNLINKED)).toBe(
			'Has Debtor and Lord and is not linked to any customer: Reeve cannot know whether they pay.'
		);
	});

	const tshirt = source({ prices: ['price_tshirt'] });
	it.each([
		['no subscription', [], ' and pays for nothing'],
		[
			'a price without a role',
			[tshirt, source(ENDED)],
			`, but only pays for price_tshirt (subscribed on ${SUBSCRIBED}), which isn't assigned to a role`
		],
		[
			'two prices without a role',
			[source({ prices: ['price_tshirt', 'price_cup'] })],
			`, but only pays for price_tshirt (subscribed on ${SUBSCRIBED}) and price_cup (subscribed on ${SUBSCRIBED}), which aren't assigned to a role`
		],
		['a subscription that ended', [source(ENDED)], `, but the subscription ended on ${FAILED}`],
		['one that was canceled, Stripe does not say when', [source({ status: 'canceled' })], ', but the subscription was canceled'],
		['one that is paused', [source({ status: 'paused' })], ', but the subscription is paused'],
		[
			'one that has not begun',
			[source({ status: 'incomplete' })],
			`, but the first payment for the subscription (started on ${SUBSCRIBED}) has not been made yet`
		],
		[
			'one that never began',
			[source({ status: 'incomplete_expired' })],
			`, but the first payment for the subscription (started on ${SUBSCRIBED}) was never made`
		],
		[
			'a debt that is too old',
			[source({ status: 'unpaid' })],
			`, but the payment failed ${FAILED}: the grace period and the 30 days as Debtor are over`
		],
		['a subscription without items', [source({ prices: [] })], ' and pays for nothing']
	] as const)('says why %s gives no role', (_, sources, text) => {
		expect(describeDrift('UNAUTHORIZED_ACCESS', ['Knight'], [], facts(sources))).toBe(`Has Knight${text}.`);
	});

	it('names the team whose subscription ended', () => {
		expect(describeDrift('UNAUTHORIZED_ACCESS', ['Knight'], [], facts([ofTeam('TEAM_MEMBER', ENDED)], inTeam('TEAM_MEMBER')))).toBe(
			`Has Knight, but the subscription of the team Lindqvist & Daughters ended on ${FAILED}.`
		);
	});
});

describe('describeBecause', () => {
	it.each([
		['paid', ['Knight'], [source()], `they pay for Knight (subscribed on ${SUBSCRIBED})`],
		['on trial', ['Knight'], [source({ status: 'trialing' })], `they are on trial for Knight (subscribed on ${SUBSCRIBED})`],
		[
			'to end',
			['Knight'],
			[source({ cancelAt: ago({ days: -1 }) })],
			`they pay for Knight (subscribed on ${SUBSCRIBED}, ends on ${TOMORROW})`
		],
		[
			'in grace',
			['Knight'],
			[source({ status: 'past_due' })],
			`the payment failed on ${FAILED}, and the 48-hour grace period lasts until ${GRACE_ENDS}`
		],
		[
			'in debt',
			['Debtor'],
			[source({ status: 'past_due' })],
			`the payment failed on ${FAILED}, and the 48-hour grace period ended on ${GRACE_ENDS}`
		],
		['ended', [], [source(ENDED)], `the subscription ended on ${FAILED}`],
		[
			'for a price without a role',
			[],
			[source({ prices: ['price_tshirt'] })],
			`they only pay for price_tshirt (subscribed on ${SUBSCRIBED}), which isn't assigned to a role`
		],
		['missing', [], [], 'they pay for nothing'],
		['a seat', ['Lord'], [ofTeam('OWNER')], `they own their team (subscribed on ${SUBSCRIBED})`],
		[
			'a seat that will end',
			['Lord'],
			[ofTeam('OWNER', { cancelAt: ago({ days: -1 }) })],
			`they own their team (subscribed on ${SUBSCRIBED}, ends on ${TOMORROW})`
		]
	] as const)('explains a subscription that is %s', (_, expected, sources, text) => {
		expect(describeBecause(expected, facts(sources))).toBe(text);
	});
});

describe('describeCause', () => {
	it.each([
		['a subscription that ended', [], [source(ENDED)], `Knight ended ${FAILED} (sub_1)`],
		['one that ended, Stripe does not say when', [], [source({ status: 'canceled' })], 'Knight ended (sub_1)'],
		['a paid subscription', ['Knight'], [source()], `Knight paid, subscribed on ${SUBSCRIBED} (sub_1)`],
		['a debt', ['Debtor'], [source({ status: 'past_due' })], `Knight payment failed ${FAILED} (sub_1)`],
		['a price without a role', [], [source({ prices: ['price_tshirt'] })], 'price_tshirt gives no role (sub_1)'],
		['one that is paused', [], [source({ status: 'paused' })], 'Knight is paused (sub_1)'],
		['no subscription', [], [], 'no subscription']
	] as const)('is short for %s', (_, expected, sources, text) => {
		expect(describeCause(expected, facts(sources))).toBe(text);
	});

	it('names the team that pays, and a missing link', () => {
		expect(describeCause(['Lord'], facts([ofTeam('OWNER')], inTeam('OWNER')))).toBe(
			`Lord by the team Lindqvist & Daughters paid, subscribed on ${SUBSCRIBED} (sub_1)`
		);
		expect(describeCause([], UNLINKED)).toBe('not linked to a customer');
	});
});

describe('describePrices', () => {
	it('lists prices, or says that there is none', () => {
		expect(describePrices({ items: itemsOf('price_a', 'price_b', 'price_a') })).toBe('price_a, price_b');
		expect(describePrices({ items: [] })).toBe('no price');
	});
});
