import * as z from 'zod';
import { READINESS_CHECKS } from './deps.js';
import type { Metrics } from './metrics.js';
import { type Route, route } from './route.js';

/** The routes for monitoring, which need no token: they say nothing about a member. */

const readySchema = z.strictObject({
	status: z.literal('ready')
});

const notReadySchema = z.strictObject({
	status: z.literal('not ready'),
	reasons: z.array(
		z.strictObject({
			check: z.enum(READINESS_CHECKS),
			message: z.string().describe('What is wrong, for people')
		})
	)
});

export function monitoringRoutes(metrics: Metrics): readonly Route[] {
	return [
		route({
			method: 'get',
			path: '/healthz',
			summary: 'Whether the process answers',
			guarded: false,
			responses: { 200: { description: 'The process answers.', schema: z.strictObject({ status: z.literal('ok') }) } },
			handle: async () => ({ status: 200, body: { status: 'ok' } })
		}),
		route({
			method: 'get',
			path: '/readyz',
			summary: 'Whether Reeve can do its work: logged in to Discord, the database answers, the schedule runs',
			guarded: false,
			responses: {
				200: { description: 'Reeve can work.', schema: readySchema },
				503: { description: 'It cannot, for these reasons.', schema: notReadySchema }
			},
			handle: async (_, { checkReadiness }) => {
				const readiness = await checkReadiness();
				const reasons = READINESS_CHECKS.flatMap((check) => {
					const message = readiness[check];
					return message === null ? [] : [{ check, message }];
				});
				return reasons.length === 0 ? { status: 200, body: { status: 'ready' } } : { status: 503, body: { status: 'not ready', reasons } };
			}
		}),
		route({
			method: 'get',
			path: '/metrics',
			summary: "Metrics in Prometheus' text format",
			guarded: false,
			responses: { 200: { description: 'The metrics.', schema: null } },
			handle: async () => {
				const { contentType, text } = await metrics.scrape();
				return { status: 200, body: text, contentType };
			}
		})
	];
}
