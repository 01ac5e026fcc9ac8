import type { Client } from 'discord.js';
import { describe, expect, it } from 'vitest';
import type { SendEmail } from '../../../src/messages/delivery/mailer.js';
import { createMessenger } from '../../../src/messages/delivery/messenger.js';
import type { WebhookEvent } from '../../../src/messages/report/webhook.js';
import type { StoredHold } from '../../../src/reconciliation/domain/hold.js';
import type { IssueState } from '../../../src/reconciliation/domain/issue.js';
import { type Answer, CHANNEL, GUILD, inGuild, message, VOICELESS } from '../client.js';
import { AT, attempt, failedResult, HOLD, issue, OPERATOR, result, state } from '../fixtures.js';

const MESSAGE = '600000000000000006';

const ok: Answer = { status: 200, body: message(MESSAGE, '') };
const refused = (status: number, code: number): Answer => ({ status, body: { code, message: 'no' } });

/** A real client with scripted responses: one per request, the last repeated. */
function clientAnswering(...answers: Answer[]) {
	return inGuild(() => (answers.length > 1 ? answers.shift() : answers[0]) ?? ok);
}

const run = (...given: Parameters<typeof result>) => ({ kind: 'run', result: result(...given) }) as const;

function messengerWith(
	client: Client,
	over: { channelId?: string; states?: Map<string, IssueState> | Error; remember?: Error; hold?: Partial<StoredHold>; newer?: string } = {}
) {
	const logged: string[] = [];
	const remembered: string[][] = [];
	const emails: Parameters<SendEmail>[] = [];
	const events: WebhookEvent[] = [];
	const messenger = createMessenger({
		client,
		guildId: GUILD,
		channelId: over.channelId ?? CHANNEL,
		timeZone: 'Europe/Berlin',
		sendEmail: async (...sent) => void emails.push(sent),
		mailWhen: 'issues',
		callWebhook: async (event) => void events.push(event),
		reportMessage: async () => ({ channelId: CHANNEL, messageId: MESSAGE }),
		newerReportUrl: async () => over.newer ?? null,
		reportUrl: async (runId) =>
			remembered.some(([known]) => known === runId) ? `https://discord.com/channels/${GUILD}/${CHANNEL}/${MESSAGE}` : null,
		readStates: async () => {
			if (over.states instanceof Error) throw over.states;
			return over.states ?? new Map();
		},
		saveReportMessage: async (...message) => {
			if (over.remember) throw over.remember;
			remembered.push(message);
		},
		saveAlertMessage: async () => null,
		saveHoldMessage: async (id, channelId, messageId) => ({
			...HOLD,
			id,
			...over.hold,
			message: { channelId, messageId }
		}),
		namesOf: async (ids) => new Map([...ids].flatMap((id) => (id === OPERATOR ? [[id, 'olive'] as const] : []))),
		logger: { error: (...values) => logged.push(String(values[0])) }
	});
	return { messenger, logged, remembered, emails, events };
}

const asked = (requests: readonly { method: string; path: string }[]) => requests.map(({ method, path }) => `${method} ${path}`);
const PATCH = `PATCH /api/v10/channels/${CHANNEL}/messages/${MESSAGE}`;

describe('calling the webhook', () => {
	it('sends the same event at each try, with a link once the report is posted', async () => {
		const { messenger, events } = messengerWith(clientAnswering(ok).client);
		const notification = run({ issues: [issue()] });
		await messenger.callWebhook(notification, AT);
		await messenger.post(notification);
		await messenger.callWebhook(notification, AT);
		const event = { id: `${GUILD}_run_run1`, type: 'run.issues', at: AT.toISOString(), guildId: GUILD };
		const url = `https://discord.com/channels/${GUILD}/${CHANNEL}/${MESSAGE}`;
		expect(events).toMatchObject([
			{ ...event, reportUrl: null },
			{ ...event, reportUrl: url }
		]);
	});

	it('gives an event an ID without dots, which the signature uses as separators', async () => {
		const { messenger, events } = messengerWith(clientAnswering(ok).client);
		await messenger.callWebhook({ kind: 'overdue', since: AT }, AT);
		expect(events[0]?.id).toBe(`${GUILD}_overdue_2026-11-20T08_00_00_000Z`);
	});

	it('sends nothing when a hold is released', async () => {
		const { messenger, events } = messengerWith(clientAnswering(ok).client);
		await messenger.callWebhook({ kind: 'release', hold: HOLD }, AT);
		expect(events).toEqual([]);
	});
});

