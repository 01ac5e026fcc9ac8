import { describe, expect, test } from 'vitest';
import { describeRedisError, hostAndPort, isConnectionError, isLostJob } from '../../src/schedule/redis-errors.js';

const coded = (code: string, message = `connect ${code} 127.0.0.1:6379`) => Object.assign(new Error(message), { code });

describe('describeRedisError', () => {
	test.each([
		[coded('ECONNREFUSED'), 'connection refused'],
		// A host with several addresses: the error's message is empty.
		[Object.assign(new AggregateError([coded('ECONNREFUSED')], ''), { code: 'ECONNREFUSED' }), 'connection refused'],
		[coded('ENOTFOUND', 'getaddrinfo ENOTFOUND redis.example'), 'host not found'],
		[coded('ETIMEDOUT', 'connect ETIMEDOUT'), 'no response'],
		[new Error('Connection is closed.'), 'connection lost'],
		[new Error('WRONGPASS invalid username-password pair or user is disabled.'), 'wrong user or password in REDIS_URL'],
		[new Error('Ready check failed: NOAUTH Authentication required.'), 'wrong user or password in REDIS_URL'],
		[
			new Error("OOM command not allowed when used memory > 'maxmemory'.\nscript: 1"),
			"OOM command not allowed when used memory > 'maxmemory'."
		],
		[new Error(''), 'Error']
	])('describes %s as: %s', (error, reason) => {
		expect(describeRedisError(error)).toBe(reason);
	});

	test('uses the error message and never the attached command', () => {
		const error = Object.assign(new Error('ERR something else'), { command: { name: 'auth', args: ['hunter2'] } });
		expect(describeRedisError(error)).toBe('ERR something else');
	});
});

describe('isConnectionError', () => {
	test('distinguishes a missing connection from an error reply', () => {
		expect(isConnectionError(coded('ECONNRESET', 'read ECONNRESET'))).toBe(true);
		expect(isConnectionError(new Error('Connection is closed.'))).toBe(true);
		expect(isConnectionError(new Error('READONLY You can’t write against a read only replica.'))).toBe(false);
	});
});

describe('isLostJob', () => {
	test('recognises a job that Redis lost while it ran', () => {
		expect(isLostJob(new Error('Missing key for job repeat:02bb:1795895925000. moveToFinished'))).toBe(true);
		expect(isLostJob(new Error('Missing lock for job 7. moveToFinished'))).toBe(true);
		expect(isLostJob(new Error('Missing parent key'))).toBe(false);
	});
});

describe('hostAndPort', () => {
	test.each([
		['redis://127.0.0.1', '127.0.0.1:6379'],
		['redis://reeve:hunter2@redis.example:6380/3', 'redis.example:6380'],
		['rediss://:hunter2@[::1]', '[::1]:6379']
	])('reduces %s to %s', (url, address) => {
		expect(hostAndPort(url)).toBe(address);
	});
});
