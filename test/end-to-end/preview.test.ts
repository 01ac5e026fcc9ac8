import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { managedRolesOf, reconcile, runCommand, waitForReply } from './operator.js';

const idOf = (index: number) => `30000000000000${String(index).padStart(4, '0')}`;

/** Three pay for Knight and two for Lord, all by rows in the database; they hold what they pay for. */
const people = Array.from({ length: 5 }, (_, index) => ({
	id: idOf(index),
	username: `user${index}`,
	tier: index < 3 ? 'Knight' : 'Lord',
	customer: `cus_${index}`
}));

const PREVIEW = join(import.meta.dirname, '../../dist/src/cli/preview.js');

describe('preview', () => {
	let sandbox: Sandbox;
	let folder: string;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'reeve-preview-test-'));
		sandbox = await Sandbox.start({
			world: {
				guild: { members: people.map(({ id, username, tier }) => ({ id, username, roles: [tier] })) },
				stripe: {
					customers: people.map(({ customer }) => ({ id: customer })),
					subscriptions: people.map(({ customer, tier }) => ({
						id: `sub_${customer}`,
						customer,
						status: 'active',
						price: `price_${tier.toLowerCase()}`
					}))
				},
				database: { members: people.map(({ id, customer }) => ({ id: `m_${id}`, discordId: id, stripeCustomerId: customer })) }
			}
		});
		await reconcile(sandbox);
	});
	afterAll(async () => {
		await sandbox?.stop();
		await rm(folder, { recursive: true, force: true });
	});

	/** The command line, beside the running bot. */
	async function command(env: Record<string, string>, ...options: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
		const file = join(folder, 'new.env');
		await writeFile(
			file,
			Object.entries(env)
				.map(([name, value]) => `${name}=${value}\n`)
				.join('')
		);
		return new Promise((resolve) => {
			const given = { cwd: folder, env: sandbox.settings };
			execFile(process.execPath, [PREVIEW, '--', '--env-file', file, ...options], given, (error, stdout, stderr) =>
				resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
			);
		});
	}
	const state = async () => ({
		runs: (await sandbox.runs(50)).length,
		issues: (await sandbox.issues()).length,
		audit: (await sandbox.audit()).length,
		roles: people.map(({ username }) => managedRolesOf(sandbox, username)),
		messages: sandbox.messages().length
	});

	test('on the command line exits with 2 if someone would lose access, and changes nothing', async () => {
		const before = await state();
		const { code, stdout, stderr } = await command({ STRIPE_LORD_PRICE_IDS: 'price_lrod', STRIPE_UNMAPPED_PRICES: 'nothing' }, '--json');
		expect(stderr).toBe('');
		expect(code).toBe(2);
		const preview = JSON.parse(stdout);
		expect(preview).toMatchObject({ counts: { loses: 2, movesDown: 0, gains: 0, unknown: 0 }, movesDown: [], gains: [] });
		expect(preview.loses.map(({ discordId }: { discordId: string }) => discordId)).toEqual([idOf(3), idOf(4)]);
		expect(preview.loses[0]).toMatchObject({ discordName: 'user3', before: ['Lord'], after: [] });
		expect(await state()).toEqual(before);
	});

	test('on the command line exits with 0 if no one would lose access', async () => {
		const { code, stdout } = await command({ STRIPE_LORD_PRICE_IDS: 'price_lord,price_knight', STRIPE_KNIGHT_PRICE_IDS: '' });
		expect(stdout).toContain('3 people get or keep access.\n\nmoves up (3):\n  user0');
		expect(code).toBe(0);
		expect((await command({ STRIPE_LORD_PRICE_IDS: 'price_lord' })).stdout).toContain('no one gains or loses anything');
	});

	test('on the command line says what is wrong with the settings, and exits with 1', async () => {
		const { code, stderr } = await command({ RECONCILIATION_GRACE_HOURS: 'two days' });
		expect(code).toBe(1);
		expect(stderr).toContain('RECONCILIATION_GRACE_HOURS is "two days"');
		expect(await command({}, '--yaml')).toMatchObject({ code: 1, stderr: expect.stringContaining('--yaml is not an option') });
		expect(await command({}, '--env-file', folder)).toMatchObject({ code: 1, stderr: expect.stringContaining(`${folder} is a folder.`) });
	});

	test('as a command tries a setting, or what the next start would read', async () => {
		const before = await state();
		const { id } = await runCommand(sandbox, 'reconcile preview', { setting: 'STRIPE_LORD_PRICE_IDS', value: 'price_lrod' });
		const shown = await waitForReply(sandbox, id, /Preview of the new settings/);
		expect(shown.embeds[0]?.description).toContain('Prices of Lord: price_lord → price_lrod');
		expect(shown.embeds[0]?.description).toContain('would no longer know what 2 people should have');
		const same = await runCommand(sandbox, 'reconcile preview', {});
		await waitForReply(sandbox, same.id, /no one gains or loses anything/);
		expect((await runCommand(sandbox, 'reconcile preview', { setting: 'LOG_LEVEL', value: 'debug' })).answer.content).toContain(
			'decides about no roles'
		);
		const invalid = await runCommand(sandbox, 'reconcile preview', { setting: 'RECONCILIATION_GRACE_HOURS', value: 'x' });
		await waitForReply(sandbox, invalid.id, /would not start with these settings:\n- RECONCILIATION_GRACE_HOURS is "x"/);
		expect(await state()).toEqual(before);
		const asked = sandbox.discord.autocomplete({ user: 'operator', command: 'reconcile preview', option: 'setting', value: 'lord' });
		expect(await sandbox.until(() => sandbox.interaction(asked.interactionId).choices)).toEqual([
			{ name: 'DISCORD_LORD_ROLE', value: 'DISCORD_LORD_ROLE' },
			{ name: 'STRIPE_LORD_PRICE_IDS', value: 'STRIPE_LORD_PRICE_IDS' }
		]);
	});
});
