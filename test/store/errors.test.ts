import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import { describe, expect, it } from 'vitest';
import { SourceError } from '../../src/reconciliation/domain/ports.js';
import { EngineStoppedError } from '../../src/store/connection/embedded-adapter.js';
import { readableError } from '../../src/store/connection/errors.js';

type Cause = ConstructorParameters<typeof DriverAdapterError>[0];

const driverError = (cause: Cause) => new DriverAdapterError(cause);
const serverError = (code: string, message: string) =>
	driverError({
		kind: 'postgres',
		code,
		message,
		originalCode: code,
		originalMessage: message,
		severity: 'ERROR',
		detail: undefined,
		column: undefined,
		hint: undefined
	});
const tls = (reason: string) => driverError({ kind: 'TlsConnectionError', reason });
const coded = (code: string, message: string, more: object = {}) => Object.assign(new Error(message), { code, ...more });
const messageOf = (error: unknown) => (readableError(error, 'postgresql') as Error).message;

describe('readableError', () => {
	it.each([
		[
			'refuses connections',
			driverError({ kind: 'DatabaseNotReachable', host: '10.0.0.9', port: 5432 }),
			'nothing answers at 10.0.0.9:5432'
		],
		['has no such host', driverError({ kind: 'DatabaseNotReachable', host: 'db.example' }), 'nothing answers at db.example'],
		['has no address now', coded('EAI_AGAIN', 'getaddrinfo EAI_AGAIN db', { hostname: 'db' }), 'the name db cannot be looked up'],
		['has no route', coded('EHOSTUNREACH', 'connect EHOSTUNREACH', { address: '10.0.0.9' }), 'there is no route to 10.0.0.9'],
		[
			'refuses connections at two addresses',
			new AggregateError([coded('ECONNREFUSED', 'x', { address: '::1', port: 1 })]),
			'nothing answers at ::1:1'
		],
		['cuts the connection', driverError({ kind: 'ConnectionClosed' }), 'the connection was cut'],
		['closes the connection unexpectedly', new Error('Connection terminated unexpectedly'), 'the connection was cut'],
		['does not respond', new Error('Query read timeout'), 'the connection timed out'],
		['accepts no connection in time', new Error('timeout exceeded when trying to connect'), 'the connection timed out'],
		['is being stopped', serverError('57P01', 'terminating connection due to administrator command'), 'the server is being stopped'],
		['is starting', serverError('57P03', 'the database system is starting up'), 'the server is starting or stopping']
	])('says of a server that %s why it does not answer, and that Reeve continues by itself', (_, error, why) => {
		const readable = readableError(error, 'postgresql');
		expect(readable).toBeInstanceOf(SourceError);
		expect(readable).toMatchObject({ source: 'database', cause: error });
		expect((readable as Error).message).toBe(
			`The database does not answer (${why}). Check that the PostgreSQL server of DATABASE_URL runs and can be reached from here. Reeve continues by itself after that.`
		);
	});

	it.each([
		['without encryption', tls('The server does not support SSL connections'), /does not support encryption\. .*sslmode=disable/],
		['with an expired certificate', tls('certificate has expired'), /certificate of the server has expired\. .*sslmode=no-verify/],
		['with a certificate of the future', tls('certificate is not yet valid'), /not valid yet\. .*clock.*sslmode=no-verify/],
		['with a certificate of its own', tls('self-signed certificate'), /authority .*sslrootcert=.*sslmode=no-verify/],
		['with an unknown authority', tls('unable to get local issuer certificate'), /authority .*sslrootcert=.*sslmode=no-verify/],
		[
			'with another name',
			tls("Hostname/IP does not match certificate's altnames: Host: a. is not in b"),
			/another host name\. .*sslmode=no-verify/
		],
		['whose certificate file is missing', coded('ENOENT', 'open /nowhere/ca.crt'), /file .* is missing\. .*sslrootcert=/],
		[
			'that breaks the handshake',
			coded('EPROTO', 'write EPROTO 8018:error:0A000410:SSL routines'),
			/encrypted connection failed\. .*sslmode=/
		],
		[
			'that accepts only encrypted connections',
			driverError({
				kind: 'DatabaseAccessDenied',
				originalCode: '28000',
				originalMessage: 'no pg_hba.conf entry for host "1.2.3.4", user "reeve", database "reeve", no encryption'
			}),
			/encrypted connections only\. .*sslmode=verify-full/
		]
	])('keeps the cause of a failed encrypted connection to a server %s, with advice', (_, error, message) => {
		expect(messageOf(error)).toMatch(message);
		expect(messageOf(error)).not.toMatch(/Tls|SSL routines|altnames/);
	});

	it.each([
		['full disk', '53100', /its disk is full.*Free space on the PostgreSQL server.*continues by itself/, /its disk is full.*DATA_DIR/],
		['read-only database', '25006', /it is read-only.*replica.*primary/, /read-only/],
		['lack of memory', '53200', /out of memory.*PostgreSQL server/, /out of memory.*this machine/],
		['lack of permission', '42501', /does not let Reeve's user.*owner of the database/, /files cannot be read or written.*DATA_DIR/],
		['lost table', '42P01', /its tables are not those of this Reeve.*backup/, /its tables are not those of this Reeve/],
		['damaged page', 'XX001', /it is damaged.*backup/, /it is damaged.*backup/],
		['lack of open files', '53000', /out of a resource.*log of the PostgreSQL/, /out of a resource.*open files/],
		['disk error', '58030', /cannot read or write its files/, /cannot read or write its files.*DATA_DIR/],
		['encoding without emoji', '22P05', /encoding.*UTF8/, /encoding/],
		['statement timeout', '57014', /took too long.*statement_timeout/, /took too long/],
		['deadlock', '40P01', /same rows.*try again/, /same rows.*try again/]
	])('says what a %s means and what to do, on a server and on the embedded database', (_, code, onServer, embedded) => {
		const error = serverError(code, 'words of the driver');
		for (const [kind, message] of [
			['postgresql', onServer],
			['embedded', embedded]
		] as const) {
			const readable = readableError(error, kind);
			expect(readable).toBeInstanceOf(SourceError);
			expect((readable as Error).message).toMatch(/^The database cannot be used: /);
			expect((readable as Error).message).toMatch(message);
			expect((readable as Error).message).not.toContain('words of the driver');
		}
	});

	it('says that a server has no connection left', () => {
		const error = driverError({ kind: 'TooManyConnections', cause: '', originalMessage: 'sorry, too many clients already' });
		expect(messageOf(error)).toMatch(/no connection left.*max_connections.*continues by itself/);
	});

	it('says that an engine that ended needs a new start, and why it ended', () => {
		const error = new EngineStoppedError('ended', { cause: serverError('53100', 'No space left on device') });
		const { message } = readableError(error, 'embedded') as Error;
		expect(message).toMatch(
			/^The embedded database has stopped: its disk is full.*Free space on the disk that holds DATA_DIR\. Then start Reeve again/
		);
	});

	it('names only the code of an error that is a fault in Reeve, and keeps the words of the driver for the log', () => {
		const unique = driverError({
			kind: 'UniqueConstraintViolation',
			constraint: { fields: ['id'] },
			originalCode: '23505',
			originalMessage: 'duplicate key'
		});
		const readable = readableError(unique, 'postgresql');
		expect(readable).not.toBeInstanceOf(SourceError);
		expect(readable).toMatchObject({ message: expect.stringMatching(/^The database refused a statement \(code 23505\)/), cause: unique });
	});

	it('leaves other errors as they are', () => {
		for (const error of [new TypeError('x is not a function'), new SourceError('database', 'x'), 'a text'])
			expect(readableError(error, 'postgresql')).toBe(error);
		const own = new Error('of the caller');
		expect(readableError(own, 'embedded')).toBe(own);
	});
});
