import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstRun } from '../../sandbox/first-run.js';
import { Sandbox } from '../../sandbox/sandbox.js';

/** The sandbox with the built bot. */

interface Expected {
	issues: { discordId: string; type: string; severity: string; add: string[]; remove: string[] }[];
}

let sandbox: Sandbox;

beforeAll(async () => {
	sandbox = await Sandbox.start({ world: { scenario: 'council' } });
});

afterAll(() => sandbox?.stop());

const byId = (a: { discordId: string }, b: { discordId: string }) => (a.discordId < b.discordId ? -1 : 1);

/** Runs `/reconcile run` and waits until the stored run has ended. */
async function reconcile() {
	sandbox.command('operator', 'reconcile run');
	return sandbox.until(async () => {
		const [run] = await sandbox.runs(1);
		return run?.status !== 'RUNNING' && run;
	});
}

describe('the sandbox', () => {
	it('posts the report with the expected issues', async () => {
		const shown = await firstRun(sandbox);
		expect(shown).toContain('What the operator sees in #admin');
		expect(shown).toMatch(/curl -X POST \S+\/api\/click/);

		const expected = (await (await fetch(`${sandbox.url}/api/expected`)).json()) as Expected;
		const stored = await sandbox.issues('OPEN');
		const found = stored.map(({ discordId, type, severity, detail }) => ({
			discordId,
			type,
			severity,
			...(detail as { plan: object }).plan
		}));
		expect(found.sort(byId)).toEqual(expected.issues.sort(byId));
		expect(stored[0]?.attempts).toEqual([]);
	});

	it('keeps rows over a restart', async () => {
		const before = await sandbox.runs();
		expect(await sandbox.restart('SIGKILL')).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
		expect(await sandbox.restart()).toMatchObject({ exitCode: 0, signal: null });
		expect(await sandbox.runs()).toEqual(before);

		process.kill(sandbox.state().bot.pid ?? 0, 'SIGKILL');
		await sandbox.until(() => !sandbox.state().bot.up);
		expect(sandbox.state()).toMatchObject({ ready: false, bot: { lastExit: { signal: 'SIGKILL' } } });
		expect(await sandbox.runs()).toEqual(before);
		await sandbox.restart();
		expect(sandbox.state().ready).toBe(true);
	});

	it('reports why the bot does not start, and ignores an invalid reset', async () => {
		const pid = sandbox.state().bot.pid;
		const { members } = sandbox.guild();
		await expect(sandbox.reset({ world: { guild: { members: [{ id: '', username: 'ada' }] } } })).rejects.toThrow(
			'world.guild.members.0.id'
		);
		expect(sandbox.state().bot.pid).toBe(pid);
		expect(sandbox.guild().members).toEqual(members);

		await expect(sandbox.reset({ world: {}, env: { RECONCILIATION_HOUR: 99 } })).rejects.toThrow('RECONCILIATION_HOUR');
		expect(sandbox.state()).toMatchObject({ ready: false, bot: { up: false } });
	});

	it('resets to a new world and an empty database', async () => {
		const world = {
			guild: { members: [{ id: '200000000000000001', username: 'ada' }] },
			stripe: {
				customers: [{ id: 'cus_1', email: 'ada@example.com' }],
				subscriptions: [{ id: 'sub_1', customer: 'cus_1', status: 'active', price: 'price_lord' }]
			},
			database: { members: [{ id: 'm1', discordId: '200000000000000001', stripeCustomerId: 'cus_1' }] }
		};
		await sandbox.reset({ world });
		expect(await sandbox.runs()).toEqual([]);
		expect(sandbox.messages()).toEqual([]);
		await reconcile();
		const issues = await sandbox.issues();
		expect(issues.map(({ discordId, type }) => `${discordId} ${type}`)).toEqual(['200000000000000001 MISSING_ACCESS']);
	});

	it('serializes resets, and the last one wins', async () => {
		const member = (username: string) => ({ world: { guild: { members: [{ id: '200000000000000009', username }] } } });
		await Promise.all([sandbox.reset(member('first')), sandbox.reset(member('second'))]);
		expect(sandbox.guild().members.map(({ username }) => username)).toContain('second');
		expect(sandbox.state().ready).toBe(true);
	});

	it('leaves no process and no folder behind', async () => {
		const { bot, env } = sandbox.state();
		await sandbox.stop();
		expect(existsSync(env.DATA_DIR ?? '/')).toBe(false);
		expect(() => process.kill(bot.pid ?? 0, 0)).toThrow('ESRCH');
	});
});
