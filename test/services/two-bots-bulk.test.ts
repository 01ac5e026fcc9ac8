import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Bot } from '../../sandbox/bot/bot.js';
import { Sandbox } from '../../sandbox/sandbox.js';
import { DEFAULT_SCHEMA } from '../../src/store/connection/qualify.js';
import { ServerAdapter } from '../../src/store/connection/server-adapter.js';
import { buttonOf, managedRolesOf, runCommand, waitForReply } from '../end-to-end/operator.js';
import { databaseUrl, execute } from './databases.js';

/** They pay for Knight and hold no role. */
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
/** 12 hours from now: no daily run becomes due during the tests. */
const HOUR = String((new Date().getUTCHours() + 12) % 24);

/** Issues that one process fixes concurrently. */
const CONCURRENCY = 4;

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

	/** Lets one process acknowledge an interaction: Discord sends it to both, and the other is suspended meanwhile. */
	async function acknowledgedBy(pid: number, act: () => string): Promise<string> {
		const suspended = pid === first() ? second() : first();
		process.kill(suspended, 'SIGSTOP');
		try {
			const id = act();
			await sandbox.until(() => sandbox.interaction(id).state !== 'pending');
			return id;
		} finally {
			process.kill(suspended, 'SIGCONT');
		}
	}
	const showPlan = async (user: string) => {
		const { id, answer } = await runCommand(sandbox, 'reconcile fix', { all: true }, user);
		return { id, answer, press: () => sandbox.click(user, answer.id, buttonOf(answer, /Grant and tidy/)) };
	};
	const fixedCount = ({ content }: APIMessage) => Number(/^Done: (\d+) of/.exec(content)?.[1]);

	/** Every member is fixed once, and every attempt has an outcome and one audit log entry. */
	async function expectOneEffectEach(): Promise<void> {
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

	test('concurrent bulk fixes of the same issues in both processes fix each issue once', async () => {
		const plans = [await showPlan('operator'), await showPlan('second')] as const;
		const lock = await new ServerAdapter(databaseUrl(`reeve_sandbox_${sandbox.port}`), DEFAULT_SCHEMA, 1).connect();
		const waitingClaims = async () => {
			const connection = await new ServerAdapter(databaseUrl(`reeve_sandbox_${sandbox.port}`), DEFAULT_SCHEMA, 1).connect();
			try {
				const sql = `SELECT count(DISTINCT client_port)::int FROM pg_stat_activity
					WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'UPDATE%"Issue"%'`;
				return (await connection.queryRaw({ sql, args: [], argTypes: [] })).rows[0]?.[0];
			} finally {
				await connection.dispose();
			}
		};
		try {
			// Both processes wait for the lock to claim their first issues.
			await lock.executeScript('BEGIN; LOCK TABLE "Issue" IN SHARE MODE');
			await acknowledgedBy(first(), plans[0].press);
			await acknowledgedBy(second(), plans[1].press);
			await sandbox.until(async () => (await waitingClaims()) === 2 * CONCURRENCY);
			await lock.executeScript('COMMIT');
		} finally {
			await lock.dispose();
		}
		const answers = await Promise.all(plans.map(({ id }) => waitForReply(sandbox, id, /^Done/)));
		expect(answers.map(fixedCount).reduce((sum, count) => sum + count)).toBe(names.length);
		await expectOneEffectEach();
	});

	test('a run with auto-fix in one process and a bulk fix in the other fix each issue once', async () => {
		sandbox.faults.add({ target: 'discord', kind: 'hold', match: 'PUT */roles/*', times: 1 });
		const run = await acknowledgedBy(first(), () => sandbox.command('operator', 'reconcile run'));
		await sandbox.until(() => roleCalls().length > callsBefore);
		// The run has claimed as many issues as it fixes concurrently; the others are free.
		await sandbox.until(async () => (await sandbox.issues('FIXING')).length === CONCURRENCY);
		const { id, press } = await showPlan('second');
		await acknowledgedBy(second(), press);
		const answer = await waitForReply(sandbox, id, /^Done/);
		expect(fixedCount(answer)).toBe(names.length - CONCURRENCY);
		sandbox.faults.clear();
		await waitForReply(sandbox, run, /^Done: 6 issues, 4 fixed/);
		await expectOneEffectEach();
	});

	test('a process recovers the fix of another that was killed, without a command', async () => {
		const [name = ''] = names;
		const { answer } = await runCommand(sandbox, 'reconcile fix', { issue: name });
		sandbox.faults.add({ target: 'discord', kind: 'timeout', match: 'PUT */roles/*' });
		await acknowledgedBy(second(), () => sandbox.click('operator', answer.id, buttonOf(answer, /Apply fix/)));
		await sandbox.until(() => roleCalls().length > callsBefore);
		await other.stop('SIGKILL');
		sandbox.faults.clear();
		// As if the claim had expired.
		await execute(databaseUrl(`reeve_sandbox_${sandbox.port}`), `UPDATE "FixAttempt" SET "claimExpires" = now() WHERE outcome IS NULL`);
		// Whatever the issue is by then: a role call that was still on its way is completed by another attempt.
		const recovered = await sandbox.until(async () => {
			const issue = (await sandbox.issues()).find(({ discordId }) => discordId === idOf(name));
			return issue?.attempts.find(({ outcome }) => outcome === 'INTERRUPTED');
		});
		expect(recovered).toMatchObject({ rolesBefore: [] });
	});

	test('neither process logs a warning or an error', () => {
		const lines = [...sandbox.log(), ...other.log.tail(500).split('\n')];
		// A server for tests may have autovacuum off, which the doctor says at each start.
		expect(lines.filter((line) => / (WARN|ERROR) /.test(line) && !line.includes('autovacuum is off'))).toEqual([]);
	});
});
