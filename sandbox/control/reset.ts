import { z } from 'zod';
import type { Overrides } from '../bot/environment.js';
import type { LoadedWorld } from '../environment/environment.js';
import { ControlError } from '../services/core/control-error.js';
import { makeScenario, scenarioSchema } from '../world/scenario.js';
import { type WorldInput, worldSchema } from '../world/world.js';
import { read } from './read.js';

/** The body of `POST /api/reset`: a scenario or a world, and settings for the bot. */
export type ResetInput = (
	| { scenario: 'council' | 'metropolis'; size?: number; seed?: number; subscriptions?: number }
	| { world: WorldInput }
) & {
	env?: SettingsInput;
};

/** Values that replace the sandbox's settings; null or an empty string removes one. */
export type SettingsInput = Readonly<Record<string, string | number | boolean | null>>;

const settings = z
	.record(
		z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'is not a valid setting name'),
		z.union([z.string(), z.number().transform(String), z.boolean().transform(String), z.null()])
	)
	.refine((given) => !('DATA_DIR' in given), 'DATA_DIR cannot be set: every world gets a fresh directory')
	.default({});

const withScenario = scenarioSchema.extend({ env: settings });
const withWorld = z.strictObject({ world: worldSchema, env: settings });

/** @throws {ControlError} 400 */
export function readReset(body: unknown, now = new Date()): LoadedWorld {
	if (typeof body !== 'object' || body === null || 'scenario' in body === 'world' in body) {
		throw new ControlError(400, 'give either a scenario (council or metropolis) or a world');
	}
	if ('world' in body) {
		const { world, env } = read(withWorld, body);
		return { world, settings: env satisfies Overrides, scenario: null };
	}
	const { env, ...choice } = read(withScenario, body);
	const { world, expected, notices } = makeScenario(choice, now);
	return { world, settings: env, scenario: { choice, expected, notices } };
}
