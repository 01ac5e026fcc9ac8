import { afterEach, describe, expect, test, vi } from 'vitest';
import type { OpenIssue } from '../../../src/reconciliation/domain/issue.js';
import { RoleChangeError, SourceError } from '../../../src/reconciliation/domain/ports.js';
import { AUTOMATIC } from '../../../src/reconciliation/fixes/attempt.js';
import { type FixOrder, type FixResult, fixIssue } from '../../../src/reconciliation/fixes/fix.js';
import { recoverInterruptedAttempts } from '../../../src/reconciliation/fixes/recover.js';
import { runReconciliation } from '../../../src/reconciliation/runs/run.js';
import { ADA, ago, BOB, customer, exemption, MAPPED, NOW, only, row, subscription, userId } from '../builders.js';
import { FakePorts, SETTINGS } from '../fakes.js';

const OPERATOR = userId(99);

/** Ada's one issue, found by a run an hour ago. */
async function found(holds: string[], given: Parameters<typeof subscription>[0]): Promise<{ ports: FakePorts; issue: OpenIssue }> {
	const ports = new FakePorts();
	ports.billing.customers = [customer({ metadataDiscordId: ADA })];
	ports.billing.put(subscription(given));
	ports.guild.join(ADA, ...holds);
	const result = await runReconciliation(ports, SETTINGS);
	ports.pass({ hours: 1 });
	ports.script.calls.length = 0;
	return { ports, issue: only(result?.issues ?? []) };
}

/** Pays for nothing, holds Knight, and Moderator, which is none of Reeve's business. */
const doesNotPay = () => found(['Knight', 'Moderator'], { status: 'canceled' });
/** Pays for Lord, holds Knight and Debtor. */
const wrongRoles = () => found(['Knight', 'Debtor', 'Moderator'], { prices: ['price_lord'] });

const order = (issue: OpenIssue, given: Partial<FixOrder> = {}): FixOrder => ({
	issueId: issue.id,
	planHash: issue.planHash,
	actor: OPERATOR,
	actorName: 'grace',
	runId: 'run_1',
	...given
});
const fix = (ports: FakePorts, issue: OpenIssue, given: Partial<FixOrder> = {}) => fixIssue(ports, MAPPED, order(issue, given));

async function ended(result: Promise<FixResult>): Promise<Extract<FixResult, { kind: 'ended' }>> {
	const told = await result;
	if (told.kind !== 'ended') throw new Error(`ended was expected, not ${told.kind}`);
	return told;
}

const statusOf = (ports: FakePorts, issue: OpenIssue) => ports.ledger.issues.get(issue.id)?.status;
const refuse = (message: string) => () => {
	throw new RoleChangeError(message);
};

