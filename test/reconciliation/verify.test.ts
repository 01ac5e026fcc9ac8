import { describe, expect, test } from 'vitest';
import { fixIssue } from '../../src/reconciliation/fix.js';
import { SourceError } from '../../src/reconciliation/ports.js';
import { runReconciliation } from '../../src/reconciliation/run.js';
import { settleInterrupted } from '../../src/reconciliation/settle.js';
import type { OpenIssue } from '../../src/reconciliation/types.js';
import { cameBack, newsOf } from '../../src/reconciliation/verified.js';
import { verifyIfDue } from '../../src/reconciliation/verify.js';
import { ADA, BOB, customer, exemption, MAPPED, only, person, subscription } from './builders.js';
import { FakeWorld, SETTINGS } from './fakes.js';

const OPERATOR = person(99);
const EVE = person(3);
const AUTO = { ...SETTINGS, autoFix: true };

/** Ada, Bob and Eve pay for Knight and have no role; the first ones are fixed. */
async function fixed(...people: string[]): Promise<FakeWorld> {
	const world = new FakeWorld();
	for (const [index, id] of [ADA, BOB, EVE].entries()) {
		world.billing.customers.push(customer({ id: `cus_${index}`, claimedBy: id }));
		world.billing.put(subscription({ id: `sub_${index}`, customerId: `cus_${index}` }));
		world.guild.join(id, ...(people.includes(id) ? [] : ['Knight']));
	}
	const found = await runReconciliation(world, SETTINGS);
	for (const issue of found?.issues ?? []) await fix(world, issue);
	world.script.calls.length = 0;
	return world;
}

const fix = (world: FakeWorld, { id, planHash }: OpenIssue) =>
	fixIssue(world, MAPPED, { issueId: id, planHash, actor: OPERATOR, runId: 'run_1' });
const verify = (world: FakeWorld, settings = AUTO) => verifyIfDue(world, world.ledger, settings, 60);
const outcomes = (result: Awaited<ReturnType<typeof verify>>) =>
	Object.fromEntries((result?.verified?.fixes ?? []).map((each) => [each.discordId, each.notJudged ?? each.outcome]));

