import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import { describe, expect, it } from 'vitest';
import { SourceError } from '../../src/reconciliation/domain/ports.js';
import { driverMessage, toSourceError } from '../../src/store/connection/errors.js';

const driverError = (cause: ConstructorParameters<typeof DriverAdapterError>[0]) => new DriverAdapterError(cause);
const serverError = (code: string, message: string) =>
	driverError({
		kind: 'postgres',
		code,
		message,
		originalMessage: message,
		severity: 'FATAL',
		detail: undefined,
		column: undefined,
		hint: undefined
	});

describe('toSourceError', () => {
	it.each([
		[
			'refuses connections',
			driverError({ kind: 'DatabaseNotReachable', host: '10.0.0.9', port: 5432 }),
			'nothing answers at 10.0.0.9:5432'
		],
		['has no such host', driverError({ kind: 'DatabaseNotReachable', host: 'db.example' }), 'nothing answers at db.example'],
		['cuts the connection', driverError({ kind: 'ConnectionClosed' }), 'the connection was cut'],
		['closes the connection unexpectedly', new Error('Connection terminated unexpectedly'), 'Connection terminated unexpectedly'],
		[
			'has no free connections',
			driverError({ kind: 'TooManyConnections', cause: '', originalMessage: 'sorry, too many clients already' }),
			'too many clients'
		],
		['is being stopped', serverError('57P01', 'terminating connection due to administrator command'), 'administrator command'],
		['is starting', serverError('57P03', 'the database system is starting up'), 'starting up']
	])('turns the error of a database that %s into a SourceError with the reason and advice', (_, error, why) => {
		const sourceError = toSourceError(error);
		expect(sourceError).toBeInstanceOf(SourceError);
		expect(sourceError).toMatchObject({ source: 'database', cause: error });
		expect((sourceError as Error).message).toContain(`The database does not answer (`);
		expect((sourceError as Error).message).toContain(why);
		expect((sourceError as Error).message).toContain('DATABASE_URL');
	});

	it('returns errors of a statement and programming errors unchanged', () => {
		const unique = driverError({ kind: 'UniqueConstraintViolation', constraint: { fields: ['id'] }, originalMessage: 'duplicate key' });
		const cancelled = serverError('57014', 'canceling statement due to user request');
		for (const error of [unique, cancelled, new TypeError('x is not a function'), 'a text']) expect(toSourceError(error)).toBe(error);
		expect(driverMessage(unique)).toBe('duplicate key');
	});
});
