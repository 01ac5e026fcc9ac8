import type { Faults } from '../../core/faults.js';
import type { RequestLog } from '../../core/request-log.js';

/** So many requests in so many seconds. */
export interface Limit {
	limit: number;
	seconds: number;
}

export interface Limits {
	/** PUT and DELETE of a member's role, together, for the guild; and apart from it PATCH of a member. */
	memberRoles: Limit;
	/** Creating messages, and apart from it editing them, in each channel. */
	messages: Limit;
	/** Every other route. */
	others: Limit;
	/** All requests together, but for those that answer interactions. */
	global: Limit;
	/** One request for all members in so many seconds; 0 for no limit. */
	memberRequestSeconds: number;
	/** For the first answer to an interaction. */
	interactionSeconds: number;
	/** For everything after it. */
	tokenMinutes: number;
}

export const DEFAULT_LIMITS: Limits = {
	memberRoles: { limit: 10, seconds: 5 },
	messages: { limit: 5, seconds: 5 },
	others: { limit: 50, seconds: 1 },
	global: { limit: 50, seconds: 1 },
	memberRequestSeconds: 0,
	interactionSeconds: 3,
	tokenMinutes: 15
};

export interface DiscordOptions {
	log: RequestLog;
	faults: Faults;
	now?: () => Date;
	/** The bot token that is accepted. */
	token: string;
	/** Where `attachGateway` listens, as `ws://127.0.0.1:4400/gateway`. */
	gatewayUrl: () => string;
	limits?: Partial<Limits>;
}
