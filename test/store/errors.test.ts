import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import { describe, expect, it } from 'vitest';
import { SourceError } from '../../src/reconciliation/domain/ports.js';
import { driverMessage, toSourceError } from '../../src/store/connection/errors.js';

const said = (cause: ConstructorParameters<typeof DriverAdapterError>[0]) => new DriverAdapterError(cause);
const ofTheServer = (code: string, message: string) =>
	said({
		kind: 'postgres',
		code,
		message,
		originalMessage: message,
		severity: 'FATAL',
		detail: undefined,
		column: undefined,
		hint: undefined
	});

describe('a database that is away', () => {
	it.each([
		['refuses', said({ kind: 'DatabaseNotReachable', host: '10.0.0.9', port: 5432 }), 'nothing answers at 10.0.0.9:5432'],
		['has no such host', said({ kind: 'DatabaseNotReachable', host: 'db.example' }), 'nothing answers at db.example'],
		['cuts the connection', said({ kind: 'ConnectionClosed' }), 'the connection was cut'],
		['is silent', new Error('Connection terminated unexpectedly'), 'Connection terminated unexpectedly'],
		[
			'has no room',
			said({ kind: 'TooManyConnections', cause: '', originalMessage: 'sorry, too many clients already' }),
			'too many clients'
		],
		['is being stopped', ofTheServer('57P01', 'terminating connection due to administrator command'), 'administrator command'],
		['is starting', ofTheServer('57P03', 'the database system is starting up'), 'starting up']
	])('because it %s is a source that cannot be read, with why and what to do', (_, error, why) => {
		const told = toSourceError(error);
		expect(told).toBeInstanceOf(SourceError);
		expect(told).toMatchObject({ source: 'database', cause: error });
		expect((told as Error).message).toContain(`The database does not answer (`);
		expect((told as Error).message).toContain(why);
		expect((told as Error).message).toContain('DATABASE_URL');
	});

	it('is not what a statement is refused for, nor a mistake of our own', () => {
		const unique = said({ kind: 'UniqueConstraintViolation', constraint: { fields: ['id'] }, originalMessage: 'duplicate key' });
		const cancelled = ofTheServer('57014', 'canceling statement due to user request');
		for (const error of [unique, cancelled, new TypeError('x is not a function'), 'a text']) expect(toSourceError(error)).toBe(error);
		expect(driverMessage(unique)).toBe('duplicate key');
	});
});
