import { type DriverAdapterError, isDriverAdapterError } from '@prisma/driver-adapter-utils';

export type DatabaseKind = 'postgresql' | 'embedded';

/** What is wrong with a database, and what an operator can do: never in the words of the ORM or the driver. */
export interface Fault {
	/** A clause: "its disk is full". */
	readonly problem: string;
	/** One or more sentences. */
	readonly advice: string;
	/** Reeve goes on without a restart once the fault is gone. */
	readonly resumes?: boolean;
	/** The server does not answer. */
	readonly unreachable?: boolean;
}

/** The cause of a driver adapter's error; null for any other error. Not `instanceof`: an adapter may bring a class of its own. */
export function driverCause(error: unknown): DriverAdapterError['cause'] | null {
	return error instanceof Error && isDriverAdapterError(error) ? error.cause : null;
}

/** The SQLSTATE of an error that the database reported; null for any other error. */
export function sqlState(error: unknown): string | null {
	const cause = driverCause(error);
	if (cause !== null) return cause.originalCode ?? (cause.kind === 'postgres' ? cause.code : (STATE_OF_KIND[cause.kind] ?? null));
	// The drivers' own class, from a script.
	if (!(error instanceof Error && 'severity' in error && 'code' in error)) return null;
	return typeof error.code === 'string' ? error.code : null;
}

const STATE_OF_KIND: Readonly<Record<string, string>> = { TooManyConnections: '53300', TransactionWriteConflict: '40001' };
