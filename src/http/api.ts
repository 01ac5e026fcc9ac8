import * as z from 'zod';
import { SNOWFLAKE } from '../reconciliation/domain/discord-id.js';
import type { DriftType } from '../reconciliation/domain/issue.js';
import type { IssuePage } from '../reconciliation/fixes/bulk-plan.js';
import { errorSchema, RequestError } from './errors.js';
import { type Route, route } from './route.js';
import { issueSchema, runSchema, TYPES, toIssue, toRun } from './schemas.js';

/** The routes that need the token: they start runs, and read runs and issues. */

const MAX_RUNS = 100;
const MAX_ISSUES = 200;

/** Each takes a second or two. */
const MAX_CHECKED = 25;

/** Of a run or an issue. */
const ID = /^[a-z0-9]{1,40}$/;

/** A count within a query. */
function limit(max: number, byDefault: number) {
	const expected = `it must be a whole number from 1 to ${max}`;
	return z.coerce.number(expected).int(expected).min(1, expected).max(max, expected).default(byDefault);
}

const STATUSES = ['open', 'fixed', 'resolved'] as const;

const oneOf = <const Name extends string>(names: readonly Name[]) => z.enum(names, { error: `it must be one of: ${names.join(', ')}` });

const inProgress = { description: 'Another run is in progress.', schema: errorSchema };

const startRun = route({
	method: 'post',
	path: '/runs',
	summary: 'Starts a run over all members. Its report goes to the admin channel',
	guarded: true,
	body: z.strictObject({
		reportOnly: z
			.boolean('it must be true or false')
			.default(false)
			.describe('True: it fixes nothing, whatever RECONCILIATION_AUTO_FIX says')
	}),
	responses: { 202: { description: 'It has started.', schema: z.strictObject({ id: z.string() }) }, 409: inProgress },
	handle: async ({ body }, deps) => ({ status: 202, body: { id: await deps.startRun(body) } })
});

const readRun = route({
	method: 'get',
	path: '/runs/{id}',
	summary: 'A run, in progress or ended',
	guarded: true,
	params: z.strictObject({ id: z.string().regex(ID, 'it must be the ID of a run') }),
	responses: {
		200: { description: 'The run.', schema: runSchema },
		404: { description: 'There is no such run.', schema: errorSchema }
	},
	handle: async ({ params: { id } }, { runs }) => {
		const run = await runs.find(id);
		if (run === null) throw new RequestError(404, 'not_found', 'There is no run with this ID. GET /runs lists the newest ones.');
		return { status: 200, body: toRun(run) };
	}
});

const listRuns = route({
	method: 'get',
	path: '/runs',
	summary: 'The newest runs, newest first',
	guarded: true,
	query: z.strictObject({ limit: limit(MAX_RUNS, 20) }),
	responses: { 200: { description: 'The runs.', schema: z.strictObject({ runs: z.array(runSchema) }) } },
	handle: async ({ query }, { runs }) => ({ status: 200, body: { runs: (await runs.recent(query.limit)).map(toRun) } })
});

const listIssues = route({
	method: 'get',
	path: '/issues',
	summary: 'Issues, in pages: send nextCursor of the answer as cursor until it is null',
	guarded: true,
	query: z.strictObject({
		status: oneOf(STATUSES).default('open').describe('open includes those that are being fixed'),
		type: oneOf(TYPES).optional(),
		cursor: z.string().regex(ID, 'it must be nextCursor of the page before').optional(),
		limit: limit(MAX_ISSUES, 50)
	}),
	responses: {
		200: {
			description: 'A page of issues.',
			schema: z.strictObject({ issues: z.array(issueSchema), nextCursor: z.string().nullable().describe('Null on the last page') })
		}
	},
	handle: async ({ query }, { issues }) => {
		const found = await issues.listIssues({
			status: query.status.toUpperCase() as IssuePage['status'],
			type: query.type === undefined ? null : (query.type.toUpperCase() as DriftType),
			after: query.cursor ?? null,
			limit: query.limit + 1
		});
		const page = found.slice(0, query.limit);
		const nextCursor = found.length > page.length ? (page.at(-1)?.id ?? null) : null;
		return { status: 200, body: { issues: page.map(toIssue), nextCursor } };
	}
});

const check = route({
	method: 'post',
	path: '/check',
	summary: 'Compares a few members now, and answers when that is done. Waits up to five minutes for a run in progress',
	guarded: true,
	body: z.strictObject({
		discordIds: z
			.array(z.string('it must be a Discord ID in quotes').regex(SNOWFLAKE, 'it must be a Discord ID of 17 to 20 digits'), {
				error: 'it must be a list of Discord IDs'
			})
			.min(1, 'it must have at least one Discord ID')
			.max(MAX_CHECKED, `it must have at most ${MAX_CHECKED} Discord IDs`)
	}),
	responses: {
		200: {
			description: 'The runs, one for each member, in the order of the IDs without duplicates.',
			schema: z.strictObject({ runs: z.array(runSchema) })
		},
		409: inProgress
	},
	handle: async ({ body }, deps) => ({ status: 200, body: { runs: (await deps.check(body.discordIds)).map(toRun) } })
});

export const API_ROUTES: readonly Route[] = [startRun, listRuns, readRun, listIssues, check];
