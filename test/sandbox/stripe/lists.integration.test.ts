import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { DAY, now, start, subscribers } from './server.js';

const ids = (list: { data: readonly { id: string }[] }) => list.data.map((item) => item.id);

describe('subscription list', () => {
	it('returns pages, newest first, with expanded customers', async () => {
		const { stripe, log } = await start(subscribers(250));
		const found: Stripe.Subscription[] = [];
		for await (const item of stripe.subscriptions.list({ limit: 100, expand: ['data.customer', 'data.latest_invoice'] })) found.push(item);

		expect(found.map((item) => item.id)).toEqual(Array.from({ length: 250 }, (_, index) => `sub_${250 - index}`));
		expect(found[0]?.customer).toMatchObject({ object: 'customer', id: 'cus_250', email: 'p250@example.com' });
		expect(found[0]?.latest_invoice).toMatchObject({ object: 'invoice', status: 'paid' });
		expect(found[0]?.items.data[0]).toMatchObject({ quantity: 1, price: { id: 'price_knight', product: 'prod_knight', unit_amount: 900 } });
		expect(found[0]?.items.data[0]?.current_period_end).toBeGreaterThan(now);
		expect(log.list().map(({ method, path, status }) => `${method} ${path} ${status}`)).toEqual(Array(3).fill('GET /v1/subscriptions 200'));
		expect(log.list()[1]?.query).toMatchObject({ limit: '100', 'expand[0]': 'data.customer', starting_after: 'sub_151' });
		expect(JSON.stringify(log.list())).not.toContain('rk_test');
	});

	it('orders subscriptions of the same second by ID', async () => {
		const { stripe } = await start(subscribers(25, () => ({ created: 1_700_000_000 })));
		const found: string[] = [];
		for await (const item of stripe.subscriptions.list({ limit: 4 })) found.push(item.id);
		expect(new Set(found).size).toBe(25);
		expect(found).toEqual([...found].sort().reverse());
	});

	it('pages backwards with ending_before', async () => {
		const { stripe } = await start(subscribers(20));
		const page = await stripe.subscriptions.list({ limit: 3, ending_before: 'sub_10' });
		expect(ids(page)).toEqual(['sub_13', 'sub_12', 'sub_11']);
		expect(page.has_more).toBe(true);
		expect(await stripe.subscriptions.list({ ending_before: 'sub_17' })).toMatchObject({ has_more: false, data: { length: 3 } });
	});

	it('filters by status and omits ended subscriptions by default', async () => {
		const statuses = ['active', 'trialing', 'past_due', 'unpaid', 'canceled', 'incomplete', 'incomplete_expired', 'paused'];
		const { stripe } = await start(subscribers(8, (index) => ({ status: statuses[index] })));
		const having = async (status?: Stripe.SubscriptionListParams.Status) =>
			(await stripe.subscriptions.list(status ? { status } : {})).data.map((item) => item.status).sort();

		for (const status of statuses) expect(await having(status)).toEqual([status]);
		expect(await having('all')).toEqual([...statuses].sort());
		expect(await having('ended')).toEqual(['canceled', 'incomplete_expired']);
		expect(await having()).toEqual(statuses.filter((status) => status !== 'canceled' && status !== 'incomplete_expired').sort());
		await expect(having('dead')).rejects.toMatchObject({ statusCode: 400, param: 'status' });
	});

	it('filters by created with single and combined bounds', async () => {
		const { stripe } = await start(subscribers(10));
		const at = (index: number) => 1_700_000_000 + index;
		const among = async (created: Stripe.RangeQueryParam | number) => ids(await stripe.subscriptions.list({ created, limit: 100 }));

		expect(await among({ gt: at(7) })).toEqual(['sub_10', 'sub_9']);
		expect(await among({ gte: at(7), lt: at(9) })).toEqual(['sub_9', 'sub_8']);
		expect(await among({ lte: at(1) })).toEqual(['sub_2', 'sub_1']);
		expect(await among(at(4))).toEqual(['sub_5']);
		expect(await among({ gt: at(100) })).toEqual([]);
		const part = await stripe.subscriptions.list({ created: { gte: at(2), lte: at(8) }, starting_after: 'sub_7', limit: 2 });
		expect(ids(part)).toEqual(['sub_6', 'sub_5']);
	});

	it('filters by customer and price', async () => {
		const { stripe } = await start({
			customers: [{ id: 'cus_a' }, { id: 'cus_b' }],
			subscriptions: [
				{ id: 'sub_1', customer: 'cus_a', status: 'active', price: 'price_lord' },
				{ id: 'sub_2', customer: 'cus_a', status: 'canceled', price: 'price_knight' },
				{ id: 'sub_3', customer: 'cus_b', status: 'active', items: [{ price: 'price_mug' }, { price: 'price_lord', quantity: 4 }] }
			]
		});
		expect(ids(await stripe.subscriptions.list({ customer: 'cus_a' }))).toEqual(['sub_1']);
		expect(ids(await stripe.subscriptions.list({ customer: 'cus_a', status: 'all' }))).toEqual(['sub_2', 'sub_1']);
		expect(ids(await stripe.subscriptions.list({ price: 'price_lord' }))).toEqual(['sub_3', 'sub_1']);
		expect(ids(await stripe.subscriptions.list({ price: 'price_lord', customer: 'cus_a' }))).toEqual(['sub_1']);
		await expect(stripe.subscriptions.list({ customer: 'cus_none' })).rejects.toMatchObject({ code: 'resource_missing', statusCode: 400 });
		expect(await stripe.products.retrieve('prod_mug')).toMatchObject({ name: 'Mug' });
	});

	it('embeds ten items and lists the rest under subscription_items', async () => {
		const items = Array.from({ length: 12 }, (_, index) => ({ price: `price_${index}` }));
		const { stripe } = await start({
			customers: [{ id: 'cus_a' }],
			subscriptions: [{ id: 'sub_1', customer: 'cus_a', status: 'active', items }]
		});
		expect((await stripe.subscriptions.retrieve('sub_1')).items).toMatchObject({ has_more: true, data: { length: 10 } });
		const all = await stripe.subscriptionItems.list({ subscription: 'sub_1', limit: 100 });
		expect(all.data.map((item) => item.price.id)).toEqual(items.map((item) => item.price));
	});
});

