import { describe, expect, it } from 'vitest';
import { notesReply } from '../../../src/messages/report/notes.js';
import type { Notices } from '../../../src/reconciliation/domain/detection.js';
import type { UnknownMembers } from '../../../src/reconciliation/domain/unknown.js';
import { NO_NOTICES, result } from '../fixtures.js';
import { brokenLimits } from '../limits.js';

/** The reply that names what a report notes. */
function notes(over: Partial<Notices>): string {
	const reply = notesReply({ result: result({ notices: { ...NO_NOTICES, ...over } }), states: new Map() });
	expect(brokenLimits(reply)).toEqual([]);
	return reply.embeds[0]?.description ?? '';
}

describe('the notes of a report', () => {
	it('say so if there are none', () => {
		expect(notes({})).toBe('There was nothing to note.');
	});

	it('names a few teams and customers per notice', () => {
		const customers = ['cus_1', 'cus_2', 'cus_3', 'cus_4', 'cus_5'];
		const all = notes({
			unclaimed: 1,
			absent: 2,
			bots: 3,
			exempt: 4,
			leftToNextRun: 5,
			unknownStatus: [
				...['1', '2', '3', '4'].map((discordId) => ({ discordId, status: 'frozen' })),
				{ discordId: '5', status: '`**@everyone**`' }
			],
			expiringExemptions: [],
			overclaimedTeams: [{ teamId: 't', name: '**Acme** @everyone', claimed: 6, paid: 5 }],
			malformedLinks: customers.map((customerId) => ({ customerId, value: '@everyone' })),
			contestedLinks: [{ customerId: 'cus_9', values: ['1', '2'] }]
		});
		for (const words of [
			'1 customer pays but has no linked Discord account',
			'2 paying members have left the server',
			'- 4 exempt, 3 bots skipped',
			'5 left to the next run',
			'<@1>, <@2>, <@3> and 1 more: Stripe gives the status `frozen`, which Reeve does not know; their roles are left as they are',
			'<@5>: Stripe gives the status `\\*\\*@\u200Beveryone\\*\\*`, which Reeve does not know; their roles are left as they are',
			'1 team with more seats claimed than paid for: \\*\\*Acme\\*\\* @\u200Beveryone (6 of 5)',
			'5 customers have an invalid Discord ID in Stripe: [cus_1](https://dashboard.stripe.com/customers/cus_1) (“@\u200Beveryone”), [cus_2](https://dashboard.stripe.com/customers/cus_2) (“@\u200Beveryone”), [cus_3](https://dashboard.stripe.com/customers/cus_3) (“@\u200Beveryone”) and 2 more; correct them there',
			'1 customer pays for several members, with a subscription that does not say for whom: [cus_9](https://dashboard.stripe.com/customers/cus_9)'
		]) {
			expect(all).toContain(words);
		}
	});
});

describe('notices of unknown members', () => {
	const notice = (...unknown: readonly UnknownMembers[]) => notes({ unknown });

	it('names some of them, the reason and the way out', () => {
		const text = notice({ reason: { kind: 'status', status: '**frozen**' }, discordIds: ['1', '2', '3', '4'], count: 8_002 });
		expect(text).toContain('<@1>, <@2>, <@3> and 7,999 more: Stripe gives the status `\\*\\*frozen\\*\\*`, which Reeve does not know.');
		expect(text).toContain('`/reconcile export` lists all of these members');
		expect(text).toContain('They keep the roles they have; to settle it, install the newest version of Reeve');
	});

	it('gives the reasons of most members, and counts the others', () => {
		const text = notice(
			...Array.from({ length: 12 }, (_, index) => ({
				reason: { kind: 'status', status: `frozen_${index}` } as const,
				discordIds: [String(index)],
				count: index + 1
			}))
		);
		expect(text).toContain('frozen_11');
		expect(text).not.toContain('frozen_7');
		expect(text).toContain('8 more reasons to let members keep the roles they have');
	});

	it('names the customers of links with the same problem in one line', () => {
		const links = ['1', '2', '3', '4'].map((discordId) => ({ discordId, customerId: `cus_${discordId}` }));
		const reason = { kind: 'link', customerId: 'cus_1', problem: 'overridden' } as const;
		const text = notice({ reason, discordIds: ['1', '2', '3', '4'], count: 1_200, links });
		expect(text).toContain(
			'1,200 members keep the roles they have, because they are named in Stripe by customers that the database gives to someone else: ' +
				'<@1> ([cus_1](https://dashboard.stripe.com/customers/cus_1)), <@2> ([cus_2](https://dashboard.stripe.com/customers/cus_2)), <@3> ([cus_3](https://dashboard.stripe.com/customers/cus_3)) and 1,197 more; to settle it, correct the metadata in Stripe'
		);
	});
});

