import { z } from 'zod';
import { council, type Scenario } from './council.js';
import { metropolis } from './metropolis.js';

/** Larger than any Discord guild. */
const MAX_SIZE = 2_000_000;

export const scenarioSchema = z.strictObject({
	scenario: z.enum(['council', 'metropolis'], 'must be council or metropolis'),
	/** Number of members. */
	size: z.int('must be a whole number').min(1, 'must be at least 1').max(MAX_SIZE, `must be at most ${MAX_SIZE}`).optional(),
	seed: z.int('must be a whole number').nonnegative('must not be negative').optional(),
	/** Minimum number of subscriptions of a metropolis. */
	subscriptions: z.int('must be a whole number').nonnegative('must not be negative').max(MAX_SIZE, `must be at most ${MAX_SIZE}`).optional()
});

export type ScenarioChoice = z.output<typeof scenarioSchema>;

const METROPOLIS_SIZE = 10_000;

export function makeScenario({ scenario, size, seed = 1, subscriptions = 0 }: ScenarioChoice, now: Date): Scenario {
	switch (scenario) {
		case 'council':
			return council(seed, now, size);
		case 'metropolis':
			return metropolis(size ?? METROPOLIS_SIZE, { seed, now, subscriptions });
	}
}
