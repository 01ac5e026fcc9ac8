import { z } from 'zod';

/** What the services are loaded with: the guild's members, Stripe's customers and subscriptions. IDs are kept as given. */

const metadata = z.record(z.string(), z.string()).default({});

const guildMember = z.strictObject({
	id: z.string().min(1),
	username: z.string().min(1),
	bot: z.boolean().default(false),
	operator: z.boolean().default(false),
	/** Role names. A role that the guild lacks is created. */
	roles: z.array(z.string()).default([])
});

/** @param coupon - ID of a coupon of the world. @param end - epoch seconds; null if it goes on, or its coupon is used once */
export const discountSchema = z.strictObject({ coupon: z.string().min(1), end: z.int().nullable().default(null) });

const customer = z.strictObject({
	id: z.string().min(1),
	email: z.string().nullable().default(null),
	name: z.string().nullable().default(null),
	discount: discountSchema.nullish(),
	/** Whether charges succeed. Default: unless a subscription is overdue. */
	card: z.enum(['valid', 'declined']).optional(),
	/** ID of a test clock of the world. Lists leave the customer out. */
	test_clock: z.string().min(1).optional(),
	metadata
});

export const itemSchema = z.strictObject({
	price: z.string().min(1),
	quantity: z.int().nonnegative().default(1),
	discounts: z.array(discountSchema).optional()
});

const invoice = z.strictObject({
	/** Epoch seconds. */
	created: z.int(),
	status: z.enum(['open', 'paid', 'void', 'uncollectible'])
});

const subscription = z
	.strictObject({
		id: z.string().min(1),
		customer: z.string().min(1),
		status: z.string().min(1),
		price: z.string().min(1).optional(),
		quantity: z.int().nonnegative().optional(),
		items: z.array(itemSchema).min(1).optional(),
		discounts: z.array(discountSchema).optional(),
		/** Epoch seconds. */
		created: z.int().optional(),
		metadata,
		/** Epoch seconds of the first failed payment. Creates the open invoice. */
		failedAt: z.int().nullish(),
		/** Earlier invoices, beside the first one and those that `failedAt` creates. */
		invoices: z.array(invoice).optional(),
		cancel_at_period_end: z.boolean().default(false),
		/** Epoch seconds. */
		cancel_at: z.int().nullish(),
		/** Epoch seconds; default for a `trialing` subscription: the end of its billing period. */
		trial_end: z.int().nullish(),
		pause_collection: z.strictObject({ behavior: z.string(), resumes_at: z.int().nullable().default(null) }).nullish()
	})
	.refine((value) => (value.price === undefined) !== (value.items === undefined), 'give either price or items');

const currency = z.string().regex(/^[a-z]{3}$/);

/** A recurring price. One that is not in the world costs $5 a month, under a name made from its ID. */
const price = z.strictObject({
	id: z.string().min(1),
	/** Of its product. */
	name: z.string().min(1),
	nickname: z.string().min(1).nullable().default(null),
	/** In the currency's smallest unit, fractions included; null for a tiered price. */
	amount: z.number().nonnegative().nullable(),
	currency: currency.default('usd'),
	interval: z.enum(['day', 'week', 'month', 'year']).default('month'),
	intervalCount: z.int().positive().default(1),
	active: z.boolean().default(true),
	/** Metered: what is used is paid, and items have no quantity. */
	usage: z.enum(['licensed', 'metered']).default('licensed'),
	/** The amount is for a package of units. */
	package: z
		.strictObject({ size: z.int().positive(), round: z.enum(['up', 'down']) })
		.nullable()
		.default(null)
});

const coupon = z
	.strictObject({
		id: z.string().min(1),
		percentOff: z.number().positive().max(100).nullable().default(null),
		/** In the smallest unit of `currency`. */
		amountOff: z.int().positive().nullable().default(null),
		currency: currency.default('usd'),
		duration: z.enum(['forever', 'repeating', 'once']).default('forever')
	})
	.refine(({ percentOff, amountOff }) => (percentOff === null) !== (amountOff === null), 'give either percentOff or amountOff');

const testClock = z.strictObject({
	id: z.string().min(1),
	name: z.string().nullable().default(null),
	/** Epoch seconds. */
	frozen_time: z.int()
});

export const guildSchema = z
	.strictObject({ members: z.array(guildMember).default([]) })
	.superRefine(({ members }, context) => {
		uniqueIds(context, 'guild member', members);
	})
	.default({ members: [] });

export const stripeSchema = z
	.strictObject({
		customers: z.array(customer).default([]),
		subscriptions: z.array(subscription).default([]),
		prices: z.array(price).optional(),
		coupons: z.array(coupon).optional(),
		testClocks: z.array(testClock).optional()
	})
	.superRefine(({ customers, subscriptions, coupons = [], testClocks = [] }, context) => {
		uniqueIds(context, 'subscription', subscriptions);
		const customerIds = uniqueIds(context, 'customer', customers);
		const couponIds = uniqueIds(context, 'coupon', coupons);
		const used = [
			...customers.flatMap((each) => each.discount ?? []),
			...subscriptions.flatMap(({ discounts = [], items = [] }) => [...discounts, ...items.flatMap((each) => each.discounts ?? [])])
		];
		for (const { coupon: id } of used)
			if (!couponIds.has(id)) context.addIssue({ code: 'custom', message: `a discount names coupon ${id}, which is not in the world` });
		const clockIds = uniqueIds(context, 'test clock', testClocks);
		for (const { id, test_clock: clock } of customers)
			if (clock !== undefined && !clockIds.has(clock))
				context.addIssue({ code: 'custom', message: `customer ${id} names test clock ${clock}, which is not in the world` });
		for (const { id, customer } of subscriptions) {
			if (!customerIds.has(customer))
				context.addIssue({ code: 'custom', message: `subscription ${id} names customer ${customer}, which is not in the world` });
		}
	})
	.default({ customers: [], subscriptions: [] });

/** Reports duplicate IDs. @returns the IDs */
export function uniqueIds(context: z.core.$RefinementCtx, kind: string, rows: readonly { readonly id: string }[]): ReadonlySet<string> {
	const seen = new Set<string>();
	for (const { id } of rows) {
		if (seen.has(id)) context.addIssue({ code: 'custom', message: `duplicate ${kind} ${id}` });
		seen.add(id);
	}
	return seen;
}

/** Checked, with every default filled in. */
export type GuildWorld = z.output<typeof guildSchema>;
export type GuildWorldInput = z.input<typeof guildSchema>;
export type GuildMemberWorld = GuildWorld['members'][number];
export type StripeWorld = z.output<typeof stripeSchema>;
export type PriceWorld = z.output<typeof price>;
export type CouponWorld = z.output<typeof coupon>;
export type StripeWorldInput = z.input<typeof stripeSchema>;
