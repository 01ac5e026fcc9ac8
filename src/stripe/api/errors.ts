import Stripe from 'stripe';
import { SourceError } from '../../reconciliation/domain/ports.js';

/** What Reeve reads, by the name of its permission in Stripe's dashboard. */
export type Resource = 'Subscriptions' | 'Customers' | 'Invoices' | 'Events' | 'Prices' | 'Products' | 'Balance';

/** The object that was asked for does not exist. */
export class MissingObjectError extends SourceError {}

/** The key may not do what was asked for. */
export class NotAllowedError extends SourceError {}

/** The key is none. */
export class KeyRefusedError extends SourceError {}

const PERMISSIONS: Readonly<Record<string, Resource>> = {
	subscription: 'Subscriptions',
	customer: 'Customers',
	invoice: 'Invoices',
	event: 'Events'
};

/** Says what went wrong while reading Stripe, and what to do about it, in the operator's words. The key is never in it. */
export function sourceError(error: unknown, resource: Resource): SourceError {
	if (error instanceof SourceError) return error;
	// What trips over an object that is not as Stripe writes it.
	if (error instanceof TypeError || error instanceof RangeError) return unexpectedShape(resource, messageOf(error), error);
	if (!(error instanceof Stripe.errors.StripeError))
		return new SourceError('stripe', `Reading Stripe failed in a way that Reeve does not know: ${messageOf(error)}`, {
			cause: error
		});
	// The library's error is not handed on as the cause: it quotes what Stripe said, and Stripe quotes keys.
	const request = error.requestId ? ` (Stripe's request ${error.requestId})` : '';
	if (isMissing(error)) return new MissingObjectError('stripe', `Stripe does not have that: ${redactedMessage(error)}${request}`);
	if (error instanceof Stripe.errors.StripeAuthenticationError)
		return new KeyRefusedError('stripe', `${explain(error, resource)}${request}`);
	if (error instanceof Stripe.errors.StripePermissionError) return new NotAllowedError('stripe', `${explain(error, resource)}${request}`);
	return new SourceError('stripe', `${explain(error, resource)}${request}`);
}

/** Something that is not as Stripe writes it: nobody knows what it means. */
export function unexpectedShape(resource: Resource, what: string, cause?: unknown): SourceError {
	return new SourceError(
		'stripe',
		`Stripe's ${resource} are not as Reeve knows them (${what}), so they cannot be relied on. Try again; if it stays so, update Reeve.`,
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
		return `Stripe could not be reached${code === '' ? '' : ` (${code})`} while Reeve was reading ${resource}. Check this machine's connection, and https://status.stripe.com.`;
	}
	const status = error.statusCode;
	if (status === undefined || status < 400)
		return `What Stripe answered while Reeve was reading ${resource} cannot be understood. A proxy on the way to Stripe may have answered in its place: check this machine's connection, and try again.`;
	if (status >= 500)
		return `Stripe is in trouble: it answered ${status} while Reeve was reading ${resource}. See https://status.stripe.com, and try again later.`;
	return `Stripe did not accept the request for ${resource} (${status}): ${redactedMessage(error)}`;
}

/** An object of the other mode is not missing: the key is the wrong one, and must not look as if nobody paid. */
function isMissing(error: Stripe.errors.StripeError): boolean {
	return (
		error.code === 'resource_missing' &&
		/^No such (customer|invoice|price|product|subscription)\b/.test(error.message) &&
		!/similar object exists in (live|test) mode/.test(error.message)
	);
}

/** Stripe's own words, without a key that they may quote. */
function redactedMessage(error: Stripe.errors.StripeError): string {
	return error.message.replace(/\b[srp]k_(test|live)_[\w*]+/g, '(the key)');
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

function codeOf(detail: unknown): string {
	return typeof detail === 'object' && detail !== null && 'code' in detail ? String(detail.code) : '';
}
