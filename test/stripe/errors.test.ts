import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { SourceError } from '../../src/reconciliation/domain/ports.js';
import { MissingObjectError, OtherModeError, sourceError } from '../../src/stripe/api/errors.js';

const { StripeAPIError, StripeAuthenticationError, StripeConnectionError, StripeInvalidRequestError, StripePermissionError } =
	Stripe.errors;
const KEY = 'sk_live_51verysecret';

describe('sourceError', () => {
	test.each([
		[
			'a refused key',
			new StripeAuthenticationError({ type: 'authentication_error', message: `Invalid API Key provided: ${KEY}`, requestId: 'req_1' }),
			'Stripe refused the key: it is wrong, was rolled or has expired. Put a new one into STRIPE_SECRET_KEY'
		],
		['a missing permission', new StripePermissionError({ type: 'invalid_request_error', message: 'No.' }), 'set Subscriptions to Read'],
		[
			'the permission that an expansion needs',
			new StripePermissionError({
				type: 'invalid_request_error',
				message: `The provided key '${KEY}' does not have the required permissions. Having the 'rak_customer_read' permission would allow it.`
			}),
			'The Stripe key may not read Customers.'
		],
		[
			'a timeout',
			new StripeConnectionError({ type: 'api_error', message: 'Request aborted due to timeout being reached (20000ms)' }),
			'Stripe did not answer in time while Reeve was reading Subscriptions'
		],
		[
			'a lost connection',
			new StripeConnectionError({ type: 'api_error', message: 'An error occurred with our connection to Stripe.' }),
			'Stripe could not be reached while Reeve was reading Subscriptions'
		],
		[
			'a certificate that does not fit',
			new StripeConnectionError({
				type: 'api_error',
				message: 'An error occurred with our connection to Stripe.',
				detail: new TypeError('fetch failed', {
					cause: Object.assign(new Error('certificate is not yet valid'), { code: 'CERT_NOT_YET_VALID' })
				})
			}),
			"Stripe's certificate was not accepted (CERT_NOT_YET_VALID) while Reeve was reading Subscriptions. Check this machine's clock"
		],
		['an outage', new StripeAPIError({ type: 'api_error', message: 'Oops', statusCode: 503 }), 'Stripe has an outage: it answered 503'],
		[
			'a refused request',
			new StripeInvalidRequestError({ type: 'invalid_request_error', message: `Bad parameter with ${KEY}`, statusCode: 400 }),
			'Stripe did not accept the request for Subscriptions (400): Bad parameter with (the key)'
		],
		['an unexpected shape', new TypeError('x is not a function'), 'in an unexpected format (x is not a function)']
	])('explains %s without the key', (_, error, message) => {
		const result = sourceError(error, 'Subscriptions');
		expect(result).toBeInstanceOf(SourceError);
		expect(result.source).toBe('stripe');
		expect(result.message).toContain(message);
		expect(result.message).not.toContain(KEY);
	});

	test("keeps Stripe's request ID", () => {
		expect(sourceError(new StripeAPIError({ type: 'api_error', statusCode: 500, requestId: 'req_7' }), 'Events').message).toContain(
			'req_7'
		);
	});
});

test('sourceError distinguishes a missing customer from one of the other mode', () => {
	const missing = (message: string) =>
		sourceError(
			new StripeInvalidRequestError({ type: 'invalid_request_error', code: 'resource_missing', statusCode: 404, message }),
			'Customers'
		);
	expect(missing("No such customer: 'cus_1'")).toBeInstanceOf(MissingObjectError);
	expect(missing("No such customer: 'cus_1'")).not.toBeInstanceOf(OtherModeError);
	const other = missing(
		"No such customer: 'cus_1'; a similar object exists in live mode, but a test mode key was used to make this request."
	);
	expect(other).toBeInstanceOf(OtherModeError);
	expect(other.message).toContain('a test mode key was used');
});
