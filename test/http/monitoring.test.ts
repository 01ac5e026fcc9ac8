import { describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/http/app.js';
import type { HttpDeps } from '../../src/http/deps.js';
import { createMetrics } from '../../src/http/metrics.js';
import { monitoringRoutes } from '../../src/http/monitoring.js';
import { createDeps } from './fixtures.js';

function createMonitoring(changes: Partial<HttpDeps> = {}) {
	const deps = createDeps(changes);
	return createApp(monitoringRoutes(createMetrics(deps)), deps);
}

describe('the routes for monitoring', () => {
	it.each(['/healthz', '/readyz', '/metrics'])('answer GET %s without a token', async (path) => {
		expect((await createMonitoring({ token: null }).request(path)).status).toBe(200);
	});

	it('answer GET /healthz although nothing is ready', async () => {
		const app = createMonitoring({ checkReadiness: () => new Promise(() => {}) });
		const response = await app.request('/healthz');
		expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
	});

	it('give the reasons why Reeve is not ready', async () => {
		const app = createMonitoring({ checkReadiness: async () => ({ discord: 'Not connected.', database: null, schedule: 'Starting.' }) });
		const response = await app.request('/readyz');
		expect(response.status).toBe(503);
		expect(await response.json()).toEqual({
			status: 'not ready',
			reasons: [
				{ check: 'discord', message: 'Not connected.' },
				{ check: 'schedule', message: 'Starting.' }
			]
		});
	});

	it('send the metrics as text', async () => {
		const response = await createMonitoring().request('/metrics');
		expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=/);
		expect(await response.text()).toContain('\nreeve_holds_open 1\n');
	});

	it('answer an unknown path or method with 404', async () => {
		for (const [path, method] of [
			['/', 'GET'],
			['/healthz', 'POST'],
			['/healthz/x', 'GET']
		] as const) {
			const response = await createMonitoring().request(path, { method });
			expect([response.status, await response.json()]).toEqual([
				404,
				{ error: { code: 'not_found', message: `There is no ${method} ${path}.` } }
			]);
		}
	});

	it('refuse a query that is not known, by its name', async () => {
		const response = await createMonitoring().request('/healthz?verbose=1');
		expect([response.status, await response.json()]).toEqual([
			400,
			{ error: { code: 'invalid', message: 'verbose in the query is not known; none is known here.' } }
		]);
	});

	it('log an unexpected error, and do not show it', async () => {
		const error = vi.fn();
		const failing = async () => {
			throw new Error('a secret detail');
		};
		const response = await createMonitoring({ checkReadiness: failing, logger: { error } }).request('/readyz');
		expect(response.status).toBe(500);
		expect(await response.text()).not.toContain('secret detail');
		expect(error).toHaveBeenCalledWith('HTTP request GET /readyz failed:', expect.objectContaining({ message: 'a secret detail' }));
	});
});
