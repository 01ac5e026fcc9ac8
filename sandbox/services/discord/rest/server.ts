import type { IncomingMessage } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono } from 'hono';
import type { LoggedRequest } from '../../core/request-log.js';
import { applyResponseFaults } from '../../core/response-faults.js';
import { DiscordError, notEmulated, refusal } from '../core/errors.js';
import type { DiscordOptions } from '../core/options.js';
import { Form } from '../validate/form.js';
import { type ReadBody, readBody } from './body.js';
import type { Answer, Call } from './call.js';
import { faultAfterHandler, faultBeforeHandler, takeDiscordFaults } from './faults.js';
import type { LimitName, RateLimits } from './rate-limits.js';

const MAX_REASON_LENGTH = 512;

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Handler = (call: Call) => Answer | Promise<Answer>;

export interface RouteOptions {
	limit?: LimitName;
	/** Routes with the same value share one bucket. */
	bucket?: string;
	/** Authorized by the interaction token in the path. Not counted towards the global limit. */
	open?: boolean;
}

const MAJOR_PARAMETERS = ['guild', 'channel', 'token'];

/** Handles a request: reads and logs it, applies faults, authorizes it, applies rate limits, runs the handler. */
export class RestServer {
	public readonly app = new Hono();

	public constructor(
		private readonly options: DiscordOptions,
		private readonly limits: () => RateLimits,
		/** Called after requests that may have changed state. */
		private readonly changed: () => void
	) {}

	/** @param path - below `/api/v10`, in Hono's syntax */
	public route(method: Method, path: string, handler: Handler, options: RouteOptions = {}): void {
		this.app.on(method, `/api/v10${path}`, (context) => this.serve(context, `${method} ${path}`, handler, options));
	}

	/** Refuses every other path under `/api/v10`. Call after registering all routes. */
	public addFallback(): void {
		this.app.all('/api/v10/*', (context) => {
			const refuse = (): never => {
				throw notEmulated(`${context.req.method} ${context.req.path.replace('/api/v10', '')}`, 404);
			};
			return this.serve(context, 'not emulated', refuse, { open: true });
		});
	}

	private async serve(context: Context, name: string, handler: Handler, options: RouteOptions): Promise<Response> {
		const started = performance.now();
		const incoming = (context.env as Partial<HttpBindings> | undefined)?.incoming;
		const url = new URL(incoming?.url ?? context.req.url, 'http://sandbox');
		const path = incoming?.url?.split('?')[0] ?? url.pathname;
		const read = await readBody(context.req.raw);
		const reason = decodeReason(context.req.header('x-audit-log-reason'));
		const entry = this.options.log.add({
			target: 'discord',
			method: context.req.method,
			path,
			query: queryOf(url.searchParams),
			body: read.logged,
			...(reason === undefined ? {} : { reason })
		});
		const finish = (response: Response, status = response.status) => {
			settle(entry, status, started);
			return response;
		};

		const faults = takeDiscordFaults(this.options.faults, `${context.req.method} ${path}`);
		await this.options.faults.waitForHolds(faults);
		const early = await faultBeforeHandler(faults, () => clientDisconnected(incoming));
		if (early === 'drop') {
			incoming?.socket.destroy();
			return finish(RESPONSE_ALREADY_SENT, 0);
		}
		if (early) return finish(applyResponseFaults(faults, respond(early.answer, early.headers)));

		const headers: Record<string, string> = {};
		const call: Call = { params: context.req.param(), query: url.searchParams, body: read.body, files: read.files, reason };
		const answer = await this.answer(context, name, call, read, handler, options, headers);
		if (context.req.method !== 'GET') this.changed();
		const late = faultAfterHandler(faults, answer);
		if (late === 'drop') {
			incoming?.socket.destroy();
			return finish(RESPONSE_ALREADY_SENT, 0);
		}
		return finish(applyResponseFaults(faults, respond(late, headers)));
	}

	private async answer(
		context: Context,
		name: string,
		call: Call,
		read: ReadBody,
		handler: Handler,
		options: RouteOptions,
		headers: Record<string, string>
	): Promise<Answer> {
		try {
			if (!options.open && context.req.header('authorization') !== `Bot ${this.options.token}`) throw refusal('unauthorized');
			const major = MAJOR_PARAMETERS.flatMap((key) => call.params[key] ?? [])[0] ?? 'global';
			const { exceeded, headers: counted } = this.limits().take(options.limit ?? 'others', options.bucket ?? name, major, !options.open);
			Object.assign(headers, counted);
			if (exceeded) {
				Object.assign(headers, { 'Retry-After': exceeded.retryAfter.toFixed(3), 'X-RateLimit-Scope': exceeded.scope });
				if (exceeded.scope === 'global') headers['X-RateLimit-Global'] = 'true';
				return tooMany(exceeded.retryAfter, exceeded.scope === 'global');
			}
			if (read.error) throw read.error;
			checkReason(call.reason);
			return await handler(call);
		} catch (error) {
			if (error instanceof DiscordError) return { status: error.status, body: error.body };
			console.error('Unexpected error in the emulated Discord:', name, error);
			return { status: 500, body: refusal('internal').body };
		}
	}
}

function tooMany(retryAfter: number, global: boolean): Answer {
	return { status: 429, body: { message: 'You are being rate limited.', retry_after: Number(retryAfter.toFixed(3)), global } };
}

function respond(answer: Answer, headers: Record<string, string>): Response {
	if (answer.body === undefined || answer.status === 204) return new Response(null, { status: answer.status, headers });
	const json = typeof answer.body !== 'string';
	return new Response(json ? JSON.stringify(answer.body) : String(answer.body), {
		status: answer.status,
		headers: { ...headers, 'Content-Type': json ? 'application/json' : 'text/plain' }
	});
}

function settle(entry: LoggedRequest, status: number, started: number): void {
	entry.status = status;
	entry.ms = Math.round(performance.now() - started);
}

function clientDisconnected(incoming: IncomingMessage | undefined): Promise<void> {
	return new Promise((resolve) => {
		if (!incoming || incoming.socket.destroyed) resolve();
		else incoming.socket.once('close', () => resolve());
	});
}

function queryOf(parameters: URLSearchParams): Record<string, string | string[]> {
	const query: Record<string, string | string[]> = {};
	for (const key of new Set(parameters.keys())) {
		const values = parameters.getAll(key);
		query[key] = values.length === 1 ? (values[0] ?? '') : values;
	}
	return query;
}

function decodeReason(header: string | undefined): string | undefined {
	if (header === undefined) return undefined;
	try {
		return decodeURIComponent(header);
	} catch {
		return header;
	}
}

function checkReason(reason: string | undefined): void {
	const form = new Form();
	form.field(reason, ['reason']).text({ max: MAX_REASON_LENGTH });
	form.check();
}
