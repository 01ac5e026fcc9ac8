import { afterEach, describe, expect, test, vi } from 'vitest';
import type { PauseBook } from '../../src/reconciliation/pause.js';
import { readStatus, type StatusBook } from '../../src/reconciliation/status.js';
import { NOW } from './builders.js';
import { FakeWorld } from './fakes.js';

const DAILY = { hour: 3, timeZone: 'UTC', paused: false };

type Book = StatusBook & Pick<PauseBook, 'currentPause' | 'lastPauseEnd'>;

/** A database that has little to tell. */
const BOOK: Book = {
	recentRuns: async () => [],
	countRuns: async () => ({ runs: 0, failed: 0, fixed: 0 }),
	lastSuccess: async () => null,
	openByKind: async () => [{ type: 'MISSING_ACCESS', many: 2, oldest: NOW }],
	pendingVerification: async () => null,
	undelivered: async () => [],
	countExemptions: async () => 0,
	ping: async () => {},
	currentPause: async () => null,
	lastPauseEnd: async () => null
};

/** What each of the database's answers is told as. */
const ANSWERS = {
	recentRuns: 'lastRun',
	lastSuccess: 'lastSuccess',
	openByKind: 'open',
	pendingVerification: 'verification',
	undelivered: 'undelivered',
	countExemptions: 'exemptions',
	currentPause: 'pause',
	lastPauseEnd: 'nextRunAt'
} as const;
const calls = Object.keys(ANSWERS) as (keyof typeof ANSWERS)[];

const LATE = { known: false, why: 'The database did not answer within 5 seconds.' };

function asked(over: Partial<Book>, world = new FakeWorld()) {
	const book = { ...BOOK, startPause: async () => null, endPause: async () => null, ...over };
	return readStatus(world, book, book, DAILY);
}

/** The same, when all that waits has waited for long enough. */
async function askedPatiently(over: Partial<Book>, world?: FakeWorld) {
	vi.useFakeTimers();
	const status = asked(over, world);
	await vi.advanceTimersByTimeAsync(5_000);
	return status;
}

afterEach(() => void vi.useRealTimers());

describe('the status', () => {
	const hang = () => new Promise<never>(() => {});
	const err = () => Promise.reject(new Error('The database does not answer.'));
	const failing = (how: () => Promise<never>): Partial<Book> => Object.fromEntries([...calls, 'ping'].map((call) => [call, how]));

	test('of a house that is well knows everything', async () => {
		const status = await asked({});
		for (const name of Object.values(ANSWERS)) expect(status[name]).toMatchObject({ known: true });
		expect(status.open).toEqual({ known: true, value: [{ type: 'MISSING_ACCESS', many: 2, oldest: NOW }] });
		expect(status.nextRunAt).toEqual({ known: true, value: new Date('2026-02-11T03:00:00Z') });
	});

	test.each(calls)('comes also where the database fails at %s alone, and all the rest is told', async (call) => {
		const status = await asked({ [call]: err });
		const unknown = Object.values(ANSWERS).filter((name) => !status[name].known);
		// When the next run is due depends on the pause.
		expect(unknown.sort()).toEqual(call === 'currentPause' ? ['nextRunAt', 'pause'] : [ANSWERS[call]]);
		expect(status[ANSWERS[call]]).toEqual({ known: false, why: 'The database does not answer.' });
		expect(status.health.flatMap(({ problems }) => problems)).toEqual([]);
	});

	test.each(calls)('comes also where the database never answers %s, and all the rest is told', async (call) => {
		const status = await askedPatiently({ [call]: hang });
		expect(status[ANSWERS[call]]).toEqual(LATE);
		expect(Object.values(ANSWERS).filter((name) => !status[name].known)).toHaveLength(call === 'currentPause' ? 2 : 1);
	});

	test('of a database that says nothing at all names it, and Stripe and Discord are told all the same', async () => {
		for (const status of [await asked(failing(err)), await askedPatiently(failing(hang))]) {
			for (const name of Object.values(ANSWERS)) expect(status[name].known).toBe(false);
			expect(status.health.map(({ source, problems }) => [source, problems.length])).toEqual([
				['stripe', 0],
				['discord', 0],
				['database', 1]
			]);
		}
	});

	test('does not tell as Discord’s trouble what is the database’s', async () => {
		const world = new FakeWorld();
		world.guild.problems = hang;
		const status = await askedPatiently(failing(hang), world);
		expect(status.health.find(({ source }) => source === 'discord')?.problems).toEqual([
			'Could not be checked: which roles Reeve manages is in the database.'
		]);
	});

	test('of a Stripe and a Discord that never answer says so, and has all that the database knows', async () => {
		const world = new FakeWorld();
		world.billing.ping = hang;
		world.guild.problems = hang;
		const status = await askedPatiently({}, world);
		expect(status.health.map(({ problems }) => problems)).toEqual([
			['Stripe did not answer within 5 seconds.'],
			['Discord did not answer within 5 seconds.'],
			[]
		]);
		expect(status.open).toMatchObject({ known: true });
	});
});
