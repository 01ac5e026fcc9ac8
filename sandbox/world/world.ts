import { z } from 'zod';
import { guildSchema, stripeSchema, uniqueIds } from '../services/core/world.js';

/** A whole world, as `POST /api/reset` takes it: the services' data and the rows of the bot's database. */

/** ISO 8601 text, epoch seconds, or a date. */
const timestamp = z
	.union([z.string(), z.number(), z.date()], 'must be a time: text like 2026-01-31T12:00:00Z, or seconds since 1970')
	.nullish()
	.transform((value, context) => {
		if (value === null || value === undefined) return null;
		const date = new Date(typeof value === 'number' ? value * 1000 : value);
		if (Number.isNaN(date.getTime())) {
			context.addIssue({ code: 'custom', message: 'is not a valid time' });
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
	paymentFailedAt: timestamp
});

const member = z.strictObject({
	id: z.string().min(1),
	discordId: z.string().nullish(),
	stripeCustomerId: z.string().nullish(),
	email: z.string().nullish(),
	seatTier: z.enum(['OWNER', 'TEAM_MEMBER', 'INDIVIDUAL']).nullish(),
	teamId: z.string().nullish(),
	paymentFailedAt: timestamp
});

const exemption = z.strictObject({
	discordId: z.string().min(1),
	reason: z.string().default(''),
	createdBy: z.string().default('operator'),
	expiresAt: timestamp
});

const databaseSchema = z
	.strictObject({
		teams: z.array(team).default([]),
		members: z.array(member).default([]),
		exemptions: z.array(exemption).default([])
	})
	.superRefine(({ teams, members }, context) => {
		const teamIds = uniqueIds(context, 'team', teams);
		uniqueIds(context, 'member row', members);
		for (const { id, teamId } of members) {
			if (teamId && !teamIds.has(teamId))
				context.addIssue({ code: 'custom', message: `member row ${id} names team ${teamId}, which is not in the world` });
		}
	})
	.default({ teams: [], members: [], exemptions: [] });

export const worldSchema = z.strictObject({ guild: guildSchema, stripe: stripeSchema, database: databaseSchema });

/** As a script writes it. */
export type WorldInput = z.input<typeof worldSchema>;
/** Checked, with every default filled in. */
export type World = z.output<typeof worldSchema>;
export type WorldSubscription = World['stripe']['subscriptions'][number];
