import { type Operation, operationOf, requestSchema, responseSchema, type Schema } from './description.js';
import { type Direction, differences } from './schema.js';

/** A request to the emulated Discord, with its response. Both bodies are parsed JSON. */
export interface Exchange {
	readonly method: string;
	/** Below `/api/v10`. */
	readonly path: string;
	readonly query: URLSearchParams;
	/** Of a multipart body, the part `payload_json`. */
	readonly body: unknown;
	readonly status: number;
	readonly answer: unknown;
}

type Fetch = (request: Request, env: unknown) => Response | Promise<Response>;

const BASE = '/api/v10';

/** Wraps a server so that it reports every exchange of JSON. */
export function recording(serve: Fetch, report: (exchange: Exchange) => void): Fetch {
	return async (request, env) => {
		const { pathname, searchParams: query } = new URL(request.url);
		if (!pathname.startsWith(BASE)) return serve(request, env);
		const body = await bodyOf(request.clone());
		const response = await serve(request, env);
		const json = response.status === 204 || (response.headers.get('content-type') ?? '').startsWith('application/json');
		if (json) {
			const text = await response.clone().text();
			const answer: unknown = text === '' ? undefined : JSON.parse(text);
			report({ method: request.method, path: pathname.slice(BASE.length), query, body, status: response.status, answer });
		}
		return response;
	};
}

async function bodyOf(request: Request): Promise<unknown> {
	if (request.method === 'GET') return undefined;
	const multipart = (request.headers.get('content-type') ?? '').startsWith('multipart/form-data');
	try {
		const text = multipart ? String((await request.formData()).get('payload_json') ?? '{}') : await request.text();
		return text === '' ? undefined : JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** How an exchange differs from the description. Requests are checked if they were accepted. */
export function differencesOf(exchange: Exchange): string[] {
	const { method, path, query, body, status, answer } = exchange;
	const operation = operationOf(method, path);
	if (!operation) return status === 404 ? [] : [`${method} ${path} is not described`];
	const found = [
		...(status < 300 ? [...inQuery(operation, query), ...inRequest(operation, body)] : []),
		...inResponse(operation, status, answer)
	];
	return [...new Set(found)].map((difference) => `${operation.name} ${difference}`);
}

function inQuery({ parameters = [] }: Operation, query: URLSearchParams): string[] {
	return [...query].flatMap(([name, text]) => {
		const parameter = parameters.find((each) => each.in === 'query' && each.name === name);
		if (!parameter) return [`query: ${name} is not described`];
		return [text, parsed(text)].some((value) => differences(parameter.schema, value, 'request').length === 0)
			? []
			: [`query: ${name} is ${text}`];
	});
}

function inRequest(operation: Operation, body: unknown): string[] {
	const schema = requestSchema(operation);
	if (body === undefined) return [];
	return schema ? prefixed('request', schema, body, 'request') : ['request: has no body'];
}

function inResponse(operation: Operation, status: number, answer: unknown): string[] {
	const schema = responseSchema(operation, status);
	if (schema === undefined) return [`does not answer ${status}`];
	if (schema === null) return answer === undefined ? [] : [`${status}: has no body`];
	return prefixed(String(status), schema, answer, 'response');
}

function prefixed(what: string, schema: Schema, value: unknown, direction: Direction): string[] {
	return differences(schema, value, direction).map((difference) => `${what} ${difference.replace(/\/\d+(?=[/:])/g, '/0')}`);
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
