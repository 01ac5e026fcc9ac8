import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { clickFix, fixButtons, issueOn, managedRolesOf, reconcile, refetch } from './operator.js';

const [ADA, BOB, EVE] = ['300000000000000001', '300000000000000002', '300000000000000003'];

/** Ada and Bob pay for Knight and hold no role; Eve holds Lord and does not pay. Verifications are due at once; the schedule is paused. */
const WORLD = {
	guild: {
		members: [
			{ id: ADA, username: 'ada', roles: [] },
			{ id: BOB, username: 'bob', roles: [] },
			{ id: EVE, username: 'eve', roles: ['Lord'] }
		]
	},
	stripe: {
		customers: [
			{ id: 'cus_ada', metadata: { discord_id: ADA } },
			{ id: 'cus_bob', metadata: { discord_id: BOB } },
			{ id: 'cus_eve', metadata: { discord_id: EVE } }
		],
		subscriptions: [
			{ id: 'sub_ada', customer: 'cus_ada', status: 'active', price: 'price_knight' },
			{ id: 'sub_bob', customer: 'cus_bob', status: 'active', price: 'price_knight' },
			{ id: 'sub_eve', customer: 'cus_eve', status: 'canceled', price: 'price_lord' }
		]
	}
};

describe('a verification while the schedule is paused', () => {
	let sandbox: Sandbox;
	beforeAll(async () => {
		sandbox = await Sandbox.start({ world: WORLD, env: { RECONCILIATION_VERIFY_AFTER_MINUTES: '0', RECONCILIATION_PAUSED: 'true' } });
	});
	afterAll(() => sandbox?.stop());

	const pendingReads = () => sandbox.requests().filter(({ path, status }) => path === '/v1/subscriptions' && status === null).length;
	/** The next run stays in progress until it is killed. */
	const stallNextRun = () =>
		sandbox.faults.add({ target: 'stripe', kind: 'latency', ms: 200_000, match: 'GET /v1/subscriptions', times: 1 });
	/** Holds the lease with a stalled run, so that no verification starts before the test is ready. */
	const holdLease = async () => {
		const before = pendingReads();
		stallNextRun();
		sandbox.command('operator', 'reconcile run');
		await sandbox.until(() => pendingReads() > before);
	};
	const fix = async (report: APIMessage, ...names: string[]) => {
		for (const name of names) {
			const button = issueOn(refetch(sandbox, report), name)?.button as string;
			expect(await clickFix(sandbox, report, button)).toMatch(/ (now|no longer) has /);
		}
	};
	/** Waits until no verification is due. @returns the newest one and its report */
	const waitForVerification = async () => {
		await sandbox.until(async () => (await sandbox.verifications()).every(({ doneAt }) => doneAt !== null));
		const run = (await sandbox.runs()).find(({ isVerificationRun, status }) => isVerificationRun && status === 'COMPLETED');
		const report = await sandbox.until(() => sandbox.messages().find(({ embeds }) => embeds[0]?.footer?.text.endsWith(`${run?.id}`)));
		return { run, report, summary: report.embeds[0] };
	};
	const issueOf = async (discordId: string) => (await sandbox.issues()).filter((issue) => issue.discordId === discordId);
	const roleCalls = () => sandbox.requests().filter(({ method, path }) => method !== 'GET' && path.includes('/roles/')).length;

	let first: APIMessage;
	let second: APIMessage;

	test('replies to the report with the drift that recurred, and reopens that issue with its history', async () => {
		first = (await reconcile(sandbox)).report;
		const [before] = await issueOf(ADA);
		await holdLease();
		await fix(first, 'ada', 'bob');
		sandbox.discord.changeRoles({ user: 'ada', remove: ['Knight'] });
		await sandbox.restart('SIGKILL');

		const { run, report, summary } = await waitForVerification();
		second = report;
		expect(report.message_reference?.message_id).toBe(first.id);
		expect(summary?.title).toBe('Verification: 1 of 2 fixes came back');
		expect(summary?.description).toMatch(
			/Came back:\*\* ada \(Knight given\)\.\n\*\*Stayed:\*\* bob \(Knight given\)\.\n1 other issue is open\./
		);
		expect(fixButtons(report).map(({ label }) => label)).toEqual(['Apply fix 1 · Grant Knight']);
		expect(issueOn(report, 'ada')?.text).toMatch(/\n-# Came back <t:\d+:R>, after it was fixed by <@\d+>/);
		expect(run).toMatchObject({ triggeredBy: 'verification', autoFixEnabled: false, issuesFixed: 0 });

		const after = await issueOf(ADA);
		expect(after).toMatchObject([{ id: before?.id, status: 'OPEN', timesSeen: 2, firstSeenAt: before?.firstSeenAt }]);
		expect(after[0]?.cameBackAt).not.toBeNull();
		expect(after[0]?.attempts).toMatchObject([{ outcome: 'FIXED' }]);
	});

	test('covers several fixes and changes no role', async () => {
		expect(await sandbox.verifications()).toHaveLength(1);
		expect(managedRolesOf(sandbox, 'ada')).toEqual([]);
		expect(roleCalls()).toBe(2);
	});

	test('runs at the next start after a SIGKILL; its report is short and green when every fix lasted', async () => {
		await holdLease();
		await fix(second, 'ada');
		stallNextRun();
		const before = pendingReads();
		await sandbox.restart('SIGKILL');
		await sandbox.until(() => pendingReads() > before);
		expect((await sandbox.runs(1))[0]).toMatchObject({ isVerificationRun: true, status: 'RUNNING' });
		await sandbox.restart('SIGKILL');

		const { report, summary } = await waitForVerification();
		expect(report.message_reference?.message_id).toBe(second.id);
		expect(summary).toMatchObject({ title: 'Verification: 1 fix stayed', color: 0x57f287 });
		expect(report.embeds).toHaveLength(1);
		expect(report.components).toEqual([]);
		expect((await issueOf(ADA)).map(({ status }) => status)).toEqual(['FIXED']);
		expect(managedRolesOf(sandbox, 'ada')).toEqual(['Knight']);
	});

	test('runs once', async () => {
		const runs = (await sandbox.runs()).length;
		await sandbox.restart('SIGTERM');
		await reconcile(sandbox);
		expect(await sandbox.runs()).toHaveLength(runs + 1);
	});
});
