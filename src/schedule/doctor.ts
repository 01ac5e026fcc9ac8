import { Redis } from 'ioredis';
import type { Check } from '../reconciliation/health/doctor.js';
import { describeRedisError, hostAndPort } from './redis-errors.js';

const CONNECT_TIMEOUT_MS = 4_000;

/** Whether Redis answers. */
export function redisCheck(url: string): Check {
	return {
		subject: 'Redis',
		// Reeve wakes itself meanwhile, and the database knows what is due.
		severityOnFailure: 'error',
		run: async () => {
			const redis = new Redis(url, {
				lazyConnect: true,
				connectTimeout: CONNECT_TIMEOUT_MS,
				maxRetriesPerRequest: 0,
				retryStrategy: () => null
			});
			let why: Error | null = null;
			redis.on('error', (error: Error) => {
				why = error;
			});
			try {
				await redis.connect();
				await redis.ping();
				return [{ verdict: 'ok', message: `Redis answers (${hostAndPort(url)}).` }];
			} catch (error) {
				throw new Error(
					`Redis cannot be reached (${hostAndPort(url)}): ${describeRedisError(why ?? (error as Error))}. Check REDIS_URL, and that the server runs; until then Reeve wakes itself.`,
					{ cause: error }
				);
			} finally {
				redis.disconnect();
			}
		}
	};
}
