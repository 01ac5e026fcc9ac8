import { z } from 'zod';

/**
 * A world: who is in the guild, what Stripe says, what the database holds. Loaded whole by `POST /api/reset`.
 * IDs are kept exactly as given.
 */

const metadata = z.record(z.string(), z.string()).default({});

const guildMember = z.strictObject({
	id: z.string().min(1),
	username: z.string().min(1),
	bot: z.boolean().default(false),
	operator: z.boolean().default(false),
	/** Names of roles; one that the guild does not have yet is made. */
	roles: z.array(z.string()).default([])
});

const customer = z.strictObject({
	id: z.string().min(1),
	email: z.string().nullable().default(null),
	name: z.string().nullable().default(null),
	metadata
});

const item = z.strictObject({ price: z.string().min(1), quantity: z.int().nonnegative().default(1) });

const subscription = z
	.strictObject({
		id: z.string().min(1),
		customer: z.string().min(1),
		status: z.string().min(1),
		price: z.string().min(1).optional(),
		quantity: z.int().nonnegative().optional(),
		items: z.array(item).min(1).optional(),
		/** Epoch seconds. */
		created: z.int().optional(),
		metadata,
		/** Epoch seconds; makes an open invoice that says since when the subscription is unpaid. */
		failedAt: z.int().nullish(),
		cancel_at_period_end: z.boolean().default(false),
		pause_collection: z.strictObject({ behavior: z.string(), resumes_at: z.int().nullable().default(null) }).nullish()
	})
	.refine((value) => (value.price === undefined) !== (value.items === undefined), 'give either price or items');

/** A moment in the database: ISO 8601 text, epoch seconds, or a date. */
const moment = z
	.union([z.string(), z.number(), z.date()], 'must be a moment: text like 2026-01-31T12:00:00Z, or seconds since 1970')
	.nullish()
	.transform((value, context) => {
		if (value === null || value === undefined) return null;
		const date = new Date(typeof value === 'number' ? value * 1000 : value);
		if (Number.isNaN(date.getTime())) {
			context.addIssue({ code: 'custom', message: 'no such moment' });
			return z.NEVER;
		}
		return date;
	});

const team = z.strictObject({
	id: z.string().min(1),
	name: z.string().default('Team'),
	stripeCustomerId: z.string().nullish(),
	ownerSeatCount: z.int().nonnegative().default(0),
	teamSeatCount: z.int().nonnegative().default(0),
	paymentFailedAt: moment
});

const member = z.strictObject({
	id: z.string().min(1),
	discordId: z.string().nullish(),
	stripeCustomerId: z.string().nullish(),
	email: z.string().nullish(),
	seatTier: z.enum(['OWNER', 'TEAM_MEMBER', 'INDIVIDUAL']).nullish(),
	teamId: z.string().nullish(),
	paymentFailedAt: moment
});

const exemption = z.strictObject({
	discordId: z.string().min(1),
	reason: z.string().default(''),
	createdBy: z.string().default('operator'),
	expiresAt: moment
});

export const worldSchema = z
	.strictObject({
		guild: z.strictObject({ members: z.array(guildMember).default([]) }).default({ members: [] }),
		stripe: z
			.strictObject({ customers: z.array(customer).default([]), subscriptions: z.array(subscription).default([]) })
			.default({ customers: [], subscriptions: [] }),
		database: z
			.strictObject({
				teams: z.array(team).default([]),
				members: z.array(member).default([]),
				exemptions: z.array(exemption).default([])
			})
			.default({ teams: [], members: [], exemptions: [] })
	})
	.superRefine((world, context) => {
		const unique = (what: string, ids: string[]) => {
			const seen = new Set<string>();
			for (const id of ids) {
				if (seen.has(id)) context.addIssue({ code: 'custom', message: `${what} ${id} is there twice` });
				seen.add(id);
			}
			return seen;
		};
		unique(
			'guild member',
			world.guild.members.map((m) => m.id)
		);
		unique(
			'subscription',
			world.stripe.subscriptions.map((s) => s.id)
		);
		const customers = unique(
			'customer',
			world.stripe.customers.map((c) => c.id)
		);
		const teams = unique(
			'team',
			world.database.teams.map((t) => t.id)
		);
		unique(
			'member row',
			world.database.members.map((m) => m.id)
		);
		for (const { id, customer } of world.stripe.subscriptions) {
			if (!customers.has(customer))
				context.addIssue({ code: 'custom', message: `subscription ${id} names customer ${customer}, who is not in the world` });
		}
		for (const { id, teamId } of world.database.members) {
			if (teamId && !teams.has(teamId))
				context.addIssue({ code: 'custom', message: `member row ${id} names team ${teamId}, which is not in the world` });
		}
	});

/** A world as a script writes it. */
export type WorldInput = z.input<typeof worldSchema>;
/** A world as the servers read it: checked, with every default filled in. */
export type World = z.output<typeof worldSchema>;
export type WorldSubscription = World['stripe']['subscriptions'][number];