describe('posting a hold', () => {
	const RELEASED = { releasedBy: OPERATOR, releasedAt: AT };

	it('posts it with a button to the plan', async () => {
		const { client, requests } = clientAnswering(ok);
		const { messenger } = messengerWith(client);
		await messenger.post({ kind: 'hold', hold: HOLD });
		expect(asked(requests)).toEqual([`POST /api/v10/channels/${CHANNEL}/messages`]);
		expect(requests[0]?.body).toMatchObject({ embeds: [{ title: 'On hold: 7 would lose access, 2 would move down' }], components: [{}] });
	});

	it('updates the message at once if the hold was released while it was being posted', async () => {
		const { client, requests } = clientAnswering(ok);
		const { messenger } = messengerWith(client, { hold: RELEASED });
		await messenger.post({ kind: 'hold', hold: HOLD });
		expect(asked(requests)).toEqual([`POST /api/v10/channels/${CHANNEL}/messages`, PATCH]);
	});

	it('updates its message when it is released: who approved it, without a button', async () => {
		const { client, requests } = clientAnswering(ok);
		const { messenger } = messengerWith(client);
		await messenger.post({ kind: 'release', hold: { ...HOLD, ...RELEASED, message: { channelId: CHANNEL, messageId: MESSAGE } } });
		expect(asked(requests)).toEqual([PATCH]);
		expect(requests[0]?.body).toMatchObject({ embeds: [{ title: 'Approved: 7 lose access, 2 move down' }], components: [] });
	});

	it('has nothing to update where the message was deleted or never posted', async () => {
		const { client, requests } = clientAnswering(refused(404, 10008));
		const { messenger } = messengerWith(client);
		await messenger.post({ kind: 'release', hold: { ...HOLD, ...RELEASED } });
		expect(requests).toEqual([]);
		await messenger.post({ kind: 'release', hold: { ...HOLD, ...RELEASED, message: { channelId: CHANNEL, messageId: MESSAGE } } });
		expect(asked(requests)).toEqual([PATCH]);
	});

	it('fails, to be retried, if Discord refuses the update', async () => {
		const { client } = clientAnswering(refused(403, 50013));
		const { messenger } = messengerWith(client);
		const hold = { ...HOLD, ...RELEASED, message: { channelId: CHANNEL, messageId: MESSAGE } };
		await expect(messenger.post({ kind: 'release', hold })).rejects.toThrow();
	});
});

describe('closing a report', () => {
	const closing = { kind: 'close', result: result({ issues: [issue()] }) } as const;
	const newer = `https://discord.com/channels/${GUILD}/${CHANNEL}/1`;

	it('takes its buttons away and links to the newer one', async () => {
		const { client, requests } = clientAnswering(ok);
		await messengerWith(client, { newer }).messenger.post(closing);
		expect(asked(requests)).toEqual([PATCH]);
		expect(requests[0]?.body).toMatchObject({
			embeds: [{ title: '1 person had the wrong roles', description: expect.stringContaining(`[newer report](${newer})`) }],
			components: []
		});
	});

	it('is done if its message was deleted', async () => {
		const { client, requests } = clientAnswering(refused(404, 10008));
		await messengerWith(client, { newer }).messenger.post(closing);
		expect(asked(requests)).toEqual([PATCH]);
	});

	it('fails, to be retried, if Discord refuses it', async () => {
		const { client } = clientAnswering(refused(403, 50013));
		await expect(messengerWith(client, { newer }).messenger.post(closing)).rejects.toThrow();
	});

	it('is not mailed, and no webhook is called', async () => {
		const { client } = clientAnswering(ok);
		const { messenger, events } = messengerWith(client, { newer });
		await messenger.callWebhook(closing, AT);
		expect(events).toEqual([]);
	});

	it('is seen by a report that is posted late', async () => {
		const { client, requests } = clientAnswering(ok);
		await messengerWith(client, { newer }).messenger.post(run({ issues: [issue()] }));
		expect(requests[0]?.body).toMatchObject({ components: [] });
	});
});

