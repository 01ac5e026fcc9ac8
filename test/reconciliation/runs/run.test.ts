import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { RoleChangeError, SourceError } from '../../../src/reconciliation/domain/ports.js';
import type { Progress, ReconciliationOptions, ReconciliationResult } from '../../../src/reconciliation/domain/run.js';
import { failAbandonedRuns, RunInProgressError, runReconciliation } from '../../../src/reconciliation/runs/run.js';
import { startSchedule } from '../../../src/reconciliation/schedule/scheduler.js';
import { ADA, ago, BOB, customer, NOW, row, subscription, team, userId } from '../builders.js';
import { FakePorts, SETTINGS } from '../fakes.js';

const AUTO = { ...SETTINGS, autoFix: true };

async function run(ports: FakePorts, settings = SETTINGS, options: ReconciliationOptions = {}): Promise<ReconciliationResult> {
	const result = await runReconciliation(ports, settings, options);
	if (result === null) throw new Error('the day has had its run');
	return result;
}

/** A linked customer with this subscription. */
function links(ports: FakePorts, number: number, given: Parameters<typeof subscription>[0] = {}): void {
	const id = `cus_${number}`;
	ports.billing.customers.push(customer({ id, metadataDiscordId: userId(number) }));
	ports.billing.put(subscription({ id: `sub_${number}`, customerId: id, ...given }));
}

/** Ada pays and has no role; Bob has a role and does not pay. */
function councilOfTwo(): FakePorts {
	const ports = new FakePorts();
	links(ports, 1);
	links(ports, 2, { status: 'canceled' });
	ports.guild.join(ADA, 'Moderator');
	ports.guild.join(BOB, 'Knight', 'Moderator');
	return ports;
}

const failWith = (source: 'stripe' | 'discord' | 'database') => () => {
	throw new SourceError(source, `${source} is away.`);
};

