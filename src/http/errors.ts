import * as z from 'zod';

/** The body of every error. */
export const errorSchema = z.strictObject({
	error: z.strictObject({
		code: z.string().describe('What went wrong, for programs'),
		message: z.string().describe('What went wrong and what to do, for people')
	})
});

/** Ends a request with an error. */
export class RequestError extends Error {
	public override readonly name = 'RequestError';

	public constructor(
		public readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 500 | 503,
		public readonly code: string,
		message: string
	) {
		super(message);
	}
}

export function errorBody({ code, message }: { readonly code: string; readonly message: string }): z.output<typeof errorSchema> {
	return { error: { code, message } };
}
