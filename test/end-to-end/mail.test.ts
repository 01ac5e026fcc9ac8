import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { readStatus, reconcile, waitForMessage } from './operator.js';

const ADA = '300000000000000001';
const HOSTILE = '<script>alert(1)</script>';

describe('mail', () => {
	let sandbox: Sandbox;
	beforeAll(async () => {
		sandbox = await Sandbox.start({
			world: {
				guild: { members: [{ id: ADA, username: HOSTILE, roles: ['Knight'] }] },
				stripe: {
					customers: [{ id: 'cus_ada', metadata: { discord_id: ADA } }],
					subscriptions: [{ id: 'sub_ada', customer: 'cus_ada', status: 'active', price: 'price_knight' }]
				}
			},
			env: { ADMIN_EMAIL: 'ada@sandbox.test,bob@sandbox.test' }
		});
	});
	afterAll(() => sandbox?.stop());

	const inbox = () => sandbox.mail.inbox();
	const causeDrift = () => sandbox.discord.changeRoles({ user: ADA, remove: ['Knight'] });
	const removeDrift = () => sandbox.discord.changeRoles({ user: ADA, add: ['Knight'] });

	test('is not sent when there is nothing to report', async () => {
		const { report } = await reconcile(sandbox);
		expect(report.embeds).toMatchObject([{ title: 'All clear', color: 0x57f287 }]);
		expect(await sandbox.deliveries()).toMatchObject([{ channel: 'report', status: 'DELIVERED' }]);
		expect(inbox()).toEqual([]);
	});

	test('is sent once to all recipients when issues were found, with the report’s text and link, and no active content', async () => {
		causeDrift();
		const { report } = await reconcile(sandbox);
		expect(inbox()).toHaveLength(1);
		const [mail] = inbox();
		expect(mail).toMatchObject({
			to: ['ada@sandbox.test', 'bob@sandbox.test'],
			subject: expect.stringContaining('1 person has the wrong roles')
		});
		for (const body of [mail?.text, mail?.html]) {
			expect(body).toContain(`/${report.channel_id}/${report.id}`);
			expect(body).toMatch(/Pays for Knight \(subscribed on \d+ \w+ \d{4}\) but has no role\./);
		}
		expect(mail?.text).toContain(HOSTILE);
		expect(mail?.html).not.toContain('<script');
	});

	test('is sent when a run failed', async () => {
		sandbox.faults.add({ target: 'stripe', kind: 'status', status: 401, times: 1 });
		await waitForMessage(sandbox, sandbox.command('operator', 'reconcile run'), /^The run failed/);
		expect(inbox()).toHaveLength(2);
		expect(inbox()[1]?.subject).toContain('Reconciliation failed');
	});

	test('that the server refuses is stored, shown in the status and delivered once the server accepts it', async () => {
		sandbox.faults.add({ target: 'smtp', kind: 'reject' });
		await reconcile(sandbox);
		await sandbox.until(async () =>
			(await sandbox.deliveries()).find(({ channel, status, tries }) => channel === 'mail' && status === 'PENDING' && tries === 1)
		);
		expect((await readStatus(sandbox))['Not delivered yet']).toMatch(
			/^Mail of a run, from .*, tried 1 time, again .* did not take the mail/
		);
		expect(inbox()).toHaveLength(2);
		sandbox.faults.clear();
		await sandbox.restart('SIGKILL');
		await sandbox.until(() => inbox().length === 3);
		expect(await sandbox.until(async () => (await sandbox.deliveries()).every(({ status }) => status === 'DELIVERED'))).toBe(true);
		await sandbox.restart();
		expect(inbox()).toHaveLength(3);
	});

	test('explains a report that could not be posted, which is posted once later', async () => {
		removeDrift();
		sandbox.discord.setBotPermission('SendMessages', false, sandbox.discord.ids.adminChannelId);
		causeDrift();
		await waitForMessage(
			sandbox,
			sandbox.command('operator', 'reconcile run'),
			/could not be posted: Reeve can't write in <#\d+>: give it/
		);
		expect(inbox().at(-1)?.text).toContain("could not be posted in the admin channel: Reeve can't write in channel");
		const before = sandbox.messages().length;
		sandbox.discord.setBotPermission('SendMessages', true, sandbox.discord.ids.adminChannelId);
		await sandbox.restart();
		await sandbox.until(async () => (await sandbox.deliveries()).every(({ status }) => status === 'DELIVERED'));
		expect(sandbox.messages()).toHaveLength(before + 1);
		const [run] = await sandbox.runs(1);
		expect(run?.reportMessageId).toBe(sandbox.messages().at(-1)?.id);
	});

	test('that the server refuses for one recipient reaches the other once, and is retried for the first alone', async () => {
		sandbox.faults.add({ target: 'smtp', kind: 'refuse-recipient', match: 'bob@' });
		const before = inbox().length;
		await reconcile(sandbox);
		await sandbox.until(async () => (await sandbox.deliveries()).some(({ channel, tries }) => channel === 'mail' && tries === 1));
		expect(inbox().slice(before)).toMatchObject([{ to: ['ada@sandbox.test'] }]);
		expect((await readStatus(sandbox))['Not delivered yet']).toContain('refused bob@sandbox.test');
		sandbox.faults.clear();
		await sandbox.restart();
		await sandbox.until(async () => (await sandbox.deliveries()).every(({ status }) => status === 'DELIVERED'));
		expect(inbox().slice(before)).toMatchObject([{ to: ['ada@sandbox.test'] }, { to: ['bob@sandbox.test'] }]);
	});

	test('goes to no member', () => {
		expect(sandbox.discord.dms()).toEqual([]);
	});
});
