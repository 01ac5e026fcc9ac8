import { describe, expect, it } from 'vitest';
import { ArgumentError, CASES, readArguments } from '../../bench/arguments.js';

describe('the arguments of the bench', () => {
	it('are everything, in full, when there are none', () => {
		expect(readArguments([])).toEqual({ extent: 'full', json: null, cases: CASES });
	});

	it('are read', () => {
		expect(readArguments(['--quick', '--json', 'out.json', '--only', 'fix,stripe'])).toEqual({
			extent: 'quick',
			json: 'out.json',
			cases: ['stripe', 'fix']
		});
	});

	it.each([
		[['--only', 'stripe,moon'], 'There is no case moon'],
		[['--quick', '--tiny'], 'not both'],
		[['--quik'], '--quik']
	])('refuses %j, and says why', (args, why) => {
		expect(() => readArguments(args)).toThrow(ArgumentError);
		expect(() => readArguments(args)).toThrow(why);
	});
});
