import * as z from 'zod';
import { errorSchema } from './errors.js';
import { type ResponseDescription, type Route, route } from './route.js';

/** The OpenAPI description of routes, made from the schemas that they parse and answer with. */

const SECURITY = 'token';

/** Adds the route that shows the description of all routes, itself included. */
export function withDescription(routes: readonly Route[]): readonly Route[] {
	const all: Route[] = [...routes];
	all.push(
		route({
			method: 'get',
			path: '/openapi.json',
			summary: 'This description',
			guarded: false,
			responses: { 200: { description: 'An OpenAPI 3.1 document.', schema: z.looseObject({ openapi: z.literal('3.1.0') }) } },
			handle: async () => ({ status: 200, body: describeRoutes(all) })
		})
	);
	return all;
}

/** What a route answers with: its own responses, and the errors that any route like it can have. */
export function responsesOf({ guarded, method, responses }: Route): Readonly<Record<number, ResponseDescription>> {
	const error = (description: string): ResponseDescription => ({ description, schema: errorSchema });
	return {
		...(guarded ? guardErrors(error) : {}),
		...(method === 'post' ? bodyErrors(error) : {}),
		400: error('The request is not valid: the message names the field.'),
		500: error("Unexpected error: Reeve's log has the details."),
		...responses
	};
}

type Errors = (error: (description: string) => ResponseDescription) => Readonly<Record<number, ResponseDescription>>;

const guardErrors: Errors = (error) => ({
	401: error('The token is missing or wrong.'),
	403: error('HTTP_TOKEN is not set.'),
	503: error('Reeve is starting or shutting down, or its database does not answer.')
});

const bodyErrors: Errors = (error) => ({ 413: error('The body is too large.') });

function describeRoutes(routes: readonly Route[]): object {
	const paths: Record<string, Record<string, object>> = {};
	for (const each of routes) paths[each.path] = { ...paths[each.path], [each.method]: describeRoute(each) };
	return {
		openapi: '3.1.0',
		info: { title: 'Reeve', version: '1', description: 'Keeps Discord roles in sync with Stripe subscriptions. See docs/http.md.' },
		paths,
		components: { securitySchemes: { [SECURITY]: { type: 'http', scheme: 'bearer', description: 'The value of HTTP_TOKEN' } } }
	};
}

function describeRoute(each: Route): object {
	const { summary, guarded, method, params, query, body, signatureHeader } = each;
	return {
		summary,
		...(guarded && { security: [{ [SECURITY]: [] }] }),
		parameters: [...parametersOf('path', params), ...parametersOf('query', query), ...signatureOf(signatureHeader)],
		...(method === 'post' && { requestBody: { content: { 'application/json': { schema: toJsonSchema(body) } } } }),
		responses: Object.fromEntries(
			Object.entries(responsesOf(each)).map(([status, { description, schema }]) => [status, { description, content: contentOf(schema) }])
		)
	};
}

function parametersOf(place: 'path' | 'query', shape: z.ZodObject): object[] {
	return Object.entries(shape.shape).map(([name, type]) => ({
		name,
		in: place,
		required: place === 'path',
		schema: toJsonSchema(type as z.ZodType)
	}));
}

function signatureOf(name: string | null): object[] {
	return name === null ? [] : [{ name, in: 'header', required: true, schema: { type: 'string' } }];
}

function contentOf(schema: z.ZodType | null): object {
	return schema === null ? { 'text/plain': { schema: { type: 'string' } } } : { 'application/json': { schema: toJsonSchema(schema) } };
}

/** As the sender sees it: what has a default may be left out. */
function toJsonSchema(schema: z.ZodType): object {
	const { $schema: _, ...json } = z.toJSONSchema(schema, {
		io: 'input',
		override: ({ jsonSchema }) => {
			// Two hundred characters that say what the format says.
			if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
		}
	});
	return json;
}