describe('runReconciliation', () => {
	it('gives its ID once it is stored, before it reads anything, and none if another run is in progress', async () => {
		const ports = councilOfTwo();
		const onStarted = vi.fn((runId: string) => {
			expect(ports.ledger.runs.map(({ id }) => id)).toContain(runId);
			expect(ports.ledger.issues.size).toBe(0);
		});
		const first = run(ports, SETTINGS, { onStarted });
		await expect(run(ports, SETTINGS, { onStarted })).rejects.toThrow(RunInProgressError);
		await first;
		expect(onStarted.mock.calls).toEqual([['run_1']]);
	});

	it('stores and reports its findings and touches no role by default', async () => {
		const ports = councilOfTwo();
		const result = await run(ports, SETTINGS, { requestedBy: userId(9) });
		expect(result).toMatchObject({
			runId: 'run_1',
			status: 'COMPLETED',
			triggeredBy: 'manual',
			requestedBy: userId(9),
			isVerificationRun: false,
			autoFixEnabled: false,
			issuesFound: 2,
			issuesFixed: 0,
			membersChecked: 2,
			hold: null,
			failure: null,
			startedAt: NOW
		});
		expect(result.issues.map(({ type }) => type)).toEqual(['MISSING_ACCESS', 'UNAUTHORIZED_ACCESS']);
		expect(ports.touched).toBe(0);
		expect(ports.ledger.issues.size).toBe(2);
		expect(ports.notifier.reports).toEqual([result]);
	});

	it('reports a run that found nothing', async () => {
		const ports = new FakePorts();
		expect(await run(ports)).toMatchObject({ status: 'COMPLETED', issuesFound: 0 });
		expect(ports.notifier.reports).toHaveLength(1);
	});

	it('acquires the lease, reads, records, fixes, completes, releases the lease and reports, in this order', async () => {
		const ports = councilOfTwo();
		await run(ports, AUTO);
		const order = [
			'ledger.acquireLease',
			'ledger.startRun',
			'billing.readAll',
			'ledger.recordFindings',
			'guild.addRole Knight',
			'guild.removeRole Knight',
			'ledger.completeRun',
			'ledger.releaseLease',
			'notifier.report'
		];
		expect(ports.script.calls.filter((call) => order.includes(call))).toEqual(order);
		const { calls } = ports.script;
		// The links of members with an issue are read again once the slow sources are read.
		for (const read of ['billing.readAll', 'guild.readRoster', 'ledger.readLinks'])
			expect(calls.lastIndexOf(read)).toBeLessThan(calls.indexOf('ledger.readLinksOf'));
		expect(calls.indexOf('ledger.readLinksOf')).toBeLessThan(calls.indexOf('ledger.recordFindings'));
	});

	it('fails its preflight when its findings could never be fixed', async () => {
		const ports = councilOfTwo();
		ports.guild.guildProblems = [{ blocks: 'runs', message: "Reeve's role is below Lord: drag it above." }];
		expect(await run(ports)).toMatchObject({ status: 'FAILED', issuesFound: 0, failure: "Reeve's role is below Lord: drag it above." });
		expect(ports.calls('billing', 'guild.readRoster')).toEqual([]);
	});

	it('needs permission to change roles only with auto-fix', async () => {
		const ports = councilOfTwo();
		ports.guild.guildProblems = [{ blocks: 'fixes', message: 'Reeve lacks the permission Manage Roles.' }];
		expect(await run(ports, AUTO)).toMatchObject({ status: 'FAILED', failure: 'Reeve lacks the permission Manage Roles.' });
		expect(ports.touched).toBe(0);
		expect(await run(ports)).toMatchObject({ status: 'COMPLETED', issuesFound: 2 });
	});

	it('keeps the issue of drift found again and resolves drift that is gone', async () => {
		const ports = councilOfTwo();
		const [first] = (await run(ports)).issues;
		ports.pass({ hours: 24 });
		ports.guild.join(BOB);
		const [again] = (await run(ports)).issues;
		expect(again).toMatchObject({ id: first?.id, timesSeen: 2, firstSeenAt: NOW });
		expect([...ports.ledger.issues.values()].map(({ status }) => status)).toEqual(['OPEN', 'RESOLVED']);
	});

	it('starts the grace period of an undated payment failure at the run that first saw it', async () => {
		const ports = new FakePorts();
		links(ports, 1, { status: 'past_due' });
		ports.guild.join(ADA, 'Knight');
		expect((await run(ports)).issues).toEqual([]);
		expect(ports.ledger.firstSeenUnpaid).toEqual(new Map([['sub_1', NOW]]));
		ports.pass({ hours: 48 });
		expect((await run(ports)).issues).toEqual([]);
		ports.pass({ seconds: 1 });
		expect((await run(ports)).issues).toMatchObject([{ type: 'DEBTOR_MISMATCH', plan: { add: ['Debtor'], remove: ['Knight'] } }]);
		links(ports, 1);
		await run(ports);
		expect(ports.ledger.firstSeenUnpaid.size).toBe(0);
	});

	it('returns null for a day that has had its run, and releases the lease', async () => {
		const ports = new FakePorts();
		await run(ports, SETTINGS, { triggeredBy: 'scheduled', scheduledDay: '2026-02-10' });
		expect(await runReconciliation(ports, SETTINGS, { triggeredBy: 'scheduled', scheduledDay: '2026-02-10' })).toBeNull();
		expect(ports.notifier.reports).toHaveLength(1);
		expect(ports.ledger.lease).toBeNull();
	});

	it('fails at its deadline, frees its lease, and changes nothing if a source answers after all', async () => {
		vi.useFakeTimers();
		onTestFinished(() => void vi.useRealTimers());
		const ports = councilOfTwo();
		const roster = await ports.guild.readRoster();
		let answer = (_: typeof roster) => {};
		ports.guild.readRoster = () =>
			new Promise((resolve) => {
				answer = resolve;
			});
		const result = run(ports, AUTO);
		await vi.advanceTimersByTimeAsync(4 * 3_600_000 - 1);
		expect(ports.ledger.runs).toMatchObject([{ status: 'RUNNING' }]);
		await vi.advanceTimersByTimeAsync(1);
		expect(await result).toMatchObject({
			status: 'FAILED',
			failure: expect.stringMatching(/^This run was not done after 4 hours, so Reeve stopped it: it was still .*listing the members/)
		});
		expect(ports.ledger.lease).toBeNull();
		expect(ports.notifier.reports).toHaveLength(1);
		answer(roster);
		await vi.advanceTimersByTimeAsync(60_000);
		expect(ports.ledger.runs).toMatchObject([{ status: 'FAILED' }]);
		expect(ports.ledger.issues.size).toBe(0);
		expect(ports.touched).toBe(0);
		expect(ports.unexpectedErrors).toEqual([]);
	});

	it('marks a verification run', async () => {
		const options = { isVerificationRerun: true, triggeredBy: 'verification' } as const;
		expect(await run(new FakePorts(), SETTINGS, options)).toMatchObject({ isVerificationRun: true, triggeredBy: 'verification' });
	});

	it('marks the unfinished runs of stopped processes as failed', async () => {
		const ports = new FakePorts();
		const start = { startedAt: ago({ hours: 1 }), triggeredBy: 'manual', requestedBy: null, isVerificationRun: false } as const;
		await ports.ledger.startRun({ ...start, autoFixEnabled: false, scheduledDay: null, onlyMember: null, onlyMembers: null });
		await run(ports);
		expect(ports.ledger.runs.map(({ status }) => status)).toEqual(['FAILED', 'COMPLETED']);
	});
});

