import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayPayFor, payeesOf } from '../../../src/reconciliation/detection/payees.js';
import { ADA, BOB, customer, subscription, userId } from '../builders.js';

const EVE = userId(3);

/** The payee of each subscription, in short: an ID, null, or the sorted members it may be for. */
function payees(onCustomer: string | null, ...onSubscriptions: (string | null)[]): unknown[] {
	const subscriptions = onSubscriptions.map((metadataDiscordId, index) => subscription({ id: `sub_${index}`, metadataDiscordId }));
	return payeesOf({ customer: customer({ metadataDiscordId: onCustomer }), subscriptions }).map((payee) =>
		payee.kind === 'member' ? payee.discordId : payee.kind === 'none' ? null : [...payee.discordIds, '?', ...payee.values]
	);
}

describe('payeesOf', () => {
	it('is none where no member is named', () => {
		expect(payees(null, null, null)).toEqual([null, null]);
		expect(payees(' \u200b', '', ' ')).toEqual([null, null]);
	});

	it('prefers the subscription’s own name to the customer’s', () => {
		expect(payees(ADA, null, BOB, null)).toEqual([ADA, BOB, ADA]);
	});

	it('gives each of a customer’s subscriptions to the member whom it names', () => {
		expect(payees(null, ADA, BOB)).toEqual([ADA, BOB]);
	});

	it('gives a subscription without a name to the only member whom the others name', () => {
		expect(payees(null, null, ADA, ` ${ADA}`, `<@${ADA}>`)).toEqual([ADA, ADA, ADA, ADA]);
	});

	it('does not guess where the others name several members', () => {
		expect(payees(null, null, ADA, BOB)).toEqual([[ADA, BOB, '?'], ADA, BOB]);
	});

	it('does not guess where a value cannot be read: it may mean the member it contains, or the one who counts without it', () => {
		expect(payees(null, 'ada')).toEqual([['?', 'ada']]);
		expect(payees(null, `"${ADA}"`)).toEqual([[ADA, '?', `"${ADA}"`]]);
		expect(payees('ada', null, BOB)).toEqual([[BOB, '?', 'ada'], BOB]);
		expect(payees(ADA, 'eve', BOB)).toEqual([[ADA, '?', 'eve'], BOB]);
		expect(payees(null, 'eve', ADA, null)).toEqual([[ADA, '?', 'eve'], ADA, [ADA, '?', 'eve']]);
		expect(payees(`${ADA},${BOB}`, null)).toEqual([[ADA, BOB, '?', `${ADA},${BOB}`]]);
	});

	it('gives one payee for each subscription, and the same whatever their order', () => {
		const name = fc.constantFrom(null, ADA, BOB, EVE, ` ${ADA}`, 'ada', `"${EVE}"`, '');
		fc.assert(
			fc.property(name, fc.array(name, { maxLength: 5 }), (onCustomer, onSubscriptions) => {
				const found = payees(onCustomer, ...onSubscriptions);
				expect(found).toHaveLength(onSubscriptions.length);
				expect(payees(onCustomer, ...onSubscriptions.toReversed())).toEqual(found.toReversed());
			})
		);
	});
});

describe('mayPayFor', () => {
	it('is true for the payee and for those whom it may be', () => {
		expect(mayPayFor({ kind: 'member', discordId: ADA }, ADA)).toBe(true);
		expect(mayPayFor({ kind: 'member', discordId: ADA }, BOB)).toBe(false);
		expect(mayPayFor({ kind: 'uncertain', discordIds: [ADA], values: [] }, ADA)).toBe(true);
		expect(mayPayFor({ kind: 'uncertain', discordIds: [ADA], values: [] }, BOB)).toBe(false);
		expect(mayPayFor({ kind: 'none' }, ADA)).toBe(false);
	});
});
