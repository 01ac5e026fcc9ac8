import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox, type StoredIssue } from '../../sandbox/sandbox.js';
import type { WorldInput } from '../../sandbox/world/world.js';
import { buttonOf, linesOf, managedRolesOf, reconcile, runCommand, waitForMessage, waitForReply } from './operator.js';

/** They pay for Knight and hold Lord: each fix gives a role and takes one. */
const names = Array.from({ length: 9 }, (_, index) => `person${index}.`);
const idOf = (name: string) => `30000000000000000${names.indexOf(name)}`;

const world: WorldInput = {
	guild: { members: names.map((username) => ({ id: idOf(username), username, roles: ['Lord'] })) },
	stripe: {
		customers: names.map((name) => ({ id: `cus_${idOf(name)}`, metadata: { discord_id: idOf(name) } })),
		subscriptions: names.map((name) => ({
			id: `sub_${idOf(name)}`,
			customer: `cus_${idOf(name)}`,
			status: 'active' as const,
			price: 'price_knight'
		}))
	}
};

describe('told to stop', () => {
	let sandbox: Sandbox;
	let used = 0;
	/** Since when the test at hand is at work. */
	let requestsBefore = 0;
	beforeAll(async () => {
		sandbox = await Sandbox.start({ world, env: { RECONCILIATION_MAX_REVOKE_PERCENT: '100' } });
		await reconcile(sandbox);
	});
	afterAll(() => sandbox?.stop());
	beforeEach(() => {
		requestsBefore = sandbox.requests().length;
	});
	afterEach(() => sandbox.faults.clear());

	/** Somebody whom no other test touches. */
	const next = () => {
		used += 1;
		return names[used - 1] as string;
	};
	const requests = (like: RegExp) =>
		sandbox
			.requests()
			.slice(requestsBefore)
			.filter(({ method, path }) => like.test(`${method} ${path}`));
	const underWay = (like: RegExp) => sandbox.until(() => requests(like).some(({ status }) => status === null));
	const issueOf = async (name: string) => (await sandbox.issues()).find(({ discordId }) => discordId === idOf(name)) as StoredIssue;
	const reports = (): APIMessage[] => sandbox.messages().filter(({ embeds }) => embeds[0]?.title?.startsWith('Reconciliation'));
	const offer = async (name: string) => {
		const { id, answer } = await runCommand(sandbox, 'reconcile fix', { issue: name });
		return { id, press: () => sandbox.click('operator', answer.id, buttonOf(answer, /Apply fix/)) };
	};

	/** The process is gone by itself, in time, without an error that nobody foresaw; and is started again. */
	async function stopAndStart(): Promise<void> {
		const before = sandbox.log().length;
		expect(await sandbox.restart('SIGTERM')).toMatchObject({ exitCode: 0, signal: null });
		const said = sandbox.log().slice(before);
		expect(said.filter((line) => /did not heed|nobody caught|nobody foresaw|While stopping/.test(line))).toEqual([]);
	}

	test('while Stripe is slow, it finishes the run, and the operator hears what came of it', async () => {
		sandbox.faults.add({ target: 'stripe', kind: 'latency', ms: 1_000, match: 'GET /v1/subscriptions' });
		const run = sandbox.command('operator', 'reconcile run');
		await underWay(/GET \/v1\/subscriptions/);
		await stopAndStart();
		expect(await waitForMessage(sandbox, run, /^Done/)).toContain('The report is here');
		expect((await sandbox.runs(1))[0]).toMatchObject({ status: 'COMPLETED', issuesFound: 9 });
		expect((await sandbox.deliveries()).filter(({ status }) => status === 'PENDING')).toEqual([]);
	});

	test('while Stripe never answers, it says so to whoever waits, and the run is told as failed after the start', async () => {
		sandbox.faults.add({ target: 'stripe', kind: 'timeout', match: 'GET /v1/subscriptions' });
		const [reported, run] = [reports().length, sandbox.command('operator', 'reconcile run')];
		await underWay(/GET \/v1\/subscriptions/);
		await stopAndStart();
		expect(await waitForMessage(sandbox, run, /./)).toMatch(/^Reeve is restarting and could not finish this\./);
		await sandbox.until(async () => (await sandbox.runs(1))[0]?.status !== 'RUNNING');
		expect((await sandbox.runs(1))[0]).toMatchObject({ status: 'FAILED', failure: 'Reeve was stopped during this run.' });
		await sandbox.until(() => reports().length === reported + 1);
		expect(reports().at(-1)?.embeds[0]?.title).toBe('Reconciliation failed');
		sandbox.faults.clear();
		expect((await reconcile(sandbox)).run).toMatchObject({ status: 'COMPLETED' });
	});

	test('while Discord never answers a role call, it says so to the operator, and the claim is settled after the start', async () => {
		const name = next();
		const { press } = await offer(name);
		sandbox.faults.add({ target: 'discord', kind: 'timeout', match: 'DELETE */roles/*' });
		const pressed = press();
		await underWay(/DELETE .*\/roles\//);
		await stopAndStart();
		expect(await waitForMessage(sandbox, pressed, /./)).toMatch(/^Reeve is restarting and could not finish this\./);
		sandbox.faults.clear();
		expect(managedRolesOf(sandbox, name)).toEqual(['Knight', 'Lord']);
		await sandbox.until(async () => (await issueOf(name)).status !== 'FIXING');
		const issue = await issueOf(name);
		expect(issue).toMatchObject({
			status: 'OPEN',
			attempts: [
				{ outcome: 'INTERRUPTED', rolesBefore: ['Lord'], rolesAfter: ['Knight', 'Lord'], error: expect.stringContaining('was stopped') }
			]
		});
		expect(await sandbox.audit()).toContainEqual(
			expect.objectContaining({ action: 'fix', subject: idOf(name), before: ['Lord'], after: ['Knight', 'Lord'], outcome: 'INTERRUPTED' })
		);
		// What is left of it is another plan: shown by the next run, and mended.
		await reconcile(sandbox);
		const again = await offer(name);
		again.press();
		expect((await waitForReply(sandbox, again.id, /^Fixed/)).content).toContain('Lord taken');
		expect(managedRolesOf(sandbox, name)).toEqual(['Knight']);
	});

	test('in the middle of a fix that Discord answers in time, it finishes it, and the operator hears so', async () => {
		const name = next();
		const { id, press } = await offer(name);
		sandbox.faults.add({ target: 'discord', kind: 'latency', ms: 1_000, match: 'PUT */roles/*', times: 1 });
		press();
		await underWay(/PUT .*\/roles\//);
		await stopAndStart();
		expect((await waitForReply(sandbox, id, /^Fixed/)).content).toContain('Knight given, Lord taken');
		expect(managedRolesOf(sandbox, name)).toEqual(['Knight']);
		expect(await issueOf(name)).toMatchObject({ status: 'FIXED', attempts: [{ rolesBefore: ['Lord'], rolesAfter: ['Knight'] }] });
		expect(linesOf(sandbox).filter((line) => line.includes(name))).toHaveLength(1);
	});

	test('in the middle of a bulk fix, it ends the fixes at hand, says so, and the next start does the rest', async () => {
		const { id, answer } = await runCommand(sandbox, 'reconcile fix', { all: true });
		const total = names.length - used;
		sandbox.faults.add({ target: 'discord', kind: 'latency', ms: 1_000, match: 'PUT */roles/*', after: 1, times: 1 });
		sandbox.click('operator', answer.id, buttonOf(answer, /Fix all/));
		await underWay(/PUT .*\/roles\//);
		await stopAndStart();
		const said = (await waitForReply(sandbox, id, /^Stopped/)).content;
		const fixed = Number(/Stopped: (\d) of/.exec(said)?.[1]);
		expect(said).toContain(
			`Stopped: ${fixed} of ${total} issues fixed. Reeve is being restarted, and goes on with the other ${total - fixed} issues by itself`
		);
		expect(fixed).toBeLessThan(total - 1);
		expect(linesOf(sandbox)).toContainEqual(expect.stringContaining(`fixed ${fixed} issues in one go`));
		// The next start does, each once, and says so.
		await sandbox.until(() =>
			linesOf(sandbox).some((line) => line.includes(`gone on with it to its end: ${total} of ${total} issues fixed.`))
		);
		for (const { discordId, status, attempts } of await sandbox.issues()) {
			expect(status).toBe('FIXED');
			expect(attempts.filter(({ outcome }) => outcome === 'FIXED')).toHaveLength(1);
			expect(attempts.filter(({ outcome }) => outcome === null)).toEqual([]);
			expect(managedRolesOf(sandbox, discordId)).toEqual(['Knight']);
		}
	});

	test('while a mail server hangs, it goes; and the mail is sent after the start', async () => {
		sandbox.discord.changeRoles({ user: names[0] as string, add: ['Lord'] });
		const mails = sandbox.mail.inbox().length;
		sandbox.faults.add({ target: 'smtp', kind: 'hold', times: 1 });
		const [reported, run] = [reports().length, sandbox.command('operator', 'reconcile run')];
		await sandbox.until(() => reports().length === reported + 1);
		await stopAndStart();
		expect(await waitForMessage(sandbox, run, /./)).toMatch(/^(Reeve is restarting and could not finish this\.|Done)/);
		await sandbox.until(() => sandbox.mail.inbox().length === mails + 1);
		expect(reports()).toHaveLength(reported + 1);
		await sandbox.until(async () => (await sandbox.deliveries()).every(({ status }) => status === 'DELIVERED'));
	});
});