describe('runReconciliation skips a member until the next run', () => {
	it('whose subscription changed during the run, keeping their open issue', async () => {
		const ports = councilOfTwo();
		await run(ports);
		ports.billing.changedWhileReading.customers.add('cus_2');
		const result = await run(ports);
		expect(result.issues.map(({ discordId }) => discordId)).toEqual([ADA]);
		expect(result.notices?.leftToNextRun).toBe(1);
		expect([...ports.ledger.issues.values()].map(({ status }) => status)).toEqual(['OPEN', 'OPEN']);
	});

	it('whose row was written during the run', async () => {
		const ports = councilOfTwo();
		ports.script.once('billing.readAll', () => {
			ports.ledger.rows.push(row({ discordId: BOB, stripeCustomerId: 'cus_1' }));
		});
		const result = await run(ports, AUTO);
		expect(result.issues.map(({ discordId }) => discordId)).not.toContain(BOB);
		expect(ports.guild.holds(BOB)).toContain('Knight');
	});

	it('whose team was given another customer during the run', async () => {
		const ports = new FakePorts();
		ports.ledger.rows = [row({ discordId: ADA, teamId: 't_1', seatTier: 'TEAM_MEMBER' })];
		ports.ledger.teams = [team({ stripeCustomerId: 'cus_old' })];
		ports.billing.put(subscription({ id: 'sub_old', customerId: 'cus_old', status: 'canceled' }));
		ports.billing.put(subscription({ id: 'sub_new', customerId: 'cus_new' }));
		ports.guild.join(ADA, 'Knight');
		ports.script.once('ledger.readLinksOf', () => {
			ports.ledger.teams = [team({ stripeCustomerId: 'cus_new' })];
		});
		expect((await run(ports)).issues).toEqual([]);
	});
});

