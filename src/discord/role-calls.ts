import { type Client, DiscordAPIError, RateLimitError, REST, RESTEvents, type RESTOptions, Routes } from 'discord.js';
import { backoffDelay, type Timing } from '../async/backoff.js';
import type { ChangeGuard } from '../reconciliation/domain/ports.js';
import { createRedactingRequest } from './redacting-request.js';
import { DEFAULT_RETRY, MAX_RETRY_AFTER_MS, type RetryOptions, TokenRefusedError } from './retry.js';
import { TooManyRequestsError, UntimedRateLimit } from './untimed-rate-limit.js';
import { createWholeResponseRequest } from './whole-response.js';

export interface RoleCallOptions extends Timing {
	/** Sends one request at once. */
	readonly request: RESTOptions['makeRequest'];
	/** Retries of a call after lost requests and 5xx. */
	readonly retries: number;
}

/** @param redact - removes secrets from audit-log reasons */
export function roleCallOptions(
	redact: (text: string) => string,
	{ deadlineMs, ...options }: RetryOptions = DEFAULT_RETRY
): RoleCallOptions {
	return { ...options, request: createRedactingRequest(redact, createWholeResponseRequest(deadlineMs)) };
}

const INITIAL_BACKOFF_MS = 300;

/** Consecutive 429s of one call: other clients of the bot use up the limit. */
const MAX_RATE_LIMITS = 10;

/** Added to the time at which the limit ends. More than discord.js adds, which would refuse a call that comes sooner. */
const RESET_MARGIN_MS = 100;

/** A role call failed: `cause` is why. */
export class RoleCallError extends Error {
	public override readonly name = 'RoleCallError';
}

export interface RoleCall {
	readonly method: 'PUT' | 'DELETE';
	readonly userId: string;
	readonly roleId: string;
	readonly reason: string;
}

/**
 * Role calls of a guild. discord.js would queue them behind the rate limit, for up to a minute, and repeat a failed request by itself:
 * what justified the call would be out of date by then. So they have a REST client of their own that does neither, and take turns: when
 * a guard is called, nothing is left to wait for.
 */
export class RoleCalls {
	private readonly rest: REST;
	private readonly untimedLimit: UntimedRateLimit;
	/** The last call in line. */
	private last: Promise<unknown> = Promise.resolve();
	/** When the rate limit ends. */
	private opensAt = Number.NEGATIVE_INFINITY;

	public constructor(
		private readonly client: Client,
		private readonly guildId: string,
		private readonly options: RoleCallOptions
	) {
		this.rest = new REST({
			...client.rest.options,
			makeRequest: options.request,
			retries: 0,
			rejectOnRateLimit: () => true,
			// No timers: it has a handful of routes.
			hashSweepInterval: 0,
			handlerSweepInterval: 0
		});
		// Known in time, the next call waits before its guard is called, and not after.
		this.rest.on(RESTEvents.Response, (_request, { headers }) => {
			if (headers.get('X-RateLimit-Remaining') === '0') this.closeFor(Number(headers.get('X-RateLimit-Reset-After')) * 1000);
		});
		this.untimedLimit = new UntimedRateLimit(options);
	}

	/**
	 * Makes a call when its turn has come.
	 * @returns what the last guard returned
	 * @throws {RoleCallError} or {TooManyRequestsError}; and what the guard throws
	 */
	public change(call: RoleCall, guard: ChangeGuard): Promise<boolean> {
		const made = this.last.then(() => this.changeNow(call, guard));
		this.last = made.catch(() => {});
		return made;
	}

	private async changeNow(call: RoleCall, guard: ChangeGuard): Promise<boolean> {
		const { retries, sleep, random } = this.options;
		for (let failures = 0, limits = 0; ; ) {
			await this.untilOpen();
			try {
				return await guard(() => this.send(call));
			} catch (error) {
				if (!(error instanceof RoleCallError)) throw error;
				const { cause } = error;
				if (cause instanceof RateLimitError) {
					limits += 1;
					this.rateLimited(cause, limits);
				} else {
					const isAnswer = cause instanceof DiscordAPIError || cause instanceof TokenRefusedError;
					if (isAnswer || failures === retries) throw error;
					await sleep(backoffDelay(INITIAL_BACKOFF_MS, failures, random));
					failures += 1;
				}
			}
		}
	}

	private async send({ method, userId, roleId, reason }: RoleCall): Promise<void> {
		try {
			this.rest.setToken(this.client.token ?? '');
			this.rest.options.timeout = this.client.rest.options.timeout;
			const fullRoute = Routes.guildMemberRole(this.guildId, userId, roleId);
			await (method === 'PUT' ? this.rest.put(fullRoute, { reason }) : this.rest.delete(fullRoute, { reason }));
			this.untimedLimit.reset();
		} catch (error) {
			const isRefusedToken = error instanceof DiscordAPIError && error.status === 401;
			throw new RoleCallError('A role call failed.', {
				cause: isRefusedToken ? new TokenRefusedError('Discord refused the token.') : error
			});
		}
	}

	/** @throws {TooManyRequestsError} if the limit lasts too long, or has been met too often */
	private rateLimited({ retryAfter, timeToReset, sublimitTimeout }: RateLimitError, times: number): void {
		if (retryAfter <= 0) {
			this.untimedLimit.hit();
			return;
		}
		const waitMs = Math.max(retryAfter, timeToReset, sublimitTimeout);
		if (waitMs > MAX_RETRY_AFTER_MS)
			throw new TooManyRequestsError(`Discord rate-limited role calls for ${Math.ceil(waitMs / 1000)} seconds.`);
		if (times >= MAX_RATE_LIMITS) throw new TooManyRequestsError(`Discord rate-limited a role call ${times} times in a row.`);
		this.closeFor(waitMs);
	}

	private closeFor(ms: number): void {
		this.opensAt = Math.max(this.opensAt, this.options.now() + ms + RESET_MARGIN_MS);
	}

	private async untilOpen(): Promise<void> {
		await this.untimedLimit.wait();
		const waitMs = this.opensAt - this.options.now();
		if (waitMs > 0) await this.options.sleep(waitMs);
	}
}
