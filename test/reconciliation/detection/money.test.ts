import { describe, expect, it } from 'vitest';
import type { MonthlyPrice } from '../../../src/reconciliation/domain/money.js';
import {
	ADA,
	ago,
	BOB,
	customer,
	inGuild,
	issues,
	MAPPED,
	only,
	type Parts,
	row,
	type SubscriptionTraits,
	subscription,
	team,
	userId
} from '../builders.js';

const EVE = userId(3);
const usd = (amount: number, isMinimum = false): MonthlyPrice => ({ currency: 'usd', amount, isMinimum });
const KNIGHT = { prices: ['price_knight'], monthlyPrice: usd(900) };
const LORD = { prices: ['price_lord'], monthlyPrice: usd(2900) };
const ENDED = { status: 'canceled', endedAt: ago({ days: 5 }) };

/** The money of Ada's issue. @param held - the roles she holds */
const moneyOf = (held: readonly string[], subscriptions: readonly SubscriptionTraits[], given: Parts = {}, settings = MAPPED) =>
	only(
		issues(
			{
				customers: [customer({ metadataDiscordId: ADA })],
				subscriptions: subscriptions.map((each, index) => subscription({ id: `sub_${index}`, ...each })),
				guild: [inGuild(ADA, ...held)],
				...given
			},
			settings
		)
	).money;
const counted = (counts: 'paid' | 'unpaid' | null, amount: number, isMinimum = false) => ({
	counts,
	amounts: [{ currency: 'usd', amount }],
	isMinimum
});
const UNKNOWN = { amounts: [], isMinimum: true };

describe('the money of an issue: paid without access', () => {
	it('is what someone without a role pays', () => {
		expect(moneyOf([], [LORD])).toEqual(counted('paid', 2900));
	});

	it('is all that they pay for roles, in each currency', () => {
		expect(moneyOf([], [LORD, { ...KNIGHT, monthlyPrice: { currency: 'eur', amount: 800, isMinimum: false } }])).toEqual({
			counts: 'paid',
			amounts: [
				{ currency: 'eur', amount: 800 },
				{ currency: 'usd', amount: 2900 }
			],
			isMinimum: false
		});
	});

	it('leaves out what buys no role, and what has ended', () => {
		expect(
			moneyOf(
				[],
				[KNIGHT, { prices: ['price_newsletter'], monthlyPrice: usd(500) }, { ...LORD, ...ENDED }],
				{},
				{
					...MAPPED,
					otherPrices: ['price_newsletter']
				}
			)
		).toEqual(counted('paid', 900));
	});

	it('is what is paid for the higher role, beside a lower one that they have', () => {
		expect(moneyOf(['Knight'], [LORD])).toEqual(counted('paid', 2900));
		expect(moneyOf(['Knight'], [LORD, KNIGHT])).toEqual(counted('paid', 2900));
	});

	it('is what a former debtor pays again', () => {
		expect(moneyOf(['Debtor'], [KNIGHT])).toEqual(counted('paid', 900));
	});

	it.each<[string, SubscriptionTraits]>([
		['in a trial', { status: 'trialing' }],
		['while collection is paused', { collectionPaused: true }],
		['in the grace period', { status: 'past_due', unpaidSince: ago({ hours: 5 }) }]
	])('is not what no one pays %s: the price is for information', (_, traits) => {
		expect(moneyOf([], [{ ...LORD, ...traits }])).toEqual(counted(null, 2900));
	});

	it('is unknown with the price, and a minimum with part of it', () => {
		expect(moneyOf([], [{ ...LORD, monthlyPrice: null }])).toEqual({ counts: 'paid', ...UNKNOWN });
		expect(moneyOf([], [{ ...LORD, monthlyPrice: usd(2900, true) }])).toEqual(counted('paid', 2900, true));
	});

	it("is a seat's share of what a team pays", () => {
		const parts = (ownerSeatCount: number, teamSeatCount: number): Parts => ({
			customers: [],
			teams: [team({ ownerSeatCount, teamSeatCount })],
			rows: [row({ discordId: ADA, teamId: 't_1', seatTier: 'TEAM_MEMBER' })]
		});
		const paid = [{ ...KNIGHT, customerId: 'cus_team', monthlyPrice: usd(10_000) }];
		expect(moneyOf([], paid, parts(1, 5))).toEqual(counted('paid', 1667));
		expect(moneyOf([], paid, parts(0, 0))).toEqual({ counts: 'paid', ...UNKNOWN });
	});
});

