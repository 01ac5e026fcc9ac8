import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createAnnouncer } from '../../../src/messages/delivery/announcer.js';
import { createBulkTracker } from '../../../src/messages/delivery/bulk-progress.js';
import type { BulkEnd, BulkOrigin, TrackedBulk } from '../../../src/reconciliation/domain/ports.js';
import { type Answer, type Asked, CHANNEL, inGuild, message } from '../client.js';
import { AT, AT_SECONDS, OPERATOR } from '../fixtures.js';

const DAILY: BulkOrigin = { kind: 'run', triggeredBy: 'scheduled', requestedBy: null };
const BY_OPERATOR: BulkOrigin = { kind: 'operator', actor: OPERATOR, scope: 'all', held: false };
const CONTINUED: BulkOrigin = { kind: 'continued', actor: OPERATOR, scope: 'all', doneBefore: 20, fixedBefore: 20 };
const DONE: BulkEnd = { fixed: 53, losing: 0, left: 0, tooLate: false };

const POST = `POST /api/v10/channels/${CHANNEL}/messages`;
const PATCH = `PATCH /api/v10/channels/${CHANNEL}/messages/`;

/** Keeps messages as Discord does: a nonce that it knows gives the message back that it has. */
function channel() {
	const contents: string[] = [];
	const nonces = new Map<unknown, number>();
	const take = ({ method, path, body }: Asked): Answer => {
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

function following(answer?: (asked: Asked) => Answer | Promise<Answer> | null) {
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
	const begin = (over: Partial<TrackedBulk> = {}) => follow({ id: 'bulk1', total: 53, origin: BY_OPERATOR, ...over });
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

describe('a bulk fix of many issues', () => {
	test('is one message with a rising count and the time that is left, and ends as the line that says what came of it', async () => {
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
		const told = requests
			.slice(0, -1)
			.map(({ body }) => /: (\d+) of (\d+) done · done <t:(\d+):R>$/.exec(String(body.content))?.slice(1).map(Number));
		const counts = told.map((numbers) => numbers?.[0]);
		expect(counts).toEqual([5, 11, 17, 23, 29, 35, 41, 47]);
		expect(told.map((numbers) => numbers?.[1])).toEqual(counts.map(() => 53));
		// One each half second.
		const over = AT_SECONDS + 26.5;
		for (const numbers of told) expect(Math.abs((numbers?.[2] ?? 0) - over)).toBeLessThan(8);
		for (const { body } of requests) expect(body.allowed_mentions).toMatchObject({ parse: [] });
		expect(logged).toEqual([]);
	});

	test('is edited no more often than every three seconds, whatever happens meanwhile', async () => {
		const { begin, asked } = following();
		const follower = begin({ total: 5000 });
		for (let done = 1; done <= 1000; done++) {
			follower.progress(done);
			await seconds(0.03);
		}
		expect(asked()).toHaveLength(10);
	});

	test('is not edited while an edit is under way: what Discord is slow to take does not pile up', async () => {
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

	test('that is over within a few seconds is told by its end alone, that of a run by its report alone', async () => {
		for (const [origin, said] of [
			[BY_OPERATOR, 1],
			[DAILY, 0]
		] as const) {
			const { begin, contents } = following();
			const follower = begin({ origin });
			await seconds(2);
			follower.progress(53);
			follower.end(DONE);
			await seconds(60);
			expect(contents).toHaveLength(said);
		}
	});

	test('of a run ends with what came of it, since the report follows', async () => {
		const { begin, contents } = following();
		const follower = begin({ origin: DAILY });
		await seconds(3);
		expect(contents).toEqual([`Reeve is fixing 53 issues of the daily run (auto-fix): 0 of 53 done · started <t:${AT_SECONDS}:R>`]);
		follower.end({ ...DONE, fixed: 51 });
		await seconds(0);
		expect(contents).toEqual([
			expect.stringMatching(/^Reeve has fixed 51 of 53 issues of the daily run \(auto-fix\)\. 2 issues .* The report follows\.$/)
		]);
	});

	test('that an error breaks off does not claim to go on', async () => {
		const { begin, contents } = following();
		const follower = begin();
		await seconds(3);
		follower.end(null);
		await seconds(60);
		expect(contents).toEqual([expect.stringContaining('an error stopped it')]);
	});

	test('that is gone on with after a restart takes over the message of the process that died', async () => {
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

	test('has the way down wait for its last word', async () => {
		const { begin, contents, attended } = following();
		begin().end(DONE);
		expect(attended).toHaveLength(1);
		await Promise.all(attended);
		expect(contents).toHaveLength(1);
	});
});

describe('a bulk fix that cannot be shown', () => {
	test('because Reeve may not write there is logged once, and asked for no more', async () => {
		const { begin, asked, logged } = following(() => REFUSED);
		const follower = begin({ origin: DAILY });
		for (let done = 1; done <= 53; done++) {
			follower.progress(done);
			await seconds(1);
		}
		follower.end(DONE);
		await seconds(60);
		expect(asked()).toEqual([POST]);
		expect(logged).toEqual([expect.stringContaining('give it Send Messages and Embed Links')]);
	});

	test('because somebody deleted the message is told of in the end by another one, unless a report follows', async () => {
		for (const [origin, said] of [
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
			expect(requests.map(({ method }) => method)).toEqual(said);
		}
	});
});

describe('a bulk fix of a few issues', () => {
	test('has no message while it is under way, however long that takes, and one line in the end', async () => {
		const { begin, contents } = following();
		const follower = begin({ total: 9 });
		await seconds(60);
		expect(contents).toEqual([]);
		follower.end({ ...DONE, fixed: 9 });
		await seconds(0);
		expect(contents).toEqual([expect.stringContaining('fixed 9 issues')]);
	});

	test('of a run, or that changed nothing, has none at all', async () => {
		const { begin, contents } = following();
		begin({ total: 9, origin: DAILY }).end({ ...DONE, fixed: 9 });
		begin({ total: 9 }).end({ ...DONE, fixed: 0 });
		begin({ total: 9 }).end(null);
		await seconds(60);
		expect(contents).toEqual([]);
	});
});