describe('FIXED', () => {
	test('the roles are as planned, were read back, and the attempt says before and after', async () => {
		const { ports, issue } = await wrongRoles();
		const result = await ended(fix(ports, issue));
		expect(result).toMatchObject({
			outcome: 'FIXED',
			rolesBefore: ['Debtor', 'Knight'],
			rolesAfter: ['Lord'],
			error: null,
			newDrift: null
		});
		expect(ports.guild.holds(ADA)).toEqual(['Lord', 'Moderator']);
		expect(statusOf(ports, issue)).toBe('FIXED');
		expect(only(ports.ledger.attempts)).toMatchObject({
			actor: OPERATOR,
			runId: 'run_1',
			end: { outcome: 'FIXED', rolesBefore: ['Debtor', 'Knight'], rolesAfter: ['Lord'], at: ports.now() }
		});
	});

	test('gives before it takes, one role at a time, and reads back after the last', async () => {
		const { ports, issue } = await wrongRoles();
		await fix(ports, issue);
		expect(ports.calls('guild')).toEqual([
			'guild.readMember',
			'guild.addRole Lord',
			'guild.removeRole Debtor',
			'guild.removeRole Knight',
			'guild.readMember'
		]);
	});

	test('claims before it looks, writes down the roles before it touches one, and writes the end last', async () => {
		const { ports, issue } = await doesNotPay();
		let before: unknown = null;
		ports.script.on('guild.removeRole', () => {
			before = only(ports.ledger.attempts).rolesBefore;
		});
		await fix(ports, issue);
		expect(before).toEqual(['Knight']);
		expect(ports.script.calls).toEqual([
			'ledger.interruptedAttempts',
			'ledger.claimIssue',
			'billing.findCustomersNaming',
			'ledger.readLinksOf',
			'billing.readCustomers',
			'guild.readMember',
			'ledger.readLinksOf',
			'ledger.renewClaim',
			'guild.removeRole Knight',
			'guild.readMember',
			'ledger.endAttempt'
		]);
	});

	test('the audit log names run, issue and operator', async () => {
		const { ports, issue } = await wrongRoles();
		await fix(ports, issue);
		expect(new Set(ports.guild.reasons)).toEqual(new Set([`Reeve: run run_1, issue ${issue.id}, approved by grace (${OPERATOR})`]));
	});

	test.each([
		['an automatic fix', AUTOMATIC, undefined, 'automatic fix'],
		['an operator whose name is not known', OPERATOR, undefined, `approved by ${OPERATOR} (${OPERATOR})`]
	])('the audit log of %s', async (_, actor, actorName, told) => {
		const { ports, issue } = await doesNotPay();
		await fixIssue(ports, MAPPED, {
			issueId: issue.id,
			planHash: issue.planHash,
			actor,
			runId: 'run_7',
			...(actorName ? { actorName } : {})
		});
		expect(ports.guild.reasons).toEqual([`Reeve: run run_7, issue ${issue.id}, ${told}`]);
	});
});

describe('RESOLVED: the drift is gone, and nothing is touched', () => {
	test('the role was changed by hand between detection and fix', async () => {
		const { ports, issue } = await doesNotPay();
		ports.guild.join(ADA, 'Moderator');
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'RESOLVED', rolesBefore: [], rolesAfter: [] });
		expect(ports.touched).toBe(0);
		expect(statusOf(ports, issue)).toBe('RESOLVED');
	});

	test('the subscription was renewed between', async () => {
		const { ports, issue } = await doesNotPay();
		ports.billing.put(subscription({ status: 'active' }));
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'RESOLVED', rolesAfter: ['Knight'] });
		expect(ports.touched).toBe(0);
	});

	test.each([
		['on the customer', ADA, null],
		['on the subscription', null, ADA]
	])('a person who has subscribed with a new customer since the run keeps their role (named %s)', async (_, onCustomer, onSubscription) => {
		const { ports, issue } = await doesNotPay();
		ports.billing.customers.push(customer({ id: 'cus_new', metadataDiscordId: onCustomer }));
		ports.billing.put(subscription({ id: 'sub_new', customerId: 'cus_new', metadataDiscordId: onSubscription }));
		ports.billing.changedAt.set('cus_new', ago({ seconds: -600 }));
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'RESOLVED' });
		expect(ports.guild.holds(ADA)).toContain('Knight');
	});

	test('who subscribed in the very moment of the run keeps their role, even if Stripe’s clock is a little behind ours', async () => {
		const { ports, issue } = await doesNotPay();
		ports.billing.put(subscription({ id: 'sub_new', customerId: 'cus_new', metadataDiscordId: ADA }));
		ports.billing.changedAt.set('cus_new', ago({ seconds: 30 }));
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'RESOLVED' });
	});

	test('a new customer that names them but is spoken for by somebody else’s row does not count', async () => {
		const { ports, issue } = await doesNotPay();
		ports.billing.put(subscription({ id: 'sub_new', customerId: 'cus_new', metadataDiscordId: ADA }));
		ports.billing.changedAt.set('cus_new', ports.now());
		ports.ledger.rows = [row({ discordId: BOB, stripeCustomerId: 'cus_new' })];
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'FIXED' });
	});

	test('a person whom an operator has linked since the run keeps their role', async () => {
		const { ports, issue } = await doesNotPay();
		ports.ledger.rows = [row({ discordId: ADA, stripeCustomerId: 'cus_linked' })];
		ports.billing.put(subscription({ id: 'sub_2', customerId: 'cus_linked' }));
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'RESOLVED' });
	});

	test('a person who has been given a seat since the run keeps their role', async () => {
		const { ports, issue } = await doesNotPay();
		ports.ledger.rows = [row({ discordId: ADA, teamId: 't_1', seatTier: 'TEAM_MEMBER' })];
		ports.ledger.teams = [
			{ id: 't_1', name: 'Acme', stripeCustomerId: 'cus_team', ownerSeatCount: 1, teamSeatCount: 1, paymentFailedAt: null }
		];
		ports.billing.put(subscription({ id: 'sub_team', customerId: 'cus_team' }));
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'RESOLVED' });
	});

	test('they left meanwhile', async () => {
		const { ports, issue } = await doesNotPay();
		ports.guild.roles.delete(ADA);
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'RESOLVED', error: expect.stringMatching(/left the server/) });
		expect(ports.touched).toBe(0);
	});
});

