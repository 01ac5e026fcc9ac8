import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type * as z from 'zod';
import type { HttpDeps } from './deps.js';
import { errorBody, RequestError } from './errors.js';
import type { Route } from './route.js';
import { assertToken } from './token.js';

/** The endpoint as a function from requests to responses. */
export function createApp(routes: readonly Route[], deps: HttpDeps): Hono {
	const app = new Hono();
	for (const route of routes)
		app.on(route.method, toHonoPath(route.path), limitBody(route), (context: Context) => respond(context, route, deps));
	app.notFound((context) => {
		const { method, path } = context.req;
		throw new RequestError(404, 'not_found', `There is no ${method} ${path.slice(0, 200)}.`);
	});
	app.onError((error, context) => {
		const { status, ...body } = describe(error, context, deps);
		return context.json(errorBody(body), status);
	});
	return app;
}

function limitBody({ maxBodyBytes }: Route): MiddlewareHandler {
	return bodyLimit({
		maxSize: maxBodyBytes,
		onError: () => {
			throw new RequestError(413, 'too_large', `The body is too large: at most ${maxBodyBytes / 1024} KiB are read.`);
		}
	});
}

async function respond(context: Context, route: Route, deps: HttpDeps): Promise<Response> {
	if (route.guarded) assertToken(deps.token, context.req.header('authorization') ?? null);
	const { signatureHeader } = route;
	const input = {
		params: parse(route.params, context.req.param(), 'the path'),
		query: parse(route.query, withoutBlanks(context.req.query()), 'the query'),
		body: signatureHeader === null ? parse(route.body, await readBody(context), 'the body') : {},
		signed:
			signatureHeader === null
				? { text: '', signature: null }
				: { text: await context.req.text(), signature: context.req.header(signatureHeader) ?? null }
	};
	const { status, body, contentType } = await route.handle(input, deps);
	if (typeof body === 'string') return context.text(body, status as ContentfulStatusCode, { 'content-type': contentType ?? 'text/plain' });
	return context.json(body, status as ContentfulStatusCode);
}

/** `?type=&cursor=` means neither. */
function withoutBlanks(query: Readonly<Record<string, string>>): Record<string, string> {
	return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''));
}

/** An empty body counts as `{}`. @throws {RequestError} */
async function readBody({ req }: Context): Promise<unknown> {
	if (req.method === 'GET' || req.method === 'HEAD') return {};
	const text = await req.text();
	if (text.trim() === '') return {};
	try {
		return JSON.parse(text);
	} catch {
		throw new RequestError(400, 'invalid', 'The body is not valid JSON.');
	}
}

/** @throws {RequestError} naming the first invalid field */
function parse<Shape extends z.ZodObject>(shape: Shape, given: unknown, where: string): z.output<Shape> {
	const parsed = shape.safeParse(given);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	if (issue?.code === 'unrecognized_keys') {
		const known = Object.keys(shape.shape);
		const names = known.length === 0 ? 'none is known here' : `known are: ${known.join(', ')}`;
		throw new RequestError(400, 'invalid', `${issue.keys[0]} in ${where} is not known; ${names}.`);
	}
	if (issue?.path.length === 0) throw new RequestError(400, 'invalid', `${where.replace(/^t/, 'T')} must be a JSON object.`);
	const field = issue?.path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('') ?? '';
	throw new RequestError(400, 'invalid', `${field.slice(1)} in ${where} is not valid: ${issue?.message ?? 'it has an unknown problem'}.`);
}

function describe(
	error: unknown,
	{ req }: Context,
	{ describeError, logger }: HttpDeps
): { readonly status: ContentfulStatusCode; readonly code: string; readonly message: string } {
	if (error instanceof RequestError) return { status: error.status, code: error.code, message: error.message };
	const known = describeError(error);
	if (known !== null) return known;
	logger.error(`HTTP request ${req.method} ${req.path} failed:`, error);
	return { status: 500, code: 'internal', message: "Unexpected error. Reeve's log has the details." };
}

/** `/runs/{id}` → `/runs/:id`. */
function toHonoPath(path: string): string {
	return path.replace(/\{(\w+)\}/g, ':$1');
}
