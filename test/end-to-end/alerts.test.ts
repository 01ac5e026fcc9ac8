import type { APIMessage } from 'discord-api-types/v10';
import { afterEach, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { reconcile } from './operator.js';

const ADA = '300000000000000001';
const MEE6 = '300000000000000002';
const WORLD = {
	guild: {
		members: [
			{ id: ADA, username: 'ada', roles: ['Knight'] },
			{ id: MEE6, username: 'MEE6', bot: true, roles: [] }
		]
	},
	stripe: {
		customers: [{ id: 'cus_1', metadata: { discord_id: ADA } }],
		subscriptions: [{ id: 'sub_1', customer: 'cus_1', status: 'active', price: 'price_knight' }]
	}
};

let sandbox: Sandbox;
afterEach(() => sandbox?.stop());

/** A Reeve that has worked before. */
async function start(env: Record<string, string> = {}): Promise<void> {
	sandbox = await Sandbox.start({ world: WORLD, env: { RECONCILIATION_EVENTS_SECONDS: '15', ...env } });
	expect((await reconcile(sandbox)).run.status).toBe('COMPLETED');
}

const alerts = (like = /^Reeve can/) => sandbox.messages().filter(({ embeds }) => like.test(embeds[0]?.title ?? ''));
const alertWith = (title: RegExp) => sandbox.until(() => alerts(title)[0]);
const textOf = (message: APIMessage) => message.embeds[0]?.description ?? '';
const alertDeliveries = async () => (await sandbox.deliveries()).filter(({ subject }) => subject.startsWith('alert'));

describe('an alert at once', () => {
	test('says that a managed role was deleted, who did it and what to do, once, and survives a restart', async () => {
		await start();
		sandbox.discord.deleteRole('Lord', 'MEE6');
		const alert = await alertWith(/^Reeve can't check roles any more$/);
		expect(textOf(alert)).toMatch(
			/^✗ The role for Lord \(ID \d+\) no longer exists\. Set DISCORD_LORD_ROLES? to the ID of another role\.\nDeleted by <@300000000000000002>, <t:\d+:R>\./
		);
		expect(textOf(alert)).toContain('every run fails');
		await sandbox.restart('SIGKILL');
		// The check at the start and the one after a further change find nothing new.
		sandbox.discord.renameRole('Operator', 'Operators');
		sandbox.discord.moveRole('Knight', 9);
		const second = await sandbox.until(() => alerts()[1]);
		expect(textOf(second)).toContain("Reeve's role is below Knight");
		expect(alerts()).toHaveLength(2);
		expect(sandbox.mail.inbox()).toEqual([]);
	});

	test('is edited when what was wrong is over', async () => {
		await start();
		sandbox.discord.moveRole('Lord', 9);
		const alert = await alertWith(/^Reeve can't check roles any more$/);
		// Discord logs no one for a moved role.
		expect(textOf(alert)).not.toContain('<@');
		sandbox.discord.moveRole('Lord', 2);
		const edited = await alertWith(/^Reeve can check roles again$/);
		expect(edited.id).toBe(alert.id);
		expect(textOf(edited)).toMatch(/^✓ Over since <t:\d+:f>: Reeve's role is below Lord$/);
		expect(sandbox.discord.pings(edited.id).users).toEqual([]);
		expect((await reconcile(sandbox)).run.status).toBe('COMPLETED');
	});

	test('names who took a permission, and shows two problems in one message', async () => {
		await start();
		sandbox.discord.setBotPermission('ManageRoles', false, undefined, 'MEE6');
		const alert = await alertWith(/^Reeve can't change roles any more$/);
		expect(textOf(alert)).toMatch(/✗ Reeve lacks the permission Manage Roles: .*\nChanged by <@300000000000000002>/);
		sandbox.discord.setBotPermission('ManageRoles', true);
		await alertWith(/^Reeve can change roles again$/);
	});

	test('says nothing of who did it without View Audit Log', async () => {
		await start();
		sandbox.discord.setBotPermission('ViewAuditLog', false);
		const before = sandbox.requests().length;
		sandbox.discord.deleteRole('Lord', 'MEE6');
		const alert = await alertWith(/^Reeve can't check roles any more$/);
		expect(textOf(alert)).not.toContain('<@');
		expect(
			sandbox
				.requests()
				.slice(before)
				.filter(({ path }) => path.includes('audit-logs'))
		).toEqual([]);
	});

	test('is mailed if the admin channel is gone, with who deleted it', async () => {
		await start();
		sandbox.discord.deleteChannel('reeve-admin', 'MEE6');
		const [mail] = await sandbox.until(() => (sandbox.mail.inbox().length > 0 ? sandbox.mail.inbox() : null));
		expect(mail?.subject).toContain("Reeve can't post its reports any more");
		expect(mail?.text).toContain('was deleted');
		expect(mail?.text).toContain('Deleted by MEE6');
		expect(mail?.text).toContain('/reconcile setup');
		expect(await alertDeliveries()).toHaveLength(2);
	});

	test('is posted after all when the admin channel can be written in again, and mailed once', async () => {
		await start();
		sandbox.discord.setBotPermission('SendMessages', false, 'reeve-admin');
		await sandbox.until(() => sandbox.mail.inbox().length > 0);
		await sandbox.until(async () => (await alertDeliveries()).some(({ channel, tries }) => channel === 'report' && tries > 0));
		expect(alerts()).toEqual([]);
		sandbox.discord.setBotPermission('SendMessages', true, 'reeve-admin');
		const posted = await alertWith(/^Reeve can post its reports again$/);
		expect(textOf(posted)).toContain('In #reeve-admin, Reeve lacks Send Messages');
		expect(sandbox.mail.inbox()).toHaveLength(1);
	});

	test('is mailed if Reeve was removed from the server', async () => {
		await start();
		sandbox.discord.setInvited(false);
		const [mail] = await sandbox.until(() => (sandbox.mail.inbox().length > 0 ? sandbox.mail.inbox() : null));
		expect(mail?.subject).toContain("Reeve can't check roles any more");
		expect(mail?.text).toContain('Reeve is not in the server');
	});

	test('reports at the start what changed while Reeve was down, in one message', async () => {
		await start();
		await sandbox.kill();
		sandbox.discord.deleteRole('Lord', 'MEE6');
		await sandbox.restart();
		await alertWith(/^Reeve can't check roles any more$/);
		await sandbox.until(() => sandbox.log().some((line) => line.includes('no longer exists')));
		expect(sandbox.messages().filter(({ embeds }) => /no longer exists/.test(JSON.stringify(embeds)))).toHaveLength(1);
	});

	test('is off with RECONCILIATION_EVENTS_SECONDS=0', async () => {
		await start({ RECONCILIATION_EVENTS_SECONDS: '0' });
		sandbox.discord.deleteRole('Lord');
		expect((await reconcile(sandbox)).run.status).toBe('FAILED');
		expect(await alertDeliveries()).toEqual([]);
	});
});