describe('PLAN_CHANGED: nothing is touched, and the issue goes on with the new plan', () => {
	test('the drift is another by now', async () => {
		const { ports, issue } = await doesNotPay();
		ports.billing.put(subscription({ prices: ['price_lord'] }));
		const result = await ended(fix(ports, issue));
		expect(result).toMatchObject({
			outcome: 'PLAN_CHANGED',
			newDrift: { type: 'ROLE_MISMATCH', plan: { add: ['Lord'], remove: ['Knight'] } }
		});
		expect(ports.touched).toBe(0);
		const stored = ports.ledger.issues.get(issue.id);
		expect(stored).toMatchObject({ status: 'OPEN', plan: { add: ['Lord'], remove: ['Knight'] } });
		expect(await fix(ports, issue)).toMatchObject({ kind: 'plan-changed', issue: { plan: { add: ['Lord'] } } });
		expect(await ended(fix(ports, issue, { planHash: stored?.planHash ?? '' }))).toMatchObject({ outcome: 'FIXED' });
		expect(ports.guild.holds(ADA)).toEqual(['Lord', 'Moderator']);
	});

	test('somebody gave one more role by hand', async () => {
		const { ports, issue } = await doesNotPay();
		ports.guild.join(ADA, 'Knight', 'Lord');
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'PLAN_CHANGED', newDrift: { plan: { remove: ['Knight', 'Lord'] } } });
		expect(ports.guild.holds(ADA)).toEqual(['Knight', 'Lord']);
	});

	test('grace ran out between', async () => {
		const { ports, issue } = await found([], { status: 'past_due', unpaidSince: ago({ hours: 47 }) });
		expect(issue.plan.add).toEqual(['Knight']);
		ports.pass({ hours: 1 });
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'PLAN_CHANGED', newDrift: { plan: { add: ['Debtor'] } } });
	});

	test('a button that shows another plan is not obeyed', async () => {
		const { ports, issue } = await doesNotPay();
		expect(await fix(ports, issue, { planHash: 'deadbeef' })).toMatchObject({ kind: 'plan-changed', issue: { id: issue.id } });
		expect(ports.calls('billing', 'guild')).toEqual([]);
		expect(ports.ledger.attempts).toEqual([]);
	});
});

test('EXEMPT: exempted meanwhile, nothing is touched', async () => {
	const { ports, issue } = await doesNotPay();
	ports.ledger.exemptions = [exemption(ADA)];
	expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'EXEMPT', rolesBefore: ['Knight'], rolesAfter: ['Knight'] });
	expect(ports.touched).toBe(0);
});

describe('NOT_APPLIED: Discord accepted it and did not act', () => {
	test.each([
		['add Lord', ['Moderator']],
		['remove Knight', ['Knight', 'Lord', 'Moderator']]
	])('%s', async (ignored, holds) => {
		const { ports, issue } = await wrongRoles();
		ports.guild.ignores.add(ignored);
		const result = await ended(fix(ports, issue));
		expect(result).toMatchObject({ outcome: 'NOT_APPLIED', rolesAfter: holds.filter((role) => role !== 'Moderator') });
		expect(result.error).toMatch(/did not happen/);
		expect(ports.guild.holds(ADA)).toEqual(holds);
		expect(statusOf(ports, issue)).toBe('OPEN');
	});
});

