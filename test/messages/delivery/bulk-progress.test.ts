import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createAnnouncer } from '../../../src/messages/delivery/announcer.js';
import { createBulkTracker } from '../../../src/messages/delivery/bulk-progress.js';
import { countEffects } from '../../../src/reconciliation/domain/effect.js';
import type { BulkEnd, BulkOrigin, TrackedBulk } from '../../../src/reconciliation/domain/ports.js';
import { type Answer, type ApiRequest, CHANNEL, inGuild, message } from '../client.js';
import { AT, AT_SECONDS, OPERATOR } from '../fixtures.js';

const DAILY: BulkOrigin = { kind: 'run', triggeredBy: 'scheduled', requestedBy: null };
const BY_OPERATOR: BulkOrigin = { kind: 'operator', actor: OPERATOR, scope: 'all', held: false };
const CONTINUED: BulkOrigin = { kind: 'continued', actor: OPERATOR, scope: 'all', doneBefore: 20, fixedBefore: 20 };
const DONE: BulkEnd = { fixed: 53, effects: { ...countEffects([]), grants: 53 }, left: 0, tooLate: false };

const POST = `POST /api/v10/channels/${CHANNEL}/messages`;
const PATCH = `PATCH /api/v10/channels/${CHANNEL}/messages/`;

/** Keeps messages as Discord does: a nonce that it knows gives the message back that it has. */
function channel() {
	const contents: string[] = [];
	const nonces = new Map<unknown, number>();
	const take = ({ method, path, body }: ApiRequest): Answer => {
		const known = method === 'PATCH' ? Number(path.split('/').at(-1)) - 1 : nonces.get(body.nonce ?? contents.length);
		const index = known ?? contents.length;
		if (method === 'PATCH' || known === undefined) contents[index] = String(body.content);
		if (method === 'POST') nonces.set(body.nonce, index);
		return { status: 200, body: message(String(index + 1), contents[index] as string) };
	};
	return { contents, take };
}

const REFUSED: Answer = { status: 403, body: { code: 50013, message: 'no' } };
const GONE: Answer = { status: 404, body: { code: 10008, message: 'no' } };

function following(answer?: (asked: ApiRequest) => Answer | Promise<Answer> | null) {
	const { contents, take } = channel();
	const { client, requests } = inGuild(async (asked) => (await answer?.(asked)) ?? take(asked));
	const logged: string[] = [];
	const log = (...values: readonly unknown[]) => void logged.push(String(values[0]));
	const logger = { warn: log, error: log };
	const attended: Promise<void>[] = [];
	const follow = createBulkTracker({
		client,
		channelId: CHANNEL,
		announce: createAnnouncer({ client, channelId: CHANNEL, logger }),
		trackReply: (work) => {
			const promise = work();
			attended.push(promise);
			return promise;
		},
		logger
	});
	const begin = (over: Partial<TrackedBulk> = {}) => follow({ id: 'bulk1', total: 53, effects: null, origin: BY_OPERATOR, ...over });
	const asked = () => requests.map(({ method, path }) => `${method} ${path}`);
	return { begin, contents, requests, asked, logged, attended };
}

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000);

