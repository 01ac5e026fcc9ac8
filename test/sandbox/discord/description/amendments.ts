import type { Schema } from './description.js';

/** Schemas of the description that are wrong, or stricter than Discord is, as they are checked here instead. */
export const AMENDMENTS: Readonly<Record<string, Schema>> = {
	/** Says that the code is an integer. Discord's documentation has names: `BASE_TYPE_REQUIRED` (developers/reference, "Error Messages"). */
	InnerErrors: {
		type: 'object',
		properties: {
			_errors: {
				type: 'array',
				items: { type: 'object', properties: { code: { type: 'string' }, message: { type: 'string' } }, required: ['code', 'message'] }
			}
		},
		required: ['_errors'],
		additionalProperties: false
	},
	/** Requires a code. According to the documentation (topics/rate-limits, "Rate Limit Response Structure") it is there for some limits only. */
	RatelimitedResponse: {
		type: 'object',
		properties: { message: { type: 'string' }, retry_after: { type: 'number' }, global: { type: 'boolean' }, code: { type: 'integer' } },
		required: ['message', 'retry_after', 'global']
	}
};
