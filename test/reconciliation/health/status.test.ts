import { afterEach, describe, expect, it, vi } from 'vitest';
import { moneyTotals } from '../../../src/reconciliation/domain/money.js';
import { readStatus, type StatusStore } from '../../../src/reconciliation/health/status.js';
import type { PauseStore } from '../../../src/reconciliation/schedule/pause.js';
import { NOW } from '../builders.js';
import { FakePorts } from '../fakes.js';

const DAILY = { hour: 3, timeZone: 'UTC', paused: false };

type Store = StatusStore & Pick<PauseStore, 'currentPause' | 'lastPauseEnd'>;

const STORE: Store = {
	findRun: async () => null,
	recentRuns: async () => [],
	countRuns: async () => ({ runs: 0, failed: 0, fixed: 0 }),
	lastSuccess: async () => null,
	lastTargeted: async () => null,
	openByKind: async () => [{ kind: 'MISSING_ACCESS', many: 2, oldest: NOW }],
	openMoney: async () => moneyTotals([]),
	pendingVerification: async () => null,
	undelivered: async () => [],
	countExemptions: async () => 0,
	newestReading: async () => null,
	ping: async () => {},
	currentPause: async () => null,
	lastPauseEnd: async () => null
};

/** The field of the status that each query fills. */
const FIELD_OF = {
	recentRuns: 'lastRun',
	lastSuccess: 'lastSuccess',
	lastTargeted: 'lastTargeted',
	openByKind: 'open',
	openMoney: 'money',
	pendingVerification: 'verification',
	undelivered: 'undelivered',
	countExemptions: 'exemptions',
	newestReading: 'ruleChange',
	currentPause: 'pause',
	lastPauseEnd: 'nextRunAt'
} as const;
const calls = Object.keys(FIELD_OF) as (keyof typeof FIELD_OF)[];

const TIMED_OUT = { ok: false, error: 'The database did not answer within 5 seconds.' };

function read(over: Partial<Store>, ports = new FakePorts()) {
	const store = { ...STORE, startPause: async () => null, endPause: async () => null, ...over };
	return readStatus(ports, store, store, { status: async () => null }, DAILY, async () => null);
}

/** The same, after every probe has timed out. */
async function readUntilTimeout(over: Partial<Store>, ports?: FakePorts) {
	vi.useFakeTimers();
	const status = read(over, ports);
	await vi.advanceTimersByTimeAsync(5_000);
	return status;
}

afterEach(() => void vi.useRealTimers());

describe('readStatus', () => {
	const hang = () => new Promise<never>(() => {});
	const err = () => Promise.reject(new Error('The database does not answer.'));
	const failing = (how: () => Promise<never>): Partial<Store> => Object.fromEntries([...calls, 'ping'].map((call) => [call, how]));

	it('reads everything when all sources work', async () => {
		const status = await read({});
		for (const name of Object.values(FIELD_OF)) expect(status[name]).toMatchObject({ ok: true });
		expect(status.open).toEqual({ ok: true, value: [{ kind: 'MISSING_ACCESS', many: 2, oldest: NOW }] });
		expect(status.nextRunAt).toEqual({ ok: true, value: new Date('2026-02-11T03:00:00Z') });
	});

	it.each(calls)('returns everything else when %s fails', async (call) => {
		const status = await read({ [call]: err });
		const unknown = Object.values(FIELD_OF).filter((name) => !status[name].ok);
		// The next run depends on the pause.
		expect(unknown.sort()).toEqual(call === 'currentPause' ? ['nextRunAt', 'pause'] : [FIELD_OF[call]]);
		expect(status[FIELD_OF[call]]).toEqual({ ok: false, error: 'The database does not answer.' });
		expect(status.health.flatMap(({ problems }) => problems)).toEqual([]);
	});

	it.each(calls)('returns everything else when %s hangs', async (call) => {
		const status = await readUntilTimeout({ [call]: hang });
		expect(status[FIELD_OF[call]]).toEqual(TIMED_OUT);
		expect(Object.values(FIELD_OF).filter((name) => !status[name].ok)).toHaveLength(call === 'currentPause' ? 2 : 1);
	});

	it('reports a database that is down, and the health of Stripe and Discord', async () => {
		for (const status of [await read(failing(err)), await readUntilTimeout(failing(hang))]) {
			for (const name of Object.values(FIELD_OF)) expect(status[name].ok).toBe(false);
			expect(status.health.map(({ source, problems }) => [source, problems.length])).toEqual([
				['stripe', 0],
				['discord', 0],
				['database', 1]
			]);
		}
	});

	it('does not blame Discord for a database that hangs', async () => {
		const ports = new FakePorts();
		ports.guild.problems = hang;
		const status = await readUntilTimeout(failing(hang), ports);
		expect(status.health.find(({ source }) => source === 'discord')?.problems).toEqual([
			'Could not be checked: the list of managed roles is in the database.'
		]);
	});

	it('reports Stripe and Discord as hanging and returns everything in the database', async () => {
		const ports = new FakePorts();
		ports.billing.ping = hang;
		ports.guild.problems = hang;
		const status = await readUntilTimeout({}, ports);
		expect(status.health.map(({ problems }) => problems)).toEqual([
			['Stripe did not answer within 5 seconds.'],
			['Discord did not answer within 5 seconds.'],
			[]
		]);
		expect(status.open).toMatchObject({ ok: true });
	});
});