beforeEach(() => {
	vi.useFakeTimers({ now: AT, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
	vi.useRealTimers();
});

describe('progress of a large bulk fix', () => {
	test('edits one message with a rising count and the estimate until it shows the result', async () => {
		const { begin, contents, requests, asked, logged } = following();
		const follower = begin();
		for (let done = 1; done <= 53; done++) {
			await seconds(0.5);
			follower.progress(done);
		}
		follower.end(DONE);
		await seconds(0);
		expect(contents).toEqual([expect.stringMatching(/^<@\d+> fixed 53 issues: /)]);
		expect(asked()[0]).toBe(POST);
		expect(asked().slice(1)).toEqual(Array(asked().length - 1).fill(`${PATCH}1`));
		const samples = requests
			.slice(0, -1)
			.map(({ body }) => /: (\d+) of (\d+) done · done <t:(\d+):R>$/.exec(String(body.content))?.slice(1).map(Number));
		const counts = samples.map((numbers) => numbers?.[0]);
		expect(counts).toEqual([5, 11, 17, 23, 29, 35, 41, 47]);
		expect(samples.map((numbers) => numbers?.[1])).toEqual(counts.map(() => 53));
		// One each half second.
		const over = AT_SECONDS + 26.5;
		for (const numbers of samples) expect(Math.abs((numbers?.[2] ?? 0) - over)).toBeLessThan(8);
		for (const { body } of requests) expect(body.allowed_mentions).toMatchObject({ parse: [] });
		expect(logged).toEqual([]);
	});

	test('edits at most every three seconds', async () => {
		const { begin, asked } = following();
		const follower = begin({ total: 5000 });
		for (let done = 1; done <= 1000; done++) {
			follower.progress(done);
			await seconds(0.03);
		}
		expect(asked()).toHaveLength(10);
	});

	test('never has two edits in flight', async () => {
		const slow: ((answer: Answer) => void)[] = [];
		const { begin, asked, contents } = following(({ method }) =>
			method === 'PATCH' && slow.length === 0 ? new Promise((resolve) => slow.push(resolve)) : null
		);
		const follower = begin();
		for (let done = 1; done <= 20; done++) {
			follower.progress(done);
			await seconds(1);
		}
		expect(asked()).toEqual([POST, `${PATCH}1`]);
		follower.end(DONE);
		await seconds(10);
		expect(asked()).toHaveLength(2);
		slow[0]?.({ status: 200, body: message('1', 'late') });
		await seconds(0);
		expect(contents).toEqual([expect.stringContaining('fixed 53 issues')]);
	});

	test('posts only the result, or for a run only the report, if it ends within seconds', async () => {
		for (const [origin, expected] of [
			[BY_OPERATOR, 1],
			[DAILY, 0]
		] as const) {
			const { begin, contents } = following();
			const follower = begin({ origin });
			await seconds(2);
			follower.progress(53);
			follower.end(DONE);
			await seconds(60);
			expect(contents).toHaveLength(expected);
		}
	});

	test('shows the result of a run before its report', async () => {
		const { begin, contents } = following();
		const follower = begin({ origin: DAILY });
		await seconds(3);
		expect(contents).toEqual([`Reeve is fixing 53 issues of the daily run (auto-fix): 0 of 53 done · started <t:${AT_SECONDS}:R>`]);
		follower.end({ ...DONE, fixed: 51 });
		await seconds(0);
		expect(contents).toEqual([
			expect.stringMatching(
				/^Reeve has fixed 51 of 53 issues of the daily run \(auto-fix\): 53 people got access\. 2 issues .* The report follows\.$/
			)
		]);
	});

	test('does not claim to continue after an error', async () => {
		const { begin, contents } = following();
		const follower = begin();
		await seconds(3);
		follower.end(null);
		await seconds(60);
		expect(contents).toEqual([expect.stringContaining('an error stopped it')]);
	});

	test('takes over the message of the previous process after a restart', async () => {
		const { begin, contents } = following();
		const dead = begin();
		dead.progress(20);
		await seconds(3);
		const alive = begin({ origin: CONTINUED });
		alive.progress(5);
		await seconds(3);
		expect(contents).toEqual([expect.stringMatching(/^Reeve is resuming the fix of 53 issues that <@\d+> started: 25 of 53 done/)]);
		alive.end({ ...DONE, fixed: 33 });
		await seconds(0);
		expect(contents).toEqual([expect.stringContaining('resumed and finished it: 53 of 53 issues fixed.')]);
	});

	test('makes shutdown wait for the result', async () => {
		const { begin, contents, attended } = following();
		begin().end(DONE);
		expect(attended).toHaveLength(1);
		await Promise.all(attended);
		expect(contents).toHaveLength(1);
	});
});

describe('progress that cannot be shown', () => {
	test('logs a missing permission once and stops trying', async () => {
		const { begin, asked, logged } = following(() => REFUSED);
		const follower = begin({ origin: DAILY });
		for (let done = 1; done <= 53; done++) {
			follower.progress(done);
			await seconds(1);
		}
		follower.end(DONE);
		await seconds(60);
		expect(asked()).toEqual([POST]);
		expect(logged).toEqual([expect.stringContaining('give it Send Messages')]);
	});

	test('posts a new result if the message was deleted, unless a report follows', async () => {
		for (const [origin, expected] of [
			[BY_OPERATOR, ['POST', 'PATCH', 'PATCH', 'POST']],
			[DAILY, ['POST', 'PATCH', 'PATCH']]
		] as const) {
			const { begin, requests } = following(({ method }) => (method === 'PATCH' ? GONE : null));
			const follower = begin({ origin });
			await seconds(3);
			follower.progress(1);
			await seconds(30);
			follower.progress(2);
			await seconds(30);
			follower.end(DONE);
			await seconds(0);
			expect(requests.map(({ method }) => method)).toEqual(expected);
		}
	});
});

describe('progress of a small bulk fix', () => {
	test('posts only the result, however long it takes', async () => {
		const { begin, contents } = following();
		const follower = begin({ total: 9 });
		await seconds(60);
		expect(contents).toEqual([]);
		follower.end({ ...DONE, fixed: 9 });
		await seconds(0);
		expect(contents).toEqual([expect.stringContaining('fixed 9 issues')]);
	});

	test('posts nothing for a run or if nothing changed', async () => {
		const { begin, contents } = following();
		begin({ total: 9, origin: DAILY }).end({ ...DONE, fixed: 9 });
		begin({ total: 9 }).end({ ...DONE, fixed: 0 });
		begin({ total: 9 }).end(null);
		await seconds(60);
		expect(contents).toEqual([]);
	});
});
