import { createHash, timingSafeEqual } from 'node:crypto';
import { RequestError } from './errors.js';

const BEARER = /^Bearer +(\S+)$/i;

/**
 * Checks the token of a request.
 * @param expected - null: no request is allowed
 * @param authorization - the header
 * @throws {RequestError}
 */
export function assertToken(expected: string | null, authorization: string | null): void {
	if (expected === null)
		throw new RequestError(
			403,
			'token_not_set',
			'This needs a token, and Reeve has none. Set HTTP_TOKEN to at least 16 characters, such as the output of openssl rand -hex 24, and restart Reeve.'
		);
	const [, given] = BEARER.exec(authorization ?? '') ?? [];
	if (given === undefined)
		throw new RequestError(401, 'unauthorized', 'Send the header "Authorization: Bearer …" with the value of HTTP_TOKEN.');
	if (!timingSafeEqual(digest(given), digest(expected)))
		throw new RequestError(401, 'unauthorized', 'The token is wrong. Send the value of HTTP_TOKEN.');
}

/** Of equal length, whatever the text. */
function digest(text: string): Buffer {
	return createHash('sha256').update(text).digest();
}
