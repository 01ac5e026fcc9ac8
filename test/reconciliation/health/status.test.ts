import { afterEach, describe, expect, test, vi } from 'vitest';
import { readStatus, type StatusStore } from '../../../src/reconciliation/health/status.js';
import type { PauseStore } from '../../../src/reconciliation/schedule/pause.js';
import { NOW } from '../builders.js';
import { FakePorts } from '../fakes.js';

const DAILY = { hour: 3, timeZone: 'UTC', paused: false };

type Book = StatusStore & Pick<PauseStore, 'currentPause' | 'lastPauseEnd'>;

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

const LATE = { ok: false, error: 'The database did not answer within 5 seconds.' };

function asked(over: Partial<Book>, ports = new FakePorts()) {
	const book = { ...BOOK, startPause: async () => null, endPause: async () => null, ...over };
	return readStatus(ports, book, book, DAILY);
}

/** The same, when all that waits has waited for long enough. */
async function askedPatiently(over: Partial<Book>, ports?: FakePorts) {
	vi.useFakeTimers();
	const status = asked(over, ports);
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
		for (const name of Object.values(ANSWERS)) expect(status[name]).toMatchObject({ ok: true });
		expect(status.open).toEqual({ ok: true, value: [{ type: 'MISSING_ACCESS', many: 2, oldest: NOW }] });
		expect(status.nextRunAt).toEqual({ ok: true, value: new Date('2026-02-11T03:00:00Z') });
	});

	test.each(calls)('comes also where the database fails at %s alone, and all the rest is told', async (call) => {
		const status = await asked({ [call]: err });
		const unknown = Object.values(ANSWERS).filter((name) => !status[name].ok);
		// When the next run is due depends on the pause.
		expect(unknown.sort()).toEqual(call === 'currentPause' ? ['nextRunAt', 'pause'] : [ANSWERS[call]]);
		expect(status[ANSWERS[call]]).toEqual({ ok: false, error: 'The database does not answer.' });
		expect(status.health.flatMap(({ problems }) => problems)).toEqual([]);
	});

	test.each(calls)('comes also where the database never answers %s, and all the rest is told', async (call) => {
		const status = await askedPatiently({ [call]: hang });
		expect(status[ANSWERS[call]]).toEqual(LATE);
		expect(Object.values(ANSWERS).filter((name) => !status[name].ok)).toHaveLength(call === 'currentPause' ? 2 : 1);
	});

	test('of a database that says nothing at all names it, and Stripe and Discord are told all the same', async () => {
		for (const status of [await asked(failing(err)), await askedPatiently(failing(hang))]) {
			for (const name of Object.values(ANSWERS)) expect(status[name].ok).toBe(false);
			expect(status.health.map(({ source, problems }) => [source, problems.length])).toEqual([
				['stripe', 0],
				['discord', 0],
				['database', 1]
			]);
		}
	});

	test('does not tell as Discord’s trouble what is the database’s', async () => {
		const ports = new FakePorts();
		ports.guild.problems = hang;
		const status = await askedPatiently(failing(hang), ports);
		expect(status.health.find(({ source }) => source === 'discord')?.problems).toEqual([
			'Could not be checked: the list of managed roles is in the database.'
		]);
	});

	test('of a Stripe and a Discord that never answer says so, and has all that the database knows', async () => {
		const ports = new FakePorts();
		ports.billing.ping = hang;
		ports.guild.problems = hang;
		const status = await askedPatiently({}, ports);
		expect(status.health.map(({ problems }) => problems)).toEqual([
			['Stripe did not answer within 5 seconds.'],
			['Discord did not answer within 5 seconds.'],
			[]
		]);
		expect(status.open).toMatchObject({ ok: true });
	});
});
