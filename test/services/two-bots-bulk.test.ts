import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Bot } from '../../sandbox/bot/bot.js';
import { Sandbox } from '../../sandbox/sandbox.js';
import { ServerAdapter } from '../../src/store/connection/server-adapter.js';
import { buttonOf, managedRolesOf, runCommand, waitForReply } from '../end-to-end/operator.js';
import { databaseUrl, execute } from './databases.js';

/** They pay for Knight and have no role. */
const names = Array.from({ length: 6 }, (_, index) => `person${index}.`);
const idOf = (name: string) => `30000000000000000${names.indexOf(name)}`;
const WORLD = {
	guild: {
		members: [
			...names.map((username) => ({ id: idOf(username), username, roles: [] })),
			{ id: '300000000000000100', username: 'second', operator: true, roles: [] }
		]
	},
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
/** Far from now: no day becomes due while a test is at work. */
const HOUR = String((new Date().getUTCHours() + 12) % 24);

/** Issues that one process fixes at the same time. */
const AT_ONCE = 4;

describe('two processes on one database', () => {
	let sandbox: Sandbox;
	let other: Bot;
	let callsBefore = 0;
	beforeAll(async () => {
		const env = { RECONCILIATION_AUTO_FIX: 'true', RECONCILIATION_TIMEZONE: 'UTC', RECONCILIATION_HOUR: HOUR };
		sandbox = await Sandbox.start({ world: WORLD, env });
		other = await sandbox.startAnother();
	});
	afterAll(() => sandbox?.stop());
	beforeEach(async () => {
		for (const name of names) sandbox.discord.changeRoles({ user: name, remove: ['Knight'] });
		const { id } = await runCommand(sandbox, 'reconcile run', { mode: 'report' });
		await waitForReply(sandbox, id, /^Done/);
		callsBefore = roleCalls().length;
	});

	const roleCalls = () => sandbox.requests().filter(({ method, path }) => method !== 'GET' && path.includes('/roles/'));
	const accepted = () =>
		roleCalls()
			.slice(callsBefore)
			.filter(({ status }) => status === 204);
	const first = () => sandbox.state().bot.pid as number;
	const second = () => other.pid as number;

	/** Both processes hear of every click, as from Discord. The one that is not to take it stands still until the other has. */
	async function takenBy(pid: number, act: () => string): Promise<string> {
		const still = pid === first() ? second() : first();
		process.kill(still, 'SIGSTOP');
		try {
			const id = act();
			await sandbox.until(() => sandbox.interaction(id).state !== 'pending');
			return id;
		} finally {
			process.kill(still, 'SIGCONT');
		}
	}
	const planned = async (user: string) => {
		const { id, answer } = await runCommand(sandbox, 'reconcile fix', { all: true }, user);
		return { id, answer, press: () => sandbox.click(user, answer.id, buttonOf(answer, /Fix all/)) };
	};
	const fixedIn = ({ content }: APIMessage) => Number(/^Done: (\d+) of/.exec(content)?.[1]);

	/** What holds whoever did what: each person mended once, each attempt ended, each in the audit log. */
	async function oneEffectEach(): Promise<void> {
		for (const name of names) {
			expect(managedRolesOf(sandbox, name)).toEqual(['Knight']);
			expect(accepted().filter(({ path }) => path.includes(idOf(name)))).toHaveLength(1);
		}
		const issues = await sandbox.issues();
		expect(issues.map(({ status }) => status)).toEqual(names.map(() => 'FIXED'));
		const attempts = issues.flatMap((issue) => issue.attempts);
		expect(attempts.filter(({ outcome }) => outcome !== 'FIXED')).toEqual([]);
		const audited = (await sandbox.audit()).filter(({ action }) => action === 'fix');
		expect(audited.map(({ attemptId }) => attemptId).toSorted()).toEqual(attempts.map(({ id }) => id).toSorted());
		for (const line of audited) expect(line).toMatchObject({ before: [], after: ['Knight'], outcome: 'FIXED' });
	}

	test('a bulk fix in each, of the same issues at the same moment, has one effect on each', async () => {
		const plans = [await planned('operator'), await planned('second')] as const;
		const door = await new ServerAdapter(databaseUrl(`reeve_sandbox_${sandbox.port}`), 1).connect();
		const waiting = async () => {
			const window = await new ServerAdapter(databaseUrl(`reeve_sandbox_${sandbox.port}`), 1).connect();
			try {
				const sql = `SELECT count(DISTINCT client_port)::int FROM pg_stat_activity
					WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'UPDATE%"Issue"%'`;
				return (await window.queryRaw({ sql, args: [], argTypes: [] })).rows[0]?.[0];
			} finally {
				await window.dispose();
			}
		};
		try {
			// Both have planned, and are about to claim the first issues.
			await door.executeScript('BEGIN; LOCK TABLE "Issue" IN SHARE MODE');
			await takenBy(first(), plans[0].press);
			await takenBy(second(), plans[1].press);
			await sandbox.until(async () => (await waiting()) === 2 * AT_ONCE);
			await door.executeScript('COMMIT');
		} finally {
			await door.dispose();
		}
		const answers = await Promise.all(plans.map(({ id }) => waitForReply(sandbox, id, /^Done/)));
		expect(answers.map(fixedIn).reduce((sum, count) => sum + count)).toBe(names.length);
		await oneEffectEach();
	});

	test('a run that fixes by itself in one and a bulk fix in the other have one effect on each', async () => {
		sandbox.faults.add({ target: 'discord', kind: 'hold', match: 'PUT */roles/*', times: 1 });
		const run = await takenBy(first(), () => sandbox.command('operator', 'reconcile run'));
		await sandbox.until(() => roleCalls().length > callsBefore);
		// So many are taken at once; the others are still to be had.
		await sandbox.until(async () => (await sandbox.issues('FIXING')).length === AT_ONCE);
		const { id, press } = await planned('second');
		await takenBy(second(), press);
		const answer = await waitForReply(sandbox, id, /^Done/);
		expect(fixedIn(answer)).toBe(names.length - AT_ONCE);
		sandbox.faults.clear();
		await waitForReply(sandbox, run, /^Done: 6 issues, 4 fixed/);
		await oneEffectEach();
	});

	test('a fix whose process was killed is settled by the other, though nobody asks for anything', async () => {
		const [name = ''] = names;
		const { answer } = await runCommand(sandbox, 'reconcile fix', { issue: name });
		sandbox.faults.add({ target: 'discord', kind: 'timeout', match: 'PUT */roles/*' });
		await takenBy(second(), () => sandbox.click('operator', answer.id, buttonOf(answer, /Apply fix/)));
		await sandbox.until(() => roleCalls().length > callsBefore);
		await other.stop('SIGKILL');
		sandbox.faults.clear();
		// Half a minute later.
		await execute(databaseUrl(`reeve_sandbox_${sandbox.port}`), `UPDATE "FixAttempt" SET "claimExpires" = now() WHERE outcome IS NULL`);
		const settled = await sandbox.until(async () => {
			const issue = (await sandbox.issues('OPEN')).find(({ discordId }) => discordId === idOf(name));
			return issue?.attempts.at(-1);
		}, 90_000);
		expect(settled).toMatchObject({ outcome: 'INTERRUPTED', rolesBefore: [], rolesAfter: [] });
	});

	test('neither has anything to complain of', () => {
		const lines = [...sandbox.log(), ...other.log.tail(500).split('\n')];
		expect(lines.filter((line) => / (WARN|ERROR) /.test(line))).toEqual([]);
	});
});
