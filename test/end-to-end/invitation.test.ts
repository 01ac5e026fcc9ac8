import { afterAll, beforeAll, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { reconcile, runCommand } from './operator.js';

/** Starts Reeve before it is invited, and invites it while it runs. */

let sandbox: Sandbox;
beforeAll(async () => {
	sandbox = await Sandbox.start({ world: { guild: { members: [{ id: '300000000000000001', username: 'ada', roles: ['Knight'] }] } } });
});
afterAll(() => sandbox?.stop());

/** Warnings and errors since a line of the log. */
const trouble = (from: number) =>
	sandbox
		.log()
		.slice(from)
		.filter((line) => /\b(WARN|ERROR|FATAL)\b|^\s+at /.test(line));

test('logs one message with the invite link, and no stack, when it is not in the server', async () => {
	sandbox.discord.setInvited(false);
	const from = sandbox.log().length;
	await sandbox.restart();
	await sandbox.until(() => trouble(from).length > 0);
	await sandbox.until(() =>
		sandbox
			.log()
			.slice(from)
			.some((line) => line.includes('Logged in as'))
	);
	const [message, ...others] = trouble(from);
	expect(message).toMatch(
		/Discord: Reeve is not in the server that DISCORD_GUILD_ID names .*https:\/\/discord\.com\/oauth2\/authorize\?client_id=\d+&scope=bot\+applications\.commands&permissions=268553216&guild_id=\d+/
	);
	expect(others).toEqual([]);
});

test('goes on by itself once it is invited', async () => {
	const from = sandbox.log().length;
	sandbox.discord.setInvited(true);
	await sandbox.until(() => sandbox.discord.commands().length > 0);
	expect((await runCommand(sandbox, 'reconcile doctor')).answer.embeds[0]?.title).toBe('Doctor: All checks passed');
	expect((await reconcile(sandbox)).run).toMatchObject({ status: 'COMPLETED', issuesFound: 1 });
	expect(sandbox.log().slice(from).join('\n')).toContain('Reeve was invited to');
	expect(trouble(from)).toEqual([]);
});

test('goes on by itself after it was kicked and invited again', async () => {
	sandbox.discord.setInvited(false);
	await sandbox.until(() => sandbox.discord.commands().length === 0);
	sandbox.discord.setInvited(true);
	await sandbox.until(() => sandbox.discord.commands().length > 0);
	expect((await reconcile(sandbox)).run).toMatchObject({ status: 'COMPLETED', issuesFound: 1 });
});
