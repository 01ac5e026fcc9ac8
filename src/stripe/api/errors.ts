import Stripe from 'stripe';
import { SourceError } from '../../reconciliation/domain/ports.js';

/** What Reeve reads, named like the permission in Stripe's dashboard. */
export type Resource = 'Subscriptions' | 'Customers' | 'Invoices' | 'Events' | 'Prices' | 'Products' | 'Balance';

/** The requested object does not exist. */
export class MissingObjectError extends SourceError {}

/** The requested object exists in the other mode, live or test: this account does not have it. */
export class OtherModeError extends MissingObjectError {}

/** The key lacks a permission. */
export class NotAllowedError extends SourceError {}

/** The key is invalid. */
export class KeyRefusedError extends SourceError {}

const PERMISSIONS: Readonly<Record<string, Resource>> = {
	subscription: 'Subscriptions',
	customer: 'Customers',
	invoice: 'Invoices',
	event: 'Events',
	plan: 'Prices',
	product: 'Products'
};

/** Turns any error of a request into one that says what went wrong and what to do about it. Never contains the key. */
export function sourceError(error: unknown, resource: Resource): SourceError {
	if (error instanceof SourceError) return error;
	// Thrown while reading an object with an unexpected shape.
	if (error instanceof TypeError || error instanceof RangeError) return unexpectedShape(resource, messageOf(error), error);
	if (!(error instanceof Stripe.errors.StripeError))
		return new SourceError('stripe', `Unexpected error while reading Stripe: ${messageOf(error)}`, { cause: error });
	// Stripe's error does not become the cause: its message may quote the key.
	const request = error.requestId ? ` (Stripe's request ${error.requestId})` : '';
	if (isOfOtherMode(error)) return new OtherModeError('stripe', `${explain(error, resource)}${request}`);
	if (isMissing(error)) return new MissingObjectError('stripe', `Stripe does not have that: ${redactedMessage(error)}${request}`);
	if (error instanceof Stripe.errors.StripeAuthenticationError)
		return new KeyRefusedError('stripe', `${explain(error, resource)}${request}`);
	if (error instanceof Stripe.errors.StripePermissionError) return new NotAllowedError('stripe', `${explain(error, resource)}${request}`);
	return new SourceError('stripe', `${explain(error, resource)}${request}`);
}

/** A response whose shape does not match the API version that Reeve uses. */
export function unexpectedShape(resource: Resource, detail: string, cause?: unknown): SourceError {
	return new SourceError(
		'stripe',
		`Stripe returned ${resource} in an unexpected format (${detail}). Try again; if it keeps happening, update Reeve.`,
		{ cause }
	);
}

function explain(error: Stripe.errors.StripeError, resource: Resource): string {
	if (error instanceof Stripe.errors.StripeAuthenticationError)
		return 'Stripe refused the key: it is wrong, was rolled or has expired. Put a new one into STRIPE_SECRET_KEY (Stripe Dashboard → Developers → API keys).';
	if (error instanceof Stripe.errors.StripePermissionError) {
		const permission = PERMISSIONS[/rak_([a-z]+?)s?_read/.exec(error.message)?.[1] ?? ''] ?? resource;
		return `The Stripe key may not read ${permission}. Edit the restricted key (Stripe Dashboard → Developers → API keys) and set ${permission} to Read.`;
	}
	if (error instanceof Stripe.errors.StripeRateLimitError)
		return `Stripe keeps refusing to list ${resource} because too many requests arrive at once. Something else may be using the same account: try again later.`;
	if (error instanceof Stripe.errors.StripeConnectionError) {
		if (error.message.includes('timeout')) return `Stripe did not answer in time while Reeve was reading ${resource}. Try again later.`;
		const code = codeOf(error.detail);
		if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code))
			return `Stripe's certificate was not accepted (${code}) while Reeve was reading ${resource}. Check this machine's clock, and whether a proxy answers in Stripe's place.`;
		return `Stripe could not be reached${code === '' ? '' : ` (${code})`} while Reeve was reading ${resource}. Check this machine's connection, and https://status.stripe.com.`;
	}
	const status = error.statusCode;
	if (status === undefined || status < 400)
		return `Stripe's response could not be parsed while Reeve was reading ${resource}. A proxy may have answered in Stripe's place: check this machine's connection, and try again.`;
	if (status >= 500)
		return `Stripe has an outage: it answered ${status} while Reeve was reading ${resource}. See https://status.stripe.com, and try again later.`;
	return `Stripe did not accept the request for ${resource} (${status}): ${redactedMessage(error)}`;
}

function isMissing(error: Stripe.errors.StripeError): boolean {
	return error.code === 'resource_missing' && /^No such (customer|event|invoice|price|product|subscription)\b/.test(error.message);
}

/** Either the key is the wrong one, or a test was left in the data. */
function isOfOtherMode(error: Stripe.errors.StripeError): boolean {
	return isMissing(error) && /similar object exists in (live|test) mode/.test(error.message);
}

/** Stripe's message without keys. */
function redactedMessage(error: Stripe.errors.StripeError): string {
	return error.message.replace(/\b[srp]k_(test|live)_[\w*]+/g, '(the key)');
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

/** The code of a network error, or of its cause: `fetch` wraps them. */
function codeOf(detail: unknown): string {
	if (typeof detail !== 'object' || detail === null) return '';
	// The name of undici, Node's fetch, for a lost connection.
	if ('code' in detail) return detail.code === 'UND_ERR_SOCKET' ? 'ECONNRESET' : String(detail.code);
	return 'cause' in detail ? codeOf(detail.cause) : '';
}
