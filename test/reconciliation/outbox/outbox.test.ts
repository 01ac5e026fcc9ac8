import { describe, expect, test } from 'vitest';
import type { Channel } from '../../../src/reconciliation/domain/notification.js';
import {
	channelsFor,
	deliverRunReport,
	flushOutbox,
	type Notification,
	type OutboxMessage,
	type OutboxStore,
	runSubject
} from '../../../src/reconciliation/outbox/outbox.js';
import { alertIfOverdue, overdueSince } from '../../../src/reconciliation/schedule/overdue.js';
import { failedResult, issues, result } from '../../messages/fixtures.js';
import { NOW } from '../builders.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Deliveries in memory, a channel and a mail server that can be out of order, and a clock that stands. */
const HOLD = {
	id: 'hold1',
	scope: 'all',
	actor: 'ada',
	reason: 'Too many.',
	losing: 9,
	holders: 30,
	heldAt: NOW,
	releasedBy: null
} as const;

class OutboxDeps {
	public time = NOW.getTime();
	public readonly rows: (OutboxMessage & { status: string; nextTryAt: number; lastError: string | null; tries: number })[] = [];
	public readonly sent: string[] = [];
	public readonly logged: string[] = [];
	public readonly broken = new Set<Channel>();
	public databaseAway = false;
	public running = false;
	public readonly results = new Map([['run1', result({ issues: issues(2) })]]);
	public readonly holds = new Map([['hold1', HOLD]]);
	public readonly now = () => new Date(this.time);
	public readonly logger = { error: (...values: unknown[]) => void this.logged.push(String(values[0])) };
	public readonly messenger = {
		mails: true,
		post: (news: Notification) => this.send('report', news),
		mail: (news: Notification) => this.send('mail', news)
	};
	public readonly outbox: OutboxStore = {
		claimMessages: async (which, until) => {
			if (this.databaseAway) throw new Error('the database is away');
			const taken = this.rows.filter(({ status, subject, nextTryAt, tries }) => {
				if (status !== 'PENDING') return false;
				return 'subject' in which ? subject === which.subject : nextTryAt <= which.due.getTime() || (which.failedToo === true && tries > 0);
			});
			for (const row of taken) row.nextTryAt = until.getTime();
			return taken.map((row) => ({ ...row }));
		},
		markDelivered: async (id) => void Object.assign(this.row(id), { status: 'DELIVERED' }),
		markFailed: async (id, { error, nextTryAt }) => {
			const row = this.row(id);
			Object.assign(row, {
				lastError: error,
				tries: row.tries + 1,
				...(nextTryAt === null ? { status: 'GIVEN_UP' } : { nextTryAt: nextTryAt.getTime() })
			});
		},
		addMessages: async (subject, channels, at) => {
			for (const channel of channels) {
				if (this.rows.some((row) => row.subject === subject && row.channel === channel)) continue;
				const row = {
					id: `${channel} ${subject}`,
					channel,
					subject,
					createdAt: at,
					tries: 0,
					status: 'PENDING',
					nextTryAt: at.getTime(),
					lastError: null
				};
				this.rows.push(row);
			}
		},
		readReport: async (runId) => {
			const found = this.results.get(runId);
			return found === undefined ? null : { result: found };
		},
		readHold: async (id) => this.holds.get(id) ?? null,
		lastSuccessAt: async () => null,
		isRunning: async () => this.running
	};

	public row(id: string) {
		const found = this.rows.find((row) => row.id === id);
		if (found === undefined) throw new Error(`no ${id}`);
		return found;
	}

	private async send(channel: Channel, news: Notification): Promise<void> {
		if (this.broken.has(channel)) throw new Error(`The ${channel} is out of order.`);
		this.sent.push(`${channel} ${news.kind === 'run' ? news.result.runId : 'overdue'}`);
	}
}

async function ended(channels: readonly Channel[] = ['mail', 'report']): Promise<OutboxDeps> {
	const post = new OutboxDeps();
	await post.outbox.addMessages(runSubject('run1'), channels, post.now());
	return post;
}

describe('a mail is written', () => {
	const issuesFound = { issues: issues(1), issuesFound: 1 };
	test.each([
		['when all is clear', result(), false],
		['when issues were found', result(issuesFound), true],
		['when a run failed', failedResult('Stripe is away.'), true],
		['when something is held', result({ hold: { reason: '', losing: 9, holders: 10 } }), true],
		[
			'when a verification found what everybody knows',
			result({ ...issuesFound, isVerificationRun: true, verified: { fixes: [], reports: [] } }),
			false
		],
		['when a verification failed', failedResult('Stripe is away.', { isVerificationRun: true }), true],
		['when somebody asked about one person', result({ ...issuesFound, onlyMember: '1' }), false]
	])('%s: %#', (_, of, expected) => {
		expect(channelsFor(of, true)).toEqual(expected ? ['report', 'mail'] : ['report']);
		expect(channelsFor(of, false)).toEqual(['report']);
	});

	test('when fixed drift came back', () => {
		const fix = {
			attemptId: 'a',
			discordId: '1',
			discordName: 'ada',
			change: { add: [], remove: [] },
			outcome: 'CAME_BACK',
			notJudged: null
		} as const;
		expect(channelsFor(result({ isVerificationRun: true, verified: { fixes: [fix], reports: [] } }), true)).toContain('mail');
	});
});