it('pages and filters 100 000 subscriptions', async () => {
	const { stripe } = await start(subscribers(100_000, (index) => (index % 1000 === 0 ? { status: 'past_due', failedAt: now - DAY } : {})));
	const debtors = await stripe.subscriptions.list({ status: 'past_due', limit: 100 });
	expect(debtors.data).toHaveLength(100);
	expect(debtors.has_more).toBe(false);
	expect(ids(await stripe.subscriptions.list({ starting_after: 'sub_50000', limit: 2 }))).toEqual(['sub_49999', 'sub_49998']);
	expect(ids(await stripe.subscriptions.list({ customer: 'cus_77777' }))).toEqual(['sub_77777']);
	expect((await stripe.invoices.list({ status: 'open', limit: 100 })).data).toHaveLength(100);
});

describe('customers', () => {
	it('finds customers by exact email and expands their subscriptions', async () => {
		const { stripe } = await start(subscribers(30));
		expect(ids(await stripe.customers.list({ email: 'p7@example.com' }))).toEqual(['cus_7']);
		expect(ids(await stripe.customers.list({ email: 'P7@example.com' }))).toEqual([]);
		const customer = await stripe.customers.retrieve('cus_7', { expand: ['subscriptions'] });
		if (customer.deleted) throw new Error('deleted');
		expect(ids(customer.subscriptions ?? { data: [] })).toEqual(['sub_7']);
	});
});

