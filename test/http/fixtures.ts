import type { HttpDeps } from '../../src/http/deps.js';
import type { Gauges } from '../../src/reconciliation/health/gauges.js';

export const TOKEN = 'a-token-of-25-characters-';

export const GAUGES: Gauges = {
	lastSuccessAt: new Date('2026-11-28T03:00:00Z'),
	installedAt: new Date('2026-01-01T00:00:00Z'),
	paused: false,
	open: [
		{ kind: 'MISSING_ACCESS', many: 13, oldest: new Date('2026-11-27T03:00:00Z') },
		{ kind: 'UNLINKED', many: 2, oldest: new Date('2026-11-27T03:00:00Z') }
	],
	openHolds: 1,
	deliveries: { pending: 3, failing: 2, givenUp: 4 },
	changes: {
		queued: 5,
		oldestAt: new Date('2026-11-28T02:59:00Z'),
		readAt: new Date('2026-11-28T02:59:50Z'),
		newestEventAt: new Date('2026-11-28T02:59:00Z'),
		pollMs: 15_000,
		settleMs: 30_000
	}
};

/** A Reeve that is ready. */
export function createDeps(changes: Partial<HttpDeps> = {}): HttpDeps {
	const unused = () => Promise.reject(new Error('not expected here'));
	return {
		token: TOKEN,
		checkReadiness: async () => ({ discord: null, database: null, schedule: null }),
		readGauges: async () => ({ ok: true, value: GAUGES }),
		runs: { recent: unused, find: unused },
		issues: { listIssues: unused },
		startRun: unused,
		check: unused,
		receiveStripeEvent: unused,
		describeError: () => null,
		logger: { error: () => {} },
		...changes
	};
}
