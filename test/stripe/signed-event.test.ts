import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { EventRefusedError } from '../../src/reconciliation/changes/signed-event.js';
import { createSignedEventReader } from '../../src/stripe/signed-event.js';

const SECRET = 'whsec_0123456789abcdefghijklmnopqrstuv';
const read = createSignedEventReader({ secret: SECRET, discordIdKey: 'discord_id' });
const seconds = () => Math.floor(Date.now() / 1000);

const eventOf = (changes: object = {}) =>
	JSON.stringify({
		id: 'evt_1',
		object: 'event',
		type: 'customer.subscription.updated',
		created: 1_795_867_200,
		data: {
			object: { id: 'sub_1', object: 'subscription', customer: 'cus_1', metadata: { discord_id: '<@300000000000000001>' } },
			previous_attributes: { metadata: { discord_id: '300000000000000002' } }
		},
		...changes
	});
const sign = (payload: string, options: { secret?: string; timestamp?: number } = {}) =>
	Stripe.webhooks.generateTestHeaderString({ payload, secret: SECRET, ...options });

describe('createSignedEventReader', () => {
	it('names the customer, and the members before and after', () => {
		const body = eventOf();
		expect(read(body, sign(body))).toEqual({
			id: 'evt_1',
			at: new Date(1_795_867_200_000),
			subjects: ['customer:cus_1', 'member:300000000000000001', 'member:300000000000000002']
		});
	});

	it('leaves out events that concern no member', () => {
		const body = eventOf({ type: 'payout.paid' });
		expect(read(body, sign(body))).toBeNull();
	});

	it.each([
		['without a signature', (body: string) => [body, null]],
		['with one that is none', (body: string) => [body, 'yes']],
		['with one by another secret', (body: string) => [body, sign(body, { secret: 'whsec_another_secret_of_an_endpoint' })]],
		['that was changed', (body: string) => [body.replace('cus_1', 'cus_2'), sign(body)]],
		['that is older than five minutes', (body: string) => [body, sign(body, { timestamp: seconds() - 301 })]],
		['that is no JSON', () => ['{', sign('{')]],
		['that is no event', () => ['null', sign('null')]],
		['that is another object', () => ['{"id":"evt_1"}', sign('{"id":"evt_1"}')]]
	] as const)('refuses a body %s, and quotes nothing of it', (_, make) => {
		const [body, signature] = make(eventOf());
		const refused = () => read(body as string, signature as string | null);
		expect(refused).toThrow(EventRefusedError);
		expect(refused).not.toThrow(/cus_|0123456789/);
	});
});
