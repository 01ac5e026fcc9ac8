import { describe, expect, it } from 'vitest';
import { withReadableErrors } from '../../src/people/readable-errors.js';
import type { People } from '../../src/reconciliation/domain/people.js';
import { SourceError } from '../../src/reconciliation/domain/ports.js';

const NONE = { members: [], teams: [] };

/** People whose every call fails, and what is logged of it. */
function failing(error: unknown) {
	const logged: unknown[][] = [];
	const fail = () => Promise.reject(error);
	const people: People = { name: "the bot's database", check: fail, readAll: fail, readOf: fail, link: fail, unlink: fail };
	return { logged, people: withReadableErrors(people, { error: (...values) => logged.push([...values]) }) };
}

describe('people with readable errors', () => {
	it.each([
		['check', (people: People) => people.check?.()],
		['readAll', (people: People) => people.readAll(() => {})],
		['readOf', (people: People) => people.readOf([], [])],
		['link', (people: People) => people.link?.('1', 'cus_1')],
		['unlink', (people: People) => people.unlink?.('1', '1')]
	])('log the error of a driver in %s, and throw a sentence without its words', async (_, call) => {
		const cause = new Error('ECONNREFUSED 10.0.0.7:5432');
		const { people, logged } = failing(cause);
		const error = await Promise.resolve(call(people)).catch((reason: unknown) => reason);
		expect(error).toBeInstanceOf(SourceError);
		expect((error as Error).message).toMatch(/^The members could not be read in the bot's database\. Check whether/);
		expect(logged).toEqual([[(error as Error).message, cause]]);
	});

	it('log the error behind a sentence, and throw that sentence', async () => {
		const cause = new Error('relation "users" does not exist');
		const { people, logged } = failing(new SourceError('database', 'The query "members" failed.', { cause }));
		await expect(people.readAll(() => {})).rejects.toThrow('The query "members" failed.');
		expect(logged).toEqual([['The query "members" failed.', cause]]);
	});

	it('leave a sentence with no error behind it to the caller', async () => {
		const { people, logged } = failing(new SourceError('database', 'The seat of the member 7 is "BOSS".'));
		await expect(people.readAll(() => {})).rejects.toThrow('The seat of the member 7');
		expect(logged).toEqual([]);
	});

	it('keep the state of an object, and have no method that it does not have', async () => {
		class Own {
			public readonly name = 'own';
			public async readAll() {
				return { ...NONE, members: [], from: this.name };
			}
			public async readOf() {
				return NONE;
			}
		}
		const people = withReadableErrors(new Own(), { error: () => {} });
		expect(await people.readAll(() => {})).toMatchObject({ from: 'own' });
		expect(people).not.toHaveProperty('link');
	});
});
