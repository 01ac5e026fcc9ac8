import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startSandbox, type TestSandbox } from '../../sandbox/testing.js';
import { CancelledError } from '../../src/cli/setup/prompts.js';
import { runSetup } from '../../src/cli/setup/run-setup.js';
import { CTRL_C, ENTER, ScriptedTerminal } from './terminal.js';

/** Setup, answered through a terminal, against the sandbox. */

const ADA = '300000000000000001';
const MAIL_PASSWORD = 'correct-horse-1';

let sandbox: TestSandbox;
let folder: string;
let path: string;
let terminal: ScriptedTerminal;
let printed: string[];

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'reeve-setup-test-'));
	path = join(folder, '.env');
	terminal = new ScriptedTerminal();
	printed = [];
	sandbox = await startSandbox({
		world: {
			guild: { members: [{ id: ADA, username: 'ada' }] },
			stripe: {
				customers: [{ id: 'cus_1', metadata: { discordUser: ADA } }],
				subscriptions: [
					{ id: 'sub_1', customer: 'cus_1', status: 'active', price: 'price_lord' },
					{ id: 'sub_2', customer: 'cus_1', status: 'active', price: 'price_founder' }
				],
				prices: [{ id: 'price_founder', name: 'Founders', amount: 29_000, interval: 'year', active: false }]
			}
		}
	});
});

afterEach(async () => {
	await sandbox.stop();
	await rm(folder, { recursive: true, force: true });
});

const start = (template = '') =>
	runSetup({
		path,
		template,
		environment: { DISCORD_API_URL: sandbox.discordApiUrl, STRIPE_API_URL: sandbox.stripeApiUrl, DATA_DIR: join(folder, 'data') },
		set: {},
		yes: false,
		prompts: terminal.prompts,
		print: (line) => printed.push(line)
	});

/** Question → keys, for a setup without any trouble. */
const ANSWERS: readonly (readonly [string, () => string])[] = [
	['Bot token', () => `${sandbox.token}${ENTER}`],
	['Your server', () => ENTER],
	['Roles whose members', () => ENTER],
	['Choose the channel, the roles and the prices here', () => ENTER],
	['Channel for the reports', () => ENTER],
	['Tiers that people', () => ENTER],
	['Role of Knight', () => ENTER],
	['Role of Lord', () => ENTER],
	['Role of members whose payment', () => ENTER],
	['Stripe key', () => `${sandbox.stripeKey}${ENTER}`],
	['Metadata key', () => ENTER],
	['Prices that buy Knight', () => ENTER],
	['Prices that buy Lord', () => ENTER],
	['Prices that buy no role', () => ENTER],
	['in none of these lists, such as', () => ENTER],
	['Time zone', () => `Europe/Rome${ENTER}`],
	['Hour of', () => ENTER],
	['Send a mail', () => ENTER],
	['Keep the data', () => ENTER],
	['Write', () => ENTER]
];

async function answer(from: string, until?: string): Promise<void> {
	const index = (question: string) => ANSWERS.findIndex(([each]) => each === question);
	for (const [question, keys] of ANSWERS.slice(index(from), until === undefined ? undefined : index(until)))
		await terminal.answer(question, keys());
}

const settings = async () => parseEnv(await readFile(path, 'utf8'));
const modeOf = async (file: string) => (await stat(file)).mode & 0o777;