describe('invoices', () => {
	const debt = (status: string, failedAt: number) =>
		start({
			customers: [{ id: 'cus_a' }],
			subscriptions: [{ id: 'sub_1', customer: 'cus_a', status, price: 'price_knight', created: 1_700_000_000, failedAt }]
		});

	it('dates the payment failure by the open invoice', async () => {
		const { stripe } = await debt('past_due', now - 5 * DAY);
		const [invoice, ...others] = (await stripe.invoices.list({ subscription: 'sub_1', status: 'open' })).data;
		expect(others).toEqual([]);
		expect(invoice).toMatchObject({
			status: 'open',
			collection_method: 'charge_automatically',
			due_date: null,
			amount_remaining: 900,
			status_transitions: { finalized_at: now - 5 * DAY, paid_at: null },
			parent: { subscription_details: { subscription: 'sub_1' } }
		});
		expect(invoice?.next_payment_attempt).toBeGreaterThan(now);
		expect(await stripe.invoices.retrieve(invoice?.id ?? '')).toMatchObject({ id: invoice?.id, status: 'open' });
		expect((await stripe.invoices.list({ customer: 'cus_a' })).data.map((item) => item.status)).toEqual(['open', 'paid']);
	});

	it('adds a monthly open invoice while past_due', async () => {
		const { stripe } = await debt('past_due', now - 70 * DAY);
		const open = (await stripe.invoices.list({ subscription: 'sub_1', status: 'open' })).data;
		expect(open).toHaveLength(3);
		expect(open.at(-1)?.status_transitions.finalized_at).toBe(now - 70 * DAY);
		const subscription = await stripe.subscriptions.retrieve('sub_1', { expand: ['latest_invoice'] });
		expect(subscription.latest_invoice).toMatchObject({ id: open[0]?.id });
	});

	it('adds monthly drafts while unpaid', async () => {
		const { stripe } = await debt('unpaid', now - 70 * DAY);
		expect((await stripe.invoices.list({ status: 'open' })).data).toHaveLength(1);
		expect((await stripe.invoices.list({ status: 'draft' })).data).toHaveLength(2);
		expect((await stripe.invoices.list({ limit: 2 })).has_more).toBe(true);
		const all: Stripe.Invoice[] = [];
		for await (const invoice of stripe.invoices.list({ limit: 1 })) all.push(invoice);
		expect(all.map((invoice) => invoice.status)).toEqual(['draft', 'draft', 'open', 'paid']);
	});
});

it('serves prices, the account and the balance', async () => {
	const { stripe } = await start({});
	expect(ids(await stripe.prices.list()).sort()).toEqual(['price_knight', 'price_lord']);
	const price = await stripe.prices.retrieve('price_lord', { expand: ['product'] });
	expect(price).toMatchObject({ product: { id: 'prod_lord' }, unit_amount: 2900 });
	expect(price.unit_amount_decimal?.toString()).toBe('2900');
	expect(await stripe.accounts.retrieveCurrent()).toMatchObject({ object: 'account' });
	expect(await stripe.balance.retrieve()).toMatchObject({ livemode: false });
});

describe('discounts', () => {
	const world = {
		coupons: [{ id: 'fifth', percentOff: 20 }],
		customers: [{ id: 'cus_1', discount: { coupon: 'fifth' } }],
		subscriptions: [
			{
				id: 'sub_1',
				customer: 'cus_1',
				status: 'active',
				items: [{ price: 'price_knight', discounts: [{ coupon: 'fifth', end: 1_800_000_000 }] }],
				discounts: [{ coupon: 'fifth' }]
			}
		]
	};

	it('are IDs unless expanded, and so is the coupon of each', async () => {
		const { stripe } = await start(world);
		const first = async (...expand: string[]) => (await stripe.subscriptions.list({ expand })).data[0];
		expect(await first()).toMatchObject({ discounts: ['di_sub_1_1'], items: { data: [{ discounts: ['di_si_sub_1_1_1'] }] } });
		expect(await first('data.discounts')).toMatchObject({
			discounts: [{ id: 'di_sub_1_1', object: 'discount', end: null, subscription: 'sub_1', source: { type: 'coupon', coupon: 'fifth' } }]
		});
		expect(await first('data.discounts.source.coupon', 'data.items.data.discounts', 'data.customer')).toMatchObject({
			customer: { discount: { source: { coupon: 'fifth' } } },
			discounts: [{ source: { coupon: { object: 'coupon', percent_off: 20, amount_off: null, duration: 'forever' } } }],
			items: { data: [{ discounts: [{ end: 1_800_000_000, subscription_item: 'si_sub_1_1', source: { coupon: 'fifth' } }] }] }
		});
	});

	it('cannot be expanded deeper than four levels, nor without permission for coupons', async () => {
		const { stripe, control } = await start(world);
		const list = (path: string) => stripe.subscriptions.list({ expand: [path] });
		await expect(list('data.customer.discount.source.coupon')).rejects.toThrow('more than 4 levels');
		control.setPermission('coupons', false);
		await expect(list('data.discounts.source.coupon')).rejects.toThrow('rak_coupon_read');
		await expect(list('data.discounts')).resolves.toMatchObject({ data: [{ id: 'sub_1' }] });
	});

	it('name a coupon of the world', async () => {
		await expect(start({ ...world, coupons: [] })).rejects.toThrow('a discount names coupon fifth, which is not in the world');
	});
});