describe('posting a report', () => {
	it('posts in the admin channel without pings and stores the message ID', async () => {
		const { client, requests } = clientAnswering(ok);
		const { messenger, logged, remembered } = messengerWith(client);
		await messenger.post(run({ issues: [issue()] }));
		expect(logged).toEqual([]);
		expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual([`POST /api/v10/channels/${CHANNEL}/messages`]);
		expect(requests[0]?.body).toMatchObject({
			embeds: [{ title: '1 person has the wrong roles' }],
			components: [{ type: 1, components: [{ type: 2, label: 'Apply fix 1 · Replace Knight with Lord', disabled: false }] }, { type: 1 }],
			allowed_mentions: { parse: [] },
			enforce_nonce: true
		});
		expect(remembered).toEqual([['run1', CHANNEL, MESSAGE]]);
	});

	it('replies with a verification to the newest report of its fixes, even if that was deleted', async () => {
		const { client, requests } = clientAnswering(ok);
		const report = (runId: string, channelId: string) => ({ runId, channelId, messageId: `7000000000000000${runId}` });
		const reports = [report('03', VOICELESS), report('02', CHANNEL), report('01', CHANNEL)];
		const of = { isVerificationRun: true, triggeredBy: 'verification' } as const;
		await messengerWith(client).messenger.post(run({ ...of, verified: { fixes: [], reports } }));
		await messengerWith(client).messenger.post(run({ ...of, verified: { fixes: [], reports: [] } }));
		expect(requests[0]?.body.message_reference).toEqual({ message_id: '700000000000000002', fail_if_not_exists: false });
		expect(requests[0]?.body.allowed_mentions).toEqual({ parse: [] });
		expect(requests[1]?.body.message_reference).toBeUndefined();
	});

	it('shows fixes made before the post', async () => {
		const { client, requests } = clientAnswering(ok);
		const fixed = state({ status: 'FIXED', settledAt: AT, lastAttempt: attempt({ actor: 'reeve', outcome: 'FIXED' }) });
		await messengerWith(client, { states: new Map([['issue1', fixed]]) }).messenger.post(run({ issues: [issue()] }));
		expect(requests[0]?.body).toMatchObject({
			embeds: [{ title: '1 person had the wrong roles', description: expect.stringContaining('✓ Fixed by Reeve') }]
		});
	});

	it('repeats the nonce on a retry, so that Discord posts once', async () => {
		const { client, requests } = clientAnswering(refused(502, 0), ok);
		const { messenger, remembered } = messengerWith(client);
		await messenger.post(run());
		await messenger.post(run());
		await messenger.post(run({ runId: 'run2' }));
		const nonces = requests.map(({ body }) => String(body.nonce));
		expect(nonces).toHaveLength(4);
		expect(new Set(nonces.slice(0, 3)).size).toBe(1);
		expect(nonces[3]).not.toBe(nonces[0]);
		for (const nonce of nonces) expect(nonce.length).toBeLessThanOrEqual(25);
		expect(remembered).toHaveLength(3);
	});

	it('posts even if issue states cannot be read', async () => {
		const { client, requests } = clientAnswering(ok);
		const { messenger, logged } = messengerWith(client, { states: new Error('database away') });
		await messenger.post(run({ issues: [issue()] }));
		expect(requests).toHaveLength(1);
		expect(logged[0]).toContain('shows them as found');
	});

	it.each([
		['channel is gone', '999999999999999999', refused(404, 10003), 'does not exist: set DISCORD_ADMIN_CHANNEL_ID'],
		['channel is hidden', '999999999999999999', refused(403, 50001), 'give it View Channel'],
		['channel is read-only', CHANNEL, refused(403, 50013), 'give it Send Messages (in a thread: Send Messages in Threads)'],
		['channel takes no text', VOICELESS, ok, 'is no text channel'],
		['channel is a forum', CHANNEL, refused(400, 50008), 'is no text channel (a forum, perhaps)'],
		['thread is archived', CHANNEL, refused(400, 50083), 'is a thread that is archived: open it again'],
		['thread is locked', CHANNEL, refused(400, 160005), 'is a thread that is locked: unlock it'],
		['AutoMod blocks it', CHANNEL, refused(400, 200000), 'AutoMod of your server blocked the message'],
		['Discord gives a reason that Reeve does not know', CHANNEL, refused(400, 30046), "Discord's reason: no (code 30046)"],
		['Discord is down', CHANNEL, refused(503, 0), 'Discord did not take it']
	])('explains what to do: %s', async (_, channelId, answer, words) => {
		const { client } = clientAnswering(answer);
		const { messenger, remembered } = messengerWith(client, { channelId });
		const failed = { kind: 'run', result: failedResult('Stripe did not answer.') } as const;
		await expect(messenger.post(failed)).rejects.toThrow(words);
		expect(remembered).toEqual([]);
	});

	it('posts even if the message ID cannot be stored', async () => {
		const { client } = clientAnswering(ok);
		const { messenger, logged } = messengerWith(client, { remember: new Error('database away') });
		await messenger.post(run());
		expect(logged[0]).toContain('Posted the report of run run1 but could not store its message ID');
	});
});

describe('mailing a notification', () => {
	it('links the report and keeps its Message-ID on a retry', async () => {
		const { messenger, emails } = messengerWith(clientAnswering(ok).client);
		await messenger.post(run({ issues: [issue()] }));
		await messenger.mail(run({ issues: [issue()] }), null);
		expect(emails).toMatchObject([[{ subject: 'Reeve · Council: 1 person has the wrong roles' }, 'run:run1', null]]);
		expect(emails[0]?.[0].text).toContain(`https://discord.com/channels/${GUILD}/${CHANNEL}/${MESSAGE}`);
	});

	it('looks up the names of members that no issue names', async () => {
		const { messenger, emails } = messengerWith(clientAnswering(ok).client);
		for (const requestedBy of [OPERATOR, VOICELESS])
			await messenger.mail(run({ triggeredBy: 'manual', requestedBy, issues: [issue()] }), null);
		const texts = emails.map(([{ text }]) => text);
		expect(texts[0]).toContain('Run started by olive, ');
		expect(texts[1]).toContain(`Run started by user ${VOICELESS}, `);
	});

	it('says why the report could not be posted', async () => {
		const { messenger, emails } = messengerWith(clientAnswering(refused(403, 50013)).client);
		await messenger.post(run({ issues: [issue()] })).catch(() => {});
		await messenger.mail(run({ issues: [issue()] }), null);
		expect(emails[0]?.[0].text).toContain("could not be posted in the admin channel: Reeve can't write in channel");
	});
});
