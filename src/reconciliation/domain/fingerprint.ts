import { createHash } from 'node:crypto';

const LENGTH = 8;

/** The first 8 hex digits of the text's SHA-256: shows whether something changed, such as the plan that a button showed. */
export function fingerprint(text: string): string {
	return createHash('sha256').update(text).digest('hex').slice(0, LENGTH);
}
