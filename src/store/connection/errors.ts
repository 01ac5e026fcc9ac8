import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import { SourceError } from '../../reconciliation/domain/ports.js';

/** The database cannot be used. `message` gives the cause and a remedy, without passwords. */
export class DatabaseError extends Error {
	public constructor(message: string, options?: ErrorOptions) {
		super(message, options);
		this.name = 'DatabaseError';
	}
}

/** Another process uses the folder of the embedded database. */
export class FolderInUseError extends DatabaseError {}

/** A driver's error message, as one line without a full stop. */
export function driverMessage(error: unknown): string {
	const reason = error instanceof DriverAdapterError ? driverReason(error.cause) : undefined;
	const message = reason ?? (error instanceof Error ? error.message || error.name : String(error));
	// For a host with several addresses, Node throws an AggregateError with an empty message.
	const first = error instanceof AggregateError ? driverMessage(error.errors[0]) : message;
	return (first.trim().split('\n')[0] ?? '').replace(/\.$/, '');
}

function driverReason(cause: DriverAdapterError['cause']): string | undefined {
	switch (cause.kind) {
		case 'DatabaseNotReachable':
			return `nothing answers at ${[cause.host, cause.port].filter((part) => part !== undefined).join(':')}`;
		case 'ConnectionClosed':
			return 'the connection was cut';
		case 'SocketTimeout':
			return 'the connection timed out';
		default:
			return cause.originalMessage;
	}
}

/** Errors of the connection, not of a statement. */
const UNAVAILABLE: ReadonlySet<string> = new Set([
	'AuthenticationFailed',
	'ConnectionClosed',
	'DatabaseAccessDenied',
	'DatabaseDoesNotExist',
	'DatabaseNotReachable',
	'SocketTimeout',
	'TlsConnectionError',
	'TooManyConnections'
]);

/** SQLSTATE classes: connection exception, insufficient resources, operator intervention (57P: shutdown, startup). */
const UNAVAILABLE_CODES = /^(08|53|57P)/;

/** A `SourceError` with advice if the server is unavailable; any other error unchanged. */
export function toSourceError(error: unknown): unknown {
	if (!isUnavailable(error)) return error;
	return new SourceError(
		'database',
		`The database does not answer (${driverMessage(error)}). Check that the PostgreSQL server of DATABASE_URL runs and can be reached; Reeve continues by itself once it does.`,
		{ cause: error }
	);
}

function isUnavailable(error: unknown): boolean {
	if (error instanceof DriverAdapterError)
		return UNAVAILABLE.has(error.cause.kind) || (error.cause.kind === 'postgres' && UNAVAILABLE_CODES.test(error.cause.code));
	// The driver wraps errors of the server only; errors of a connection are plain ones.
	return error instanceof Error && !(error instanceof SourceError) && !(error instanceof TypeError);
}
