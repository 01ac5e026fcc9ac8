import { createHash } from 'node:crypto';

const LENGTH = 8;

/** The first 8 hex digits of the text's SHA-256: tells whether something is still what it was, e.g. what a button showed. */
export function fingerprint(text: string): string {
	return createHash('sha256').update(text).digest('hex').slice(0, LENGTH);
}
