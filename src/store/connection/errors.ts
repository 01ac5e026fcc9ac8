import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import { SourceError } from '../../reconciliation/domain/ports.js';

/** The database cannot be used. `message` says why and what to do, without any password. */
export class DatabaseError extends Error {
	public constructor(message: string, options?: ErrorOptions) {
		super(message, options);
		this.name = 'DatabaseError';
	}
}

/** Another process has the folder of the embedded database. */
export class FolderInUseError extends DatabaseError {}

/** What a driver says is wrong, in one line without a full stop. */
export function driverMessage(error: unknown): string {
	const said = error instanceof DriverAdapterError ? driverReason(error.cause) : undefined;
	const message = said ?? (error instanceof Error ? error.message || error.name : String(error));
	// Node tells several failures in one, for a host with several addresses, and leaves the message of the whole empty.
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

/** What keeps every statement from a server, whatever it says. */
const AWAY: ReadonlySet<string> = new Set([
	'AuthenticationFailed',
	'ConnectionClosed',
	'DatabaseAccessDenied',
	'DatabaseDoesNotExist',
	'DatabaseNotReachable',
	'SocketTimeout',
	'TlsConnectionError',
	'TooManyConnections'
]);

/** A connection that was lost, a server that has no room, or is on its way down or up. */
const AWAY_CODES = /^(08|53|57P)/;

/** A server that is away, in the operator's words; any other error as it is. */
export function toSourceError(error: unknown): unknown {
	if (!isAway(error)) return error;
	return new SourceError(
		'database',
		`The database does not answer (${driverMessage(error)}). Check that the PostgreSQL server of DATABASE_URL runs and can be reached; Reeve goes on by itself once it does.`,
		{ cause: error }
	);
}

function isAway(error: unknown): boolean {
	if (error instanceof DriverAdapterError)
		return AWAY.has(error.cause.kind) || (error.cause.kind === 'postgres' && AWAY_CODES.test(error.cause.code));
	// The driver has a class for what the server says, and throws what befalls a connection as it is.
	return error instanceof Error && !(error instanceof SourceError) && !(error instanceof TypeError);
}