describe('FAILED: an error is an outcome that leaves the issue open', () => {
	test('a failed add never removes', async () => {
		const { ports, issue } = await wrongRoles();
		ports.script.on('guild.addRole', refuse("Reeve's role is below Lord: drag it above."));
		const result = await ended(fix(ports, issue));
		expect(result).toMatchObject({
			outcome: 'FAILED',
			error: "Reeve's role is below Lord: drag it above.",
			rolesAfter: ['Debtor', 'Knight']
		});
		expect(ports.calls('guild.removeRole')).toEqual([]);
		expect(statusOf(ports, issue)).toBe('OPEN');
	});

	test('a failed take stops there, and the attempt says how far it came', async () => {
		const { ports, issue } = await wrongRoles();
		ports.script.on('guild.removeRole Debtor', refuse('The role Debtor was deleted.'));
		expect(await ended(fix(ports, issue))).toMatchObject({
			outcome: 'FAILED',
			rolesBefore: ['Debtor', 'Knight'],
			rolesAfter: ['Debtor', 'Knight', 'Lord'],
			error: 'The role Debtor was deleted.'
		});
		expect(ports.calls('guild.removeRole')).toEqual(['guild.removeRole Debtor']);
	});

	test.each(['billing.findCustomersNaming', 'billing.readCustomers', 'guild.readMember'])(
		'%s cannot be read: nothing is touched',
		async (call) => {
			const { ports, issue } = await doesNotPay();
			ports.script.on(call, () => {
				throw new SourceError('stripe', 'Stripe is away.');
			});
			expect(await ended(fix(ports, issue))).toMatchObject({
				outcome: 'FAILED',
				error: 'Stripe is away.',
				rolesBefore: null,
				rolesAfter: null
			});
			expect(ports.touched).toBe(0);
			expect(statusOf(ports, issue)).toBe('OPEN');
		}
	);

	test('a status that Reeve does not know: nothing is touched', async () => {
		const { ports, issue } = await doesNotPay();
		ports.billing.put(subscription({ status: 'suspended' }));
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'FAILED', error: expect.stringMatching(/status/) });
		expect(ports.touched).toBe(0);
	});

	test('who cannot be read back is not said to be mended', async () => {
		const { ports, issue } = await doesNotPay();
		ports.script.on('guild.removeRole', () => {
			ports.script.on('guild.readMember', () => {
				throw new SourceError('discord', 'Discord is away.');
			});
		});
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'FAILED', rolesBefore: ['Knight'], rolesAfter: null });
		expect(statusOf(ports, issue)).toBe('OPEN');
	});

	test('tried again when Discord lets it, the same issue is mended', async () => {
		const { ports, issue } = await doesNotPay();
		ports.script.once('guild.removeRole', refuse('Discord is away.'));
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'FAILED' });
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'FIXED' });
	});

	test('an error of the database is thrown, and its attempt is left to be settled', async () => {
		const { ports, issue } = await doesNotPay();
		ports.script.once('ledger.endAttempt', () => {
			throw new Error('connection lost');
		});
		await expect(fix(ports, issue)).rejects.toThrow('connection lost');
		ports.pass({ seconds: 31 });
		await recoverInterruptedAttempts(ports);
		expect(only(ports.ledger.attempts).end).toMatchObject({ outcome: 'FIXED', rolesBefore: ['Knight'], rolesAfter: [] });
	});
});

