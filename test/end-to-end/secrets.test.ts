import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { STRIPE_KEY, TOKEN } from '../../sandbox/environment/environment.js';
import { Sandbox } from '../../sandbox/sandbox.js';
import { openDatabase } from '../../src/store/connection/database.js';
import { issueOn, managedRolesOf, reconcile, runCommand, waitForReply } from './operator.js';
import { everyFile, everyRow, everythingSaid, everythingShown, leaks, type Planted, QuotingMailServer } from './planted.js';

const ADA = '300000000000000001';
const BOB = '300000000000000002';
const EVE = '300000000000000003';

const MAIL_PASSWORD = 'pl@nted/mail"p\\ssword%5';
const PLANTED: Planted = { DISCORD_TOKEN: TOKEN, STRIPE_SECRET_KEY: STRIPE_KEY, SMTP_URL: MAIL_PASSWORD };

describe('leaks', () => {
	test('finds a secret raw, encoded, escaped and in part', () => {
		const basic = Buffer.from(`${STRIPE_KEY}:`).toString('base64');
		const plain = Buffer.from(`\0reeve\0${MAIL_PASSWORD}`).toString('base64');
		expect(leaks(`x${TOKEN}y`, PLANTED)).toEqual(['DISCORD_TOKEN']);
		expect(leaks(`Authorization: Basic ${basic}`, PLANTED)).toEqual(['STRIPE_SECRET_KEY']);
		expect(leaks(`key ${STRIPE_KEY.slice(10, -10)}`, PLANTED)).toEqual(['STRIPE_SECRET_KEY']);
		for (const text of [plain, JSON.stringify(MAIL_PASSWORD), encodeURIComponent(MAIL_PASSWORD)])
			expect(leaks(text, PLANTED)).toEqual(['SMTP_URL']);
		expect(leaks('Invalid API Key provided: rk_test_********', PLANTED)).toEqual([]);
	});
});

