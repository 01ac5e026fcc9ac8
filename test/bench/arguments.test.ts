import { describe, expect, it } from 'vitest';
import { ArgumentError, CASES, readArguments } from '../../bench/arguments.js';

describe('readArguments', () => {
	it('defaults to all cases in full', () => {
		expect(readArguments([])).toEqual({ scope: 'full', json: null, cases: CASES });
	});

	it('reads scope, file and cases, in the order of CASES', () => {
		expect(readArguments(['--quick', '--json', 'out.json', '--only', 'fix,stripe'])).toEqual({
			scope: 'quick',
			json: 'out.json',
			cases: ['stripe', 'fix']
		});
	});

	it.each([
		[['--only', 'stripe,moon'], 'Unknown case: moon'],
		[['--quick', '--tiny'], 'not both'],
		[['--quik'], '--quik']
	])('rejects %j with a reason', (args, reason) => {
		expect(() => readArguments(args)).toThrow(ArgumentError);
		expect(() => readArguments(args)).toThrow(reason);
	});
});