describe('one winner', () => {
	test('of 50 at once one mends it, the others hear who has it', async () => {
		const { ports, issue } = await doesNotPay();
		const results = await Promise.all(Array.from({ length: 50 }, (_, index) => fix(ports, issue, { actor: userId(100 + index) })));
		expect(results.filter(({ kind }) => kind === 'ended')).toHaveLength(1);
		expect(ports.calls('guild.removeRole')).toEqual(['guild.removeRole Knight']);
		const winner = only(ports.ledger.attempts).actor;
		for (const result of results) if (result.kind !== 'ended') expect(result).toMatchObject({ actor: winner });
	});

	test('who comes later hears what became of it', async () => {
		const { ports, issue } = await doesNotPay();
		await fix(ports, issue);
		expect(await fix(ports, issue, { actor: BOB })).toEqual({
			kind: 'settled',
			status: 'FIXED',
			actor: OPERATOR,
			at: ports.now(),
			undone: false,
			exempted: false
		});
	});

	test('drift that went away by itself has no actor', async () => {
		const { ports, issue } = await doesNotPay();
		ports.billing.put(subscription());
		await runReconciliation(ports, SETTINGS);
		expect(await fix(ports, issue)).toMatchObject({ kind: 'settled', status: 'RESOLVED', actor: null });
	});

	test('an issue that nobody knows is unknown', async () => {
		const { ports, issue } = await doesNotPay();
		expect(await fix(ports, { ...issue, id: 'issue_99' })).toEqual({ kind: 'unknown' });
	});

	test('whoever lost the claim while looking again touches nothing', async () => {
		const { ports, issue } = await doesNotPay();
		ports.script.once('ledger.renewClaim', () => {
			const mine = only(ports.ledger.attempts);
			mine.end = { outcome: 'INTERRUPTED', rolesBefore: null, rolesAfter: ['Knight'], error: 'settled by another', at: ports.now() };
		});
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'INTERRUPTED', rolesBefore: ['Knight'], rolesAfter: ['Knight'] });
		expect(ports.touched).toBe(0);
	});
});

describe('fixIssue whose heartbeat lapsed while it revalidated', () => {
	afterEach(() => {
		vi.useRealTimers();
	});

	test('touches no role, even if the claim could still be renewed', async () => {
		const { ports, issue } = await doesNotPay();
		vi.useFakeTimers({ toFake: ['Date'] });
		// The process is suspended for longer than the claim lives: another process may have recovered the attempt.
		ports.script.once('guild.readMember', () => vi.setSystemTime(Date.now() + 31_000));
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'INTERRUPTED', rolesBefore: ['Knight'], rolesAfter: ['Knight'] });
		expect(ports.touched).toBe(0);
	});
});

