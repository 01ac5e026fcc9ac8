import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toSlackMessage, toWebhookEvent, type WebhookEvent } from '../../../src/messages/report/webhook.js';
import { AT, failedResult, HOLD, issue, issues, OPERATOR, result } from '../fixtures.js';

const GUILD = '110000000000000001';
const HELD = {
	reason: '35 of the 163 people who hold a managed role would lose one: more than 10%.',
	losing: 35,
	lowering: 2,
	holders: 163
};

type Notified = Parameters<typeof toWebhookEvent>[0];

const eventOf = (notification: Notified, id: string): WebhookEvent =>
	toWebhookEvent(notification, { id: `${GUILD}_${id}`, at: AT, guildId: GUILD, reportUrl: `https://discord.com/channels/${GUILD}/1/2` });

const run = (over: Parameters<typeof result>[0]) => ({ kind: 'run', result: result(over) }) as const;

const HELD_RUN = run({
	runId: 'cmwzqg00k0001',
	issues: [issue(), issue({ id: 'issue2' }), issue({ id: 'issue3', type: 'MISSING_ACCESS' })],
	issuesFixed: 1,
	news: {
		since: new Date('2026-11-19T08:00:00.000Z'),
		counts: { new: 1, back: 0, known: 2 },
		settled: { fixed: 0, undone: 0, ignored: 0, gone: 0 }
	},
	hold: HELD
});

describe('toWebhookEvent', () => {
	it.each<[string, Notified]>([
		['run.issues', run({ issues: issues(2) })],
		['run.held', HELD_RUN],
		['run.failed', { kind: 'run', result: failedResult('Stripe refused the key.') }],
		['bulk.held', { kind: 'hold', hold: HOLD }],
		['overdue', { kind: 'overdue', since: AT }]
	])('is of the type %s', (type, notification) => {
		expect(eventOf(notification, 'x')).toMatchObject({ id: `${GUILD}_x`, type, at: AT.toISOString(), guildId: GUILD });
	});

	it('compares the issues with the last report; null for what is not compared', () => {
		expect(eventOf(HELD_RUN, 'x').run?.news).toEqual({ since: '2026-11-19T08:00:00.000Z', new: 1, back: 0, known: 2 });
		expect(eventOf(run({ issues: issues(2) }), 'x').run?.news).toBeNull();
	});

	it('has no name of a member', () => {
		const { discordName } = issue();
		expect(JSON.stringify(eventOf(HELD_RUN, 'x'))).not.toContain(discordName);
	});

	it('says who is concerned by their IDs, and why a run failed', () => {
		const failed = failedResult('Stripe refused the key.', { requestedBy: OPERATOR, triggeredBy: 'manual' });
		expect(eventOf({ kind: 'run', result: failed }, 'x').run).toMatchObject({ requestedBy: OPERATOR, failure: 'Stripe refused the key.' });
	});
});

describe('toSlackMessage', () => {
	const textOf = (event: WebhookEvent) => JSON.stringify(toSlackMessage(event).blocks);

	it('escapes what Slack would take for links and mentions', () => {
		const event = eventOf({ kind: 'run', result: failedResult('<!channel> & <https://evil.test|click>') }, 'x');
		expect(textOf(event)).toContain('&lt;!channel&gt; &amp; &lt;https://evil.test|click&gt;');
		expect(textOf(event)).not.toMatch(/<[!h](?!ttps:\/\/discord)/);
	});

	it('keeps to the length that Slack takes', () => {
		const [, section] = toSlackMessage(eventOf({ kind: 'run', result: failedResult('x'.repeat(5000)) }, 'x')).blocks;
		expect((section as { text: { text: string } }).text.text.length).toBeLessThanOrEqual(3000);
	});

	it('says when a run last succeeded if none has for too long', () => {
		expect(textOf(eventOf({ kind: 'overdue', since: AT }, 'x'))).toContain(`The last successful run was at ${AT.toISOString()}.`);
	});
});

describe('docs/webhook.md', () => {
	const text = readFileSync(join(import.meta.dirname, '../../../docs/webhook.md'), 'utf8');
	const blocks = [...text.matchAll(/```json\n(.*?)```/gs)].map(([, block = '']) => JSON.parse(block) as unknown);

	it('shows the payloads as they are sent', () => {
		const event = eventOf(HELD_RUN, 'run_cmwzqg00k0001');
		expect(blocks).toEqual([event, toSlackMessage(event)]);
	});

	it('lists every type', () => {
		const types = [...text.matchAll(/^\| `([a-z.]+)` \|/gm)].map(([, type]) => type);
		expect(types).toEqual(expect.arrayContaining(['run.issues', 'run.held', 'run.failed', 'bulk.held', 'overdue']));
	});
});
