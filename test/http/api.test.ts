import { describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/http/app.js';
import type { HttpDeps } from '../../src/http/deps.js';
import { createMetrics } from '../../src/http/metrics.js';
import { responsesOf } from '../../src/http/openapi.js';
import { allRoutes } from '../../src/http/server.js';
import type { IssueWithStatus } from '../../src/reconciliation/fixes/bulk-plan.js';
import type { RunSummary } from '../../src/reconciliation/runs/history.js';
import { createDeps, TOKEN } from './fixtures.js';

const MEMBER = '300000000000000001';
const OTHER = '300000000000000002';

const RUN: RunSummary = {
	runId: 'run1',
	status: 'COMPLETED',
	triggeredBy: 'manual',
	requestedBy: 'http',
	isVerificationRun: false,
	onlyMember: null,
	onlyMembers: null,
	startedAt: new Date('2026-11-28T03:00:00Z'),
	completedAt: new Date('2026-11-28T03:00:07Z'),
	issuesFound: 12,
	issuesFixed: 3,
	news: {
		since: new Date('2026-11-27T03:00:00Z'),
		counts: { new: 2, back: 1, known: 9 },
		settled: { fixed: 1, undone: 0, ignored: 0, gone: 0 }
	},
	failure: null,
	hold: { reason: 'Too many.', losing: 9, holders: 30 },
	holdReleasedBy: null,
	report: { channelId: '1', messageId: '2' }
};

function issue(id: string): IssueWithStatus {
	return {
		id,
		status: 'FIXING',
		type: 'UNAUTHORIZED_ACCESS',
		severity: 'HIGH',
		memberId: null,
		discordId: MEMBER,
		discordName: '"<@everyone>"',
		description: 'Has Lord, but does not pay.',
		stripeStatus: 'canceled',
		databaseStatus: 'linked',
		discordRoles: ['Lord'],
		expectedRoles: [],
		plan: { add: [], remove: ['Lord'] },
		effect: 'removes',
		customerIds: ['cus_secret_from_others'],
		linked: true,
		planHash: '0123abcd',
		firstSeenAt: new Date('2026-11-27T03:00:00Z'),
		lastSeenAt: new Date('2026-11-28T03:00:00Z'),
		timesSeen: 2,
		cameBackAt: null,
		lastRunId: 'run1'
	};
}

/** Sends a request, and checks that the answer is one that the description of its route has. */
async function send(method: 'GET' | 'POST', path: string, { deps = createDeps(), body, token = TOKEN }: Sent = {}) {
	const routes = allRoutes(createMetrics(deps));
	const response = await createApp(routes, deps).request(path, {
		method,
		headers: token === null ? {} : { authorization: `Bearer ${token}` },
		...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) })
	});
	const [pathname = ''] = path.split('?');
	const route = routes.find((each) => {
		return each.method.toUpperCase() === method && new RegExp(`^${each.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(pathname);
	});
	if (route === undefined) throw new Error(`There is no route ${method} ${pathname}.`);
	const described = responsesOf(route)[response.status];
	expect(described, `${method} ${pathname} is not described with ${response.status}`).toBeDefined();
	if (described?.schema === null) return { status: response.status, body: await response.text() };
	const json: unknown = await response.json();
	expect(described?.schema?.parse(json)).toEqual(json);
	return { status: response.status, body: json };
}

interface Sent {
	readonly deps?: HttpDeps;
	readonly body?: unknown;
	readonly token?: string | null;
}

const errorOf = (code: string, message: unknown) => ({ error: { code, message } });

describe('every route of the API', () => {
	const routes = allRoutes(createMetrics(createDeps())).filter(({ guarded }) => guarded);

	it('is one of those that need the token', () => {
		expect(routes.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
			'get /issues',
			'get /runs',
			'get /runs/{id}',
			'post /check',
			'post /runs'
		]);
	});

	it.each(routes.map(({ method, path }) => [method.toUpperCase(), path.replace('{id}', 'run1')] as ['GET' | 'POST', string]))(
		'refuses %s %s without the token before it reads anything',
		async (method, path) => {
			expect(await send(method, path, { token: null, ...(method === 'POST' && { body: 'not JSON' }) })).toMatchObject({ status: 401 });
			expect(await send(method, path, { token: 'another-token-of-25-chars' })).toMatchObject({ status: 401 });
			expect(await send(method, path, { deps: createDeps({ token: null }) })).toEqual({
				status: 403,
				body: errorOf('token_not_set', expect.stringContaining('Set HTTP_TOKEN'))
			});
		}
	);
});

describe('POST /runs', () => {
	it('answers with the ID of the run, with an empty body too', async () => {
		const startRun = vi.fn(async () => 'run1');
		const deps = createDeps({ startRun });
		expect(await send('POST', '/runs', { deps })).toEqual({ status: 202, body: { id: 'run1' } });
		expect(await send('POST', '/runs', { deps, body: { reportOnly: true } })).toMatchObject({ status: 202 });
		expect(startRun.mock.calls).toEqual([[{ reportOnly: false }], [{ reportOnly: true }]]);
	});

	it.each<[unknown, string]>([
		['{', 'The body is not valid JSON.'],
		['[]', 'The body must be a JSON object.'],
		['"run"', 'The body must be a JSON object.'],
		[{ reportOnly: 'yes' }, 'reportOnly in the body is not valid: it must be true or false.'],
		[{ autoFix: true }, 'autoFix in the body is not known; known are: reportOnly.']
	])('refuses %j', async (body, message) => {
		expect(await send('POST', '/runs', { body })).toEqual({ status: 400, body: errorOf('invalid', message) });
	});

	it('refuses a body of more than 64 KiB', async () => {
		const body = ' '.repeat(65 * 1024);
		expect(await send('POST', '/runs', { body })).toEqual({ status: 413, body: errorOf('too_large', expect.stringContaining('64 KiB')) });
	});

	it('passes on what a caller can do something about', async () => {
		const refused = (status: 409 | 503) =>
			createDeps({
				startRun: () => Promise.reject(new Error('busy')),
				describeError: () => ({ status, code: 'some_code', message: 'Try again.' })
			});
		for (const status of [409, 503] as const)
			expect(await send('POST', '/runs', { deps: refused(status) })).toEqual({ status, body: errorOf('some_code', 'Try again.') });
	});
});

describe('GET /runs', () => {
	it('shows the newest runs, with times in UTC and without the report', async () => {
		const recent = vi.fn(async () => [RUN, { ...RUN, runId: 'run2', status: 'RUNNING', completedAt: null, hold: null } as const]);
		const { status, body } = await send('GET', '/runs?limit=2', { deps: createDeps({ runs: { recent, find: async () => null } }) });
		expect(recent).toHaveBeenCalledWith(2);
		expect(status).toBe(200);
		expect(body).toEqual({
			runs: [
				{
					id: 'run1',
					status: 'completed',
					triggeredBy: 'manual',
					requestedBy: 'http',
					discordId: null,
					discordIds: null,
					startedAt: '2026-11-28T03:00:00.000Z',
					completedAt: '2026-11-28T03:00:07.000Z',
					issuesFound: 12,
					issuesFixed: 3,
					news: { since: '2026-11-27T03:00:00.000Z', new: 2, back: 1, known: 9 },
					failure: null,
					hold: { reason: 'Too many.', losing: 9, holders: 30, releasedBy: null }
				},
				expect.objectContaining({ id: 'run2', status: 'running', completedAt: null, hold: null })
			]
		});
	});

	it.each(['0', '101', '2.5', '-1', 'many'])('refuses the limit %s', async (limit) => {
		expect(await send('GET', `/runs?limit=${limit}`)).toEqual({
			status: 400,
			body: errorOf('invalid', 'limit in the query is not valid: it must be a whole number from 1 to 100.')
		});
	});
});

describe('GET /runs/{id}', () => {
	it('shows the run, or says that there is none', async () => {
		const find = async (id: string) => (id === 'run1' ? RUN : null);
		const deps = createDeps({ runs: { recent: async () => [], find } });
		expect(await send('GET', '/runs/run1', { deps })).toMatchObject({ status: 200, body: { id: 'run1' } });
		expect(await send('GET', '/runs/run9', { deps })).toEqual({
			status: 404,
			body: errorOf('not_found', 'There is no run with this ID. GET /runs lists the newest ones.')
		});
		expect(await send('GET', '/runs/%00', { deps })).toEqual({
			status: 400,
			body: errorOf('invalid', 'id in the path is not valid: it must be the ID of a run.')
		});
	});
});

describe('GET /issues', () => {
	it('shows what an issue is about, and no customer', async () => {
		const listIssues = vi.fn(async () => [issue('a')]);
		const { body } = await send('GET', '/issues?status=open&type=&cursor=', { deps: createDeps({ issues: { listIssues } }) });
		expect(listIssues).toHaveBeenCalledWith({ status: 'OPEN', type: null, after: null, limit: 51 });
		expect(body).toMatchObject({
			issues: [{ id: 'a', status: 'fixing', type: 'unauthorized_access', severity: 'high', discordName: '"<@everyone>"', cause: null }],
			nextCursor: null
		});
		expect(JSON.stringify(body)).not.toContain('cus_');
	});

	it('shows what an issue is about in money', async () => {
		const money = { counts: 'unpaid', amounts: [{ currency: 'usd', amount: 2900 }], isMinimum: false } as const;
		const listIssues = async () => [issue('a'), { ...issue('b'), money }];
		const { body } = await send('GET', '/issues', { deps: createDeps({ issues: { listIssues } }) });
		expect(body).toMatchObject({ issues: [{ money: null }, { money }] });
	});

	it('gives the next cursor only if there is more', async () => {
		const listIssues = vi.fn(async () => [issue('a'), issue('b'), issue('c')]);
		const deps = createDeps({ issues: { listIssues } });
		const first = await send('GET', '/issues?limit=2&type=missing_access&status=fixed&cursor=a0', { deps });
		expect(first.body).toMatchObject({ issues: [{ id: 'a' }, { id: 'b' }], nextCursor: 'b' });
		expect(listIssues).toHaveBeenCalledWith({ status: 'FIXED', type: 'MISSING_ACCESS', after: 'a0', limit: 3 });
		expect((await send('GET', '/issues?limit=3', { deps })).body).toMatchObject({ nextCursor: null });
	});

	it.each([
		['status=closed', 'status in the query is not valid: it must be one of: open, fixed, resolved.'],
		['type=lost', /^type in the query is not valid: it must be one of: missing_access, /],
		['cursor=%27', 'cursor in the query is not valid: it must be nextCursor of the page before.'],
		['limit=201', 'limit in the query is not valid: it must be a whole number from 1 to 200.'],
		['member=1', 'member in the query is not known; known are: status, type, cursor, limit.']
	])('refuses %s', async (query, message) => {
		expect(await send('GET', `/issues?${query}`)).toEqual({ status: 400, body: errorOf('invalid', expect.stringMatching(message)) });
	});
});

describe('POST /check', () => {
	it('answers with a run for each member', async () => {
		const check = vi.fn(async (ids: readonly string[]) =>
			ids.map((id) => ({ ...RUN, runId: `run of ${id}`, onlyMember: id, status: 'COMPLETED', hold: null }) as never)
		);
		const { status, body } = await send('POST', '/check', { deps: createDeps({ check }), body: { discordIds: [MEMBER, OTHER] } });
		expect(check).toHaveBeenCalledWith([MEMBER, OTHER]);
		expect([status, body]).toMatchObject([200, { runs: [{ discordId: MEMBER }, { discordId: OTHER }] }]);
	});

	it.each([
		[{}, 'discordIds in the body is not valid: it must be a list of Discord IDs.'],
		[{ discordIds: MEMBER }, 'discordIds in the body is not valid: it must be a list of Discord IDs.'],
		[{ discordIds: [] }, 'discordIds in the body is not valid: it must have at least one Discord ID.'],
		[{ discordIds: Array(26).fill(MEMBER) }, 'discordIds in the body is not valid: it must have at most 25 Discord IDs.'],
		[{ discordIds: [MEMBER, 'ada'] }, 'discordIds[1] in the body is not valid: it must be a Discord ID of 17 to 20 digits.'],
		[{ discordIds: [300000000000000000] }, 'discordIds[0] in the body is not valid: it must be a Discord ID in quotes.']
	])('refuses %j', async (body, message) => {
		expect(await send('POST', '/check', { body })).toEqual({ status: 400, body: errorOf('invalid', message) });
	});
});

describe('GET /openapi.json', () => {
	it('describes every route, itself included, with what it takes and answers', async () => {
		const { status, body } = await send('GET', '/openapi.json', { token: null });
		expect(status).toBe(200);
		const { paths } = body as { paths: Record<string, Record<string, Described>> };
		const described = Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
		expect(described.sort()).toEqual(
			allRoutes(createMetrics(createDeps()))
				.map(({ method, path }) => `${method} ${path}`)
				.sort()
		);
		expect(paths['/runs/{id}']?.get?.parameters).toEqual([
			{ name: 'id', in: 'path', required: true, schema: { type: 'string', pattern: '^[a-z0-9]{1,40}$' } }
		]);
		expect(paths['/issues']?.get?.parameters.map(({ name, required }) => [name, required])).toEqual([
			['status', false],
			['type', false],
			['cursor', false],
			['limit', false]
		]);
		expect(paths['/check']?.post?.requestBody?.content['application/json'].schema).toMatchObject({ required: ['discordIds'] });
		expect(Object.keys(paths['/runs']?.post?.responses ?? {})).toEqual(['202', '400', '401', '403', '409', '413', '500', '503']);
		expect([paths['/runs']?.post?.security, paths['/healthz']?.get?.security]).toEqual([[{ token: [] }], undefined]);
	});
});

interface Described {
	readonly parameters: readonly { readonly name: string; readonly required: boolean }[];
	readonly requestBody?: { readonly content: Readonly<Record<'application/json', { readonly schema: object }>> };
	readonly responses: object;
	readonly security?: unknown;
}