describe('the operators are told', () => {
	test('of a run at once and once, in the channel first, to which the mail leads', async () => {
		const post = await ended();
		await deliverRunReport(post, result());
		await flushOutbox(post, true);
		expect(post.sent).toEqual(['report run1', 'mail run1']);
	});

	test('later, where a channel is out of order: nothing is lost, and nothing told twice', async () => {
		const post = await ended();
		post.broken.add('mail');
		await deliverRunReport(post, result());
		expect(post.row('mail run:run1')).toMatchObject({ status: 'PENDING', tries: 1, lastError: 'The mail is out of order.' });
		expect(post.logged[0]).toContain('The mail is out of order.');
		post.broken.clear();
		await flushOutbox(post, false);
		expect(post.sent).toEqual(['report run1']);
		post.time += MINUTE;
		await flushOutbox(post, false);
		await flushOutbox(post, false);
		expect(post.sent).toEqual(['report run1', 'mail run1']);
	});

	test('at once after a restart, when what was wrong may have been mended', async () => {
		const post = await ended(['mail']);
		post.broken.add('mail');
		await deliverRunReport(post, result());
		post.broken.clear();
		await flushOutbox(post, true);
		expect(post.sent).toEqual(['mail run1']);
	});

	test('after pauses that grow up to an hour, and no more after three days', async () => {
		const post = await ended(['mail']);
		post.broken.add('mail');
		const pauses: number[] = [];
		await deliverRunReport(post, result());
		while (post.row('mail run:run1').status === 'PENDING') {
			const { nextTryAt } = post.row('mail run:run1');
			pauses.push((nextTryAt - post.time) / MINUTE);
			post.time = nextTryAt;
			await flushOutbox(post, false);
		}
		expect(pauses.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
		expect(post.row('mail run:run1')).toMatchObject({ status: 'GIVEN_UP', lastError: 'The mail is out of order.' });
		expect(post.time - NOW.getTime()).toBeGreaterThan(72 * HOUR);
	});

	test('by somebody else, where the process that ended the run died before it told of it', async () => {
		const post = await ended();
		await flushOutbox(post, true);
		expect(post.sent).toEqual(['report run1', 'mail run1']);
	});

	test('of a failed run also where the database is away', async () => {
		const post = new OutboxDeps();
		post.databaseAway = true;
		await deliverRunReport(post, failedResult('The database is away.'));
		expect(post.sent).toEqual(['report run1', 'mail run1']);
	});

	test('never by an error: a failed run that nobody can be told of is logged', async () => {
		const post = new OutboxDeps();
		post.databaseAway = true;
		post.broken.add('report').add('mail');
		await deliverRunReport(post, failedResult('The database is away.'));
		expect(post.logged.join('\n')).toContain('its notification (');
	});
});

describe('the alarm', () => {
	const hours = (many: number) => new Date(NOW.getTime() - many * HOUR);
	const moments = { lastSuccess: hours(27), installed: hours(500), pauseEnd: null, paused: false };

	test('is raised when no run has succeeded for more than 26 hours', () => {
		expect(overdueSince(NOW, moments)).toEqual(hours(27));
		expect(overdueSince(NOW, { ...moments, lastSuccess: hours(26) })).toBeNull();
		expect(overdueSince(NOW, { ...moments, lastSuccess: null })).toEqual(hours(500));
	});

	test('is not raised while paused, nor for the time of a pause, nor right after the installation', () => {
		expect(overdueSince(NOW, { ...moments, paused: true })).toBeNull();
		expect(overdueSince(NOW, { ...moments, pauseEnd: hours(2) })).toBeNull();
		expect(overdueSince(NOW, { ...moments, lastSuccess: null, installed: hours(3) })).toBeNull();
	});

	test('waits for a run that is under way', async () => {
		const post = new OutboxDeps();
		post.running = true;
		const ledger = { ...post.outbox, installedAt: async () => hours(500), currentPause: async () => null, lastPauseEnd: async () => null };
		await alertIfOverdue(ledger, post.now(), { paused: false, mails: true });
		expect(post.rows).toEqual([]);
	});

	test('is told once for each such time', async () => {
		const post = new OutboxDeps();
		const ledger = {
			...post.outbox,
			lastSuccessAt: async () => hours(30),
			installedAt: async () => hours(500),
			currentPause: async () => null,
			lastPauseEnd: async () => null
		};
		for (let minute = 0; minute < 3; minute++) {
			await alertIfOverdue(ledger, post.now(), { paused: false, mails: true });
			await flushOutbox(post, false);
			post.time += MINUTE;
		}
		expect(post.sent).toEqual(['report overdue', 'mail overdue']);
		await alertIfOverdue(
			{ ...ledger, currentPause: async () => ({ pausedAt: NOW, pausedBy: '1', reason: null, until: null }) },
			post.now(),
			{
				paused: false,
				mails: true
			}
		);
		expect(post.rows).toHaveLength(2);
	});
});
