import { expect, it } from 'vitest';
import { countRequests } from '../../sandbox/services/core/request-count.js';
import { RequestLog, type Target } from '../../sandbox/services/core/request-log.js';

it('countRequests counts requests that differ only in IDs together', () => {
	const log = new RequestLog();
	const made: readonly (readonly [Target, string, string, number])[] = [
		['stripe', 'GET', '/v1/subscription_items', 200],
		['stripe', 'GET', '/v1/customers/cus_1', 200],
		['stripe', 'GET', '/v1/customers/cus_2', 200],
		['stripe', 'GET', '/v1/customers/cus_2', 429],
		['discord', 'PUT', '/api/v10/guilds/1100000000000000100/members/200000000000000001/roles/1100000000000000502', 204]
	];
	for (const [target, method, path, status] of made) log.add({ target, method, path, query: {}, body: null }).status = status;
	expect(countRequests(log.list()).map(({ method, path, status, count }) => `${count} ${method} ${path} ${status}`)).toEqual([
		'1 GET /v1/subscription_items 200',
		'2 GET /v1/customers/:id 200',
		'1 GET /v1/customers/:id 429',
		'1 PUT /api/v10/guilds/:id/members/:id/roles/:id 204'
	]);
});

it('RequestLog keeps the latest 100 000 requests and keeps numbering', () => {
	const log = new RequestLog();
	for (let n = 0; n < 200_001; n += 1) log.add({ target: 'stripe', method: 'GET', path: '/v1/events', query: {}, body: null });
	expect(log.list()).toHaveLength(100_000);
	expect(log.list().at(-1)?.n).toBe(200_001);
});
