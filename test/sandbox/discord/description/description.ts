import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Discord's own OpenAPI description of its REST API. README.md says where it comes from. */

export type Schema = Readonly<Record<string, unknown>>;

export interface Parameter {
	readonly name: string;
	readonly in: 'path' | 'query' | 'header';
	readonly schema: Schema;
}

interface Content {
	readonly content?: { readonly 'application/json'?: { readonly schema: Schema } };
}

interface Endpoint {
	readonly parameters?: readonly Parameter[];
	readonly requestBody?: Content;
	readonly responses: Readonly<Record<string, Content & { readonly $ref?: string }>>;
}

/** One method of one path. */
export interface Operation extends Endpoint {
	/** `GET /guilds/{guild_id}` */
	readonly name: string;
	readonly method: string;
	readonly path: string;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

const { paths, components } = JSON.parse(gunzipSync(readFileSync(join(import.meta.dirname, 'openapi.json.gz'))).toString()) as {
	readonly paths: Readonly<Record<string, { readonly [method in (typeof METHODS)[number]]?: Endpoint }>>;
	readonly components: { readonly schemas: Readonly<Record<string, Schema>>; readonly responses: Readonly<Record<string, Content>> };
};

export const SCHEMAS = components.schemas;

export const OPERATIONS: readonly Operation[] = Object.entries(paths).flatMap(([path, methods]) =>
	METHODS.flatMap((method) => {
		const endpoint = methods[method];
		return endpoint ? [{ ...endpoint, name: `${method.toUpperCase()} ${path}`, method: method.toUpperCase(), path }] : [];
	})
);

/** The operation of a request. @param path - below `/api/v10` */
export function operationOf(method: string, path: string): Operation | undefined {
	const segments = path.split('/').map(decodeURIComponent);
	const fits = (pattern: readonly string[]) =>
		pattern.length === segments.length && pattern.every((part, index) => part.startsWith('{') || part === segments[index]);
	// A literal segment, such as @me, goes before a parameter.
	const parameters = (operation: Operation) => operation.path.split('{').length;
	return OPERATIONS.filter((operation) => operation.method === method && fits(operation.path.split('/'))).sort(
		(a, b) => parameters(a) - parameters(b)
	)[0];
}

/** Of JSON bodies, and of the part `payload_json` of multipart bodies; undefined if the operation takes no body. */
export function requestSchema({ requestBody }: Operation): Schema | undefined {
	return requestBody?.content?.['application/json']?.schema;
}

/** @returns null if the response has no body; undefined if the operation does not have this status */
export function responseSchema({ responses }: Operation, status: number): Schema | null | undefined {
	const described = responses[status] ?? responses[`${Math.floor(status / 100)}XX`];
	if (!described) return undefined;
	const shared = components.responses[described.$ref?.split('/').at(-1) ?? ''];
	return (shared ?? described).content?.['application/json']?.schema ?? null;
}