describe('a secret in the running bot', () => {
	const mail = new QuotingMailServer();
	let sandbox: Sandbox;
	const asked: string[] = [];

	beforeAll(async () => {
		const port = await mail.listen();
		sandbox = await Sandbox.start({
			world: {
				guild: {
					members: [
						{ id: ADA, username: 'ada', roles: [] },
						{ id: BOB, username: `bob ${STRIPE_KEY}`, roles: ['Lord'] },
						// A name is cut to Discord's limit.
						{ id: EVE, username: STRIPE_KEY.slice(0, 32), roles: ['Knight'] }
					]
				},
				stripe: {
					customers: [
						{ id: 'cus_ada', name: `Ada ${STRIPE_KEY}`, email: 'ada@example.com', metadata: { discord_id: ADA, note: TOKEN } },
						{ id: 'cus_odd', metadata: { discord_id: STRIPE_KEY } }
					],
					subscriptions: [
						{ id: 'sub_ada', customer: 'cus_ada', status: 'active', price: 'price_knight' },
						{ id: 'sub_odd', customer: 'cus_odd', status: 'active', price: 'price_knight' }
					]
				}
			},
			env: { LOG_LEVEL: 'trace', SMTP_URL: `smtp://reeve%40mail:${encodeURIComponent(MAIL_PASSWORD)}@127.0.0.1:${port}` }
		});
	});
	afterAll(async () => {
		await sandbox?.stop();
		await mail.close();
	});

	/** Runs a command; all responses are searched at the end. */
	const run = async (command: string, options: Record<string, unknown> = {}) => {
		const { id, answer } = await runCommand(sandbox, command, options);
		asked.push(id);
		return answer;
	};
	const said = () => everythingSaid(sandbox, asked);
	const quotes = (secret: string) => ({ error: { type: 'api_error', message: `it failed for ${secret}`, code: secret, param: secret } });

	test('in names and metadata appears in no report, mail, reply or file', async () => {
		const { report } = await reconcile(sandbox);
		expect(JSON.stringify(report.embeds)).toContain('(hidden)');
		expect(mail.received.join()).toContain('(hidden)');
		asked.push(sandbox.click('operator', report.id, issueOn(report, 'ada')?.button as string));
		await sandbox.until(() => managedRolesOf(sandbox, ADA).includes('Knight'));
		expect(JSON.stringify(await run('reconcile why', { member: ADA }))).toContain('Why these roles');
		expect(JSON.stringify(await run('reconcile why', { member: BOB }))).toContain('(hidden)');
		expect((await run('reconcile export')).attachments).toHaveLength(1);
		await run('reconcile link', { member: BOB, customer: STRIPE_KEY });
		await run('reconcile link', { member: BOB, customer: 'ada@example.com' });
		await run('reconcile exempt', { member: EVE, reason: `her key is ${STRIPE_KEY} and the password ${MAIL_PASSWORD}` });
		await run('reconcile exemptions');
		await run('reconcile pause', { reason: `token ${TOKEN}` });
		await run('reconcile resume');
		await run('reconcile history');
		const typing = sandbox.autocomplete('operator', 'reconcile link', 'customer', 'ada');
		asked.push(typing);
		expect(JSON.stringify(await sandbox.until(() => sandbox.interaction(typing).choices))).toContain('(hidden)');
		expect(leaks(await said(), PLANTED)).toEqual([]);
		expect(leaks(mail.received.join('\n'), PLANTED)).toEqual([]);
	});

	test('quoted in errors of Stripe, Discord and the mail server appears in no output', async () => {
		mail.refuses = true;
		sandbox.discord.changeRoles({ user: ADA, remove: ['Knight'] });
		const faults: [status: number, body: object][] = [
			[401, { error: { type: 'invalid_request_error', message: 'Invalid API Key provided: rk_test_****abcd' } }],
			[401, quotes(STRIPE_KEY)],
			[403, quotes(STRIPE_KEY)],
			[400, quotes(STRIPE_KEY)],
			[500, quotes(STRIPE_KEY)]
		];
		for (const [status, body] of faults) {
			sandbox.faults.add({ target: 'stripe', kind: 'status', status, body });
			await run('reconcile status');
			const { answer } = await reconcile(sandbox);
			expect(answer).toMatch(/^The run failed: .*Stripe/);
			await run('reconcile why', { member: ADA });
			sandbox.faults.clear();
		}
		for (const status of [400, 403, 500]) {
			const { report } = await reconcile(sandbox);
			const body = { code: 0, message: `refused Bot ${TOKEN}`, errors: { _errors: [{ code: TOKEN, message: STRIPE_KEY }] } };
			sandbox.faults.add({ target: 'discord', kind: 'status', status, body, match: 'PUT */roles/*' });
			const click = sandbox.click('operator', report.id, issueOn(report, 'ada')?.button as string);
			asked.push(click);
			await waitForReply(sandbox, click, /Discord/);
			sandbox.faults.clear();
		}
		const waiting = JSON.stringify((await run('reconcile status')).embeds);
		expect(waiting).toContain('refused user or password');
		expect(waiting).toContain('(hidden)');
		expect(leaks(await said(), PLANTED)).toEqual([]);
	});

	test('appears in no log line at level trace, no row or file of the database, and nothing /proc shows', async () => {
		const body = { code: 0, message: `401: Unauthorized: Bot ${TOKEN}` };
		// Discord removes the bot: messages it cannot send go to the log.
		sandbox.faults.add({ target: 'discord', kind: 'status', status: 401, body, match: '*/messages' });
		sandbox.command('operator', 'reconcile run');
		await sandbox.until(() => sandbox.log().some((line) => line.includes('401: Unauthorized')));
		const pid = sandbox.state().bot.pid as number;
		const shown = await everythingShown(pid);
		process.kill(pid, 'SIGTERM');
		await sandbox.until(() => !sandbox.state().bot.up);

		const dataDir = sandbox.state().env.DATA_DIR as string;
		const log = sandbox.log().join('\n');
		expect(log).toContain('TRACE');
		expect(log).toContain('(hidden)');
		// At least as many lines as the sandbox keeps.
		expect(log).toContain('Logged in as');
		const files = await everyFile(dataDir);
		const database = await openDatabase({ dataDir });
		const rows = await everyRow(database);
		await database.close();
		expect(rows).toContain('refused user or password');
		expect(rows).toContain('(hidden)');
		for (const [where, text] of Object.entries({ shown, log, files, rows })) expect([where, leaks(text, PLANTED)]).toEqual([where, []]);
	});
});

const MAIN = join(import.meta.dirname, '../../dist/bot/main.js');

