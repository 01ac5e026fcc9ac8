import { SourceError } from '../../reconciliation/domain/ports.js';
import { type DatabaseKind, driverCause, type Fault, sqlState } from './driver-error.js';
import { EngineStoppedError } from './embedded-adapter.js';
import { faultOf, TOO_SLOW } from './faults.js';

/** The database cannot be used. `message` gives the cause and a remedy, without passwords. */
export class DatabaseError extends Error {
	public constructor(message: string, options?: ErrorOptions) {
		super(message, options);
		this.name = 'DatabaseError';
	}
}

/** Another process uses the folder of the embedded database. */
export class FolderInUseError extends DatabaseError {}

/** The database refused a statement. `cause`, for the log, has the words of the driver. */
class StatementError extends Error {
	public constructor(cause: unknown) {
		const state = sqlState(cause);
		super(`The database refused a statement${state === null ? '' : ` (code ${state})`}. That is a fault in Reeve: please report it.`, {
			cause
		});
		this.name = 'StatementError';
	}
}

/**
 * What operators may read in place of a driver's error: a `SourceError` for a fault of the database, else an error that names the code
 * alone. Any other error stays as it is.
 * @param error - thrown by a driver adapter, whose plain errors are those of the connection to a server
 */
export function readableError(error: unknown, kind: DatabaseKind): unknown {
	if (error instanceof SourceError) return error;
	if (error instanceof EngineStoppedError) return stoppedError(error);
	const fault = faultOf(error, kind);
	if (fault !== null) return new SourceError('database', runtimeMessage(fault), { cause: error });
	return driverCause(error) !== null || sqlState(error) !== null ? new StatementError(error) : error;
}

/** Code of the ORM's error for a transaction that took too long, or could not start. */
const TRANSACTION_TIMEOUT = 'P2028';

/** The same for an error of a transaction: those of the ORM are replaced, any other stays as it is. */
export function readableTransactionError(error: unknown): unknown {
	if (!(error instanceof Error && error.name.startsWith('PrismaClient'))) return error;
	if (!('code' in error) || error.code !== TRANSACTION_TIMEOUT) return new StatementError(error);
	return new SourceError('database', runtimeMessage(TOO_SLOW), { cause: error });
}

/** The embedded database has ended: what is stored is safe, and only a new start opens it again. */
function stoppedError(error: EngineStoppedError): SourceError {
	const { problem, advice } = faultOf(error.cause, 'embedded') ?? { problem: 'its engine has failed', advice: 'Details are in the log.' };
	return new SourceError(
		'database',
		`The embedded database has stopped: ${problem}. ${advice} Then start Reeve again: what was stored is kept.`,
		{
			cause: error
		}
	);
}

function runtimeMessage({ problem, advice, resumes = false, unreachable = false }: Fault): string {
	const message = unreachable ? `The database does not answer (${problem}).` : `The database cannot be used: ${problem}.`;
	return `${message} ${advice}${resumes ? ' Reeve continues by itself after that.' : ''}`;
}
