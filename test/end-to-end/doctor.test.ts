import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIEmbed } from 'discord-api-types/v10';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { REPOSITORY } from '../../sandbox/bot/repository.js';
import { Sandbox } from '../../sandbox/sandbox.js';
import { reconcile, runCommand } from './operator.js';

/** Breaks things one after another and asks the doctor; nothing is ever changed by asking. */

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

/** `npm run doctor`, on the bot's own settings or others. */
function byHand(over: Record<string, string> = {}): Promise<{ code: number | null; said: string }> {
	return new Promise((resolve) => {
		let said = '';
		const child = spawn(process.execPath, [join(REPOSITORY, 'dist/src/doctor.js')], {
			cwd: tmpdir(),
			env: { ...sandbox.settings, ...over }
		});
		for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
		child.once('close', (code) => resolve({ code, said }));
	});
}

const told = (embed: APIEmbed) => (embed.fields ?? []).map(({ name, value }) => `${name}\n${value}`).join('\n');

test('where all is well the doctor says so, in the channel’s command and at the terminal', async () => {
	const embed = await doctor();
	expect(embed.title).toBe('Doctor: All is well');
	for (const words of [
		'above every role',
		'Server Members Intent is on',
		'can post in #',
		'key reads Subscriptions, Customers, Invoices, Events',
		'mail server takes',
		'database answers'
	])
		expect(told(embed)).toContain(words);
	const { code, said } = await byHand();
	expect(said).toContain('All is well.');
	expect(said).toContain('Reeve is running');
	expect(code).toBe(0);
	// Nothing was said at the start, because nothing was wrong.
	expect(sandbox.messages()).toEqual([]);
});

test('what is wrong is said with what mends it', async () => {
	sandbox.discord.moveRole('Lord', 99);
	sandbox.discord.setBotPermission('EmbedLinks', false);
	sandbox.stripe.setPermission('invoices', false);
	sandbox.faults.add({ target: 'smtp', kind: 'refuse' });
	const embed = await doctor();
	expect(embed.title).toBe('Doctor: 4 things need to be put right');
	for (const words of [
		"Reeve's role is below Lord: in Server Settings → Roles, drag Reeve's role above it.",
		'Reeve lacks Embed Links',
		'set Invoices to Read',
		'The mail server'
	])
		expect(told(embed)).toContain(words);
});

test('what makes a run meaningless keeps it from beginning, and is said in the channel at the next start', async () => {
	sandbox.discord.setBotPermission('EmbedLinks', true);
	sandbox.faults.clear();
	const { run } = await reconcile(sandbox);
	expect(run).toMatchObject({ status: 'FAILED', issuesFound: 0, failure: expect.stringContaining("Reeve's role is below Lord") });
	await sandbox.restart();
	const said = await sandbox.until(() => sandbox.messages().find(({ embeds }) => embeds[0]?.title?.startsWith('Doctor:')));
	expect(told(said.embeds[0] as APIEmbed)).toContain("Reeve's role is below Lord");
	expect(sandbox.log().filter((line) => line.includes('ERROR') && line.includes("Reeve's role is below Lord"))).toHaveLength(1);
	expect(sandbox.guild().members.find(({ id }) => id === PERSON)?.roles).toContain('Knight');
});

test('at the terminal a setting that is wrong, a token that is refused and an intent that is off are findings, with the others', async () => {
	sandbox.discord.moveRole('Lord', 1);
	sandbox.stripe.setPermission('invoices', true);
	const refused = await byHand({ DISCORD_TOKEN: 'MTEwMDAwMDAwMDAwMDAwMDIwMA.wrong.this-token-opens-nothing-at-all' });
	expect(refused).toMatchObject({ code: 1, said: expect.stringContaining('Discord refused DISCORD_TOKEN') });
	expect(refused.said).toContain('✓ Stripe: The key reads Subscriptions, Customers, Invoices, Events.');
	sandbox.discord.setMemberIntent(false);
	expect((await byHand()).said).toContain('Switch on "Server Members Intent"');
	expect(told(await doctor())).toContain('The Server Members Intent is off');
	sandbox.discord.setMemberIntent(true);
	expect(await byHand({ RECONCILIATION_HOUR: '25' })).toMatchObject({
		code: 1,
		said: expect.stringContaining('RECONCILIATION_HOUR is "25"')
	});
});