describe('a secret in the output of a failed start or a crash', () => {
	const folder = mkdtempSync(join(tmpdir(), 'reeve-secrets-'));
	afterAll(() => rmSync(folder, { recursive: true, force: true }));

	const KEY = 'rk_live_51PlantedKey0123456789abcdefghijklmnop';
	const SETTINGS = {
		DISCORD_TOKEN: 'MTIzNDU2Nzg5MDEyMzQ1Njc4.Planted.token-of-nobody-0123456789',
		DISCORD_GUILD_ID: '1100000000000000100',
		DISCORD_ADMIN_CHANNEL_ID: '1100000000000000301',
		STRIPE_SECRET_KEY: KEY,
		DATABASE_URL: 'postgresql://reeve:pl%40nted-database-p%22ssword@127.0.0.1:1/reeve',
		REDIS_URL: 'redis://:pl%40nted-redis-password@127.0.0.1:1',
		SMTP_URL: 'smtp://reeve:pl%40nted-mail-password@127.0.0.1:1',
		ADMIN_EMAIL: 'operator@example.com'
	};

	const SECRETS = {
		DISCORD_TOKEN: SETTINGS.DISCORD_TOKEN,
		STRIPE_SECRET_KEY: KEY,
		DATABASE_URL: 'pl@nted-database-p"ssword',
		REDIS_URL: 'pl@nted-redis-password',
		SMTP_URL: 'pl@nted-mail-password'
	};

	/** Starts Reeve with only these settings and waits for its exit. */
	function start(env: Record<string, string>, first = ''): Promise<{ code: number | null; said: string }> {
		return new Promise((resolve) => {
			const options = first === '' ? [] : ['--import', `data:text/javascript,${encodeURIComponent(first)}`];
			const child = spawn(process.execPath, [...options, MAIN], {
				cwd: folder,
				env: { PATH: process.env.PATH ?? '', LOG_LEVEL: 'trace', ...env }
			});
			let said = '';
			for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
			child.on('close', (code) => resolve({ code, said }));
		});
	}
	const EMBEDDED = { ...SETTINGS, DATABASE_URL: '', DATA_DIR: join(folder, 'data') };

	test.each([
		['DISCORD_TOKEN', "Bot 'pl@nted-wr0ng-value' of nobody"],
		['STRIPE_SECRET_KEY', 'pk_live_pl@nted-wr0ng-value'],
		['STRIPE_SECRET_KEY', 'whsec_pl@nted-wr0ng-value'],
		['DATABASE_URL', 'mysql://reeve:pl@nted-wr0ng-value@127.0.0.1/reeve'],
		['DATABASE_URL', 'postgresql://reeve:pl@nted-wr0ng-value@127.0.0.1:port/reeve'],
		['DATABASE_URL', 'postgresql://reeve:pl%ZZnted-wr0ng-value@127.0.0.1:1/reeve'],
		['DATABASE_URL', 'postgresql://reeve:pl%40nted-wr0ng-value@127.0.0.1:1/reeve'],
		['REDIS_URL', 'http://:pl@nted-wr0ng-value@127.0.0.1'],
		['SMTP_URL', 'reeve:pl@nted-wr0ng-value@mail'],
		['SMTP_URL', 'smtps://reeve:pl@nted wr0ng-value@:25:25']
	])('a wrong %s (%s) is named and not quoted', async (name, value) => {
		const { code, said } = await start({ ...SETTINGS, [name]: value });
		expect(code).toBe(1);
		expect(said).toContain(name);
		expect(said).not.toMatch(/nted.wr0ng|wr0ng-value/);
		expect(leaks(said, SECRETS)).toEqual([]);
	});

	test('is redacted in an unexpected Discord error that quotes the token', async () => {
		const quoting = createServer((request, response) => {
			response.writeHead(400, { 'Content-Type': 'application/json' });
			response.end(JSON.stringify({ code: 0, message: `Who is ${request.headers.authorization}?` }));
		}).listen(0, '127.0.0.1');
		await once(quoting, 'listening');
		const { port } = quoting.address() as AddressInfo;
		try {
			const { code, said } = await start({ ...EMBEDDED, DISCORD_API_URL: `http://127.0.0.1:${port}/api` });
			expect(code).toBe(1);
			expect(said).toContain('Who is Bot (hidden)?');
			expect(leaks(said, SECRETS)).toEqual([]);
		} finally {
			quoting.close();
		}
	});

	test('is redacted in an unhandled rejection and in a crash', async () => {
		// Once Reeve has installed its handlers.
		const provoke = `const look = setInterval(() => {
			if (process.listenerCount('unhandledRejection') === 0) return;
			clearInterval(look);
			const { STRIPE_SECRET_KEY: key, DISCORD_TOKEN: token } = process.env;
			Promise.reject(new Error('rejected with ' + key, { cause: { headers: { authorization: 'Basic ' + btoa(key + ':') } } }));
			setTimeout(() => { throw Object.assign(new Error('crashed with ' + token), { request: { token, url: '/?key=' + key } }); }, 1);
		}, 1);`;
		const { code, said } = await start(EMBEDDED, provoke);
		expect(code).toBe(1);
		expect(said).toContain('rejected with (hidden)');
		expect(said).toContain('crashed with (hidden)');
		expect(leaks(said, SECRETS)).toEqual([]);
	});
});
