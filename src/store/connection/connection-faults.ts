import { driverCause, type Fault } from './driver-error.js';

const TIMED_OUT = 'the connection timed out';
const CUT = 'the connection was cut';

/** By SQLSTATE: reasons why a server that was reached does not answer. */
const NOT_READY: Readonly<Record<string, string>> = {
	'57P01': 'the server is being stopped',
	'57P02': 'the server has crashed',
	'57P03': 'the server is starting or stopping'
};

/**
 * The fault of the connection to a server that an error is about; null for any other error.
 * @param code - its SQLSTATE, if the server reported it
 */
export function connectionFault(error: unknown, code: string | null): Fault | null {
	if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return NO_FILE;
	const ofTls = tlsFault(error);
	if (ofTls !== null) return ofTls;
	const problem = code === null ? connectionProblem(error) : (NOT_READY[code] ?? (/^(08|57P)/.test(code) ? CUT : null));
	if (problem === null) return null;
	return {
		problem,
		advice: 'Check that the PostgreSQL server of DATABASE_URL runs and can be reached from here.',
		resumes: true,
		unreachable: true
	};
}

/** Null if it is no error of the connection: those are plain errors, or of the kinds below. */
function connectionProblem(error: unknown): string | null {
	const cause = driverCause(error);
	if (cause !== null) {
		switch (cause.kind) {
			case 'ConnectionClosed':
				return CUT;
			case 'SocketTimeout':
				return TIMED_OUT;
			case 'DatabaseNotReachable':
				return nothingAnswers(cause);
			default:
				return null;
		}
	}
	// For a host with several addresses, Node throws an AggregateError.
	const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
	if (!(first instanceof Error) || first instanceof TypeError || first instanceof RangeError) return null;
	const { code, message, hostname, address, port }: SocketError = first;
	if (code === 'ECONNREFUSED' || code === 'ENOTFOUND') return nothingAnswers({ host: address ?? hostname, port });
	if (code === 'EAI_AGAIN') return `the name ${hostname ?? 'of the server'} cannot be looked up`;
	if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return `there is no route to ${address ?? 'the server'}`;
	if (code === 'ETIMEDOUT' || /time(d )?out/i.test(message)) return TIMED_OUT;
	return /SASL|password/i.test(message) ? 'the server asks for a password, and DATABASE_URL has none' : CUT;
}

interface SocketError extends Error {
	readonly code?: string;
	readonly hostname?: string;
	readonly address?: string;
	readonly port?: number;
}

function nothingAnswers({ host, port }: { readonly host?: string | undefined; readonly port?: number | undefined }): string {
	return `nothing answers at ${[host, port].filter((part) => part !== undefined).join(':')}`;
}

/** What Node and OpenSSL say about an encrypted connection, and the fault. The driver keeps that text alone. */
const TLS_FAULTS: readonly (readonly [said: RegExp, fault: Fault])[] = [
	[
		/does not support SSL/i,
		{
			problem: 'the server does not support encryption',
			advice: 'Enable TLS on the server, or set sslmode=disable in DATABASE_URL if no one else can read the network in between.'
		}
	],
	[
		/expired/i,
		{
			problem: 'the certificate of the server has expired',
			advice: 'Renew it; until then, sslmode=no-verify in DATABASE_URL encrypts the connection without checking the server.'
		}
	],
	[
		/not yet valid/i,
		{
			problem: 'the certificate of the server is not valid yet',
			advice: "Check this machine's clock, and the certificate. Until then, sslmode=no-verify in DATABASE_URL does not check it."
		}
	],
	[
		/altnames|hostname/i,
		{
			problem: 'the certificate of the server is for another host name',
			advice:
				'Use the name in the certificate as the host in DATABASE_URL, or set sslmode=no-verify there, which encrypts without checking the server.'
		}
	],
	[
		/certificate|issuer|signature/i,
		{
			problem: 'the certificate of the server is not from an authority that this machine knows',
			advice:
				"Save the authority's certificate and add sslrootcert=/path/to/ca.crt to DATABASE_URL, or set sslmode=no-verify there, which encrypts without checking the server."
		}
	]
];

const TLS_FAILED: Fault = {
	problem: 'the encrypted connection failed',
	advice: 'Check sslmode in DATABASE_URL: sslmode=verify-full if the server supports encryption, sslmode=disable if it does not.'
};

const NO_FILE: Fault = {
	problem: 'a file that DATABASE_URL names is missing',
	advice: 'Correct the path after sslrootcert=, sslcert= or sslkey= in DATABASE_URL.'
};

const ENCRYPTED_ONLY: Fault = {
	problem: 'the server accepts encrypted connections only',
	advice: 'Add sslmode=verify-full to DATABASE_URL, or sslmode=no-verify if the server signs its certificate itself.'
};

function tlsFault(error: unknown): Fault | null {
	const cause = driverCause(error);
	if (cause !== null) {
		if (/no pg_hba\.conf entry.*(no encryption|SSL off)/.test(cause.originalMessage ?? '')) return ENCRYPTED_ONLY;
		return cause.kind === 'TlsConnectionError' ? tlsFaultBy(cause.reason) : null;
	}
	if (!(error instanceof Error && 'code' in error) || !/^(ERR_SSL|ERR_TLS|EPROTO)/.test(String(error.code))) return null;
	return tlsFaultBy(error.message);
}

function tlsFaultBy(said: string): Fault {
	return TLS_FAULTS.find(([pattern]) => pattern.test(said))?.[1] ?? TLS_FAILED;
}