describe('INTERRUPTED attempts are settled', () => {
	/** A process died here. */
	async function stoppedAt(call: string): Promise<{ ports: FakePorts; issue: OpenIssue }> {
		const { ports, issue } = await wrongRoles();
		ports.script.once(call, () => {
			throw new Error('SIGKILL');
		});
		await expect(fix(ports, issue)).rejects.toThrow('SIGKILL');
		return { ports, issue };
	}

	test('only once the claim has expired', async () => {
		const { ports, issue } = await stoppedAt('guild.removeRole Debtor');
		ports.pass({ seconds: 29 });
		await recoverInterruptedAttempts(ports);
		expect(only(ports.ledger.attempts).end).toBeNull();
		expect(await fix(ports, issue, { actor: BOB })).toMatchObject({ kind: 'busy', actor: OPERATOR });
		ports.pass({ seconds: 1 });
		await recoverInterruptedAttempts(ports);
		expect(only(ports.ledger.attempts).end).toMatchObject({ outcome: 'INTERRUPTED' });
	});

	test('half-done: what is true now is written down, and the issue is open again', async () => {
		const { ports, issue } = await stoppedAt('guild.removeRole Debtor');
		ports.pass({ seconds: 31 });
		await recoverInterruptedAttempts(ports);
		expect(only(ports.ledger.attempts).end).toMatchObject({
			outcome: 'INTERRUPTED',
			rolesBefore: ['Debtor', 'Knight'],
			rolesAfter: ['Debtor', 'Knight', 'Lord'],
			error: expect.stringMatching(/stopped/)
		});
		expect(statusOf(ports, issue)).toBe('OPEN');
	});

	test('by a database that was away when the person was to be read back: what was done is written down later', async () => {
		const { ports, issue } = await wrongRoles();
		let reads = 0;
		ports.script.on('guild.readMember', () => {
			reads += 1;
			if (reads === 2) throw new SourceError('database', 'The database does not answer.');
		});
		await expect(fix(ports, issue)).rejects.toThrow('The database does not answer.');
		ports.pass({ seconds: 31 });
		await recoverInterruptedAttempts(ports);
		expect(only(ports.ledger.attempts).end).toMatchObject({ outcome: 'FIXED', rolesBefore: ['Debtor', 'Knight'], rolesAfter: ['Lord'] });
	});

	test('done but not said: FIXED', async () => {
		const { ports, issue } = await stoppedAt('ledger.endAttempt');
		ports.pass({ seconds: 31 });
		await recoverInterruptedAttempts(ports);
		expect(only(ports.ledger.attempts).end).toMatchObject({ outcome: 'FIXED', rolesAfter: ['Lord'] });
		expect(statusOf(ports, issue)).toBe('FIXED');
	});

	test('by whoever orders the same fix next, which does what the first one left of it', async () => {
		const { ports, issue } = await stoppedAt('guild.removeRole Debtor');
		ports.pass({ seconds: 31 });
		expect(await ended(fix(ports, issue, { actor: BOB }))).toMatchObject({
			outcome: 'FIXED',
			rolesBefore: ['Debtor', 'Knight', 'Lord'],
			rolesAfter: ['Lord']
		});
		expect(ports.calls('guild.addRole')).toEqual(['guild.addRole Lord']);
	});

	test('and when what the first one left is no part of its plan any more, nothing is touched', async () => {
		const { ports, issue } = await stoppedAt('guild.removeRole Debtor');
		ports.billing.subscriptions = ports.billing.subscriptions.map((each) => ({ ...each, status: 'canceled' }));
		ports.pass({ seconds: 31 });
		const touched = ports.touched;
		expect(await ended(fix(ports, issue, { actor: BOB }))).toMatchObject({
			outcome: 'PLAN_CHANGED',
			newDrift: { plan: { add: [], remove: ['Debtor', 'Knight', 'Lord'] } }
		});
		expect(ports.touched).toBe(touched);
	});

	test('a person who cannot be read is left to the next time: nothing is said of them that nobody knows', async () => {
		const { ports, issue } = await stoppedAt('guild.removeRole Debtor');
		ports.script.once('guild.readMember', () => {
			throw new SourceError('discord', 'Discord is away.');
		});
		ports.pass({ seconds: 31 });
		await recoverInterruptedAttempts(ports);
		expect(only(ports.ledger.attempts).end).toBeNull();
		expect(statusOf(ports, issue)).toBe('FIXING');
		ports.pass({ seconds: 61 });
		await recoverInterruptedAttempts(ports);
		expect(only(ports.ledger.attempts).end).toMatchObject({ outcome: 'INTERRUPTED', rolesAfter: ['Debtor', 'Knight', 'Lord'] });
	});

	test('a person who left the server is not said to be mended', async () => {
		const { ports, issue } = await stoppedAt('guild.addRole Lord');
		ports.guild.roles.delete(ADA);
		ports.pass({ seconds: 31 });
		await recoverInterruptedAttempts(ports);
		expect(only(ports.ledger.attempts).end).toMatchObject({ outcome: 'INTERRUPTED', rolesAfter: null });
		expect(statusOf(ports, issue)).toBe('OPEN');
	});

	test('stopped before a role was touched, what somebody else did by hand since is not claimed as a fix', async () => {
		const { ports } = await stoppedAt('ledger.renewClaim');
		ports.guild.join(ADA, 'Lord');
		ports.pass({ seconds: 31 });
		await recoverInterruptedAttempts(ports);
		expect(only(ports.ledger.attempts).end).toMatchObject({ outcome: 'RESOLVED', rolesBefore: null, rolesAfter: ['Lord'] });
	});

	test('with nothing interrupted, nobody is read', async () => {
		const ports = new FakePorts();
		await recoverInterruptedAttempts(ports);
		expect(ports.calls('guild')).toEqual([]);
		expect(ports.now()).toEqual(NOW);
	});
});
