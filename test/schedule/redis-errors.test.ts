import { describe, expect, test } from 'vitest';
import { describeRedisError, hostAndPort, isConnectionError } from '../../src/schedule/redis-errors.js';

const coded = (code: string, message = `connect ${code} 127.0.0.1:6379`) => Object.assign(new Error(message), { code });

describe('what is said of Redis', () => {
	test.each([
		[coded('ECONNREFUSED'), 'nothing answers there'],
		// A host with several addresses: the error has no words of its own.
		[Object.assign(new AggregateError([coded('ECONNREFUSED')], ''), { code: 'ECONNREFUSED' }), 'nothing answers there'],
		[coded('ENOTFOUND', 'getaddrinfo ENOTFOUND redis.example'), 'there is no such host'],
		[coded('ETIMEDOUT', 'connect ETIMEDOUT'), 'there is no answer'],
		[new Error('Connection is closed.'), 'the connection was lost'],
		[new Error('WRONGPASS invalid username-password pair or user is disabled.'), 'it refuses the user or password in REDIS_URL'],
		[new Error('Ready check failed: NOAUTH Authentication required.'), 'it refuses the user or password in REDIS_URL'],
		[
			new Error("OOM command not allowed when used memory > 'maxmemory'.\nscript: 1"),
			"OOM command not allowed when used memory > 'maxmemory'."
		],
		[new Error(''), 'Error']
	])('%s', (error, words) => {
		expect(describeRedisError(error)).toBe(words);
	});

	test('the words of an error are told, and never the command that it carries', () => {
		const error = Object.assign(new Error('ERR something else'), { command: { name: 'auth', args: ['hunter2'] } });
		expect(describeRedisError(error)).toBe('ERR something else');
	});

	test('a connection that is not there is told from a Redis that refuses', () => {
		expect(isConnectionError(coded('ECONNRESET', 'read ECONNRESET'))).toBe(true);
		expect(isConnectionError(new Error('Connection is closed.'))).toBe(true);
		expect(isConnectionError(new Error('READONLY You can’t write against a read only replica.'))).toBe(false);
	});

	test.each([
		['redis://127.0.0.1', '127.0.0.1:6379'],
		['redis://reeve:hunter2@redis.example:6380/3', 'redis.example:6380'],
		['rediss://:hunter2@[::1]', '[::1]:6379']
	])('%s is at %s, without user and password', (url, place) => {
		expect(hostAndPort(url)).toBe(place);
	});
});
