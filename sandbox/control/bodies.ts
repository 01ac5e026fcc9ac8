import { z } from 'zod';
import { ISSUE_STATUSES } from '../bot/rows.js';
import { STRIPE_RESOURCES } from '../environment/environment.js';
import { TARGETS } from '../services/core/request-log.js';

/** Request bodies and queries of the control API. */

/** A Discord ID or a username. */
const user = z.string().min(1, 'must be a Discord ID or a username');
const roles = z.array(z.string().min(1));
/** What a user attaches to a command. */
const file = z.strictObject({ name: z.string().min(1), content: z.string() });
const optionValues = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), file]));

export const commandBody = z.strictObject({
	user,
	/** As typed after the slash. */
	command: z.string().transform((text) => text.replace(/^\//, '').trim()),
	options: optionValues.optional(),
	/** The user in whose context menu the command is. */
	target: z.string().optional(),
	channel: z.string().optional(),
	guildId: z.string().optional()
});

export const clickBody = z.strictObject({ user, messageId: z.string(), customId: z.string(), values: z.array(z.string()).optional() });

export const modalBody = z.strictObject({ user, interactionId: z.string(), fields: z.record(z.string(), z.string()) });

export const autocompleteBody = z.strictObject({
	user,
	command: z.string().transform((text) => text.replace(/^\//, '').trim()),
	option: z.string(),
	value: z.string(),
	options: optionValues.optional()
});

/** Who does it, as the audit log names them; default: the operator. */
const by = user.optional();

export const rolesBody = z.strictObject({
	user,
	add: roles.optional(),
	remove: roles.optional(),
	by,
	/** For the audit log. */
	reason: z.string().max(512).optional()
});

export const guildBody = z.discriminatedUnion(
	'action',
	[
		z.strictObject({ action: z.literal('kick'), user, by }),
		z.strictObject({ action: z.literal('ban'), user, by }),
		/** By themselves: the audit log has no entry. */
		z.strictObject({ action: z.literal('leave'), user }),
		z.strictObject({
			action: z.literal('join'),
			member: z.strictObject({
				id: z.string().min(1),
				username: z.string().min(1),
				bot: z.boolean().default(false),
				operator: z.boolean().default(false),
				roles: roles.default([])
			})
		}),
		z.strictObject({ action: z.literal('createRole'), name: z.string().min(1), position: z.int().positive().optional() }),
		z.strictObject({ action: z.literal('deleteRole'), role: z.string(), by }),
		z.strictObject({ action: z.literal('createChannel'), name: z.string().min(1) }),
		z.strictObject({ action: z.literal('deleteChannel'), channel: z.string(), by }),
		z.strictObject({ action: z.literal('renameRole'), role: z.string(), to: z.string().min(1) }),
		z.strictObject({ action: z.literal('moveRole'), role: z.string(), position: z.int().positive() }),
		z.strictObject({ action: z.literal('botPermission'), permission: z.string(), on: z.boolean(), channel: z.string().optional(), by }),
		/** The Server Members intent, as switched in the developer portal. */
		z.strictObject({ action: z.literal('memberIntent'), on: z.boolean() }),
		/** Minimum seconds between requests for all members. Discord's is 30. */
		z.strictObject({ action: z.literal('memberRequests'), seconds: z.number().nonnegative() }),
		/** Added to Discord's count of the members, which then differs from their list. */
		z.strictObject({ action: z.literal('memberCount'), offset: z.int() }),
		/** False: the bot is kicked. */
		z.strictObject({ action: z.literal('invite'), on: z.boolean() }),
		/** Makes Discord the only one who can give the role. */
		z.strictObject({
			action: z.literal('bindRole'),
			role: z.string(),
			to: z.enum(['connection', 'integration', 'subscription']).nullable()
		}),
		/** Two-factor authentication: whether the guild requires it of moderators, and whether the bot's owner has it. */
		z.strictObject({ action: z.literal('twoFactor'), required: z.boolean(), ownerHas: z.boolean() })
	],
	'must be kick, ban, leave, join, createRole, deleteRole, createChannel, deleteChannel, renameRole, moveRole, botPermission, memberIntent, memberRequests, memberCount, invite, bindRole or twoFactor'
);

const times = { match: z.string().optional(), times: z.int().positive().optional(), after: z.int().nonnegative().optional() };
const milliseconds = z.number().nonnegative();
const HTTP_KINDS = [
	'latency',
	'hold',
	'429',
	'500',
	'status',
	'timeout',
	'drop',
	'drop-after',
	'truncate',
	'empty',
	'slow',
	'clock'
] as const;

const httpFault = {
	...times,
	ms: milliseconds.optional(),
	retryAfter: z.number().nonnegative().optional(),
	offsetSeconds: z.number().optional(),
	status: z.int().min(200).max(599).optional(),
	body: z.unknown().optional()
};

/** Rejects unknown kinds: a fault that does nothing would make a test pass for no reason. */
const kinds = <const T extends readonly string[]>(...names: T) => z.enum(names, `must be one of ${names.join(', ')}`);

export const faultBody = z.discriminatedUnion(
	'target',
	[
		z.strictObject({ target: z.literal('stripe'), kind: kinds(...HTTP_KINDS, 'repeat', 'endless'), ...httpFault }),
		z.strictObject({
			target: z.literal('discord'),
			kind: kinds(...HTTP_KINDS, '429-untimed', 'ignore', 'missing-permission'),
			...httpFault
		}),
		z.strictObject({
			target: z.literal('gateway'),
			kind: kinds('drop', 'close', 'unavailable', 'missing-chunk', 'rate-limited', 'reconnect', 'invalid-session', 'latency'),
			...times,
			ms: milliseconds.optional(),
			retryAfter: z.number().nonnegative().optional(),
			status: z.int().min(4000).max(4999).optional()
		}),
		z.strictObject({
			target: z.literal('smtp'),
			kind: kinds('refuse', 'reject', 'drop', 'latency', 'hold', 'refuse-recipient'),
			...times,
			ms: milliseconds.optional(),
			status: z.int().min(400).max(599).optional()
		})
	],
	'must be stripe, discord, gateway or smtp'
);

export const stripeSettingsBody = z.strictObject({
	latencyMs: milliseconds.optional(),
	/** Requests per second and endpoint; null for no limit. */
	ratePerSecond: z.number().min(1).nullable().optional(),
	livemode: z.boolean().optional(),
	/** Whether the restricted key may read each resource. */
	permissions: z.partialRecord(z.enum(STRIPE_RESOURCES), z.boolean()).optional(),
	/** What happens to a subscription once the last retry of a payment has failed. */
	afterRetries: z.enum(['past_due', 'unpaid', 'cancel']).optional(),
	/** What happens to a subscription once a payment is disputed. */
	onDispute: z.enum(['keep', 'cancel', 'cancel_at_period_end']).optional()
});

/** Of a call that takes none. */
export const noBody = z.strictObject({});

const limitBody = z.strictObject({ limit: z.int().positive(), seconds: z.number().positive() });

export const discordSettingsBody = z.strictObject({
	limits: z.strictObject({
		memberRoles: limitBody.optional(),
		messages: limitBody.optional(),
		others: limitBody.optional(),
		global: limitBody.optional()
	})
});

export const restartBody = z.strictObject({
	signal: z.enum(['SIGTERM', 'SIGKILL'], 'must be SIGTERM or SIGKILL').default('SIGTERM'),
	env: z.record(z.string(), z.string()).default({})
});

const limit = z.coerce.number('must be a number').int('must be a whole number').positive('must be at least 1').optional();
export const messagesQuery = z.object({ channel: z.string().optional(), limit });
export const interactionsQuery = z.object({ ids: z.string('is missing').transform((text) => text.split(',')) });
export const subscriptionsQuery = z.object({ text: z.string().default(''), limit: limit.unwrap().default(50) });
export const limitQuery = z.object({ limit });
export const runsQuery = z.object({
	limit,
	/** False leaves out the issues and notices of each run, which take most of the space. */
	issues: z
		.enum(['true', 'false'], 'must be true or false')
		.transform((text) => text === 'true')
		.optional()
});
/** `text` is in the method, the path or the status, whatever its case. */
export const requestsQuery = z.object({
	limit,
	target: z.enum(TARGETS, `must be one of ${TARGETS.join(', ')}`).optional(),
	text: z.string().optional()
});
export const issuesQuery = z.object({
	limit,
	/** The member's Discord ID. */
	member: z.string().optional(),
	status: z.enum(ISSUE_STATUSES, `must be one of ${ISSUE_STATUSES.join(', ')}`).optional()
});
