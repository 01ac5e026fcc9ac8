import type { Faults } from '../../core/faults.js';
import type { RequestLog } from '../../core/request-log.js';

/** `limit` requests per `seconds`. */
export interface Limit {
	limit: number;
	seconds: number;
}

export interface Limits {
	/** PUT and DELETE of member roles share one bucket per guild; PATCH of a member has a second one of this size. */
	memberRoles: Limit;
	/** Per channel: one bucket for creating messages, one for editing them. */
	messages: Limit;
	/** Every other route. */
	others: Limit;
	/** All requests except interaction responses. */
	global: Limit;
	/** Minimum seconds between requests for all members; 0 for no limit. */
	memberRequestSeconds: number;
	/** Deadline of the first response to an interaction. */
	interactionSeconds: number;
	/** Deadline of every later response. */
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
	/** The only bot token accepted. */
	token: string;
	/** Where `attachGateway` listens, such as `ws://127.0.0.1:4400/gateway`. */
	gatewayUrl: () => string;
	limits?: Partial<Limits>;
}
