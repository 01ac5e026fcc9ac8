import { DriverAdapterError } from '@prisma/driver-adapter-utils';

/** The database cannot be used. `message` says why and what to do, without any password. */
export class DatabaseError extends Error {
	public constructor(message: string, options?: ErrorOptions) {
		super(message, options);
		this.name = 'DatabaseError';
	}
}

/** What a driver says is wrong, in one line without a full stop. */
export function reasonOf(error: unknown): string {
	const said = error instanceof DriverAdapterError ? error.cause.originalMessage : undefined;
	const message = said ?? (error instanceof Error ? error.message || error.name : String(error));
	// Node tells several failures in one, for a host with several addresses, and leaves the message of the whole empty.
	const first = error instanceof AggregateError ? reasonOf(error.errors[0]) : message;
	return (first.trim().split('\n')[0] ?? '').replace(/\.$/, '');
}
