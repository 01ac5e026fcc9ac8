import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { buttonOf, managedRolesOf, reconcile, runCommand, waitForMessage, waitForReply } from './operator.js';

/** They pay and hold no role. */
const people = Array.from({ length: 18 }, (_, index) => ({ id: `3000000000000000${index + 10}`, username: `user${index}` }));

const PROGRESS = /: (\d+) of (\d+) done · (done|started) <t:\d+:R>$/;

describe('the progress message of a bulk fix', () => {
	let sandbox: Sandbox;
	/** Requests and messages before the current test. */
	let before = { requests: 0, messages: [] as string[] };
	beforeAll(async () => {
		sandbox = await Sandbox.start({
			world: {
				guild: { members: people.map(({ id, username }) => ({ id, username, roles: [] })) },
				stripe: {
					customers: people.map(({ id }) => ({ id: `cus_${id}`, metadata: { discord_id: id } })),
					subscriptions: people.map(({ id }) => ({ id: `sub_${id}`, customer: `cus_${id}`, status: 'active', price: 'price_knight' }))
				}
			},
			env: { RECONCILIATION_AUTO_FIX: 'true' }
		});
		// Slow down role changes, as in a large server.
		sandbox.discord.setLimits({ memberRoles: { limit: 2, seconds: 1 } });
	});
	afterAll(() => sandbox?.stop());
	beforeEach(() => {
		for (const { username } of people) sandbox.discord.changeRoles({ user: username, remove: ['Knight'] });
		before = { requests: sandbox.requests().length, messages: sandbox.messages().map(({ id }) => id) };
	});

	const posted = (): APIMessage[] => sandbox.messages().filter(({ id }) => !before.messages.includes(id));
	const waitForProgress = () => sandbox.until(() => posted().find(({ content }) => PROGRESS.test(content)));

	/** The count of fixed issues in every version of the message. */
	const counts = () =>
		sandbox
			.requests()
			.slice(before.requests)
			.filter(({ method, path }) => /^(POST|PATCH) .*\/channels\/\d+\/messages/.test(`${method} ${path}`))
			.flatMap(({ body }) => PROGRESS.exec((body as { content?: string }).content ?? '')?.[1] ?? [])
			.map(Number);

	function expectRising(): void {
		const seen = counts();
		expect(new Set(seen).size).toBeGreaterThan(1);
		expect(seen).toEqual(seen.toSorted((a, b) => a - b));
		for (const { id } of posted()) expect(sandbox.discord.pings(id)).toEqual({ users: [], roles: [], everyone: false });
	}

	test('shows the progress of a run in one message, followed by the report', async () => {
		const { run, report, answer } = await reconcile(sandbox);
		expect(answer).toContain(`Done: ${people.length} issues, ${people.length} fixed.`);
		const operator = `<@${sandbox.discord.ids.operatorId}>`;
		await sandbox.until(() => posted()[0]?.content.startsWith('Reeve has fixed'));
		expect(posted()).toMatchObject([
			{
				content: `Reeve has fixed 18 of 18 issues of the run started by ${operator} (auto-fix): 18 people got access. The report follows.`,
				embeds: []
			},
			{ id: report.id, content: '' }
		]);
		expect(run).toMatchObject({ issuesFound: 18, issuesFixed: 18 });
		expectRising();
	});

	test("shows the progress of an operator's bulk fix in one message, across a restart", async () => {
		await waitForMessage(sandbox, sandbox.command('operator', 'reconcile run', { mode: 'report' }), /^Done/);
		before.messages = sandbox.messages().map(({ id }) => id);
		const { id, answer } = await runCommand(sandbox, 'reconcile fix', { all: true });
		sandbox.click('operator', answer.id, buttonOf(answer, /Grant and tidy \(18\)/));
		const message = await waitForProgress();
		expect(message.content).toMatch(/^<@\d+> is fixing 18 issues \(18 people get access\): /);
		expect(await sandbox.restart('SIGTERM')).toMatchObject({ exitCode: 0 });
		await waitForReply(sandbox, id, /^Stopped/);
		await sandbox.until(() => posted().some(({ content }) => content.includes('resumed and finished it: 18 of 18 issues fixed.')));
		expect(posted().map((each) => each.id)).toEqual([message.id]);
		for (const { username } of people) expect(managedRolesOf(sandbox, username)).toEqual(['Knight']);
		expectRising();
	});

	test('does not affect the fixes when it cannot be posted', async () => {
		sandbox.faults.add({
			target: 'discord',
			kind: 'status',
			status: 403,
			body: { code: 50_013, message: 'no' },
			match: 'POST *messages',
			times: 1
		});
		const { run } = await reconcile(sandbox);
		expect(run).toMatchObject({ status: 'COMPLETED', issuesFound: 18, issuesFixed: 18 });
		expect(posted().map(({ embeds }) => embeds[0]?.title)).toEqual(['18 people had the wrong roles']);
		expect(sandbox.log().filter((line) => line.includes('Could not update the progress message'))).toHaveLength(1);
	});
});
