import * as z from 'zod';
import type { HttpDeps } from './deps.js';

/** One route: what it takes, what it answers with, and how. The router and the OpenAPI description are made from the same object. */

type Shape = z.ZodObject;

export interface RouteInput<Params extends Shape, Query extends Shape, Body extends Shape> {
	readonly params: z.output<Params>;
	readonly query: z.output<Query>;
	readonly body: z.output<Body>;
	/** Of a route with a signature: the body as it was sent, and the header. */
	readonly signed: { readonly text: string; readonly signature: string | null };
}

interface Definition<Params extends Shape, Query extends Shape, Body extends Shape> {
	readonly method: 'get' | 'post';
	/** As in OpenAPI: `/runs/{id}`. */
	readonly path: string;
	readonly summary: string;
	/** Whether it needs the token. */
	readonly guarded: boolean;
	readonly params?: Params;
	readonly query?: Query;
	readonly body?: Body;
	/** The header with a signature of the body, which is then passed on as a text; null (default): the body is parsed. */
	readonly signatureHeader?: string | null;
	/** A larger body is refused. */
	readonly maxBodyBytes?: number;
	/** Status → what the response has. Errors that any route can have are added. */
	readonly responses: Readonly<Record<number, ResponseDescription>>;
	handle(input: RouteInput<Params, Query, Body>, deps: HttpDeps): Promise<Answer>;
}

export interface ResponseDescription {
	readonly description: string;
	/** Null: text. */
	readonly schema: z.ZodType | null;
}

/** A body that is a text is sent as such, anything else as JSON. */
export interface Answer {
	readonly status: number;
	readonly body: unknown;
	readonly contentType?: string;
}

export type Route = Required<Definition<Shape, Shape, Shape>>;

const NOTHING = z.strictObject({});

const MAX_BODY_BYTES = 64 * 1024;

/** Completes a route, and forgets the types of its input: the router parses it before it calls `handle`. */
export function route<Params extends Shape = typeof NOTHING, Query extends Shape = typeof NOTHING, Body extends Shape = typeof NOTHING>(
	definition: Definition<Params, Query, Body>
): Route {
	const defaults = { params: NOTHING, query: NOTHING, body: NOTHING, signatureHeader: null, maxBodyBytes: MAX_BODY_BYTES };
	return { ...defaults, ...definition } as unknown as Route;
}
