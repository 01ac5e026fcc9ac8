import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIEmbed } from 'discord-api-types/v10';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { REPOSITORY } from '../../sandbox/bot/repository.js';
import { Sandbox } from '../../sandbox/sandbox.js';
import { reconcile, runCommand } from './operator.js';

/** Breaks one thing after another and runs the doctor, which must not change anything. */

const PERSON = '300000000000000001';
let sandbox: Sandbox;
beforeAll(async () => {
	sandbox = await Sandbox.start({ world: { guild: { members: [{ id: PERSON, username: 'ada', roles: ['Knight'] }] } } });
});
afterAll(() => sandbox?.stop());

async function doctor(): Promise<APIEmbed> {
	const { answer } = await runCommand(sandbox, 'reconcile doctor');
	return answer.embeds[0] as APIEmbed;
}

/** Runs `npm run doctor` with the bot's settings, some of them replaced. */
function runInTerminal(over: Record<string, string> = {}): Promise<{ code: number | null; output: string }> {
	return new Promise((resolve) => {
		let output = '';
		const child = spawn(process.execPath, [join(REPOSITORY, 'dist/src/cli/doctor.js')], {
			cwd: tmpdir(),
			env: { ...sandbox.settings, ...over }
		});
		for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
		child.once('close', (code) => resolve({ code, output }));
	});
}

const textOf = (embed: APIEmbed) => (embed.fields ?? []).map(({ name, value }) => `${name}\n${value}`).join('\n');

test('reports that all checks passed, as a command and in the terminal', async () => {
	const embed = await doctor();
	expect(embed.title).toBe('Doctor: All checks passed');
	for (const words of [
		'above every role',
		'Server Members Intent is on',
		'can post in #',
		'key reads Subscriptions, Customers, Invoices, Events',
		'mail server takes',
		'database answers'
	])
		expect(textOf(embed)).toContain(words);
	const { code, output } = await runInTerminal();
	expect(output).toContain('All checks passed.');
	expect(output).toContain('Reeve is running');
	expect(code).toBe(0);
	// The start announced nothing.
	expect(sandbox.messages()).toEqual([]);
});

test('reports each problem with its remedy', async () => {
	sandbox.discord.moveRole('Lord', 99);
	sandbox.discord.setBotPermission('EmbedLinks', false);
	sandbox.stripe.setPermission('invoices', false);
	sandbox.faults.add({ target: 'smtp', kind: 'refuse' });
	const embed = await doctor();
	expect(embed.title).toBe('Doctor: 4 things need fixing');
	for (const words of [
		"Reeve's role is below Lord: in Server Settings → Roles, drag Reeve's role above it.",
		'Reeve lacks Embed Links',
		'set Invoices to Read',
		'The mail server'
	])
		expect(textOf(embed)).toContain(words);
});

test('blocks runs on a blocking problem, and announces it in the channel at the next start', async () => {
	sandbox.discord.setBotPermission('EmbedLinks', true);
	sandbox.faults.clear();
	const { run } = await reconcile(sandbox);
	expect(run).toMatchObject({ status: 'FAILED', issuesFound: 0, failure: expect.stringContaining("Reeve's role is below Lord") });
	await sandbox.restart();
	const announcement = await sandbox.until(() => sandbox.messages().find(({ embeds }) => embeds[0]?.title?.startsWith('Doctor:')));
	expect(textOf(announcement.embeds[0] as APIEmbed)).toContain("Reeve's role is below Lord");
	expect(sandbox.log().filter((line) => line.includes('ERROR') && line.includes("Discord: Reeve's role is below Lord"))).toHaveLength(1);
	expect(sandbox.guild().members.find(({ id }) => id === PERSON)?.roles).toContain('Knight');
});

test('reports invalid settings, a refused token and a disabled intent in the terminal along with the other checks', async () => {
	sandbox.discord.moveRole('Lord', 1);
	sandbox.stripe.setPermission('invoices', true);
	const refused = await runInTerminal({ DISCORD_TOKEN: 'MTEwMDAwMDAwMDAwMDAwMDIwMA.wrong.this-token-opens-nothing-at-all' });
	expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('Discord refused DISCORD_TOKEN') });
	expect(refused.output).toContain('✓ Stripe: The key reads Subscriptions, Customers, Invoices, Events.');
	sandbox.discord.setMemberIntent(false);
	expect((await runInTerminal()).output).toContain('Switch on "Server Members Intent"');
	expect(textOf(await doctor())).toContain('The Server Members Intent is off');
	sandbox.discord.setMemberIntent(true);
	expect(await runInTerminal({ RECONCILIATION_HOUR: '25' })).toMatchObject({
		code: 1,
		output: expect.stringContaining('RECONCILIATION_HOUR is "25"')
	});
});
