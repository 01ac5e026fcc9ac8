import type { Check } from '../reconciliation/health/doctor.js';
import { describeRedisError, hostAndPort } from './redis-errors.js';

const CONNECT_TIMEOUT_MS = 4_000;

/** Checks that Redis accepts a connection and answers a ping. */
export function redisCheck(url: string): Check {
	return {
		subject: 'Redis',
		// Not blocking: the in-process scheduler takes over, and the database knows what is due.
		severityOnFailure: 'error',
		run: async () => {
			// Loaded by those alone who use it.
			const { Redis } = await import('ioredis');
			const redis = new Redis(url, {
				lazyConnect: true,
				connectTimeout: CONNECT_TIMEOUT_MS,
				maxRetriesPerRequest: 0,
				retryStrategy: () => null
			});
			let connectionError: Error | null = null;
			redis.on('error', (error: Error) => {
				connectionError = error;
			});
			try {
				await redis.connect();
				await redis.ping();
				return [{ verdict: 'ok', message: `Redis answers (${hostAndPort(url)}).` }];
			} catch (error) {
				throw new Error(
					`Redis unavailable (${hostAndPort(url)}): ${describeRedisError(connectionError ?? (error as Error))}. Check REDIS_URL and that the server is running. Until then Reeve uses its in-process scheduler.`,
					{ cause: error }
				);
			} finally {
				redis.disconnect();
			}
		}
	};
}