describe('notices of prices that no setting lists', () => {
	it.each([
		[{ buy: 'nothing' }, 'no role'],
		[{ buy: 'tier', tier: '**Lord**' }, '\\*\\*Lord\\*\\*'],
		[{ buy: 'unknown' }, 'something unknown']
	] as const)('say what they count as, how many subscriptions are for them, and what to do: %j', (counts, words) => {
		const text = notes({
			unlistedPrices: [
				{ price: 'price_eur', subscriptions: 1_200, counts },
				{ price: 'price_new', subscriptions: 1, counts }
			]
		});
		expect(text).toContain(
			`2 prices that no setting lists count as buying ${words}: price_eur (1,200 subscriptions) and price_new (1 subscription)`
		);
		expect(text).toContain('add each to STRIPE\\_…\\_PRICE_IDS of the tier that it buys, or to STRIPE_OTHER_PRICE_IDS');
	});

	it('do not repeat a price whose members are named', () => {
		const unknown = [{ reason: { kind: 'price', price: 'price_eur' }, discordIds: ['1'], count: 1 } as const];
		const text = notes({ unknown, unlistedPrices: [{ price: 'price_eur', subscriptions: 3, counts: { buy: 'unknown' } }] });
		expect(text).toContain('<@1>: they pay for price_eur, which no setting lists.');
		expect(text).not.toContain('3 subscriptions');
		// Discord takes the text between two underscores at the ends of words for italics.
		expect(text).toContain('add it to STRIPE\\_…\\_PRICE_IDS of the tier');
	});
});

describe('notices of odd objects', () => {
	const oddObjects = {
		count: 203,
		first: [
			{ id: 'in_1', problem: 'has **no** date' },
			{ id: 'sub_1', problem: 'has no items' }
		]
	};

	it('name the first, what they lack, and count the others', () => {
		const all = notes({ oddObjects });
		expect(all).toContain(
			'203 objects in Stripe could not be read completely: in_1 has \\*\\*no\\*\\* date, [sub_1](https://dashboard.stripe.com/subscriptions/sub_1) has no items and 201 more'
		);
	});

	it('leave out an object whose members are named', () => {
		const unknown = [{ reason: { kind: 'object', id: 'sub_1', problem: 'has no items' }, discordIds: ['1'], count: 1 } as const];
		const all = notes({ unknown, oddObjects: { ...oddObjects, count: 2 } });
		expect(all).toContain(
			'<@1>: [sub_1](https://dashboard.stripe.com/subscriptions/sub_1) in Stripe has no items. They keep the roles they have; to settle it, look at it in the Stripe dashboard'
		);
		expect(all).toContain('1 object in Stripe could not be read completely: in_1 has');
	});

	it('are not shown if there are none', () => {
		const all = notes({ oddObjects: { count: 0, first: [] } });
		expect(all).not.toContain('could not be read completely');
	});
});

describe('the notes of a run stored before unknown statuses had names', () => {
	it('still count the members', () => {
		expect(notes({ unknownStatus: 6 })).toContain('6 people left alone: Stripe gives a status that Reeve does not know');
	});
});