describe('a verification', () => {
	test('is due an hour after the first fix, and not before', async () => {
		const world = await fixed(ADA);
		expect(await verify(world)).toBeNull();
		world.pass({ seconds: 3599 });
		expect(await verify(world)).toBeNull();
		expect(world.calls('billing', 'ledger.startRun')).toEqual([]);
		world.pass({ seconds: 1 });
		expect(await verify(world)).toMatchObject({ isVerificationRun: true, triggeredBy: 'verification', status: 'COMPLETED' });
	});

	test('says what stayed gone, and happens once', async () => {
		const world = await fixed(ADA, BOB);
		world.pass({ hours: 1 });
		const result = await verify(world);
		expect(outcomes(result)).toEqual({ [ADA]: 'STAYED', [BOB]: 'STAYED' });
		expect(world.notifier.reports.at(-1)?.verified).toEqual(result?.verified);
		expect(world.ledger.runs.at(-1)?.verified).toEqual(result?.verified);
		world.pass({ hours: 9 });
		expect(await verify(world)).toBeNull();
	});

	test('says what came back, and changes nothing, whatever the settings', async () => {
		const world = await fixed(ADA, BOB);
		world.guild.join(ADA);
		world.pass({ hours: 1 });
		const result = await verify(world, AUTO);
		expect(outcomes(result)).toEqual({ [ADA]: 'CAME_BACK', [BOB]: 'STAYED' });
		expect(result).toMatchObject({ autoFixEnabled: false, issuesFixed: 0, issuesFound: 1 });
		expect(world.touched).toBe(0);
		expect(cameBack(result ?? { verified: null })).toMatchObject([{ discordId: ADA, change: { add: ['Knight'], remove: [] } }]);
	});

	test('does not judge whoever left, is exempt, or changed while it was reading', async () => {
		const world = await fixed(ADA, BOB, EVE);
		world.guild.roles.delete(ADA);
		world.guild.join(BOB);
		world.ledger.exemptions = [exemption(BOB)];
		world.billing.changedWhileReading.people.add(EVE);
		world.pass({ hours: 1 });
		expect(outcomes(await verify(world))).toEqual({ [ADA]: 'LEFT_SERVER', [BOB]: 'EXEMPT', [EVE]: 'LEFT_ALONE' });
	});

	test('looks after a fix that was interrupted when all was done', async () => {
		const world = await fixed();
		world.guild.join(ADA);
		const issue = only((await runReconciliation(world, SETTINGS))?.issues ?? []);
		world.script.once('ledger.endAttempt', () => {
			throw new Error('SIGKILL');
		});
		await expect(fix(world, issue)).rejects.toThrow('SIGKILL');
		world.pass({ seconds: 31 });
		await settleInterrupted(world);
		world.pass({ hours: 1 });
		expect(outcomes(await verify(world))).toEqual({ [ADA]: 'STAYED' });
	});

	test('leaves a fix that is made while it reads to the next one', async () => {
		const world = await fixed(ADA);
		world.guild.join(BOB);
		const found = await runReconciliation(world, SETTINGS);
		world.pass({ hours: 1 });
		const fixes: Promise<unknown>[] = [];
		world.script.once('guild.readRoster', () => fixes.push(fix(world, only(found?.issues ?? []))));
		const result = await verify(world);
		await Promise.all(fixes);
		expect(outcomes(result)).toMatchObject({ [ADA]: 'STAYED' });
		expect(outcomes(result)).not.toHaveProperty(BOB);
		world.pass({ hours: 1 });
		expect(outcomes(await verify(world))).toEqual({ [BOB]: 'STAYED' });
	});

	test('waits for a run that is under way, and the next wake-up does it', async () => {
		const world = await fixed(ADA);
		world.pass({ hours: 1 });
		await world.ledger.acquireLease('another', 30);
		expect(await verify(world)).toBeNull();
		await world.ledger.releaseLease('another');
		expect(outcomes(await verify(world))).toEqual({ [ADA]: 'STAYED' });
	});

	test('is done once by two processes that wake for it at once', async () => {
		const world = await fixed(ADA);
		world.pass({ hours: 1 });
		const results = await Promise.all([verify(world), verify(world), verify(world)]);
		expect(results.filter((result) => result !== null)).toHaveLength(1);
		expect(world.ledger.runs.filter(({ isVerificationRun }) => isVerificationRun)).toHaveLength(1);
	});

	test('that another process has done between the wake-up and the lease is not done again', async () => {
		const world = await fixed(ADA);
		world.pass({ hours: 1 });
		world.script.once('ledger.acquireLease', () => {
			for (const each of world.ledger.verifications) each.done = true;
		});
		expect(await verify(world)).toBeNull();
		expect(world.ledger.runs).toHaveLength(1);
		expect(world.ledger.lease).toBeNull();
	});

	test('that fails is reported, and tried again after the same time', async () => {
		const world = await fixed(ADA);
		world.pass({ hours: 1 });
		world.script.once('billing.readAll', () => {
			throw new SourceError('stripe', 'Stripe is away.');
		});
		expect(await verify(world)).toMatchObject({ status: 'FAILED', verified: null });
		expect(world.notifier.reports.at(-1)).toMatchObject({ status: 'FAILED', isVerificationRun: true });
		world.pass({ seconds: 3599 });
		expect(await verify(world)).toBeNull();
		world.pass({ seconds: 1 });
		expect(outcomes(await verify(world))).toEqual({ [ADA]: 'STAYED' });
	});

	test.each(['ledger.beginVerification', 'billing.readAll', 'ledger.recordFindings', 'ledger.fixesToVerify', 'ledger.completeRun'])(
		'killed at %s is done again at the next start',
		async (moment) => {
			const world = await fixed(ADA);
			world.guild.join(ADA);
			world.pass({ hours: 1 });
			const dead = () => {
				throw new Error('SIGKILL');
			};
			// Nothing that would follow happens any more, and the lease expires by itself.
			for (const call of [moment, 'ledger.failRun', 'ledger.postponeVerification', 'ledger.releaseLease', 'notifier.report'])
				world.script.once(call, dead);
			await verify(world).catch(() => null);
			world.pass({ seconds: 60 });
			expect(outcomes(await verify(world))).toEqual({ [ADA]: 'CAME_BACK' });
		}
	);

	test('tells of what came back and what nobody has been told of, and not of what is open anyway', async () => {
		const world = await fixed(ADA, BOB);
		const result = await runReconciliation(world, SETTINGS);
		if (result === null) throw new Error('no run');
		const found = (discordId: string, timesSeen: number) => ({ discordId, timesSeen }) as OpenIssue;
		const fix = { attemptId: 'a', discordId: ADA, discordName: 'ada', change: { add: [], remove: [] }, notJudged: null } as const;
		const issues = [found(ADA, 2), found(BOB, 3), found(EVE, 1)];
		const verified = { fixes: [{ ...fix, outcome: 'CAME_BACK' as const }], reports: [] };
		expect(newsOf({ ...result, issues, verified }).map(({ discordId }) => discordId)).toEqual([ADA, EVE]);
		expect(newsOf({ ...result, issues, verified: null })).toEqual(issues);
		expect(newsOf({ ...result, issues, verified, status: 'FAILED' })).toEqual([]);
	});
});
