import { describe, expect, test } from 'vitest';
import { AUTOMATIC, type FixOrder, type FixResult, fixIssue } from '../../src/reconciliation/fix.js';
import { RoleChangeError, SourceError } from '../../src/reconciliation/ports.js';
import { runReconciliation } from '../../src/reconciliation/run.js';
import { settleInterrupted } from '../../src/reconciliation/settle.js';
import type { OpenIssue } from '../../src/reconciliation/types.js';
import { ADA, ago, BOB, customer, exemption, MAPPED, NOW, only, person, row, subscription } from './builders.js';
import { FakeWorld, SETTINGS } from './fakes.js';

const OPERATOR = person(99);

/** Ada's one issue, found by a run an hour ago. */
async function found(holds: string[], given: Parameters<typeof subscription>[0]): Promise<{ world: FakeWorld; issue: OpenIssue }> {
	const world = new FakeWorld();
	world.billing.customers = [customer({ claimedBy: ADA })];
	world.billing.put(subscription(given));
	world.guild.join(ADA, ...holds);
	const result = await runReconciliation(world, SETTINGS);
	world.pass({ hours: 1 });
	world.script.calls.length = 0;
	return { world, issue: only(result?.issues ?? []) };
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
const fix = (world: FakeWorld, issue: OpenIssue, given: Partial<FixOrder> = {}) => fixIssue(world, MAPPED, order(issue, given));

async function ended(result: Promise<FixResult>): Promise<Extract<FixResult, { kind: 'ended' }>> {
	const told = await result;
	if (told.kind !== 'ended') throw new Error(`ended was expected, not ${told.kind}`);
	return told;
}

const statusOf = (world: FakeWorld, issue: OpenIssue) => world.ledger.issues.get(issue.id)?.status;
const refuse = (message: string) => () => {
	throw new RoleChangeError(message);
};

describe('FIXED', () => {
	test('the roles are as planned, were read back, and the attempt says before and after', async () => {
		const { world, issue } = await wrongRoles();
		const result = await ended(fix(world, issue));
		expect(result).toMatchObject({
			outcome: 'FIXED',
			rolesBefore: ['Debtor', 'Knight'],
			rolesAfter: ['Lord'],
			error: null,
			newDrift: null
		});
		expect(world.guild.holds(ADA)).toEqual(['Lord', 'Moderator']);
		expect(statusOf(world, issue)).toBe('FIXED');
		expect(only(world.ledger.attempts)).toMatchObject({
			actor: OPERATOR,
			runId: 'run_1',
			end: { outcome: 'FIXED', rolesBefore: ['Debtor', 'Knight'], rolesAfter: ['Lord'], at: world.now() }
		});
	});

	test('gives before it takes, one role at a time, and reads back after the last', async () => {
		const { world, issue } = await wrongRoles();
		await fix(world, issue);
		expect(world.calls('guild')).toEqual([
			'guild.readMember',
			'guild.addRole Lord',
			'guild.removeRole Debtor',
			'guild.removeRole Knight',
			'guild.readMember'
		]);
	});

	test('claims before it looks, writes down the roles before it touches one, and writes the end last', async () => {
		const { world, issue } = await doesNotPay();
		let before: unknown = null;
		world.script.on('guild.removeRole', () => {
			before = only(world.ledger.attempts).rolesBefore;
		});
		await fix(world, issue);
		expect(before).toEqual(['Knight']);
		expect(world.script.calls).toEqual([
			'ledger.interruptedAttempts',
			'ledger.claimIssue',
			'billing.customersNaming',
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
		const { world, issue } = await wrongRoles();
		await fix(world, issue);
		expect(new Set(world.guild.reasons)).toEqual(new Set([`Reeve: run run_1, issue ${issue.id}, approved by grace (${OPERATOR})`]));
	});

	test.each([
		['an automatic fix', AUTOMATIC, undefined, 'automatic fix'],
		['an operator whose name is not known', OPERATOR, undefined, `approved by ${OPERATOR} (${OPERATOR})`]
	])('the audit log of %s', async (_, actor, actorName, told) => {
		const { world, issue } = await doesNotPay();
		await fixIssue(world, MAPPED, {
			issueId: issue.id,
			planHash: issue.planHash,
			actor,
			runId: 'run_7',
			...(actorName ? { actorName } : {})
		});
		expect(world.guild.reasons).toEqual([`Reeve: run run_7, issue ${issue.id}, ${told}`]);
	});
});

describe('RESOLVED: the drift is gone, and nothing is touched', () => {
	test('the role was changed by hand between detection and fix', async () => {
		const { world, issue } = await doesNotPay();
		world.guild.join(ADA, 'Moderator');
		expect(await ended(fix(world, issue))).toMatchObject({ outcome: 'RESOLVED', rolesBefore: [], rolesAfter: [] });
		expect(world.touched).toBe(0);
		expect(statusOf(world, issue)).toBe('RESOLVED');
	});

	test('the subscription was renewed between', async () => {
		const { world, issue } = await doesNotPay();
		world.billing.put(subscription({ status: 'active' }));
		expect(await ended(fix(world, issue))).toMatchObject({ outcome: 'RESOLVED', rolesAfter: ['Knight'] });
		expect(world.touched).toBe(0);
	});

	test.each([
		['on the customer', ADA, null],
		['on the subscription', null, ADA]
	])('a person who has subscribed with a new customer since the run keeps their role (named %s)', async (_, onCustomer, onSubscription) => {
		const { world, issue } = await doesNotPay();
		world.billing.customers.push(customer({ id: 'cus_new', claimedBy: onCustomer }));
		world.billing.put(subscription({ id: 'sub_new', customerId: 'cus_new', claimedBy: onSubscription }));
		world.billing.changedAt.set('cus_new', ago({ seconds: -600 }));
		expect(await ended(fix(world, issue))).toMatchObject({ outcome: 'RESOLVED' });
		expect(world.guild.holds(ADA)).toContain('Knight');
	});

	test('who subscribed in the very moment of the run keeps their role, even if Stripe’s clock is a little behind ours', async () => {
		const { world, issue } = await doesNotPay();
		world.billing.put(subscription({ id: 'sub_new', customerId: 'cus_new', claimedBy: ADA }));
		world.billing.changedAt.set('cus_new', ago({ seconds: 30 }));
		expect(await ended(fix(world, issue))).toMatchObject({ outcome: 'RESOLVED' });
	});

	test('a new customer that names them but is spoken for by somebody else’s row does not count', async () => {
		const { world, issue } = await doesNotPay();
		world.billing.put(subscription({ id: 'sub_new', customerId: 'cus_new', claimedBy: ADA }));
		world.billing.changedAt.set('cus_new', world.now());
		world.ledger.rows = [row({ discordId: BOB, stripeCustomerId: 'cus_new' })];
		expect(await ended(fix(world, issue))).toMatchObject({ outcome: 'FIXED' });
	});

	test('a person whom an operator has linked since the run keeps their role', async () => {
		const { world, issue } = await doesNotPay();
		world.ledger.rows = [row({ discordId: ADA, stripeCustomerId: 'cus_linked' })];
		world.billing.put(subscription({ id: 'sub_2', customerId: 'cus_linked' }));
		expect(await ended(fix(world, issue))).toMatchObject({ outcome: 'RESOLVED' });
	});

	test('a person who has been given a seat since the run keeps their role', async () => {
		const { world, issue } = await doesNotPay();
		world.ledger.rows = [row({ discordId: ADA, teamId: 't_1', seatTier: 'TEAM_MEMBER' })];
		world.ledger.teams = [
			{ id: 't_1', name: 'Acme', stripeCustomerId: 'cus_team', ownerSeatCount: 1, teamSeatCount: 1, paymentFailedAt: null }
		];
		world.billing.put(subscription({ id: 'sub_team', customerId: 'cus_team' }));
		expect(await ended(fix(world, issue))).toMatchObject({ outcome: 'RESOLVED' });
	});

	test('they left meanwhile', async () => {
		const { world, issue } = await doesNotPay();
		world.guild.roles.delete(ADA);
		expect(await ended(fix(world, issue))).toMatchObject({ outcome: 'RESOLVED', error: expect.stringMatching(/left the server/) });
		expect(world.touched).toBe(0);
	});
});

describe('PLAN_CHANGED: nothing is touched, and the issue goes on with the new plan', () => {
	test('the drift is another by now', async () => {
		const { world, issue } = await doesNotPay();
		world.billing.put(subscription({ prices: ['price_lord'] }));
		const result = await ended(fix(world, issue));
		expect(result).toMatchObject({
			outcome: 'PLAN_CHANGED',
			newDrift: { type: 'ROLE_MISMATCH', plan: { add: ['Lord'], remove: ['Knight'] } }
		});
		expect(world.touched).toBe(0);
		const stored = world.ledger.issues.get(issue.id);
		expect(stored).toMatchObject({ status: 'OPEN', plan: { add: ['Lord'], remove: ['Knight'] } });
		expect(await fix(world, issue)).toMatchObject({ kind: 'plan-changed', issue: { plan: { add: ['Lord'] } } });
		expect(await ended(fix(world, issue, { planHash: stored?.planHash ?? '' }))).toMatchObject({ outcome: 'FIXED' });
		expect(world.guild.holds(ADA)).toEqual(['Lord', 'Moderator']);
	});

	test('somebody gave one more role by hand', async () => {
		const { world, issue } = await doesNotPay();
		world.guild.join(ADA, 'Knight', 'Lord');
		expect(await ended(fix(world, issue))).toMatchObject({ outcome: 'PLAN_CHANGED', newDrift: { plan: { remove: ['Knight', 'Lord'] } } });
		expect(world.guild.holds(ADA)).toEqual(['Knight', 'Lord']);
	});

	test('grace ran out between', async () => {
		const { world, issue } = await found([], { status: 'past_due', unpaidSince: ago({ hours: 47 }) });
		expect(issue.plan.add).toEqual(['Knight']);
		world.pass({ hours: 1 });
		expect(await ended(fix(world, issue))).toMatchObject({ outcome: 'PLAN_CHANGED', newDrift: { plan: { add: ['Debtor'] } } });
	});

	test('a button that shows another plan is not obeyed', async () => {
		const { world, issue } = await doesNotPay();
		expect(await fix(world, issue, { planHash: 'deadbeef' })).toMatchObject({ kind: 'plan-changed', issue: { id: issue.id } });
		expect(world.calls('billing', 'guild')).toEqual([]);
		expect(world.ledger.attempts).toEqual([]);
	});
});

test('EXEMPT: exempted meanwhile, nothing is touched', async () => {
	const { world, issue } = await doesNotPay();
	world.ledger.exemptions = [exemption(ADA)];
	expect(await ended(fix(world, issue))).toMatchObject({ outcome: 'EXEMPT', rolesBefore: ['Knight'], rolesAfter: ['Knight'] });
	expect(world.touched).toBe(0);
});

describe('NOT_APPLIED: Discord accepted it and did not act', () => {
	test.each([
		['add Lord', ['Moderator']],
		['remove Knight', ['Knight', 'Lord', 'Moderator']]
	])('%s', async (ignored, holds) => {
		const { world, issue } = await wrongRoles();
		world.guild.ignores.add(ignored);
		const result = await ended(fix(world, issue));
		expect(result).toMatchObject({ outcome: 'NOT_APPLIED', rolesAfter: holds.filter((role) => role !== 'Moderator') });
		expect(result.error).toMatch(/did not happen/);
		expect(world.guild.holds(ADA)).toEqual(holds);
		expect(statusOf(world, issue)).toBe('OPEN');
	});
});

describe('FAILED: an error is an outcome that leaves the issue open', () => {
	test('a failed add never removes', async () => {
		const { world, issue } = await wrongRoles();
		world.script.on('guild.addRole', refuse("Reeve's role is below Lord: drag it above."));
		const result = await ended(fix(world, issue));
		expect(result).toMatchObject({
			outcome: 'FAILED',
			error: "Reeve's role is below Lord: drag it above.",
			rolesAfter: ['Debtor', 'Knight']
		});
		expect(world.calls('guild.removeRole')).toEqual([]);
		expect(statusOf(world, issue)).toBe('OPEN');
	});

	test('a failed take stops there, and the attempt says how far it came', async () => {
		const { world, issue } = await wrongRoles();
		world.script.on('guild.removeRole Debtor', refuse('The role Debtor was deleted.'));
		expect(await ended(fix(world, issue))).toMatchObject({
			outcome: 'FAILED',
			rolesBefore: ['Debtor', 'Knight'],
			rolesAfter: ['Debtor', 'Knight', 'Lord'],
			error: 'The role Debtor was deleted.'
		});
		expect(world.calls('guild.removeRole')).toEqual(['guild.removeRole Debtor']);
	});

	test.each(['billing.customersNaming', 'billing.readCustomers', 'guild.readMember'])(
		'%s cannot be read: nothing is touched',
		async (call) => {
			const { world, issue } = await doesNotPay();
			world.script.on(call, () => {
				throw new SourceError('stripe', 'Stripe is away.');
			});
			expect(await ended(fix(world, issue))).toMatchObject({
				outcome: 'FAILED',
				error: 'Stripe is away.',
				rolesBefore: null,
				rolesAfter: null
			});
			expect(world.touched).toBe(0);
			expect(statusOf(world, issue)).toBe('OPEN');
		}
	);

	test('a status that Reeve does not know: nothing is touched', async () => {
		const { world, issue } = await doesNotPay();
		world.billing.put(subscription({ status: 'suspended' }));
		expect(await ended(fix(world, issue))).toMatchObject({ outcome: 'FAILED', error: expect.stringMatching(/status/) });
		expect(world.touched).toBe(0);
	});

	test('who cannot be read back is not said to be mended', async () => {
		const { world, issue } = await doesNotPay();
		world.script.on('guild.removeRole', () => {
			world.script.on('guild.readMember', () => {
				throw new SourceError('discord', 'Discord is away.');
			});
		});
		expect(await ended(fix(world, issue))).toMatchObject({ outcome: 'FAILED', rolesBefore: ['Knight'], rolesAfter: null });
		expect(statusOf(world, issue)).toBe('OPEN');
	});

	test('tried again when Discord lets it, the same issue is mended', async () => {
		const { world, issue } = await doesNotPay();
		world.script.once('guild.removeRole', refuse('Discord is away.'));
		expect(await ended(fix(world, issue))).toMatchObject({ outcome: 'FAILED' });
		expect(await ended(fix(world, issue))).toMatchObject({ outcome: 'FIXED' });
	});

	test('an error of the database is thrown, and its attempt is left to be settled', async () => {
		const { world, issue } = await doesNotPay();
		world.script.once('ledger.endAttempt', () => {
			throw new Error('connection lost');
		});
		await expect(fix(world, issue)).rejects.toThrow('connection lost');
		world.pass({ seconds: 31 });
		await settleInterrupted(world);
		expect(only(world.ledger.attempts).end).toMatchObject({ outcome: 'FIXED', rolesBefore: ['Knight'], rolesAfter: [] });
	});
});

describe('one winner', () => {
	test('of 50 at once one mends it, the others hear who has it', async () => {
		const { world, issue } = await doesNotPay();
		const results = await Promise.all(Array.from({ length: 50 }, (_, index) => fix(world, issue, { actor: person(100 + index) })));
		expect(results.filter(({ kind }) => kind === 'ended')).toHaveLength(1);
		expect(world.calls('guild.removeRole')).toEqual(['guild.removeRole Knight']);
		const winner = only(world.ledger.attempts).actor;
		for (const result of results) if (result.kind !== 'ended') expect(result).toMatchObject({ actor: winner });
	});

	test('who comes later hears what became of it', async () => {
		const { world, issue } = await doesNotPay();
		await fix(world, issue);
		expect(await fix(world, issue, { actor: BOB })).toEqual({
			kind: 'settled',
			status: 'FIXED',
			actor: OPERATOR,
			at: world.now(),
			undone: false,
			exempted: false
		});
	});

	test('drift that went away by itself has no actor', async () => {
		const { world, issue } = await doesNotPay();
		world.billing.put(subscription());
		await runReconciliation(world, SETTINGS);
		expect(await fix(world, issue)).toMatchObject({ kind: 'settled', status: 'RESOLVED', actor: null });
	});

	test('an issue that nobody knows is unknown', async () => {
		const { world, issue } = await doesNotPay();
		expect(await fix(world, { ...issue, id: 'issue_99' })).toEqual({ kind: 'unknown' });
	});

	test('whoever lost the claim while looking again touches nothing', async () => {
		const { world, issue } = await doesNotPay();
		world.script.once('ledger.renewClaim', () => {
			const mine = only(world.ledger.attempts);
			mine.end = { outcome: 'INTERRUPTED', rolesBefore: null, rolesAfter: ['Knight'], error: 'settled by another', at: world.now() };
		});
		expect(await ended(fix(world, issue))).toMatchObject({ outcome: 'INTERRUPTED', rolesBefore: ['Knight'], rolesAfter: ['Knight'] });
		expect(world.touched).toBe(0);
	});
});

describe('INTERRUPTED attempts are settled', () => {
	/** A process died here. */
	async function stoppedAt(call: string): Promise<{ world: FakeWorld; issue: OpenIssue }> {
		const { world, issue } = await wrongRoles();
		world.script.once(call, () => {
			throw new Error('SIGKILL');
		});
		await expect(fix(world, issue)).rejects.toThrow('SIGKILL');
		return { world, issue };
	}

	test('only once the claim has expired', async () => {
		const { world, issue } = await stoppedAt('guild.removeRole Debtor');
		world.pass({ seconds: 29 });
		await settleInterrupted(world);
		expect(only(world.ledger.attempts).end).toBeNull();
		expect(await fix(world, issue, { actor: BOB })).toMatchObject({ kind: 'busy', actor: OPERATOR });
		world.pass({ seconds: 1 });
		await settleInterrupted(world);
		expect(only(world.ledger.attempts).end).toMatchObject({ outcome: 'INTERRUPTED' });
	});

	test('half-done: what is true now is written down, and the issue is open again', async () => {
		const { world, issue } = await stoppedAt('guild.removeRole Debtor');
		world.pass({ seconds: 31 });
		await settleInterrupted(world);
		expect(only(world.ledger.attempts).end).toMatchObject({
			outcome: 'INTERRUPTED',
			rolesBefore: ['Debtor', 'Knight'],
			rolesAfter: ['Debtor', 'Knight', 'Lord'],
			error: expect.stringMatching(/stopped/)
		});
		expect(statusOf(world, issue)).toBe('OPEN');
	});

	test('by a database that was away when the person was to be read back: what was done is written down later', async () => {
		const { world, issue } = await wrongRoles();
		let reads = 0;
		world.script.on('guild.readMember', () => {
			reads += 1;
			if (reads === 2) throw new SourceError('database', 'The database does not answer.');
		});
		await expect(fix(world, issue)).rejects.toThrow('The database does not answer.');
		world.pass({ seconds: 31 });
		await settleInterrupted(world);
		expect(only(world.ledger.attempts).end).toMatchObject({ outcome: 'FIXED', rolesBefore: ['Debtor', 'Knight'], rolesAfter: ['Lord'] });
	});

	test('done but not said: FIXED', async () => {
		const { world, issue } = await stoppedAt('ledger.endAttempt');
		world.pass({ seconds: 31 });
		await settleInterrupted(world);
		expect(only(world.ledger.attempts).end).toMatchObject({ outcome: 'FIXED', rolesAfter: ['Lord'] });
		expect(statusOf(world, issue)).toBe('FIXED');
	});

	test('by whoever orders the same fix next, which does what the first one left of it', async () => {
		const { world, issue } = await stoppedAt('guild.removeRole Debtor');
		world.pass({ seconds: 31 });
		expect(await ended(fix(world, issue, { actor: BOB }))).toMatchObject({
			outcome: 'FIXED',
			rolesBefore: ['Debtor', 'Knight', 'Lord'],
			rolesAfter: ['Lord']
		});
		expect(world.calls('guild.addRole')).toEqual(['guild.addRole Lord']);
	});

	test('and when what the first one left is no part of its plan any more, nothing is touched', async () => {
		const { world, issue } = await stoppedAt('guild.removeRole Debtor');
		world.billing.subscriptions = world.billing.subscriptions.map((each) => ({ ...each, status: 'canceled' }));
		world.pass({ seconds: 31 });
		const touched = world.touched;
		expect(await ended(fix(world, issue, { actor: BOB }))).toMatchObject({
			outcome: 'PLAN_CHANGED',
			newDrift: { plan: { add: [], remove: ['Debtor', 'Knight', 'Lord'] } }
		});
		expect(world.touched).toBe(touched);
	});

	test('a person who cannot be read is left to the next time: nothing is said of them that nobody knows', async () => {
		const { world, issue } = await stoppedAt('guild.removeRole Debtor');
		world.script.once('guild.readMember', () => {
			throw new SourceError('discord', 'Discord is away.');
		});
		world.pass({ seconds: 31 });
		await settleInterrupted(world);
		expect(only(world.ledger.attempts).end).toBeNull();
		expect(statusOf(world, issue)).toBe('FIXING');
		world.pass({ seconds: 61 });
		await settleInterrupted(world);
		expect(only(world.ledger.attempts).end).toMatchObject({ outcome: 'INTERRUPTED', rolesAfter: ['Debtor', 'Knight', 'Lord'] });
	});

	test('a person who left the server is not said to be mended', async () => {
		const { world, issue } = await stoppedAt('guild.addRole Lord');
		world.guild.roles.delete(ADA);
		world.pass({ seconds: 31 });
		await settleInterrupted(world);
		expect(only(world.ledger.attempts).end).toMatchObject({ outcome: 'INTERRUPTED', rolesAfter: null });
		expect(statusOf(world, issue)).toBe('OPEN');
	});

	test('stopped before a role was touched, what somebody else did by hand since is not claimed as a fix', async () => {
		const { world } = await stoppedAt('ledger.renewClaim');
		world.guild.join(ADA, 'Lord');
		world.pass({ seconds: 31 });
		await settleInterrupted(world);
		expect(only(world.ledger.attempts).end).toMatchObject({ outcome: 'RESOLVED', rolesBefore: null, rolesAfter: ['Lord'] });
	});

	test('with nothing interrupted, nobody is read', async () => {
		const world = new FakeWorld();
		await settleInterrupted(world);
		expect(world.calls('guild')).toEqual([]);
		expect(world.now()).toEqual(NOW);
	});
});
