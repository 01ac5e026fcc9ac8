import { Redis } from 'ioredis';
import type { Check } from '../reconciliation/doctor.js';
import { placeOf, whyAway } from './redis-trouble.js';

const CONNECT_WITHIN_MS = 4_000;

/** Whether Redis answers. */
export function redisCheck(url: string): Check {
	return {
		about: 'Redis',
		// Reeve wakes itself meanwhile, and the database knows what is due.
		otherwise: 'wrong',
		look: async () => {
			const redis = new Redis(url, {
				lazyConnect: true,
				connectTimeout: CONNECT_WITHIN_MS,
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
				return [{ verdict: 'well', words: `Redis answers (${placeOf(url)}).` }];
			} catch (error) {
				throw new Error(
					`Redis cannot be reached (${placeOf(url)}): ${whyAway(why ?? (error as Error))}. Check REDIS_URL, and that the server runs; until then Reeve wakes itself.`,
					{ cause: error }
				);
			} finally {
				redis.disconnect();
			}
		}
	};
}