describe('runReconciliation with a source that fails', () => {
	it.each([
		['billing.readAll', 'stripe'],
		['guild.readRoster', 'discord'],
		['ledger.readLinks', 'database']
	] as const)('%s fails: the run is FAILED with the reason, finds no issue, fixes nothing, and is reported', async (call, source) => {
		const ports = councilOfTwo();
		ports.script.on(call, failWith(source));
		const result = await run(ports, AUTO);
		expect(result).toMatchObject({
			status: 'FAILED',
			failure: `${source} is away.`,
			issuesFound: 0,
			issuesFixed: 0,
			issues: [],
			notices: null
		});
		expect(ports.ledger.runs).toMatchObject([{ status: 'FAILED', failure: `${source} is away.` }]);
		expect(ports.calls('ledger.recordFindings', 'ledger.claimIssue', 'ledger.completeRun')).toEqual([]);
		expect(ports.ledger.issues.size).toBe(0);
		expect(ports.touched).toBe(0);
		expect(ports.notifier.reports).toEqual([result]);
		expect(ports.ledger.lease).toBeNull();
	});

	it('leaves open issues as they are', async () => {
		const ports = councilOfTwo();
		await run(ports);
		ports.script.on('guild.readRoster', failWith('discord'));
		await run(ports);
		expect([...ports.ledger.issues.values()].map(({ status }) => status)).toEqual(['OPEN', 'OPEN']);
	});

	it.each(['ledger.readLinksOf', 'ledger.recordFindings', 'ledger.lastGoodRun'])('fails the run on an error in %s', async (call) => {
		const ports = councilOfTwo();
		ports.script.on(call, () => {
			throw new TypeError('of its own');
		});
		expect(await run(ports, AUTO)).toMatchObject({ status: 'FAILED', failure: expect.stringContaining('of its own') });
		expect(ports.touched).toBe(0);
		expect(ports.ledger.lease).toBeNull();
	});

	it('keeps the lease until the other sources have been read', async () => {
		const ports = councilOfTwo();
		ports.script.on('billing.readAll', failWith('stripe'));
		let leaseWhileReading: unknown = null;
		ports.script.on('guild.readRoster', () => {
			leaseWhileReading = ports.ledger.lease;
		});
		await run(ports);
		expect(leaseWhileReading).not.toBeNull();
		expect(ports.calls('guild.readRoster', 'ledger.readLinks')).toHaveLength(2);
	});

	it.each<[string, (ports: FakePorts) => void]>([
		[
			'test data where the last good run read live data',
			(ports) => {
				ports.billing.livemode = false;
			}
		],
		[
			'no subscription where there were some',
			(ports) => {
				ports.billing.subscriptions = [];
			}
		]
	])('fails on implausible data, every time: %s', async (_, spoil) => {
		const ports = councilOfTwo();
		await run(ports);
		spoil(ports);
		expect(await run(ports, AUTO)).toMatchObject({ status: 'FAILED', issues: [] });
		expect(await run(ports, AUTO)).toMatchObject({ status: 'FAILED', issues: [] });
		expect(ports.touched).toBe(0);
	});

	it('reports a failure that the database could not store', async () => {
		const ports = councilOfTwo();
		ports.script.on('ledger.readLinks', failWith('database'));
		ports.script.on('ledger.failRun', () => {
			throw new Error('connection lost');
		});
		await runReconciliation(ports, SETTINGS).catch(() => {});
		expect(ports.notifier.reports).toMatchObject([{ status: 'FAILED' }]);
	});
});

describe('runReconciliation under the lease', () => {
	it('is refused while another process holds the lease', async () => {
		const ports = councilOfTwo();
		ports.ledger.lease = { holder: 'another', expiresAt: ago({ seconds: -10 }) };
		await expect(run(ports)).rejects.toThrow(RunInProgressError);
		expect(ports.script.calls).toEqual(['ledger.acquireLease']);
		expect(ports.ledger.lease).toMatchObject({ holder: 'another' });
	});

	it('lets one of many concurrent calls run', async () => {
		const ports = councilOfTwo();
		const settled = await Promise.allSettled(Array.from({ length: 20 }, () => run(ports)));
		expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
		for (const each of settled) if (each.status === 'rejected') expect(each.reason).toBeInstanceOf(RunInProgressError);
	});

	it('keeps a lease that expired while storing, unless another process took it', async () => {
		vi.useFakeTimers({ toFake: ['Date'] });
		onTestFinished(() => void vi.useRealTimers());
		const ports = councilOfTwo();
		ports.script.once('ledger.recordFindings', () => vi.setSystemTime(Date.now() + 40_000));
		expect(await run(ports, AUTO)).toMatchObject({ status: 'COMPLETED', issuesFixed: 2 });
	});

	it('fixes nothing after another process took the lease', async () => {
		vi.useFakeTimers({ toFake: ['Date'] });
		onTestFinished(() => void vi.useRealTimers());
		const ports = councilOfTwo();
		ports.script.once('ledger.recordFindings', () => {
			ports.ledger.lease = { holder: 'another', expiresAt: ago({ seconds: -10 }) };
		});
		expect(await run(ports, AUTO)).toMatchObject({ status: 'FAILED', issuesFixed: 0 });
		expect(ports.touched).toBe(0);
	});

	it('takes over an expired lease', async () => {
		const ports = councilOfTwo();
		ports.ledger.lease = { holder: 'dead', expiresAt: ago({ seconds: 1 }) };
		expect(await run(ports)).toMatchObject({ status: 'COMPLETED' });
	});

	it.each(['ledger.startRun', 'ledger.failAbandonedRuns', 'ledger.failRun'])('releases the lease after a failure in %s', async (call) => {
		const ports = councilOfTwo();
		ports.script.on('billing.readAll', failWith('stripe'));
		ports.script.on(call, () => {
			throw new Error('connection lost');
		});
		await runReconciliation(ports, SETTINGS).catch(() => {});
		expect(ports.ledger.lease).toBeNull();
	});
});

