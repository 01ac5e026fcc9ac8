import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox, type StoredIssue } from '../../sandbox/sandbox.js';
import type { WorldInput } from '../../sandbox/world/world.js';
import { buttonOf, linesOf, managedRolesOf, reconcile, runCommand, waitForMessage, waitForReply } from './operator.js';

/** They pay for Knight and hold Lord: each fix grants a role and revokes one. */
const names = Array.from({ length: 9 }, (_, index) => `person${index}.`);
const idOf = (name: string) => `30000000000000000${names.indexOf(name)}`;

/** A bulk fix works on this many issues at a time. */
const CONCURRENCY = 4;

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

describe('SIGTERM', () => {
	let sandbox: Sandbox;
	let used = 0;
	/** Requests before the current test. */
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

	/** A member that no other test uses. */
	const nextMember = () => {
		used += 1;
		return names[used - 1] as string;
	};
	const requests = (like: RegExp) =>
		sandbox
			.requests()
			.slice(requestsBefore)
			.filter(({ method, path }) => like.test(`${method} ${path}`));
	const waitForPending = (like: RegExp) => sandbox.until(() => requests(like).some(({ status }) => status === null));
	const issueOf = async (name: string) => (await sandbox.issues()).find(({ discordId }) => discordId === idOf(name)) as StoredIssue;
	const reports = (): APIMessage[] =>
		sandbox.messages().filter(({ embeds }) => /^Reconciliation|the wrong roles/.test(embeds[0]?.title ?? ''));
	const offer = async (name: string) => {
		const { id, answer } = await runCommand(sandbox, 'reconcile fix', { issue: name });
		return { id, press: () => sandbox.click('operator', answer.id, buttonOf(answer, /Apply fix/)) };
	};

	/** The process exits by itself, in time, without an unexpected error; then it is started again. */
	async function stopAndStart(afterSigterm = () => {}): Promise<void> {
		const before = sandbox.log().length;
		const restarted = sandbox.restart('SIGTERM');
		await sandbox.until(() =>
			sandbox
				.log()
				.slice(before)
				.some((line) => line.includes('SIGTERM received'))
		);
		afterSigterm();
		expect(await restarted).toMatchObject({ exitCode: 0, signal: null });
		const lines = sandbox.log().slice(before);
		expect(lines.filter((line) => /did not exit within|Unhandled rejection|Unexpected error|Shutdown step failed/.test(line))).toEqual([]);
	}
	/** The same, and the requests that were held are answered after the process has received the signal. */
	const stopReleaseAndStart = () => stopAndStart(() => sandbox.faults.clear());

	test('lets a run that waits for Stripe finish and reply', async () => {
		sandbox.faults.add({ target: 'stripe', kind: 'hold', match: 'GET /v1/subscriptions' });
		const run = sandbox.command('operator', 'reconcile run');
		await waitForPending(/GET \/v1\/subscriptions/);
		await stopReleaseAndStart();
		expect(await waitForMessage(sandbox, run, /^Done/)).toContain('The report is here');
		expect((await sandbox.runs(1))[0]).toMatchObject({ status: 'COMPLETED', issuesFound: 9 });
		// The previous report may be left for the next process to close.
		const pending = (await sandbox.deliveries()).filter(({ status, subject }) => status === 'PENDING' && !subject.startsWith('close:'));
		expect(pending).toEqual([]);
	});

	test('interrupts a run when Stripe never answers: replies at once, and reports the failed run after the restart', async () => {
		sandbox.faults.add({ target: 'stripe', kind: 'timeout', match: 'GET /v1/subscriptions' });
		const [reportsBefore, run] = [reports().length, sandbox.command('operator', 'reconcile run')];
		await waitForPending(/GET \/v1\/subscriptions/);
		await stopAndStart();
		expect(await waitForMessage(sandbox, run, /./)).toMatch(/^Reeve is restarting and could not finish this\./);
		await sandbox.until(async () => (await sandbox.runs(1))[0]?.status !== 'RUNNING');
		expect((await sandbox.runs(1))[0]).toMatchObject({ status: 'FAILED', failure: 'Reeve was stopped during this run.' });
		await sandbox.until(() => reports().length === reportsBefore + 1);
		expect(reports().at(-1)?.embeds[0]?.title).toBe('Reconciliation failed');
		sandbox.faults.clear();
		expect((await reconcile(sandbox)).run).toMatchObject({ status: 'COMPLETED' });
	});

	test('interrupts a fix when Discord never answers a role call: replies at once, and completes the fix after the restart', async () => {
		const name = nextMember();
		const { press } = await offer(name);
		sandbox.faults.add({ target: 'discord', kind: 'timeout', match: 'DELETE */roles/*' });
		const pressed = press();
		await waitForPending(/DELETE .*\/roles\//);
		await stopAndStart();
		expect(await waitForMessage(sandbox, pressed, /./)).toMatch(/^Reeve is restarting and could not finish this\./);
		sandbox.faults.clear();
		const { attempts } = await sandbox.until(async () => {
			const issue = await issueOf(name);
			return issue.status === 'FIXED' ? issue : null;
		});
		expect(attempts[0]).toMatchObject({
			outcome: 'INTERRUPTED',
			rolesBefore: ['Lord'],
			rolesAfter: ['Knight', 'Lord'],
			error: expect.stringContaining('was stopped')
		});
		expect(attempts.at(-1)).toMatchObject({ outcome: 'FIXED', rolesAfter: ['Knight'] });
		expect(managedRolesOf(sandbox, name)).toEqual(['Knight']);
		expect(await sandbox.audit()).toContainEqual(
			expect.objectContaining({ action: 'fix', subject: idOf(name), before: ['Lord'], after: ['Knight', 'Lord'], outcome: 'INTERRUPTED' })
		);
	});

	test('lets a fix in progress finish and reply', async () => {
		const name = nextMember();
		const { id, press } = await offer(name);
		sandbox.faults.add({ target: 'discord', kind: 'hold', match: 'PUT */roles/*' });
		press();
		await waitForPending(/PUT .*\/roles\//);
		await stopReleaseAndStart();
		expect((await waitForReply(sandbox, id, / (now|no longer) has /)).content).toContain('now has Knight and no longer has Lord');
		expect(managedRolesOf(sandbox, name)).toEqual(['Knight']);
		expect(await issueOf(name)).toMatchObject({ status: 'FIXED', attempts: [{ rolesBefore: ['Lord'], rolesAfter: ['Knight'] }] });
		expect(linesOf(sandbox).filter((line) => line.includes(name))).toHaveLength(1);
	});

	test('lets the fixes in progress of a bulk fix finish, replies how many, and the next start fixes the rest', async () => {
		const { id, answer } = await runCommand(sandbox, 'reconcile fix', { all: true });
		const total = (await sandbox.issues('OPEN')).length;
		expect(total).toBeGreaterThan(CONCURRENCY);
		sandbox.faults.add({ target: 'discord', kind: 'hold', match: 'PUT */roles/*' });
		sandbox.click('operator', answer.id, buttonOf(answer, /Move down/));
		// discord.js sends one role call at a time; the other fixes in progress wait for it.
		await waitForPending(/PUT .*\/roles\//);
		await sandbox.until(async () => (await sandbox.issues('FIXING')).length === CONCURRENCY);
		await stopReleaseAndStart();
		const fixed = CONCURRENCY;
		expect((await waitForReply(sandbox, id, /^Stopped/)).content).toContain(
			`Stopped: ${fixed} of ${total} issues fixed. Reeve is being restarted, and resumes the other ${total - fixed} issues automatically`
		);
		expect(linesOf(sandbox)).toContainEqual(expect.stringContaining(`fixed ${fixed} issues`));
		// The next start fixes the rest, each issue once, and posts the result.
		await sandbox.until(() =>
			linesOf(sandbox).some((line) => line.includes(`resumed and finished it: ${total} of ${total} issues fixed.`))
		);
		for (const { discordId, status, attempts } of await sandbox.issues()) {
			expect(status).toBe('FIXED');
			expect(attempts.filter(({ outcome }) => outcome === 'FIXED')).toHaveLength(1);
			expect(attempts.filter(({ outcome }) => outcome === null)).toEqual([]);
			expect(managedRolesOf(sandbox, discordId)).toEqual(['Knight']);
		}
	});

	test('does not wait for a mail server that hangs; the next start sends the mail', async () => {
		sandbox.discord.changeRoles({ user: names[0] as string, add: ['Lord'] });
		const mails = sandbox.mail.inbox().length;
		sandbox.faults.add({ target: 'smtp', kind: 'hold', times: 1 });
		const [reportsBefore, run] = [reports().length, sandbox.command('operator', 'reconcile run')];
		await sandbox.until(() => reports().length === reportsBefore + 1);
		await stopAndStart();
		expect(await waitForMessage(sandbox, run, /./)).toMatch(/^(Reeve is restarting and could not finish this\.|Done)/);
		await sandbox.until(() => sandbox.mail.inbox().length === mails + 1);
		expect(reports()).toHaveLength(reportsBefore + 1);
		await sandbox.until(async () => (await sandbox.deliveries()).every(({ status }) => status === 'DELIVERED'));
	});
});
