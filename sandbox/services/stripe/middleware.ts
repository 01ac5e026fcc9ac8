import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono } from 'hono';
import Stripe from 'stripe';
import type { Fault, Faults } from '../core/faults.js';
import type { RequestLog } from '../core/request-log.js';
import { applyResponseFaults } from '../core/response-faults.js';
import { endpoint } from './api.js';
import { noKey, rateLimited, StripeRefusal, serverError, wrongKey } from './errors.js';
import { ACCOUNT } from './objects/account.js';
import { type Query, readQuery } from './parameters.js';
import type { Rate } from './rate.js';
import type { Tampering } from './tampering.js';

/** The pipeline of a request: log, faults, latency, key, rate limit, answer. */

export interface RequestPipeline {
	readonly log: RequestLog;
	readonly faults: Faults;
	readonly key: string;
	readonly rate: Rate;
	latency(): number;
	answer(method: string, path: string, query: Query, tampering: readonly Tampering[]): object;
}

/** A response, or a dropped connection. */
type Outcome = { status: number; body: unknown; headers: Record<string, string> } | 'dropped';

const TAMPERING: readonly string[] = ['truncate', 'repeat', 'empty', 'endless'] satisfies Tampering[];
const isTampering = (kind: string): kind is Tampering => TAMPERING.includes(kind);

export function stripeApp(pipeline: RequestPipeline): Hono {
	const app = new Hono();
	let requests = 0;
	app.all('/v1/*', async (context) => {
		const startedAt = performance.now();
		const { method } = context.req;
		const { pathname: path, search } = new URL(context.req.url);
		const query = readQuery(search);
		const entry = pipeline.log.add({ target: 'stripe', method, path, query, body: await readBody(context) });
		const faults = pipeline.faults.take('stripe', `${method} ${path}`);
		const outcome = await pass(pipeline, context, faults, method, path, query);
		entry.ms = Math.round(performance.now() - startedAt);
		if (outcome === 'dropped') {
			entry.status = 0;
			return dropConnection(context);
		}
		entry.status = outcome.status;
		requests += 1;
		return applyResponseFaults(faults, respond(context, outcome, `req_${String(requests).padStart(14, '0')}`));
	});
	return app;
}

async function pass(
	pipeline: RequestPipeline,
	context: Context,
	faults: readonly Fault[],
	method: string,
	path: string,
	query: Query
): Promise<Outcome> {
	const wait = faults.reduce((sum, fault) => sum + (fault.kind === 'latency' ? (fault.ms ?? 0) : 0), pipeline.latency());
	if (wait > 0) await sleep(wait);
	await pipeline.faults.waitForHolds(faults);
	for (const fault of faults) {
		if (fault.kind === 'timeout') {
			await clientDisconnected(context);
			return 'dropped';
		}
		if (fault.kind === 'drop' || fault.kind === 'drop-after') return 'dropped';
		const failure = failureOf(fault);
		if (failure) return failure;
	}
	try {
		authorize(pipeline.key, context.req.header('authorization'));
		if (!pipeline.rate.take(endpoint(method, path))) throw rateLimited();
		const tampering = faults.map((fault) => fault.kind).filter(isTampering);
		return { status: 200, body: pipeline.answer(method, path, query, tampering), headers: {} };
	} catch (error) {
		if (error instanceof StripeRefusal) return refusal(error);
		// A bug in the sandbox must not pass for an emulated failure.
		console.error(error);
		return refusal(serverError());
	}
}

function failureOf(fault: Fault): Outcome | undefined {
	if (fault.kind === '429') {
		const outcome = refusal(rateLimited());
		const headers = fault.retryAfter === undefined ? outcome.headers : { ...outcome.headers, 'Retry-After': String(fault.retryAfter) };
		return { ...outcome, headers, body: fault.body ?? outcome.body };
	}
	if (fault.kind !== '500' && fault.kind !== 'status') return undefined;
	const outcome = refusal(serverError(fault.kind === '500' ? 500 : (fault.status ?? 500)));
	return { ...outcome, body: fault.body ?? outcome.body };
}

function refusal({ status, body, headers }: StripeRefusal): Exclude<Outcome, 'dropped'> {
	const doc = body.code === undefined ? {} : { doc_url: `https://stripe.com/docs/error-codes/${body.code.replaceAll('_', '-')}` };
	return { status, body: { error: { ...body, ...doc } }, headers: { ...headers } };
}

function authorize(key: string, header: string | undefined): void {
	const [, scheme = '', credentials = ''] = /^(\S+)\s+(.+)$/.exec(header ?? '') ?? [];
	let given = '';
	if (scheme.toLowerCase() === 'bearer') given = credentials.trim();
	else if (scheme.toLowerCase() === 'basic') given = Buffer.from(credentials, 'base64').toString().split(':')[0] ?? '';
	if (given === '') throw noKey();
	if (given !== key) throw wrongKey(given);
}

async function readBody(context: Context): Promise<unknown> {
	if (context.req.method === 'GET') return null;
	const text = await context.req.text().catch(() => '');
	return text === '' ? null : readQuery(text);
}

function respond(context: Context, { status, body, headers }: Exclude<Outcome, 'dropped'>, request: string): Response {
	return new Response(typeof body === 'string' ? body : JSON.stringify(body), {
		status,
		headers: {
			'Content-Type': 'application/json',
			'Request-Id': request,
			'Stripe-Account': ACCOUNT,
			'Stripe-Version': context.req.header('stripe-version') ?? Stripe.API_VERSION,
			...headers
		}
	});
}

/** The incoming request; undefined if Hono is called without a server. */
function connection(context: Context): HttpBindings['incoming'] | undefined {
	const bindings: Partial<HttpBindings> | undefined = context.env;
	return bindings?.incoming;
}

function dropConnection(context: Context): Response {
	const incoming = connection(context);
	if (!incoming) return Response.error();
	incoming.socket.destroy();
	return RESPONSE_ALREADY_SENT;
}

/** Resolves once the client has disconnected. */
async function clientDisconnected(context: Context): Promise<void> {
	const socket = connection(context)?.socket;
	if (!socket || socket.destroyed) return;
	await new Promise<void>((resolve) => socket.once('close', () => resolve()));
}
