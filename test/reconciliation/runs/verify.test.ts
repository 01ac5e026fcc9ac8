import { describe, expect, it } from 'vitest';
import { recurred, reportableIssues } from '../../../src/reconciliation/detection/verify-fixes.js';
import type { OpenIssue } from '../../../src/reconciliation/domain/issue.js';
import { SourceError } from '../../../src/reconciliation/domain/ports.js';
import { fixIssue } from '../../../src/reconciliation/fixes/fix.js';
import { recoverInterruptedAttempts } from '../../../src/reconciliation/fixes/recover.js';
import { runReconciliation } from '../../../src/reconciliation/runs/run.js';
import { verifyIfDue } from '../../../src/reconciliation/runs/verify.js';
import { ADA, BOB, customer, exemption, MAPPED, only, subscription, userId } from '../builders.js';
import { FakePorts, SETTINGS } from '../fakes.js';

const OPERATOR = userId(99);
const EVE = userId(3);
const AUTO = { ...SETTINGS, autoFix: true };

/** Ada, Bob and Eve pay for Knight and have no role; the first ones are fixed. */
async function fixed(...people: string[]): Promise<FakePorts> {
	const ports = new FakePorts();
	for (const [index, id] of [ADA, BOB, EVE].entries()) {
		ports.billing.customers.push(customer({ id: `cus_${index}`, metadataDiscordId: id }));
		ports.billing.put(subscription({ id: `sub_${index}`, customerId: `cus_${index}` }));
		ports.guild.join(id, ...(people.includes(id) ? [] : ['Knight']));
	}
	const found = await runReconciliation(ports, SETTINGS);
	for (const issue of found?.issues ?? []) await fix(ports, issue);
	ports.script.calls.length = 0;
	return ports;
}

const fix = (ports: FakePorts, { id, planHash }: OpenIssue) =>
	fixIssue(ports, MAPPED, { issueId: id, planHash, actor: OPERATOR, runId: 'run_1' });
const verify = (ports: FakePorts, settings = AUTO) => verifyIfDue(ports, ports.ledger, settings, 60);
const outcomes = (result: Awaited<ReturnType<typeof verify>>) =>
	Object.fromEntries((result?.verified?.fixes ?? []).map((each) => [each.discordId, each.notJudged ?? each.outcome]));

