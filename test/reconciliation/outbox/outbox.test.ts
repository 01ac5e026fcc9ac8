import { describe, expect, it } from 'vitest';
import type { StoredHold } from '../../../src/reconciliation/domain/hold.js';
import type { Channel } from '../../../src/reconciliation/domain/notification.js';
import {
	channelsFor,
	type DeliveryAttempt,
	deliverRunReport,
	flushOutbox,
	holdSubject,
	type Notification,
	type OutboxMessage,
	type OutboxStore,
	PartialDeliveryError,
	releaseSubject,
	runSubject
} from '../../../src/reconciliation/outbox/outbox.js';
import { alertIfOverdue, overdueSince } from '../../../src/reconciliation/schedule/overdue.js';
import { failedResult, issues, result } from '../../messages/fixtures.js';
import { NOW } from '../builders.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const HOLD = {
	id: 'hold1',
	scope: 'all',
	actor: 'ada',
	reason: 'Too many.',
	losing: 9,
	holders: 30,
	heldAt: NOW,
	releasedBy: null,
	releasedAt: null,
	message: null
} as const;

/** An outbox in memory, a channel and a mail server that can fail, and a clock that stands still. */
class FakeOutbox {
	public time = NOW.getTime();
	public readonly rows: (OutboxMessage & { status: string; nextTryAt: number; lastError: string | null; tries: number })[] = [];
	public readonly sent: string[] = [];
	public readonly logged: string[] = [];
	public readonly broken = new Set<Channel>();
	/** For whom each email was. */
	public readonly mailedTo: (readonly string[] | null)[] = [];
	/** Recipients whom the mail server refuses. */
	public refused: readonly string[] = [];
	/** When each call of the webhook was queued. */
	public readonly queuedAt: Date[] = [];
	public databaseDown = false;
	public runningSince: Date | null = null;
	public readonly results = new Map([['run1', result({ issues: issues(2) })]]);
	public readonly holds = new Map<string, StoredHold>([['hold1', HOLD]]);
	public readonly now = () => new Date(this.time);
	public readonly attempts: DeliveryAttempt[] = [];
	public readonly onAttempt = (attempt: DeliveryAttempt) => void this.attempts.push(attempt);
	public readonly logger = { error: (...values: unknown[]) => void this.logged.push(String(values[0])) };
	public readonly messenger = {
		mails: true,
		webhooks: false,
		callWebhook: async (notification: Notification, queuedAt: Date) => {
			this.queuedAt.push(queuedAt);
			await this.send('webhook', notification);
		},
		post: (notification: Notification) => this.send('report', notification),
		mail: async (notification: Notification, recipients: readonly string[] | null) => {
			this.mailedTo.push(recipients);
			if (this.refused.length > 0) throw new PartialDeliveryError('Bob was refused.', this.refused);
			await this.send('mail', notification);
		}
	};
	public readonly outbox: OutboxStore = {
		claimMessages: async (which, until) => {
			if (this.databaseDown) throw new Error('the database is down');
			const taken = this.rows.filter(({ status, subject, nextTryAt, tries }) => {
				if (status !== 'PENDING') return false;
				return 'subject' in which ? subject === which.subject : nextTryAt <= which.due.getTime() || (which.failedToo === true && tries > 0);
			});
			for (const row of taken) row.nextTryAt = until.getTime();
			return taken.map((row) => ({ ...row }));
		},
		markDelivered: async (id) => void Object.assign(this.row(id), { status: 'DELIVERED' }),
		markFailed: async (id, { error, nextTryAt, recipients }) => {
			const row = this.row(id);
			Object.assign(row, {
				lastError: error,
				recipients,
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
					recipients: null,
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
		readAlert: async () => null,
		lastSuccessAt: async () => null,
		runningSince: async () => this.runningSince
	};

	public row(id: string) {
		const found = this.rows.find((row) => row.id === id);
		if (found === undefined) throw new Error(`no ${id}`);
		return found;
	}

	private async send(channel: Channel, notification: Notification): Promise<void> {
		if (this.broken.has(channel)) throw new Error(`The ${channel} does not work.`);
		const subject = notification.kind === 'run' ? notification.result.runId : notification.kind;
		this.sent.push(`${channel} ${subject}`);
	}
}

async function ended(channels: readonly Channel[] = ['mail', 'report']): Promise<FakeOutbox> {
	const fake = new FakeOutbox();
	await fake.outbox.addMessages(runSubject('run1'), channels, fake.now());
	return fake;
}

describe('channelsFor adds mail', () => {
	const issuesFound = { issues: issues(1), issuesFound: 1 };
	it.each([
		['when all is clear', result(), false],
		['when issues were found', result(issuesFound), true],
		['when a run failed', failedResult('Stripe is down.'), true],
		['when something is held', result({ hold: { reason: '', losing: 9, holders: 10 } }), true],
		[
			'not when a verification found only known issues',
			result({ ...issuesFound, isVerificationRun: true, verified: { fixes: [], reports: [] } }),
			false
		],
		['when a verification failed', failedResult('Stripe is down.', { isVerificationRun: true }), true],
		['not for a run over one member', result({ ...issuesFound, onlyMember: '1' }), false],
		['not for one over one member that failed', failedResult('Stripe is down.', { onlyMember: '1' }), false]
	])('%s: %#', (_, of, expected) => {
		expect(channelsFor(of, { mails: true, webhooks: false })).toEqual(expected ? ['report', 'mail'] : ['report']);
		expect(channelsFor(of, { mails: false, webhooks: true })).toEqual(expected ? ['report', 'webhook'] : ['report']);
	});

	describe('with MAIL_WHEN=news', () => {
		const configured = { mails: true, webhooks: true, mailWhen: 'news' } as const;
		const days = (many: number) => new Date(NOW.getTime() - many * 24 * HOUR);
		const known = (openFor: number, over: Parameters<typeof result>[0] = {}) =>
			result({
				issues: [{ ...issues(1)[0], firstSeenAt: days(openFor) } as never],
				issuesFound: 1,
				startedAt: NOW,
				news: { since: days(1), counts: { new: 0, back: 0, known: 1 }, settled: { fixed: 0, undone: 0, ignored: 0, gone: 0 } },
				...over
			});
		it.each([
			['not if nothing is new', known(3), false],
			['on the seventh day of an issue', known(6), true],
			['not on the eighth', known(7), false],
			['on the thirtieth', known(29), true],
			['if something is held', known(3, { hold: { reason: '', losing: 9, holders: 10 } }), true],
			['if a run failed', failedResult('Stripe is down.'), true],
			['if there was no report before', result(issuesFound), true]
		])('%s; the webhook in any case', (_, of, mailed) => {
			expect(channelsFor(of, configured)).toEqual(['report', ...(mailed ? ['mail'] : []), 'webhook']);
		});
	});

	it('when fixed drift came back', () => {
		const fix = {
			attemptId: 'a',
			discordId: '1',
			discordName: 'ada',
			change: { add: [], remove: [] },
			outcome: 'CAME_BACK',
			notJudged: null
		} as const;
		expect(
			channelsFor(result({ isVerificationRun: true, verified: { fixes: [fix], reports: [] } }), { mails: true, webhooks: false })
		).toContain('mail');
	});
});

describe('outbox delivery', () => {
	it('delivers a run at once and only once, the report before the mail', async () => {
		const fake = await ended();
		await deliverRunReport(fake, result());
		await flushOutbox(fake, true);
		expect(fake.sent).toEqual(['report run1', 'mail run1']);
	});

	it('retries a failed channel later without repeating the others', async () => {
		const fake = await ended();
		fake.broken.add('mail');
		await deliverRunReport(fake, result());
		expect(fake.row('mail run:run1')).toMatchObject({ status: 'PENDING', tries: 1, lastError: 'The mail does not work.' });
		expect(fake.attempts).toContainEqual({
			channel: 'mail',
			subject: runSubject('run1'),
			tries: 1,
			outcome: 'WILL_RETRY',
			error: 'The mail does not work.'
		});
		fake.broken.clear();
		await flushOutbox(fake, false);
		expect(fake.sent).toEqual(['report run1']);
		fake.time += MINUTE;
		await flushOutbox(fake, false);
		await flushOutbox(fake, false);
		expect(fake.sent).toEqual(['report run1', 'mail run1']);
	});

	it('calls the webhook after the report, and again as the same event if that failed', async () => {
		const fake = await ended(['report', 'webhook']);
		fake.broken.add('webhook');
		await deliverRunReport(fake, result());
		fake.broken.clear();
		fake.time += MINUTE;
		await flushOutbox(fake, false);
		expect(fake.sent).toEqual(['report run1', 'webhook run1']);
		expect(fake.queuedAt).toEqual([NOW, NOW]);
	});

	it('retries at once after a restart', async () => {
		const fake = await ended(['mail']);
		fake.broken.add('mail');
		await deliverRunReport(fake, result());
		fake.broken.clear();
		await flushOutbox(fake, true);
		expect(fake.sent).toEqual(['mail run1']);
	});

	it('backs off up to an hour and gives up after three days', async () => {
		const fake = await ended(['mail']);
		fake.broken.add('mail');
		const pauses: number[] = [];
		await deliverRunReport(fake, result());
		while (fake.row('mail run:run1').status === 'PENDING') {
			const { nextTryAt } = fake.row('mail run:run1');
			pauses.push((nextTryAt - fake.time) / MINUTE);
			fake.time = nextTryAt;
			await flushOutbox(fake, false);
		}
		expect(pauses.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
		expect(fake.row('mail run:run1')).toMatchObject({ status: 'GIVEN_UP', lastError: 'The mail does not work.' });
		expect(fake.time - NOW.getTime()).toBeGreaterThan(72 * HOUR);
	});

	it('delivers messages of a process that died, after the visibility timeout', async () => {
		const fake = await ended();
		await flushOutbox(fake, true);
		expect(fake.sent).toEqual(['report run1', 'mail run1']);
	});

	it('announces a hold, and updates its message after the release', async () => {
		const fake = new FakeOutbox();
		await fake.outbox.addMessages(holdSubject('hold1'), ['report', 'mail'], fake.now());
		await flushOutbox(fake, false);
		fake.holds.set('hold1', { ...HOLD, releasedBy: 'bob', releasedAt: NOW });
		await fake.outbox.addMessages(releaseSubject('hold1'), ['report'], fake.now());
		await flushOutbox(fake, false);
		expect(fake.sent).toEqual(['report hold', 'mail hold', 'report release']);
	});

	it('does not announce a hold that was released before', async () => {
		const fake = new FakeOutbox();
		fake.holds.set('hold1', { ...HOLD, releasedBy: 'bob', releasedAt: NOW });
		await fake.outbox.addMessages(holdSubject('hold1'), ['report', 'mail'], fake.now());
		await flushOutbox(fake, false);
		expect(fake.sent).toEqual([]);
		expect(fake.rows.map(({ status }) => status)).toEqual(['DELIVERED', 'DELIVERED']);
	});

	it('delivers a failed run even if the database is down', async () => {
		const fake = new FakeOutbox();
		fake.databaseDown = true;
		await deliverRunReport(fake, failedResult('The database is down.'));
		expect(fake.sent).toEqual(['report run1', 'mail run1']);
	});

	it('logs the run ID of a failed run that cannot be delivered, and does not throw', async () => {
		const fake = new FakeOutbox();
		fake.databaseDown = true;
		fake.broken.add('report').add('mail');
		await deliverRunReport(fake, failedResult('The database is down.'));
		expect(fake.logged.join('\n')).toContain('its notification (');
	});
});

describe('an email that reached some of its recipients', () => {
	it('is retried for the others alone, also after an attempt that failed as a whole', async () => {
		const fake = await ended(['mail']);
		fake.refused = ['bob@example.com'];
		await flushOutbox(fake, true);
		expect(fake.row('mail run:run1')).toMatchObject({ status: 'PENDING', lastError: 'Bob was refused.', tries: 1 });
		fake.refused = [];
		fake.broken.add('mail');
		fake.time += HOUR;
		await flushOutbox(fake, false);
		fake.broken.clear();
		fake.time += HOUR;
		await flushOutbox(fake, false);
		expect(fake.mailedTo).toEqual([null, ['bob@example.com'], ['bob@example.com']]);
		expect(fake.row('mail run:run1')).toMatchObject({ status: 'DELIVERED' });
	});
});

describe('alertIfOverdue', () => {
	const hours = (many: number) => new Date(NOW.getTime() - many * HOUR);
	const moments = { lastSuccess: hours(27), installed: hours(500), pauseEnd: null, paused: false };

	it('alerts when no run has succeeded for more than 26 hours', () => {
		expect(overdueSince(NOW, moments)).toEqual(hours(27));
		expect(overdueSince(NOW, { ...moments, lastSuccess: hours(26) })).toBeNull();
		expect(overdueSince(NOW, { ...moments, lastSuccess: null })).toEqual(hours(500));
	});

	it('does not alert during a pause, for the time of a pause, or right after the installation', () => {
		expect(overdueSince(NOW, { ...moments, paused: true })).toBeNull();
		expect(overdueSince(NOW, { ...moments, pauseEnd: hours(2) })).toBeNull();
		expect(overdueSince(NOW, { ...moments, lastSuccess: null, installed: hours(3) })).toBeNull();
	});

	it('waits an hour for a run in progress, and no longer', async () => {
		const fake = new FakeOutbox();
		const ledger = { ...fake.outbox, installedAt: async () => hours(500), currentPause: async () => null, lastPauseEnd: async () => null };
		fake.runningSince = new Date(fake.now().getTime() - HOUR + 1);
		await alertIfOverdue(ledger, fake.now(), { paused: false, sends: fake.messenger });
		expect(fake.rows).toEqual([]);
		fake.runningSince = new Date(fake.now().getTime() - HOUR);
		await alertIfOverdue(ledger, fake.now(), { paused: false, sends: fake.messenger });
		expect(fake.rows).toHaveLength(2);
	});

	it('ignores a success, an installation and a pause that a fast clock dated in the future', () => {
		const future = new Date(NOW.getTime() + 40 * 24 * HOUR);
		expect(overdueSince(NOW, { ...moments, lastSuccess: future })).toEqual(hours(500));
		expect(overdueSince(NOW, { lastSuccess: future, installed: future, pauseEnd: future, paused: false })).toEqual(new Date(0));
	});

	it('alerts once per outage', async () => {
		const fake = new FakeOutbox();
		const ledger = {
			...fake.outbox,
			lastSuccessAt: async () => hours(30),
			installedAt: async () => hours(500),
			currentPause: async () => null,
			lastPauseEnd: async () => null
		};
		for (let minute = 0; minute < 3; minute++) {
			await alertIfOverdue(ledger, fake.now(), { paused: false, sends: fake.messenger });
			await flushOutbox(fake, false);
			fake.time += MINUTE;
		}
		expect(fake.sent).toEqual(['report overdue', 'mail overdue']);
		await alertIfOverdue(
			{ ...ledger, currentPause: async () => ({ pausedAt: NOW, pausedBy: '1', reason: null, until: null }) },
			fake.now(),
			{
				paused: false,
				sends: { mails: true, webhooks: false }
			}
		);
		expect(fake.rows).toHaveLength(2);
	});
});