describe('setup', () => {
	test('writes what was answered, for its owner alone, and checks it', async () => {
		const running = start('# Comments stay.\n# RECONCILIATION_TIMEZONE=America/New_York\n');
		await answer('Bot token');
		expect(await running).toBe(0);
		expect(await settings()).toEqual({
			DATA_DIR: join(folder, 'data'),
			DISCORD_TOKEN: sandbox.token,
			DISCORD_GUILD_ID: sandbox.ids.guildId,
			DISCORD_ADMIN_CHANNEL_ID: sandbox.ids.adminChannelId,
			DISCORD_KNIGHT_ROLE: '1100000000000000502',
			DISCORD_LORD_ROLE: '1100000000000000503',
			DISCORD_DEBTOR_ROLE: '1100000000000000501',
			STRIPE_SECRET_KEY: sandbox.stripeKey,
			STRIPE_DISCORD_ID_KEY: 'discordUser',
			STRIPE_KNIGHT_PRICE_IDS: 'price_knight',
			STRIPE_LORD_PRICE_IDS: 'price_lord',
			RECONCILIATION_TIMEZONE: 'Europe/Rome'
		});
		expect(await readFile(path, 'utf8')).toMatch(
			/^# Comments stay\.\n# RECONCILIATION_TIMEZONE=America\/New_York\nRECONCILIATION_TIMEZONE=/
		);
		expect(await modeOf(path)).toBe(0o600);
		expect(await readdir(folder)).toEqual(['.env', 'data']);
		expect(terminal.text).toContain('Founders · $290.00 a year · 1 subscriber · archived');
		expect(terminal.text).toContain('Paid by someone, and in none of these lists: Founders.');
		expect(terminal.text).toContain('The key reads test data');
		expect(printed.join('\n')).toMatch(/Reeve can post in #reeve-admin\.[\s\S]*Next: npm start/);
		for (const secret of [sandbox.token, sandbox.stripeKey]) expect(terminal.text + printed.join('\n')).not.toContain(secret);
	});

	test('refuses a wrong token and a missing intent with one sentence each, and asks again', async () => {
		sandbox.services.discord.setMemberIntent(false);
		const running = start();
		await terminal.answer('Bot token', `wrong.token.altogether${ENTER}`);
		await terminal.sees('Discord refused DISCORD_TOKEN. Reset it');
		await terminal.answer('Bot token', `${sandbox.token}${ENTER}`);
		await terminal.sees('Switch on "Server Members Intent"');
		sandbox.services.discord.setMemberIntent(true);
		// Enter keeps the token.
		await terminal.answer('Bot token', ENTER);
		await terminal.answer('Your server', CTRL_C);
		await expect(running).rejects.toThrow(CancelledError);
	});

	test('prints the invite link, and goes on by itself once Reeve is in the server', async () => {
		sandbox.services.discord.setInvited(false);
		const running = start();
		await terminal.answer('Bot token', `${sandbox.token}${ENTER}`);
		await terminal.sees(
			'https://discord.com/oauth2/authorize?client_id=1100000000000000200&scope=bot+applications.commands&permissions=268553216'
		);
		sandbox.services.discord.setInvited(true);
		await terminal.answer('Roles whose members', CTRL_C);
		await expect(running).rejects.toThrow(CancelledError);
	});

	test('asks again for a channel that Reeve cannot post in and for a role above its own, until that is put right', async () => {
		const { discord } = sandbox.services;
		discord.setBotPermission('EmbedLinks', false);
		discord.moveRole('Lord', 99);
		const running = start();
		await answer('Bot token', 'Channel for the reports');
		const lacks = 'In #reeve-admin, Reeve lacks Embed Links';
		await terminal.answer('Channel for the reports', ENTER);
		await terminal.sees(lacks);
		discord.setBotPermission('EmbedLinks', true);
		await untilAccepted('Channel for the reports', lacks, 'Tiers that people');
		terminal.press(ENTER);
		await answer('Role of Knight', 'Role of Lord');
		await terminal.sees('Role of Lord');
		await terminal.answer("Lord · above Reeve's role", ENTER);
		const tooLow = "Reeve's role is below Lord";
		await terminal.sees(tooLow);
		discord.moveRole('Lord', 3);
		await untilAccepted('Role of Lord', tooLow, 'Role of members whose payment');
		terminal.press(CTRL_C);
		await expect(running).rejects.toThrow(CancelledError);
	});

	test('lets a long list of roles be searched by typing, and suggests the role with the name of the tier', async () => {
		for (let index = 0; index < 20; index++) sandbox.services.discord.createRole({ name: `Guild ${index}` });
		const running = start();
		await answer('Bot token', 'Role of Lord');
		await terminal.answer('Role of Lord', 'Guild 17');
		await terminal.answer('1 match', ENTER);
		await terminal.sees('Role of members whose payment');
		terminal.press(CTRL_C);
		await expect(running).rejects.toThrow(CancelledError);
		const answered = terminal.text.split('◇');
		expect(answered.find((part) => part.includes('Role of Knight'))).toContain('Knight');
		expect(answered.find((part) => part.includes('Role of Lord'))).toContain('Guild 17');
	});

	/** Answers a question with Enter until the next one comes: a change in Discord reaches setup a moment later. */
	async function untilAccepted(question: string, refusal: string, next: string): Promise<void> {
		do await terminal.answer(question, ENTER);
		while ((await terminal.seesFirst(refusal, next)) !== next);
	}

	test('names each permission that the Stripe key lacks, and asks again', async () => {
		sandbox.services.stripe.setPermission('invoices', false);
		sandbox.services.stripe.setPermission('products', false);
		const running = start();
		await answer('Bot token', 'Stripe key');
		await terminal.answer('Stripe key', `pk_test_publishable${ENTER}`);
		await terminal.answer('this is a publishable key', `rk_test_wrong${ENTER}`);
		await terminal.sees('Stripe refused the key');
		await terminal.answer('Stripe key', `${sandbox.stripeKey}${ENTER}`);
		await terminal.sees('set Invoices to Read');
		sandbox.services.stripe.setPermission('invoices', true);
		await terminal.answer('Stripe key', ENTER);
		await terminal.answer('Metadata key', `no_such_key${ENTER}`);
		await terminal.sees('under discordUser: if that is right');
		await terminal.answer('Use no_such_key all the same?', ENTER);
		await terminal.answer('Metadata key', `discordUser${ENTER}`);
		await terminal.sees('Stripe has the metadata key discordUser');
		await terminal.sees('set Products to Read');
		await terminal.answer('Prices that buy Knight', CTRL_C);
		await expect(running).rejects.toThrow(CancelledError);
	});

	test('takes an hour, a time zone and a mail server only as they can be used', async () => {
		const running = start();
		await answer('Bot token', 'Time zone');
		await terminal.answer('Time zone', `Mars/Olympus${ENTER}`);
		await terminal.answer('This must be the name of a time zone', `${'\u007f'.repeat(12)}Europe/Rome${ENTER}`);
		await terminal.answer('Hour of', `24${ENTER}`);
		await terminal.answer('This must be a whole hour', `\u007f\u007f5${ENTER}`);
		await terminal.answer('Send a mail', `y`);
		sandbox.services.faults.add({ target: 'smtp', kind: 'refuse' });
		await terminal.answer('Mail server, as', `${sandbox.smtpUrl.replace('//', `//reeve:${MAIL_PASSWORD}@`)}${ENTER}`);
		await terminal.answer('Who gets it', `ops@example.com${ENTER}`);
		await terminal.answer('Sender', ENTER);
		await terminal.sees('The mail server');
		sandbox.services.faults.clear();
		await terminal.answer('Send a mail', `y`);
		await terminal.answer('Mail server, as', `${sandbox.smtpUrl}${ENTER}`);
		await terminal.answer('Who gets it', ENTER);
		await terminal.answer('Sender', ENTER);
		await terminal.sees('takes mails from Reeve');
		await terminal.answer('When: issues', `${'\u007f'.repeat(6)}daily${ENTER}`);
		await terminal.answer('issues or news', `${'\u007f'.repeat(5)}news${ENTER}`);
		await answer('Keep the data');
		expect(await running).toBe(0);
		expect(await settings()).toMatchObject({
			RECONCILIATION_TIMEZONE: 'Europe/Rome',
			RECONCILIATION_HOUR: '5',
			SMTP_URL: sandbox.smtpUrl,
			ADMIN_EMAIL: 'ops@example.com',
			MAIL_WHEN: 'news'
		});
		// Reeve sends from the first address unless another is set.
		expect(await settings()).not.toHaveProperty('MAIL_FROM');
		expect(terminal.text).not.toContain(MAIL_PASSWORD);
	});

	test.each(ANSWERS.map(([question]) => question))('writes nothing after Ctrl-C at "%s"', async (question) => {
		const running = start();
		await answer('Bot token', question);
		await terminal.answer(question, CTRL_C);
		await expect(running).rejects.toThrow('Setup was cancelled. Nothing was written.');
		expect(await readdir(folder)).toEqual([]);
	});
});

describe('setup with settings', () => {
	const before = () =>
		[
			'# mine',
			`DISCORD_TOKEN=${sandbox.token}`,
			`STRIPE_SECRET_KEY=${sandbox.stripeKey}`,
			'RECONCILIATION_TIERS=Squire, Lord',
			'DISCORD_SQUIRE_ROLE=Knight',
			'STRIPE_SQUIRE_PRICE_IDS=price_knight',
			'STRIPE_LORD_PRICE_IDS=prod_lord',
			'RECONCILIATION_HOUR=7',
			'ANOTHER_PROGRAM="its own"',
			''
		].join('\n');

	test('offers them as answers, shows the changes without secrets, and keeps the rest and a copy', async () => {
		await writeFile(path, before());
		const running = start();
		await terminal.answer('Bot token (Enter keeps', ENTER);
		await answer('Your server', 'Role of Knight');
		await terminal.answer('Role of Squire', ENTER);
		await answer('Role of Lord', 'Stripe key');
		await terminal.answer('Stripe key (Enter keeps', ENTER);
		await terminal.answer('Metadata key', ENTER);
		await terminal.answer('Prices that buy Squire', ENTER);
		await terminal.sees('Prices that buy Lord');
		await terminal.answer('every price of Lord (prod_lord)', ENTER);
		await answer('Prices that buy no role', 'Hour of');
		await terminal.answer('Hour of', `8${ENTER}`);
		await answer('Send a mail', 'Write');
		await terminal.sees('~ RECONCILIATION_HOUR: 7 → 8');
		await terminal.answer('Write', ENTER);
		expect(await running).toBe(0);
		const text = await readFile(path, 'utf8');
		expect(text).toMatch(/^# mine\n/);
		expect(text).toContain('ANOTHER_PROGRAM="its own"\n');
		expect(await settings()).toMatchObject({
			DISCORD_SQUIRE_ROLE: '1100000000000000502',
			STRIPE_SQUIRE_PRICE_IDS: 'price_knight',
			STRIPE_LORD_PRICE_IDS: 'prod_lord',
			RECONCILIATION_HOUR: '8'
		});
		expect(await readFile(`${path}.bak`, 'utf8')).toBe(before());
		expect([await modeOf(path), await modeOf(`${path}.bak`)]).toEqual([0o600, 0o600]);
		for (const secret of [sandbox.token, sandbox.stripeKey]) expect(terminal.text).not.toContain(secret);
	});

	test('leaves to /reconcile setup what the file does not have, unless it is to go before it', async () => {
		await writeFile(path, `DISCORD_TOKEN=${sandbox.token}\nDISCORD_GUILD_ID=${sandbox.ids.guildId}\n`);
		const running = start();
		await terminal.answer('Bot token (Enter keeps', ENTER);
		await answer('Your server', 'Channel for the reports');
		await answer('Stripe key', 'Prices that buy Knight');
		await answer('Time zone');
		// No admin channel has been chosen yet.
		expect(await running).toBe(1);
		expect(Object.keys(await settings()).sort()).toEqual([
			'DATA_DIR',
			'DISCORD_GUILD_ID',
			'DISCORD_TOKEN',
			'RECONCILIATION_TIMEZONE',
			'STRIPE_DISCORD_ID_KEY',
			'STRIPE_SECRET_KEY'
		]);
	});

	test('leaves them alone if the changes are refused', async () => {
		await writeFile(path, before());
		const running = start();
		await terminal.answer('Bot token (Enter keeps', ENTER);
		await answer('Your server', 'Tiers that people');
		await terminal.answer('Tiers that people', `Lord${ENTER}`);
		await answer('Role of Lord', 'Stripe key');
		await terminal.answer('Stripe key (Enter keeps', ENTER);
		await terminal.answer('Metadata key', ENTER);
		await answer('Prices that buy Lord', 'Write');
		await terminal.sees('- STRIPE_SQUIRE_PRICE_IDS (was price_knight)');
		await terminal.answer('Write', `n`);
		expect(await running).toBe(0);
		expect(await readFile(path, 'utf8')).toBe(before());
		expect(await readdir(folder)).toEqual(['.env']);
	});
});