describe('failAbandonedRuns', () => {
	const left = async () => {
		const ports = councilOfTwo();
		await ports.ledger.acquireLease('gone', 30);
		await ports.ledger.startRun({
			startedAt: NOW,
			triggeredBy: 'manual',
			requestedBy: null,
			isVerificationRun: false,
			autoFixEnabled: false,
			scheduledDay: null,
			onlyMember: null,
			onlyMembers: null
		});
		return ports;
	};

	it('fails an unfinished run without waiting for the next run', async () => {
		const ports = await left();
		ports.pass({ seconds: 31 });
		await failAbandonedRuns(ports);
		expect(ports.ledger.runs).toMatchObject([{ status: 'FAILED', failure: 'Reeve was stopped during this run.' }]);
		expect(ports.ledger.lease).toBeNull();
	});

	it('leaves a run alone while its lease is held', async () => {
		const ports = await left();
		await failAbandonedRuns(ports);
		expect(ports.ledger.runs).toMatchObject([{ status: 'RUNNING' }]);
		expect(ports.ledger.lease).not.toBeNull();
	});
});

describe('runReconciliation with auto-fix', () => {
	it('fixes and counts its findings and touches no other role', async () => {
		const ports = councilOfTwo();
		expect(await run(ports, AUTO)).toMatchObject({ autoFixEnabled: true, issuesFound: 2, issuesFixed: 2, hold: null });
		expect(ports.guild.holds(ADA)).toEqual(['Knight', 'Moderator']);
		expect(ports.guild.holds(BOB)).toEqual(['Moderator']);
		expect(ports.ledger.runs).toMatchObject([{ status: 'COMPLETED', issuesFixed: 2 }]);
		expect(await run(ports, AUTO)).toMatchObject({ issuesFound: 0 });
	});

	it('reports progress and result before its report', async () => {
		const ports = councilOfTwo();
		ports.script.on('notifier.report', () => {
			expect(ports.notifier.trackedBulks[0]?.end).toMatchObject({ fixed: 2, effects: { removes: 1 }, left: 0, tooLate: false });
		});
		await run(ports, AUTO, { triggeredBy: 'manual', requestedBy: userId(9) });
		expect(ports.notifier.reports).toHaveLength(1);
		expect(ports.notifier.trackedBulks).toMatchObject([
			{ bulk: { id: 'run_1', total: 2, origin: { kind: 'run', triggeredBy: 'manual', requestedBy: userId(9) } }, done: [1, 2] }
		]);
	});

	it('ends its progress without a result after an error', async () => {
		const ports = councilOfTwo();
		ports.script.on('ledger.claimIssue', failWith('database'));
		expect(await run(ports, AUTO)).toMatchObject({ status: 'FAILED' });
		expect(ports.notifier.trackedBulks).toMatchObject([{ done: [], end: null }]);
	});

	it('starts no further fix during shutdown and reports its findings', async () => {
		const ports = councilOfTwo();
		let left = 1;
		ports.shouldContinue = () => left-- > 0;
		expect(await run(ports, AUTO)).toMatchObject({ status: 'COMPLETED', issuesFound: 2, issuesFixed: 1 });
		expect([...ports.ledger.issues.values()].map(({ status }) => status)).toEqual(['FIXED', 'OPEN']);
	});

	it('leaves an issue that Discord refuses open and fixes the others', async () => {
		const ports = councilOfTwo();
		ports.script.on('guild.addRole Knight', () => {
			throw new RoleChangeError("Reeve's role is below Knight: drag it above.");
		});
		expect(await run(ports, AUTO)).toMatchObject({ status: 'COMPLETED', issuesFound: 2, issuesFixed: 1 });
		expect([...ports.ledger.issues.values()].map(({ status }) => status)).toEqual(['OPEN', 'FIXED']);
	});

	it('skips members without any link unless configured otherwise', async () => {
		const ports = new FakePorts();
		ports.guild.join(ADA, 'Knight');
		expect(await run(ports, AUTO)).toMatchObject({ issuesFound: 1, issuesFixed: 0 });
		expect(ports.guild.holds(ADA)).toEqual(['Knight']);
		expect(await run(ports, { ...AUTO, fixUnlinked: true })).toMatchObject({ issuesFound: 1, issuesFixed: 1 });
		expect(ports.guild.holds(ADA)).toEqual([]);
	});

	it('skips a member who lost their only link since detection', async () => {
		const ports = councilOfTwo();
		ports.script.once('ledger.claimIssue', () => {
			ports.billing.customers = ports.billing.customers.map((each) => ({ ...each, metadataDiscordId: null }));
		});
		await run(ports, AUTO);
		expect(ports.guild.holds(BOB)).toContain('Knight');
	});

	it('does not link a member whom a searched customer names, if a row gives that customer to another one', async () => {
		const ports = new FakePorts();
		ports.billing.customers.push(customer({ metadataDiscordId: ADA }));
		ports.ledger.rows = [row({ discordId: BOB, stripeCustomerId: 'cus_1' })];
		ports.guild.join(ADA, 'Knight');
		expect((await run(ports)).issues).toMatchObject([{ discordId: ADA, linked: false, severity: 'LOW' }]);
	});

	it('looks up the customers of rows that no subscription shows, and leaves the members unknown whose customer Stripe does not have', async () => {
		const ports = new FakePorts();
		ports.billing.customers = [customer({ id: 'cus_ada' })];
		ports.ledger.rows = [1, 2, 3, 4].map((number) =>
			row({ id: `m_${number}`, discordId: userId(number), stripeCustomerId: number === 1 ? 'cus_ada' : `cus_typo_${number}` })
		);
		links(ports, 5);
		ports.ledger.rows.push(row({ id: 'm_5', discordId: userId(5), stripeCustomerId: 'cus_5' }));
		for (const number of [1, 2, 5]) ports.guild.join(userId(number), 'Knight');
		ports.guild.join(userId(3));
		const lookedUp = vi.spyOn(ports.billing, 'findMissingCustomers');
		const { issues, notices } = await run(ports, AUTO);
		expect(lookedUp.mock.calls).toEqual([[['cus_ada', 'cus_typo_2', 'cus_typo_3']]]);
		expect(issues.map(({ discordId }) => discordId)).toEqual([userId(1)]);
		expect(notices?.unknown).toMatchObject([{ reason: { problem: 'missing' }, discordIds: [userId(2), userId(3)] }]);
		expect(ports.guild.holds(userId(2))).toEqual(['Knight']);
	});

	it('asks nothing more of Stripe if every customer of a row has a subscription', async () => {
		const ports = new FakePorts();
		links(ports, 1);
		ports.ledger.rows = [row({ discordId: ADA, stripeCustomerId: 'cus_1' }), row({ id: 'm_2', stripeCustomerId: 'cus_typo' })];
		ports.guild.join(ADA, 'Knight');
		await run(ports);
		expect(ports.calls('billing.findMissingCustomers')).toEqual([]);
	});

	it('treats a member named by a customer without subscriptions as linked and not paying', async () => {
		const ports = new FakePorts();
		ports.guild.join(ADA, 'Knight');
		ports.billing.customers = [customer({ id: 'cus_lead', metadataDiscordId: ADA })];
		expect((await run(ports)).issues).toMatchObject([
			{ type: 'UNAUTHORIZED_ACCESS', severity: 'HIGH', linked: true, customerIds: ['cus_lead'] }
		]);
		expect(await run(ports, AUTO)).toMatchObject({ issuesFixed: 1 });
	});

	it('leaves members without any link out of the safety check unless they may be fixed', async () => {
		const ports = new FakePorts();
		for (let number = 1; number <= 6; number++) ports.guild.join(userId(number), 'Knight');
		expect((await run(ports, AUTO)).hold).toBeNull();
		expect((await run(ports, { ...AUTO, fixUnlinked: true })).hold).toMatchObject({ losing: 6, holders: 6 });
		expect(ports.touched).toBe(0);
	});

	/** Four of eight role holders would lose their role; one paying member has none. */
	function tooManyLosing(): FakePorts {
		const ports = new FakePorts();
		for (let number = 1; number <= 8; number++) {
			links(ports, number, number <= 4 ? { status: 'canceled' } : {});
			ports.guild.join(userId(number), 'Knight');
		}
		links(ports, 9);
		ports.guild.join(userId(9));
		// A swap adds and removes: all of it is held.
		ports.guild.join(userId(8), 'Lord');
		return ports;
	}

	it('applies grants and no revocation under a hold', async () => {
		const ports = tooManyLosing();
		const result = await run(ports, AUTO);
		expect(result).toMatchObject({ status: 'COMPLETED', issuesFound: 6, issuesFixed: 1, hold: { losing: 5, holders: 8 } });
		expect(ports.calls('guild.addRole', 'guild.removeRole')).toEqual(['guild.addRole Knight']);
		expect(ports.guild.holds(userId(9))).toEqual(['Knight']);
		expect(ports.guild.holds(userId(8))).toEqual(['Lord']);
		expect(ports.ledger.runs[0]?.hold).toEqual(result.hold);
		expect(ports.notifier.trackedBulks).toMatchObject([{ bulk: { total: 1 }, end: { fixed: 1, effects: { removes: 0, grants: 1 } } }]);
	});

	it('holds nothing without auto-fix', async () => {
		expect((await run(tooManyLosing())).hold).toBeNull();
	});

	/** Ten customers pay, then six, two of whom are in the guild. */
	async function fallen(): Promise<FakePorts> {
		const ports = new FakePorts();
		for (let number = 1; number <= 10; number++) links(ports, number);
		for (const number of [1, 2]) ports.guild.join(userId(number), 'Knight');
		await run(ports, AUTO);
		for (const number of [1, 2, 3, 4]) links(ports, number, { status: 'canceled' });
		ports.pass({ hours: 24 });
		return ports;
	}

	it('holds after a drop in paying customers of more than 30 % since the last good run', async () => {
		const ports = await fallen();
		expect(await run(ports, AUTO)).toMatchObject({ issuesFound: 2, issuesFixed: 0, hold: { losing: 2 } });
	});

	it('holds after a drop even if a failed run came between', async () => {
		const ports = await fallen();
		ports.script.once('guild.readRoster', failWith('discord'));
		await run(ports, AUTO);
		expect((await run(ports, AUTO)).hold).not.toBeNull();
	});

	it('keeps a hold on the next run', async () => {
		const ports = await fallen();
		await run(ports, AUTO);
		ports.pass({ hours: 1 });
		await run(ports, AUTO);
		expect(ports.guild.holds(ADA)).toEqual(['Knight']);
	});

	it('counts its fixes even if it fails afterwards', async () => {
		const ports = councilOfTwo();
		ports.script.on('guild.removeRole Knight', () => {
			throw new Error('connection lost');
		});
		const result = await run(ports, AUTO);
		expect(ports.guild.holds(ADA)).toContain('Knight');
		expect(result).toMatchObject({ status: 'FAILED', issuesFixed: 1 });
		expect(ports.ledger.runs).toMatchObject([{ status: 'FAILED', issuesFixed: 1 }]);
		expect(ports.unexpectedErrors).toEqual([new Error('connection lost')]);
		// Its findings are stored and can be fixed.
		expect([...ports.ledger.issues.values()].map(({ status }) => status)).toEqual(['FIXED', 'FIXING']);
	});

	it("names the cause, the automatic fix and the run in Discord's audit log", async () => {
		const ports = councilOfTwo();
		await run(ports, AUTO);
		expect(ports.guild.reasons[0]).toBe('Reeve: Knight paid, subscribed on 2 Nov 2025 (sub_1) · auto-fix · run run_1');
	});

	it('reports its progress', async () => {
		const reported: Progress[] = [];
		await run(councilOfTwo(), AUTO, { onProgress: (progress) => reported.push(progress) });
		expect(reported).toEqual([
			{ source: 'fix', done: 1, total: 2, finished: false },
			{ source: 'fix', done: 2, total: 2, finished: true }
		]);
	});
});

describe('startSchedule', () => {
	const driver = () => {
		const calls: string[] = [];
		return {
			calls,
			schedule: { start: async () => void calls.push('start'), stop: async () => void calls.push('stop') }
		};
	};

	it('starts the driver, catches up, and returns how to stop the driver', async () => {
		const { calls, schedule } = driver();
		const stop = await startSchedule(
			schedule,
			async () => calls.push('catch up'),
			() => calls.push('error')
		);
		await stop();
		expect(calls).toEqual(['start', 'catch up', 'stop']);
	});

	it('reports a failed catch-up and keeps the schedule running', async () => {
		const { calls, schedule } = driver();
		const errors: unknown[] = [];
		await startSchedule(
			schedule,
			() => Promise.reject(new Error('down')),
			(error) => errors.push(error)
		);
		expect(errors).toEqual([new Error('down')]);
		expect(calls).toEqual(['start']);
	});
});
