import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { buttonOf, buttons, linesOf, managedRolesOf, reconcile, waitForReply } from './operator.js';

const IMPORT = join(import.meta.dirname, '../../dist/src/cli/import.js');

const PEOPLE = 5_000;
const CONFLICTS = 200;
const idOf = (index: number) => `3100000000000${String(index * 7 + 11).padStart(5, '0')}`;

describe('import', () => {
	let sandbox: Sandbox;
	let folder: string;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'reeve-import-test-'));
		const indexes = Array.from({ length: PEOPLE }, (_, index) => index);
		sandbox = await Sandbox.start({
			world: {
				guild: { members: indexes.map((index) => ({ id: idOf(index), username: `user${index}`, roles: [] })) },
				stripe: {
					customers: indexes.map((index) => ({ id: `cus_${index}`, email: `user${index}@example.com` })),
					subscriptions: [0, 1].map((index) => ({ id: `sub_${index}`, customer: `cus_${index}`, status: 'active', price: 'price_lord' }))
				},
				database: { members: [{ id: 'm_9', discordId: idOf(8), stripeCustomerId: 'cus_9' }] }
			}
		});
	});
	afterAll(async () => {
		await sandbox?.stop();
		await rm(folder, { recursive: true, force: true });
	});

	/** Links written so far, by the audit log, without those removed. */
	const links = async () =>
		(await sandbox.audit()).reduce((sum, { action }) => sum + (action === 'link' ? 1 : action === 'unlink' ? -1 : 0), 0);

	async function attach(content: string, like: RegExp) {
		const id = sandbox.command('operator', 'reconcile import', { file: { name: 'links.csv', content } });
		return waitForReply(sandbox, id, like);
	}

	async function command(file: string, ...options: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
		const path = join(folder, 'links.csv');
		await writeFile(path, file);
		return run(path, ...options);
	}

	function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
		return new Promise((resolve) => {
			const given = { cwd: folder, env: sandbox.settings };
			execFile(process.execPath, [IMPORT, '--', ...args], given, (error, stdout, stderr) =>
				resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
			);
		});
	}

	it('names the conflicts of a large file, links no one, and stays within few requests', async () => {
		const lines = Array.from({ length: PEOPLE }, (_, index) => {
			if (index < CONFLICTS / 2) return `nobody${index},user${index}@example.com`;
			if (index < CONFLICTS) return `${idOf(index)},none${index}@example.com`;
			return index % 2 === 0 ? `${idOf(index)},user${index}@example.com` : `user${index},USER${index}@example.com`;
		});
		const before = await links();
		const asked = () => sandbox.requests().filter(({ target }) => target === 'stripe').length;
		const askedBefore = asked();
		const reply = await attach(`discord,email\n${lines.join('\n')}\n`, /conflicts/);
		expect(reply.content).toMatch(/^\*\*5,000 lines\*\*: 4,800 to link, 200 conflicts\. Nothing can be imported/);
		expect(reply.content).toContain('- Line 2: No member of the server has the username nobody0.');
		expect(reply.content).toContain('… and 190 more');
		expect(buttons(reply)).toEqual([]);
		const csv = await (await fetch(reply.attachments[0]?.url ?? '')).text();
		expect(csv.match(/"conflict"/g)).toHaveLength(CONFLICTS);
		expect(await links()).toBe(before);
		expect(asked() - askedBefore).toBe(PEOPLE / 100);
	});

	it('imports what was confirmed, changes no role, does so once, and can be undone', async () => {
		const before = await links();
		const file = `discord_id;customer\r\n${idOf(0)};cus_0\r\nuser1;cus_1\r\n${idOf(8)};cus_9\r\n`;
		const shown = await attach(file, /3 lines/);
		expect(shown.content).toMatch(/2 to link, 1 linked already\. Nothing is changed until you confirm/);
		expect(await links()).toBe(before);
		const confirm = buttonOf(shown, /^Import 2 links$/);
		const done = await waitForReply(sandbox, sandbox.click('operator', shown.id, confirm), /imported/);
		expect(done.content).toMatch(/^\*\*2 links imported\.\*\* 1 line was there already\. No role was changed/);
		expect(await links()).toBe(before + 2);
		expect(managedRolesOf(sandbox, 'user0')).toEqual([]);
		await sandbox.until(() => linesOf(sandbox).find((line) => /imported 2 links from a file/.test(line)));
		const again = sandbox.discord.forge({ user: 'operator', messageId: shown.id, customId: confirm }).interactionId;
		expect((await waitForReply(sandbox, again, /already/)).content).toMatch(/already been imported/);
		expect((await attach(file, /3 lines/)).content).toMatch(/3 linked already\. There is nothing to import/);

		const { run } = await reconcile(sandbox);
		expect(run.issuesFound).toBe(2);

		const undone = await waitForReply(sandbox, sandbox.click('operator', done.id, buttonOf(done, /Undo import/)), /undone/);
		expect(undone.content).toBe('**Import undone**: 2 links removed. No role was changed.');
		expect(await links()).toBe(before);
		const actions = (await sandbox.audit()).map(({ action }) => action);
		expect(actions.filter((action) => /link|import/.test(action)).sort()).toEqual([
			'import',
			'link',
			'link',
			'undo-import',
			'unlink',
			'unlink'
		]);
	});

	it('asks again if something changed between the check and the confirmation', async () => {
		const shown = await attach(`username,email\nuser20,user20@example.com\nuser21,user21@example.com\n`, /2 lines/);
		await waitForReply(sandbox, sandbox.command('operator', 'reconcile link', { member: 'user22', customer: 'cus_21' }), /Linked/);
		const before = await links();
		const changed = await waitForReply(sandbox, sandbox.click('operator', shown.id, buttonOf(shown, /^Import 2/)), /Nothing was imported/);
		expect(changed.content).toMatch(/1 to link, 1 conflict.*cus_21 is linked to the member/s);
		expect(buttons(changed)).toEqual([]);
		expect(await links()).toBe(before);
	});

	it.each([
		['an ID that a spreadsheet rounded', 'discord_id,customer\n3.1E+17,cus_1\n', /spreadsheet has rounded/],
		['a file without a column of members', 'name,customer\nx,cus_1\n', /No column names the members/],
		['hostile names', 'username,customer\n@everyone <@&1> [x](http://x.test) ```,cus_1\n', /username @\u200Beveryone/]
	])('answers to %s', async (_, file, like) => {
		const reply = await attach(file, like);
		expect(reply.content).toMatch(like);
		expect(buttons(reply)).toEqual([]);
	});

	it('wants a file or an import to undo', async () => {
		const reply = await waitForReply(sandbox, sandbox.command('operator', 'reconcile import', {}), /Attach/);
		expect(reply.content).toMatch(/Attach a `file`/);
		const unknown = await waitForReply(sandbox, sandbox.command('operator', 'reconcile import', { undo: 'nothing' }), /no such import/);
		expect(unknown.content).toBe('Nothing was changed: there is no such import.');
	});

	it('checks on the command line beside the running bot, and writes only without it', async () => {
		const file = 'username,email\nuser30,user30@example.com\nuser31,nobody@example.com\n';
		const before = await links();
		const checked = await command(file, '--json');
		expect(checked).toMatchObject({ code: 2, stderr: '' });
		expect(JSON.parse(checked.stdout)).toMatchObject({ counts: { link: 1, conflict: 1 }, batchId: null });
		const text = await command(file);
		expect(text.stdout).toMatch(/^2 lines: 1 to link, 1 conflict\..*\nLine 3: No customer in Stripe has the email nobody@example\.com\./);
		const refused = await command('username,email\nuser30,user30@example.com\n', '--apply');
		expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/Reeve is running/) });
		expect(await links()).toBe(before);
	});

	it('imports and undoes on the command line while the bot is stopped', async () => {
		await sandbox.kill();
		const applied = await command('username,email\nuser40,user40@example.com\n', '--apply');
		expect(applied).toMatchObject({ code: 0, stderr: '' });
		expect(applied.stdout).toMatch(/^1 imported\. No role was changed/);
		const [, batch = ''] = /--undo (\w+)/.exec(applied.stdout) ?? [];
		expect((await command('username,email\nuser40,user40@example.com\n')).stdout).toMatch(/1 linked already/);
		expect(await run('--undo', batch)).toMatchObject({ code: 0, stdout: 'Import undone: 1 link removed. No role was changed.\n' });
		expect((await run('--undo', batch)).code).toBe(1);
		expect((await run()).stderr).toMatch(/^Usage: npm run import/);
	});
});