describe('the money of an issue: access that is not paid', () => {
	it('is the price of the subscription that ended', () => {
		expect(moneyOf(['Lord'], [{ ...LORD, ...ENDED }])).toEqual(counted('unpaid', 2900));
	});

	it('is the price of the one that bought the role held, of several the newest to end', () => {
		const ended = [
			{ ...LORD, ...ENDED },
			{ ...LORD, ...ENDED, endedAt: ago({ days: 50 }), monthlyPrice: usd(1900) },
			{ ...KNIGHT, ...ENDED, endedAt: ago({ days: 1 }) }
		];
		expect(moneyOf(['Lord'], ended)).toEqual(counted('unpaid', 2900));
	});

	it('is unknown if none of their subscriptions bought the role', () => {
		expect(moneyOf(['Lord'], [{ ...KNIGHT, ...ENDED }])).toEqual({ counts: 'unpaid', ...UNKNOWN });
	});

	it('is the price of an unpaid subscription after the grace period', () => {
		expect(moneyOf(['Knight'], [{ ...KNIGHT, status: 'past_due', unpaidSince: ago({ days: 10 }) }])).toEqual(counted('unpaid', 900));
	});

	it('is what a higher role costs beyond the lower one that is paid', () => {
		expect(moneyOf(['Lord'], [KNIGHT, { ...LORD, ...ENDED }])).toEqual(counted('unpaid', 2000));
		expect(
			moneyOf(
				['Lord'],
				[
					{ ...KNIGHT, monthlyPrice: usd(900, true) },
					{ ...LORD, ...ENDED }
				]
			)
		).toEqual({ counts: 'unpaid', ...UNKNOWN });
		expect(
			moneyOf(
				['Lord'],
				[
					{ ...KNIGHT, monthlyPrice: { ...usd(900), currency: 'eur' } },
					{ ...LORD, ...ENDED }
				]
			)
		).toEqual({
			counts: 'unpaid',
			...UNKNOWN
		});
		expect(moneyOf(['Lord'], [KNIGHT])).toEqual({ counts: 'unpaid', ...UNKNOWN });
	});

	it('is nothing for someone without a subscription: whether they pay, and what, is not known', () => {
		expect(moneyOf(['Lord'], [], { customers: [] })).toBeUndefined();
	});
});

describe('the money of an issue: neither', () => {
	it('is the price, where a role is removed that gives nothing more', () => {
		expect(moneyOf(['Knight', 'Lord'], [LORD])).toEqual(counted(null, 2900));
	});

	it("is the price, where the server's own rule decides", () => {
		expect(moneyOf([], [KNIGHT], {}, { ...MAPPED, adjust: () => ({ role: 'Lord' }) })).toEqual(counted(null, 900));
	});

	it('is absent without a known price', () => {
		expect(moneyOf(['Knight', 'Lord'], [{ ...LORD, monthlyPrice: null }])).toBeUndefined();
	});
});

describe('the order of issues', () => {
	it('has the larger amount first, within a severity and a kind', () => {
		const people = [
			[ADA, 'cus_a', 900],
			[BOB, 'cus_b', 2900],
			[EVE, 'cus_e', 1900]
		] as const;
		const found = issues({
			customers: people.map(([discordId, id]) => customer({ id, metadataDiscordId: discordId })),
			subscriptions: people.map(([, customerId, amount]) =>
				subscription({ id: `sub_${customerId}`, customerId, monthlyPrice: usd(amount) })
			),
			guild: people.map(([discordId]) => inGuild(discordId))
		});
		expect(found.map(({ discordId }) => discordId)).toEqual([BOB, EVE, ADA]);
	});
});