describe('verifyIfDue', () => {
	it('runs an hour after the first fix, not before', async () => {
		const ports = await fixed(ADA);
		expect(await verify(ports)).toBeNull();
		ports.pass({ seconds: 3599 });
		expect(await verify(ports)).toBeNull();
		expect(ports.calls('billing', 'ledger.startRun')).toEqual([]);
		ports.pass({ seconds: 1 });
		expect(await verify(ports)).toMatchObject({ isVerificationRun: true, triggeredBy: 'verification', status: 'COMPLETED' });
	});

	it('reports drift that stayed away, once', async () => {
		const ports = await fixed(ADA, BOB);
		ports.pass({ hours: 1 });
		const result = await verify(ports);
		expect(outcomes(result)).toEqual({ [ADA]: 'STAYED', [BOB]: 'STAYED' });
		expect(ports.notifier.reports.at(-1)?.verified).toEqual(result?.verified);
		expect(ports.ledger.runs.at(-1)?.verified).toEqual(result?.verified);
		ports.pass({ hours: 9 });
		expect(await verify(ports)).toBeNull();
	});

	it('reports drift that came back and changes nothing, even with auto-fix', async () => {
		const ports = await fixed(ADA, BOB);
		ports.guild.join(ADA);
		ports.pass({ hours: 1 });
		const result = await verify(ports, AUTO);
		expect(outcomes(result)).toEqual({ [ADA]: 'CAME_BACK', [BOB]: 'STAYED' });
		expect(result).toMatchObject({ autoFixEnabled: false, issuesFixed: 0, issuesFound: 1 });
		expect(ports.touched).toBe(0);
		expect(recurred(result ?? { verified: null })).toMatchObject([{ discordId: ADA, change: { add: ['Knight'], remove: [] } }]);
	});

	it('does not judge members who left, are exempt, or changed while it read', async () => {
		const ports = await fixed(ADA, BOB, EVE);
		ports.guild.roles.delete(ADA);
		ports.guild.join(BOB);
		ports.ledger.exemptions = [exemption(BOB)];
		ports.billing.changedWhileReading.people.add(EVE);
		ports.pass({ hours: 1 });
		expect(outcomes(await verify(ports))).toEqual({ [ADA]: 'LEFT_SERVER', [BOB]: 'EXEMPT', [EVE]: 'LEFT_ALONE' });
	});

	it('judges a grant while something is unknown, but not whether a role came back that was taken', async () => {
		const ports = await fixed(ADA);
		ports.billing.put(subscription({ id: 'sub_1', customerId: 'cus_1', status: 'canceled' }));
		await fix(ports, only((await runReconciliation(ports, SETTINGS))?.issues ?? []));
		ports.guild.join(BOB, 'Knight');
		for (const customerId of ['cus_0', 'cus_1'])
			ports.billing.put(subscription({ id: `sub_odd_${customerId}`, customerId, status: 'suspended' }));
		ports.pass({ hours: 1 });
		expect(outcomes(await verify(ports))).toEqual({ [ADA]: 'STAYED', [BOB]: 'LEFT_ALONE' });
	});

	it('verifies a fix that was interrupted after it was applied', async () => {
		const ports = await fixed();
		ports.guild.join(ADA);
		const issue = only((await runReconciliation(ports, SETTINGS))?.issues ?? []);
		ports.script.once('ledger.endAttempt', () => {
			throw new Error('SIGKILL');
		});
		await expect(fix(ports, issue)).rejects.toThrow('SIGKILL');
		ports.pass({ seconds: 31 });
		await recoverInterruptedAttempts(ports);
		ports.pass({ hours: 1 });
		expect(outcomes(await verify(ports))).toEqual({ [ADA]: 'STAYED' });
	});

	it('leaves a fix made while it reads to the next verification', async () => {
		const ports = await fixed(ADA);
		ports.guild.join(BOB);
		const found = await runReconciliation(ports, SETTINGS);
		ports.pass({ hours: 1 });
		const fixes: Promise<unknown>[] = [];
		ports.script.once('guild.readRoster', () => fixes.push(fix(ports, only(found?.issues ?? []))));
		const result = await verify(ports);
		await Promise.all(fixes);
		expect(outcomes(result)).toMatchObject({ [ADA]: 'STAYED' });
		expect(outcomes(result)).not.toHaveProperty(BOB);
		ports.pass({ hours: 1 });
		expect(outcomes(await verify(ports))).toEqual({ [BOB]: 'STAYED' });
	});

	it('waits for a run in progress until the next wake-up', async () => {
		const ports = await fixed(ADA);
		ports.pass({ hours: 1 });
		await ports.ledger.acquireLease('another', 30);
		expect(await verify(ports)).toBeNull();
		await ports.ledger.releaseLease('another');
		expect(outcomes(await verify(ports))).toEqual({ [ADA]: 'STAYED' });
	});

	it('runs once for two processes that wake at the same time', async () => {
		const ports = await fixed(ADA);
		ports.pass({ hours: 1 });
		const results = await Promise.all([verify(ports), verify(ports), verify(ports)]);
		expect(results.filter((result) => result !== null)).toHaveLength(1);
		expect(ports.ledger.runs.filter(({ isVerificationRun }) => isVerificationRun)).toHaveLength(1);
	});

	it('does nothing if another process verified before the lease was acquired', async () => {
		const ports = await fixed(ADA);
		ports.pass({ hours: 1 });
		ports.script.once('ledger.acquireLease', () => {
			for (const each of ports.ledger.verifications) each.done = true;
		});
		expect(await verify(ports)).toBeNull();
		expect(ports.ledger.runs).toHaveLength(1);
		expect(ports.ledger.lease).toBeNull();
	});

	it('reports a failure and retries after the same delay', async () => {
		const ports = await fixed(ADA);
		ports.pass({ hours: 1 });
		ports.script.once('billing.readAll', () => {
			throw new SourceError('stripe', 'Stripe is down.');
		});
		expect(await verify(ports)).toMatchObject({ status: 'FAILED', verified: null });
		expect(ports.notifier.reports.at(-1)).toMatchObject({ status: 'FAILED', isVerificationRun: true });
		ports.pass({ seconds: 3599 });
		expect(await verify(ports)).toBeNull();
		ports.pass({ seconds: 1 });
		expect(outcomes(await verify(ports))).toEqual({ [ADA]: 'STAYED' });
	});

	it.each(['ledger.beginVerification', 'billing.readAll', 'ledger.recordFindings', 'ledger.fixesToVerify', 'ledger.completeRun'])(
		'runs again at the next start if it was killed at %s',
		async (moment) => {
			const ports = await fixed(ADA);
			ports.guild.join(ADA);
			ports.pass({ hours: 1 });
			const dead = () => {
				throw new Error('SIGKILL');
			};
			// The process is dead: nothing follows, and the lease expires by itself.
			for (const call of [moment, 'ledger.failRun', 'ledger.postponeVerification', 'ledger.releaseLease', 'notifier.report'])
				ports.script.once(call, dead);
			await verify(ports).catch(() => null);
			ports.pass({ seconds: 60 });
			expect(outcomes(await verify(ports))).toEqual({ [ADA]: 'CAME_BACK' });
		}
	);

	it('reports drift that came back and new drift, not issues that were already open', async () => {
		const ports = await fixed(ADA, BOB);
		const result = await runReconciliation(ports, SETTINGS);
		if (result === null) throw new Error('no run');
		const found = (discordId: string, timesSeen: number) => ({ discordId, timesSeen }) as OpenIssue;
		const fix = { attemptId: 'a', discordId: ADA, discordName: 'ada', change: { add: [], remove: [] }, notJudged: null } as const;
		const issues = [found(ADA, 2), found(BOB, 3), found(EVE, 1)];
		const verified = { fixes: [{ ...fix, outcome: 'CAME_BACK' as const }], reports: [] };
		expect(reportableIssues({ ...result, issues, verified }).map(({ discordId }) => discordId)).toEqual([ADA, EVE]);
		expect(reportableIssues({ ...result, issues, verified: null })).toEqual(issues);
		expect(reportableIssues({ ...result, issues, verified, status: 'FAILED' })).toEqual([]);
	});
});
