/** Stripe's error responses: the status and the body's `error`. */

export interface StripeErrorBody {
	readonly type: 'invalid_request_error' | 'api_error';
	readonly message: string;
	readonly code?: string;
	readonly param?: string;
}

export class StripeRefusal extends Error {
	public constructor(
		public readonly status: number,
		public readonly body: StripeErrorBody,
		public readonly headers: Readonly<Record<string, string>> = {}
	) {
		super(body.message);
	}
}

function invalid(status: number, message: string, code?: string, param?: string): StripeRefusal {
	return new StripeRefusal(status, {
		type: 'invalid_request_error',
		message,
		...(code === undefined ? {} : { code }),
		...(param === undefined ? {} : { param })
	});
}

export const badRequest = (message: string, param?: string) => invalid(400, message, undefined, param);

export const invalidInteger = (message: string, param: string) => invalid(400, message, 'parameter_invalid_integer', param);

export const emptyParameter = (param: string) =>
	invalid(
		400,
		`You passed an empty string for '${param}'. We assume empty values are an attempt to unset a parameter; however '${param}' cannot be unset. You should remove '${param}' from your request or supply a non-empty value.`,
		'parameter_invalid_empty',
		param
	);

export const unknownParameters = (names: readonly string[]) =>
	invalid(400, `Received unknown parameter${names.length > 1 ? 's' : ''}: ${names.join(', ')}`, 'parameter_unknown', names[0]);

export const missingParameter = (param: string) => invalid(400, `Missing required param: ${param}.`, 'parameter_missing', param);

export const bothCursors = () =>
	invalid(400, 'Received both starting_after and ending_before parameters. Please pass in only one.', 'parameters_exclusive');

/** @param param - `id` for the object in the path (404), else the parameter that references it (400) */
export const noSuch = (what: string, id: string, param = 'id') =>
	invalid(param === 'id' ? 404 : 400, `No such ${what}: '${id}'`, 'resource_missing', param);

export const unrecognizedUrl = (method: string, path: string) =>
	invalid(
		404,
		`Unrecognized request URL (${method}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`
	);

export const rateLimited = () =>
	new StripeRefusal(
		429,
		{
			type: 'invalid_request_error',
			code: 'rate_limit',
			message: 'Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.'
		},
		// stripe-node retries a 429 only if this header says so, which Stripe sends for lock timeouts only.
		{ 'Stripe-Rate-Limited-Reason': 'endpoint-rate', 'Stripe-Should-Retry': 'false' }
	);

export const serverError = (status = 500) =>
	new StripeRefusal(status, {
		type: 'api_error',
		message: 'Sorry! There was an error while talking to one of our backends. Support has been notified.'
	});

export const noKey = () =>
	invalid(
		401,
		"You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/."
	);

export const wrongKey = (key: string) => invalid(401, `Invalid API Key provided: ${masked(key)}`);

export const noPermission = (key: string, account: string, permission: string) =>
	invalid(
		403,
		`The provided key '${masked(key)}' does not have the required permissions for this endpoint on account '${account}'. Having the '${permission}' permission would allow this request to continue.`,
		'more_permissions_required'
	);

/** Masks a key as Stripe does, keeping its prefix and its last characters. */
function masked(key: string): string {
	const kind = /^[a-z]+_(?:test|live)_/.exec(key)?.[0] ?? '';
	const rest = key.slice(kind.length);
	const shown = rest.length > 8 ? rest.slice(-6) : '';
	return kind + '*'.repeat(rest.length - shown.length) + shown;
}
