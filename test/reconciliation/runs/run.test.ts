import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { RoleChangeError, SourceError } from '../../../src/reconciliation/domain/ports.js';
import type { Progress, ReconciliationOptions, ReconciliationResult } from '../../../src/reconciliation/domain/run.js';
import { failAbandonedRuns, RunInProgressError, runReconciliation } from '../../../src/reconciliation/runs/run.js';
import { startReconciliationScheduler } from '../../../src/reconciliation/schedule/scheduler.js';
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

const away = (source: 'stripe' | 'discord' | 'database') => () => {
	throw new SourceError(source, `${source} is away.`);
};

describe('a run', () => {
	test('reports only, by default: it stores what it finds and touches nothing', async () => {
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

	test('that finds nothing is reported too', async () => {
		const ports = new FakePorts();
		expect(await run(ports)).toMatchObject({ status: 'COMPLETED', issuesFound: 0 });
		expect(ports.notifier.reports).toHaveLength(1);
	});

	test('takes the lease, reads, records, fixes, completes, gives the lease back, reports, in this order', async () => {
		const ports = councilOfTwo();
		await run(ports, AUTO);
		const order = [
			'ledger.acquireLease',
			'ledger.startRun',
			'billing.readAll',
			'ledger.linksChangedSince',
			'ledger.recordFindings',
			'guild.addRole Knight',
			'guild.removeRole Knight',
			'ledger.completeRun',
			'ledger.releaseLease',
			'notifier.report'
		];
		expect(ports.script.calls.filter((call) => order.includes(call))).toEqual(order);
		const { calls } = ports.script;
		expect(calls.lastIndexOf('guild.readRoster')).toBeLessThan(calls.indexOf('ledger.linksChangedSince'));
		expect(calls.lastIndexOf('ledger.readLinks')).toBeLessThan(calls.indexOf('ledger.linksChangedSince'));
	});

	test('is not begun where its findings could never be mended: it fails, and says why', async () => {
		const ports = councilOfTwo();
		ports.guild.trouble = [{ blocks: 'runs', message: "Reeve's role is below Lord: drag it above." }];
		expect(await run(ports)).toMatchObject({ status: 'FAILED', issuesFound: 0, failure: "Reeve's role is below Lord: drag it above." });
		expect(ports.calls('billing', 'guild.readRoster')).toEqual([]);
	});

	test('that may change no role says so where it is to fix, and is as good as any where it only reports', async () => {
		const ports = councilOfTwo();
		ports.guild.trouble = [{ blocks: 'fixes', message: 'Reeve lacks the permission Manage Roles.' }];
		expect(await run(ports, AUTO)).toMatchObject({ status: 'FAILED', failure: 'Reeve lacks the permission Manage Roles.' });
		expect(ports.touched).toBe(0);
		expect(await run(ports)).toMatchObject({ status: 'COMPLETED', issuesFound: 2 });
	});

	test('the same drift found again is the same issue; one that is gone is resolved', async () => {
		const ports = councilOfTwo();
		const [first] = (await run(ports)).issues;
		ports.pass({ hours: 24 });
		ports.guild.join(BOB);
		const [again] = (await run(ports)).issues;
		expect(again).toMatchObject({ id: first?.id, timesSeen: 2, firstSeenAt: NOW });
		expect([...ports.ledger.issues.values()].map(({ status }) => status)).toEqual(['OPEN', 'RESOLVED']);
	});

	test('a debt that nothing dates is remembered from the run that first saw it, and its grace counts from there', async () => {
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

	test('of a day that has had its run is none: null, no report, and the lease is free', async () => {
		const ports = new FakePorts();
		await run(ports, SETTINGS, { triggeredBy: 'scheduled', scheduledDay: '2026-02-10' });
		expect(await runReconciliation(ports, SETTINGS, { triggeredBy: 'scheduled', scheduledDay: '2026-02-10' })).toBeNull();
		expect(ports.notifier.reports).toHaveLength(1);
		expect(ports.ledger.lease).toBeNull();
	});

	test('for verification says so', async () => {
		const options = { isVerificationRerun: true, triggeredBy: 'verification' } as const;
		expect(await run(new FakePorts(), SETTINGS, options)).toMatchObject({ isVerificationRun: true, triggeredBy: 'verification' });
	});

	test('marks runs that a stopped process left unfinished as failed', async () => {
		const ports = new FakePorts();
		const start = { startedAt: ago({ hours: 1 }), triggeredBy: 'manual', requestedBy: null, isVerificationRun: false } as const;
		await ports.ledger.startRun({ ...start, autoFixEnabled: false, scheduledDay: null, onlyMember: null });
		await run(ports);
		expect(ports.ledger.runs.map(({ status }) => status)).toEqual(['FAILED', 'COMPLETED']);
	});
});

describe('unknown is never unpaid', () => {
	test('whose subscription changed after the run began is left to the next run, with their open issue as it is', async () => {
		const ports = councilOfTwo();
		await run(ports);
		ports.billing.changedWhileReading.customers.add('cus_2');
		const result = await run(ports);
		expect(result.issues.map(({ discordId }) => discordId)).toEqual([ADA]);
		expect(result.notices?.leftToNextRun).toBe(1);
		expect([...ports.ledger.issues.values()].map(({ status }) => status)).toEqual(['OPEN', 'OPEN']);
	});

	test('whose row was written after the run began is left to the next run', async () => {
		const ports = councilOfTwo();
		ports.script.once('billing.readAll', () => {
			ports.ledger.rows.push({ ...row({ discordId: BOB, stripeCustomerId: 'cus_1' }), changedAt: ports.now() });
		});
		const result = await run(ports, AUTO);
		expect(result.issues.map(({ discordId }) => discordId)).not.toContain(BOB);
		expect(ports.guild.holds(BOB)).toContain('Knight');
	});

	test('whose team was given another customer after the run began is left to the next run', async () => {
		const ports = new FakePorts();
		ports.ledger.rows = [row({ discordId: ADA, teamId: 't_1', seatTier: 'TEAM_MEMBER' })];
		ports.ledger.teams = [team({ stripeCustomerId: 'cus_old' })];
		ports.billing.put(subscription({ id: 'sub_old', customerId: 'cus_old', status: 'canceled' }));
		ports.billing.put(subscription({ id: 'sub_new', customerId: 'cus_new' }));
		ports.guild.join(ADA, 'Knight');
		ports.script.once('ledger.linksChangedSince', () => {
			ports.ledger.teams = [{ ...team({ stripeCustomerId: 'cus_new' }), changedAt: ports.now() }];
		});
		expect((await run(ports)).issues).toEqual([]);
	});
});

describe('all or nothing', () => {
	test.each([
		['billing.readAll', 'stripe'],
		['guild.readRoster', 'discord'],
		['ledger.readLinks', 'database']
	] as const)('%s fails: the run is FAILED with the reason, finds no issue, fixes nothing, and is reported', async (call, source) => {
		const ports = councilOfTwo();
		ports.script.on(call, away(source));
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

	test('a failed run leaves open issues as they are', async () => {
		const ports = councilOfTwo();
		await run(ports);
		ports.script.on('guild.readRoster', away('discord'));
		await run(ports);
		expect([...ports.ledger.issues.values()].map(({ status }) => status)).toEqual(['OPEN', 'OPEN']);
	});

	test.each(['ledger.linksChangedSince', 'ledger.recordFindings', 'ledger.lastGoodRun'])(
		'an error in %s is a failed run too',
		async (call) => {
			const ports = councilOfTwo();
			ports.script.on(call, () => {
				throw new TypeError('of its own');
			});
			expect(await run(ports, AUTO)).toMatchObject({ status: 'FAILED', failure: expect.stringContaining('of its own') });
			expect(ports.touched).toBe(0);
			expect(ports.ledger.lease).toBeNull();
		}
	);

	test('if one source fails the lease is kept until the others have been read', async () => {
		const ports = councilOfTwo();
		ports.script.on('billing.readAll', away('stripe'));
		let leaseWhileReading: unknown = null;
		ports.script.on('guild.readRoster', () => {
			leaseWhileReading = ports.ledger.lease;
		});
		await run(ports);
		expect(leaseWhileReading).not.toBeNull();
		expect(ports.calls('guild.readRoster', 'ledger.readLinks')).toHaveLength(2);
	});

	test.each<[string, (ports: FakePorts) => void]>([
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
	])('an implausible reading is a failed run: %s; and stays so', async (_, spoil) => {
		const ports = councilOfTwo();
		await run(ports);
		spoil(ports);
		expect(await run(ports, AUTO)).toMatchObject({ status: 'FAILED', issues: [] });
		expect(await run(ports, AUTO)).toMatchObject({ status: 'FAILED', issues: [] });
		expect(ports.touched).toBe(0);
	});

	test('a failure that the database cannot store, having gone away itself, is reported all the same', async () => {
		const ports = councilOfTwo();
		ports.script.on('ledger.readLinks', away('database'));
		ports.script.on('ledger.failRun', () => {
			throw new Error('connection lost');
		});
		await runReconciliation(ports, SETTINGS).catch(() => {});
		expect(ports.notifier.reports).toMatchObject([{ status: 'FAILED' }]);
	});
});

describe('single flight', () => {
	test('while another has the lease a run is refused, and nothing is read or reported', async () => {
		const ports = councilOfTwo();
		ports.ledger.lease = { holder: 'another', expiresAt: ago({ seconds: -10 }) };
		await expect(run(ports)).rejects.toThrow(RunInProgressError);
		expect(ports.script.calls).toEqual(['ledger.acquireLease']);
		expect(ports.ledger.lease).toMatchObject({ holder: 'another' });
	});

	test('of many at once one runs', async () => {
		const ports = councilOfTwo();
		const settled = await Promise.allSettled(Array.from({ length: 20 }, () => run(ports)));
		expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
		for (const each of settled) if (each.status === 'rejected') expect(each.reason).toBeInstanceOf(RunInProgressError);
	});

	test('storing that takes longer than a lease lives does not lose it, as long as nobody has taken it', async () => {
		vi.useFakeTimers({ toFake: ['Date'] });
		onTestFinished(() => void vi.useRealTimers());
		const ports = councilOfTwo();
		ports.script.once('ledger.recordFindings', () => vi.setSystemTime(Date.now() + 40_000));
		expect(await run(ports, AUTO)).toMatchObject({ status: 'COMPLETED', issuesFixed: 2 });
	});

	test('and does lose it where somebody has: nothing is fixed on its strength', async () => {
		vi.useFakeTimers({ toFake: ['Date'] });
		onTestFinished(() => void vi.useRealTimers());
		const ports = councilOfTwo();
		ports.script.once('ledger.recordFindings', () => {
			ports.ledger.lease = { holder: 'another', expiresAt: ago({ seconds: -10 }) };
		});
		expect(await run(ports, AUTO)).toMatchObject({ status: 'FAILED', issuesFixed: 0 });
		expect(ports.touched).toBe(0);
	});

	test('a lease whose holder died is taken over once it has expired', async () => {
		const ports = councilOfTwo();
		ports.ledger.lease = { holder: 'dead', expiresAt: ago({ seconds: 1 }) };
		expect(await run(ports)).toMatchObject({ status: 'COMPLETED' });
	});

	test.each(['ledger.startRun', 'ledger.failAbandonedRuns', 'ledger.failRun'])(
		'the lease is released after a failure in %s',
		async (call) => {
			const ports = councilOfTwo();
			ports.script.on('billing.readAll', away('stripe'));
			ports.script.on(call, () => {
				throw new Error('connection lost');
			});
			await runReconciliation(ports, SETTINGS).catch(() => {});
			expect(ports.ledger.lease).toBeNull();
		}
	);
});

describe('a run that a stopped process left unfinished', () => {
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
			onlyMember: null
		});
		return ports;
	};

	test('has failed, without waiting for the next run', async () => {
		const ports = await left();
		ports.pass({ seconds: 31 });
		await failAbandonedRuns(ports);
		expect(ports.ledger.runs).toMatchObject([{ status: 'FAILED', failure: 'Reeve was stopped during this run.' }]);
		expect(ports.ledger.lease).toBeNull();
	});

	test('is not touched as long as it may still be at it', async () => {
		const ports = await left();
		await failAbandonedRuns(ports);
		expect(ports.ledger.runs).toMatchObject([{ status: 'RUNNING' }]);
		expect(ports.ledger.lease).not.toBeNull();
	});
});

describe('auto-fix', () => {
	test('mends what it found, counts it, and touches no other role', async () => {
		const ports = councilOfTwo();
		expect(await run(ports, AUTO)).toMatchObject({ autoFixEnabled: true, issuesFound: 2, issuesFixed: 2, hold: null });
		expect(ports.guild.holds(ADA)).toEqual(['Knight', 'Moderator']);
		expect(ports.guild.holds(BOB)).toEqual(['Moderator']);
		expect(ports.ledger.runs).toMatchObject([{ status: 'COMPLETED', issuesFixed: 2 }]);
		expect(await run(ports, AUTO)).toMatchObject({ issuesFound: 0 });
	});

	test('can be followed: of which run, how many have had their turn, and what came of it before the report', async () => {
		const ports = councilOfTwo();
		ports.script.on('notifier.report', () => {
			expect(ports.notifier.followed[0]?.end).toEqual({ fixed: 2, losing: 1, left: 0, tooLate: false });
		});
		await run(ports, AUTO, { triggeredBy: 'manual', requestedBy: userId(9) });
		expect(ports.notifier.reports).toHaveLength(1);
		expect(ports.notifier.followed).toMatchObject([
			{ bulk: { id: 'run_1', total: 2, origin: { kind: 'run', triggeredBy: 'manual', requestedBy: userId(9) } }, done: [1, 2] }
		]);
	});

	test('that an error ends is not followed any further', async () => {
		const ports = councilOfTwo();
		ports.script.on('ledger.claimIssue', away('database'));
		expect(await run(ports, AUTO)).toMatchObject({ status: 'FAILED' });
		expect(ports.notifier.followed).toMatchObject([{ done: [], end: null }]);
	});

	test('on the way down no further fix is begun, and what was found is told', async () => {
		const ports = councilOfTwo();
		let left = 1;
		ports.shouldContinue = () => left-- > 0;
		expect(await run(ports, AUTO)).toMatchObject({ status: 'COMPLETED', issuesFound: 2, issuesFixed: 1 });
		expect([...ports.ledger.issues.values()].map(({ status }) => status)).toEqual(['FIXED', 'OPEN']);
	});

	test('what Discord refuses stays open, is not counted, and does not stop the others', async () => {
		const ports = councilOfTwo();
		ports.script.on('guild.addRole Knight', () => {
			throw new RoleChangeError("Reeve's role is below Knight: drag it above.");
		});
		expect(await run(ports, AUTO)).toMatchObject({ status: 'COMPLETED', issuesFound: 2, issuesFixed: 1 });
		expect([...ports.ledger.issues.values()].map(({ status }) => status)).toEqual(['OPEN', 'FIXED']);
	});

	test('leaves people with no link at all alone, unless told otherwise', async () => {
		const ports = new FakePorts();
		ports.guild.join(ADA, 'Knight');
		expect(await run(ports, AUTO)).toMatchObject({ issuesFound: 1, issuesFixed: 0 });
		expect(ports.guild.holds(ADA)).toEqual(['Knight']);
		expect(await run(ports, { ...AUTO, fixUnlinked: true })).toMatchObject({ issuesFound: 1, issuesFixed: 1 });
		expect(ports.guild.holds(ADA)).toEqual([]);
	});

	test('leaves alone also whoever has lost their only link since the run saw them', async () => {
		const ports = councilOfTwo();
		ports.script.once('ledger.claimIssue', () => {
			ports.billing.customers = ports.billing.customers.map((each) => ({ ...each, metadataDiscordId: null }));
		});
		await run(ports, AUTO);
		expect(ports.guild.holds(BOB)).toContain('Knight');
	});

	test('is not taken in by a customer that names two people, when it searches for one of them', async () => {
		const ports = new FakePorts();
		ports.billing.customers.push(customer({ metadataDiscordId: ADA }));
		ports.billing.put(subscription({ metadataDiscordId: BOB }));
		ports.guild.join(ADA, 'Knight');
		const { issues, notices } = await run(ports);
		expect(issues).toMatchObject([{ discordId: ADA, linked: false, severity: 'LOW' }]);
		expect(notices?.contestedLinks).toEqual([{ customerId: 'cus_1', values: [ADA, BOB] }]);
	});

	test('knows whoever is named by a customer without any subscription: they are linked, and pay for nothing', async () => {
		const ports = new FakePorts();
		ports.guild.join(ADA, 'Knight');
		ports.billing.customers = [customer({ id: 'cus_lead', metadataDiscordId: ADA })];
		expect((await run(ports)).issues).toMatchObject([
			{ type: 'UNAUTHORIZED_ACCESS', severity: 'HIGH', linked: true, customerIds: ['cus_lead'] }
		]);
		expect(await run(ports, AUTO)).toMatchObject({ issuesFixed: 1 });
	});

	test('people with no link do not count for the safety check unless they may be touched', async () => {
		const ports = new FakePorts();
		for (let number = 1; number <= 6; number++) ports.guild.join(userId(number), 'Knight');
		expect((await run(ports, AUTO)).hold).toBeNull();
		expect((await run(ports, { ...AUTO, fixUnlinked: true })).hold).toMatchObject({ losing: 6, holders: 6 });
		expect(ports.touched).toBe(0);
	});

	/** Four of eight role holders would lose theirs; one payer has none. */
	function tooManyLosing(): FakePorts {
		const ports = new FakePorts();
		for (let number = 1; number <= 8; number++) {
			links(ports, number, number <= 4 ? { status: 'canceled' } : {});
			ports.guild.join(userId(number), 'Knight');
		}
		links(ports, 9);
		ports.guild.join(userId(9));
		// A swap gives and takes: it is kept back whole.
		ports.guild.join(userId(8), 'Lord');
		return ports;
	}

	test('with a hold gives, but takes nothing', async () => {
		const ports = tooManyLosing();
		const result = await run(ports, AUTO);
		expect(result).toMatchObject({ status: 'COMPLETED', issuesFound: 6, issuesFixed: 1, hold: { losing: 5, holders: 8 } });
		expect(ports.calls('guild.addRole', 'guild.removeRole')).toEqual(['guild.addRole Knight']);
		expect(ports.guild.holds(userId(9))).toEqual(['Knight']);
		expect(ports.guild.holds(userId(8))).toEqual(['Lord']);
		expect(ports.ledger.runs[0]?.hold).toEqual(result.hold);
		expect(ports.notifier.followed).toMatchObject([{ bulk: { total: 1 }, end: { fixed: 1, losing: 0 } }]);
	});

	test('without auto-fix nothing is held', async () => {
		expect((await run(tooManyLosing())).hold).toBeNull();
	});

	/** Ten pay, then six do, two of them people in the guild. */
	async function fallen(): Promise<FakePorts> {
		const ports = new FakePorts();
		for (let number = 1; number <= 10; number++) links(ports, number);
		for (const number of [1, 2]) ports.guild.join(userId(number), 'Knight');
		await run(ports, AUTO);
		for (const number of [1, 2, 3, 4]) links(ports, number, { status: 'canceled' });
		ports.pass({ hours: 24 });
		return ports;
	}

	test('is held when paid customers fell by more than 30 % since the last good run', async () => {
		const ports = await fallen();
		expect(await run(ports, AUTO)).toMatchObject({ issuesFound: 2, issuesFixed: 0, hold: { losing: 2 } });
	});

	test('a failed run between does not hide the fall', async () => {
		const ports = await fallen();
		ports.script.once('guild.readRoster', away('discord'));
		await run(ports, AUTO);
		expect((await run(ports, AUTO)).hold).not.toBeNull();
	});

	test('a hold is released by an operator alone, not by the next run', async () => {
		const ports = await fallen();
		await run(ports, AUTO);
		ports.pass({ hours: 1 });
		await run(ports, AUTO);
		expect(ports.guild.holds(ADA)).toEqual(['Knight']);
	});

	test('a run that breaks after it has fixed somebody does not say that it fixed nobody', async () => {
		const ports = councilOfTwo();
		ports.script.on('guild.removeRole Knight', () => {
			throw new Error('connection lost');
		});
		const result = await run(ports, AUTO);
		expect(ports.guild.holds(ADA)).toContain('Knight');
		expect(result).toMatchObject({ status: 'FAILED', issuesFixed: 1 });
		expect(ports.ledger.runs).toMatchObject([{ status: 'FAILED', issuesFixed: 1 }]);
		expect(ports.unexpectedErrors).toEqual([new Error('connection lost')]);
		// What it found stands in the database, open to be fixed.
		expect([...ports.ledger.issues.values()].map(({ status }) => status)).toEqual(['FIXED', 'FIXING']);
	});

	test('names run, issue and itself in the audit log', async () => {
		const ports = councilOfTwo();
		await run(ports, AUTO);
		expect(ports.guild.reasons[0]).toBe('Reeve: run run_1, issue issue_1, automatic fix');
	});

	test('tells how far it is', async () => {
		const told: Progress[] = [];
		await run(councilOfTwo(), AUTO, { onProgress: (progress) => told.push(progress) });
		expect(told).toEqual([
			{ source: 'fix', done: 1, total: 2, finished: false },
			{ source: 'fix', done: 2, total: 2, finished: true }
		]);
	});
});

describe('startReconciliationScheduler', () => {
	const driver = () => {
		const calls: string[] = [];
		return {
			calls,
			schedule: { start: async () => void calls.push('start'), stop: async () => void calls.push('stop') }
		};
	};

	test('starts the driver, then catches up; and stops the driver', async () => {
		const { calls, schedule } = driver();
		const stop = await startReconciliationScheduler(
			schedule,
			async () => calls.push('catch up'),
			() => calls.push('error')
		);
		await stop();
		expect(calls).toEqual(['start', 'catch up', 'stop']);
	});

	test('a catch-up that fails is told, and does not keep the schedule from running', async () => {
		const { calls, schedule } = driver();
		const errors: unknown[] = [];
		await startReconciliationScheduler(
			schedule,
			() => Promise.reject(new Error('away')),
			(error) => errors.push(error)
		);
		expect(errors).toEqual([new Error('away')]);
		expect(calls).toEqual(['start']);
	});
});
