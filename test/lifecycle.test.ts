import { describe, expect, it } from 'vitest';
import { InFlightWork, runShutdownSteps, ShuttingDownError } from '../src/lifecycle.js';

const NEVER = new Promise<never>(() => {});
const SHORT_TIMEOUTS = { workMs: 20, repliesMs: 20 };
const LONG_TIMEOUTS = { workMs: 60_000, repliesMs: 60_000 };

/** A promise and the function that resolves it. */
function deferred() {
	let resolve = () => {};
	const promise = new Promise<string>((done) => {
		resolve = () => done('done');
	});
	return { promise, resolve: () => resolve() };
}

describe('InFlightWork.shutdown', () => {
	it('waits for work in progress and for the reply that reports it', async () => {
		const inFlight = new InFlightWork();
		const { promise, resolve } = deferred();
		const events: string[] = [];
		void inFlight.trackReply(async () => {
			events.push(await inFlight.track(() => promise));
			await new Promise(setImmediate);
			events.push('replied');
		});
		const shutdown = inFlight.shutdown(LONG_TIMEOUTS);
		resolve();
		await shutdown;
		expect(events).toEqual(['done', 'replied']);
	});

	it('makes track reject new work with a message for the operator', async () => {
		const inFlight = new InFlightWork();
		await inFlight.shutdown(LONG_TIMEOUTS);
		await expect(inFlight.track(async () => 'done')).rejects.toThrow('Nothing was changed; try again in a minute.');
	});

	it('rejects work that exceeds its timeout and waits for the reply to that error', async () => {
		const inFlight = new InFlightWork();
		const errors: unknown[] = [];
		inFlight.trackReply(() => inFlight.track(() => NEVER)).catch((error: unknown) => inFlight.trackReply(async () => errors.push(error)));
		await inFlight.shutdown({ workMs: 20, repliesMs: 60_000 });
		expect(errors).toEqual([expect.any(ShuttingDownError)]);
		expect(errors).toMatchObject([{ message: expect.stringContaining('could not finish this') }]);
	});

	it('resolves when a reply never settles', async () => {
		const inFlight = new InFlightWork();
		void inFlight.trackReply(() => NEVER);
		await expect(inFlight.shutdown(SHORT_TIMEOUTS)).resolves.toBeUndefined();
	});

	it('resolves after work that failed, whose error goes to the caller', async () => {
		const inFlight = new InFlightWork();
		const failed = inFlight.track(() => Promise.reject(new Error('no')));
		await expect(failed).rejects.toThrow('no');
		await inFlight.shutdown(LONG_TIMEOUTS);
	});
});

describe('runShutdownSteps', () => {
	it('runs every step in order, also after one that fails', async () => {
		const ran: number[] = [];
		const failures: unknown[] = [];
		const step = (number: number) => async () => {
			ran.push(number);
			if (number === 1) throw new Error('no');
		};
		expect(await runShutdownSteps([step(0), step(1), step(2)], 60_000, (error) => failures.push(error))).toBe(true);
		expect(ran).toEqual([0, 1, 2]);
		expect(failures).toEqual([new Error('no')]);
	});

	it('does not wait for a step that never ends', async () => {
		expect(await runShutdownSteps([() => NEVER], 20, () => {})).toBe(false);
	});
});
