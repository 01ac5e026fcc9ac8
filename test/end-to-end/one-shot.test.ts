import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { managedRolesOf, runCommand } from './operator.js';

const idOf = (index: number) => `30000000000000${String(index).padStart(4, '0')}`;

/** All pay for Knight; the last two have not got it. */
const people = Array.from({ length: 5 }, (_, index) => ({ id: idOf(index), username: `user${index}`, customer: `cus_${index}` }));
const RECONCILE = join(import.meta.dirname, '../../dist/src/cli/reconcile.js');

interface Ended {
	readonly code: number;
	readonly stdout: string;
	readonly stderr: string;
}

describe('a run on the command line', () => {
	let sandbox: Sandbox;
	beforeAll(async () => {
		sandbox = await Sandbox.start({
			world: {
				guild: { members: people.map(({ id, username }, index) => ({ id, username, roles: index < 3 ? ['Knight'] : [] })) },
				stripe: {
					customers: people.map(({ id, customer }) => ({ id: customer, metadata: { discord_id: id } })),
					subscriptions: people.map(({ customer }) => ({ id: `sub_${customer}`, customer, status: 'active', price: 'price_knight' }))
				}
			}
		});
	});
	afterAll(() => sandbox?.stop());

	function start(...options: string[]): { readonly pid: number; readonly ended: Promise<Ended> } {
		let ended: (end: Ended) => void = () => {};
		const promise = new Promise<Ended>((resolve) => {
			ended = resolve;
		});
		const given = { cwd: tmpdir(), env: sandbox.settings };
		const child = execFile(process.execPath, [RECONCILE, '--', ...options], given, (error, stdout, stderr) =>
			ended({ code: error === null ? 0 : Number(error.code), stdout, stderr })
		);
		return { pid: child.pid as number, ended: promise };
	}
	const reconcile = (...options: string[]) => start(...options).ended;

	test('says that Reeve is running if it uses the embedded database, and needs --once', async () => {
		const { code, stderr, stdout } = await reconcile('--once');
		expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
		expect(stderr).toMatch(/^Reeve is running and uses the database in .* Use \/reconcile run/);
		expect((await reconcile()).stderr).toContain('--once is missing');
		await sandbox.kill();
	});

	test('reports drift, changes nothing and exits with 2', async () => {
		const { code, stdout, stderr } = await reconcile('--once', '--json');
		expect(stderr).toBe('');
		expect(code).toBe(2);
		const found = JSON.parse(stdout);
		expect(found).toMatchObject({ outcome: 'drift', autoFix: false, counts: { issuesOpen: 2, issuesFixed: 0 } });
		expect(found.issues.map(({ discordName }: { discordName: string }) => discordName).sort()).toEqual(['user3', 'user4']);
		expect(managedRolesOf(sandbox, 'user3')).toEqual([]);
		const [run] = await sandbox.runs(1);
		expect(run).toMatchObject({ id: found.runId, triggeredBy: 'manual', requestedBy: 'command line', status: 'COMPLETED' });
		const report = sandbox.messages().find(({ id }) => id === run?.reportMessageId);
		expect(report?.embeds[0]?.description).toContain('started from the command line');
		expect(found.report).toContain(report?.id);
		const [mail] = await sandbox.until(() => (sandbox.mail.inbox().length > 0 ? sandbox.mail.inbox() : null));
		expect(mail?.text).toContain('started from the command line');
	});

	test('exits with 1 if Stripe cannot be read, and says why', async () => {
		sandbox.faults.add({ target: 'stripe', kind: 'status', status: 403 });
		const { code, stdout } = await reconcile('--once');
		sandbox.faults.clear();
		expect(code).toBe(1);
		expect(stdout).toMatch(/^Reconciliation failed: .*\nReport only: nothing was changed\.\nReport: https/);
	});

	test('ends gracefully on SIGTERM while it reads, and the next run reports it', async () => {
		sandbox.faults.add({ target: 'stripe', kind: 'latency', ms: 200_000, match: 'GET /v1/subscriptions' });
		const before = sandbox.requests().length;
		const { pid, ended } = start('--once');
		await sandbox.until(() =>
			sandbox
				.requests()
				.slice(before)
				.some(({ path, status }) => path.includes('/v1/subscriptions') && status === null)
		);
		process.kill(pid, 'SIGTERM');
		const { code, stderr } = await ended;
		sandbox.faults.clear();
		expect(code).toBe(1);
		expect(stderr).toContain('SIGTERM received, shutting down');
		expect(stderr).toContain('Stopped before the run had ended.');
		expect(managedRolesOf(sandbox, 'user3')).toEqual([]);
	});

	test('with --fix waits for the fixes, and exits with 0', async () => {
		const { code, stdout, stderr } = await reconcile('--once', '--fix');
		expect(stderr).toBe('');
		expect(code).toBe(0);
		expect(stdout).toContain('Fixed 2 issues.\nReport: https://');
		expect(managedRolesOf(sandbox, 'user3')).toEqual(['Knight']);
		expect(managedRolesOf(sandbox, 'user4')).toEqual(['Knight']);
	});

	test('with --fix takes no access beyond the limit, and exits with 3', async () => {
		for (const { customer } of people.slice(0, 4)) sandbox.stripe.update('subscriptions', `sub_${customer}`, { status: 'canceled' });
		const { code, stdout } = await reconcile('--once', '--fix');
		expect(code).toBe(3);
		expect(stdout).toContain('On hold, until an operator approves it in the admin channel (4 people would lose access)');
		expect(managedRolesOf(sandbox, 'user0')).toEqual(['Knight']);
	});

	test('is in the history of the bot', async () => {
		await sandbox.restart();
		const { answer } = await runCommand(sandbox, 'reconcile history');
		expect(answer.embeds[0]?.description).toMatch(/from the command line · \*\*failed\*\*: Reeve was stopped during this run/);
	});
});
