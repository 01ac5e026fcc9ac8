import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { buttonOf, buttons, clickFix, fixButtons, linesOf, reconcile, refetch, runCommand, waitForReply } from './operator.js';

const FORGET = join(import.meta.dirname, '../../dist/src/cli/forget.js');
const [ADA, BOB] = ['300000000000000001', '300000000000000002'];

/** Two people who pay and have no role; Ada is linked by an operator, is fixed, undone and exempt. */
describe('forget', () => {
	let sandbox: Sandbox;
	let report: APIMessage;
	let folder: string;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'reeve-forget-test-'));
		const names = ['adalovelace', 'bobkahn'];
		sandbox = await Sandbox.start({
			world: {
				guild: { members: names.map((username, index) => ({ id: [ADA, BOB][index] as string, username, roles: [] })) },
				stripe: {
					customers: [
						{ id: 'cus_ada', email: 'ada@example.com' },
						{ id: 'cus_bob', email: 'bob@example.com', metadata: { discord_id: BOB } }
					],
					subscriptions: names.map((name) => ({
						id: `sub_${name.slice(0, 3)}`,
						customer: `cus_${name.slice(0, 3)}`,
						status: 'active',
						price: 'price_lord'
					}))
				}
			}
		});
		await runCommand(sandbox, 'reconcile link', { member: 'adalovelace', customer: 'cus_ada' });
		await sandbox.until(async () => (await sandbox.audit()).some(({ action }) => action === 'link'));
		({ report } = await reconcile(sandbox));
		for (const { custom_id } of fixButtons(report))
			await clickFix(sandbox, refetch(sandbox, report), custom_id, 'operator', /now has|now have|Lord/);
		await sandbox.until(async () => (await sandbox.issues('FIXED')).length === 2);
		const fix = (await sandbox.issues()).find(({ discordId }) => discordId === ADA)?.attempts[0]?.id ?? '';
		await runCommand(sandbox, 'reconcile undo', { fix });
		await sandbox.until(async () => (await sandbox.audit()).some(({ action }) => action === 'undo'));
	});
	afterAll(async () => {
		await sandbox?.stop();
		await rm(folder, { recursive: true, force: true });
	});

	const forget = async () => {
		const id = sandbox.command('operator', 'reconcile forget', { member: ADA });
		return { id, reply: await waitForReply(sandbox, id, /about/) };
	};
	const fileOf = async (reply: APIMessage) => (await fetch(reply.attachments[0]?.url ?? '')).text();

	function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
		return new Promise((resolve) => {
			const given = { cwd: folder, env: sandbox.settings };
			execFile(process.execPath, [FORGET, '--', ...args], given, (error, stdout, stderr) =>
				resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
			);
		});
	}

	test('npm run forget shows and exports what is stored beside the running bot, and deletes nothing then', async () => {
		const file = join(folder, 'ada.json');
		const shown = await run(ADA, '--export', file);
		expect(shown).toMatchObject({ code: 0, stderr: '' });
		expect(shown.stdout).toMatch(/1 link to Stripe\n.*1 exemption\n.*1 issue\n.*2 fixes and undos of their roles/s);
		expect(shown.stdout).toContain('Nothing was deleted. To delete it for good:');
		expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
			discordId: ADA,
			tables: { Member: [{ stripeCustomerId: 'cus_ada' }] }
		});
		expect((await run(ADA, '--export', file)).stderr).toContain('exists already');
		expect(await run(ADA, '--yes')).toMatchObject({ code: 1, stderr: expect.stringContaining('use /reconcile forget in Discord') });
		expect(await run('ada')).toMatchObject({ code: 1, stderr: expect.stringContaining('ada is no Discord ID') });
	});

	test('the command counts what is stored, and gives it as a file without anything about others', async () => {
		const { reply } = await forget();
		expect(reply.content).toMatch(/^Reeve has stored about <@300000000000000001>:\n- 1 link to Stripe\n- 1 exemption\n- 1 issue\n/);
		expect(buttons(reply).map(({ label }) => label)).toEqual(['Delete their data', 'Cancel']);
		const text = await fileOf(reply);
		for (const part of [ADA, 'adalovelace', 'cus_ada', 'Fix undone by']) expect(text).toContain(part);
		for (const part of [BOB, 'bobkahn', 'cus_bob']) expect(text).not.toContain(part);
		expect(await fileOf(reply)).toBe(text);
	});

	test('nothing is deleted if something was stored meanwhile', async () => {
		const { id, reply } = await forget();
		await runCommand(sandbox, 'reconcile exempt', { member: ADA, reason: 'founder' });
		await sandbox.until(async () => (await sandbox.audit()).filter(({ action }) => action === 'exempt').length > 1);
		const clicked = sandbox.click('operator', reply.id, buttonOf(reply, /Delete/));
		expect((await waitForReply(sandbox, clicked, /Nothing was deleted/)).content).toMatch(
			/^Nothing was deleted: something was stored about them meanwhile/
		);
		expect((await forget()).reply.content).toContain('1 link to Stripe');
		expect(id).not.toBe(clicked);
	});

	test('the button deletes it: the report no longer names them, the counts stay, and others are as they were', async () => {
		const why = async () => (await runCommand(sandbox, 'reconcile why', { member: BOB })).answer;
		const before = (await sandbox.runs()).map(({ id, issuesFound, membersChecked }) => ({ id, issuesFound, membersChecked }));
		const shownOfBob = (await why()).embeds;
		const backups = join(sandbox.settings.DATA_DIR ?? '', 'backups');
		await mkdir(backups, { recursive: true });
		for (const name of ['before-upgrade-2026-11-01T00-00-00-000Z.reeve.gz', 'reeve-2026-11-01T00-00-00-000Z.reeve.gz'])
			await writeFile(join(backups, name), 'x');
		const { reply } = await forget();
		expect(reply.content).toContain('Deleting also deletes 1 backup that Reeve made by itself');
		const clicked = sandbox.click('operator', reply.id, buttonOf(reply, /Delete/));
		const done = await waitForReply(sandbox, clicked, /has deleted/);
		expect(done.content).toMatch(
			/^Reeve has deleted what it had stored about <@300000000000000001>\.\n1 backup that Reeve had made by itself: deleted, too\./
		);
		expect(done.content).toContain('1 backup made with `npm run backup` still has the data. Delete it by hand:');
		expect(buttons(done)).toEqual([]);
		expect(done.attachments).toEqual([]);
		expect(await readdir(backups)).toEqual(['reeve-2026-11-01T00-00-00-000Z.reeve.gz']);
		await sandbox.until(() => !JSON.stringify(refetch(sandbox, report)).includes('adalovelace'));
		const shown = JSON.stringify(refetch(sandbox, report).embeds);
		expect(shown).toContain('a forgotten person');
		expect(shown).toContain('bobkahn');
		expect(shown).not.toContain(ADA);
		expect(linesOf(sandbox).at(-1)).toMatch(/^<@\d+> deleted what Reeve had stored about one person \(\d+ rows\)\.$/);
		expect((await sandbox.runs()).map(({ id, issuesFound, membersChecked }) => ({ id, issuesFound, membersChecked }))).toEqual(before);
		const stored = JSON.stringify([await sandbox.runs(), await sandbox.issues(), await sandbox.audit(), await sandbox.deliveries()]);
		for (const part of [ADA, 'adalovelace', 'cus_ada']) expect(stored).not.toContain(part);
		expect((await why()).embeds).toEqual(shownOfBob);
	});

	test('afterwards nothing is stored, a second click says so, and the next run finds a new person', async () => {
		expect((await forget()).reply.content).toBe(`Reeve has stored nothing about <@${ADA}>.`);
		sandbox.stripe.update('customers', 'cus_ada', { metadata: { discord_id: ADA } });
		const { run } = await reconcile(sandbox);
		expect(run.issuesFound).toBe(1);
		expect((await sandbox.issues('OPEN')).map(({ discordId, timesSeen }) => [discordId, timesSeen])).toEqual([[ADA, 1]]);
	});
});
