import { afterEach, describe, expect, it, vi } from 'vitest';
import type { OpenIssue } from '../../../src/reconciliation/domain/issue.js';
import { RoleChangeError, SourceError } from '../../../src/reconciliation/domain/ports.js';
import { AUTOMATIC } from '../../../src/reconciliation/fixes/attempt.js';
import { type FixOrder, type FixResult, fixIssue } from '../../../src/reconciliation/fixes/fix.js';
import { recoverInterruptedAttempts } from '../../../src/reconciliation/fixes/recover.js';
import { runReconciliation } from '../../../src/reconciliation/runs/run.js';
import { ADA, ago, BOB, customer, exemption, MAPPED, NOW, only, row, subscription, team, userId } from '../builders.js';
import { FakePorts, SETTINGS } from '../fakes.js';

const OPERATOR = userId(99);

/** Ada's only issue, found by a run an hour ago. */
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

/** Does not pay; holds Knight, and Moderator, which is not managed. */
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
	const actual = await result;
	if (actual.kind !== 'ended') throw new Error(`expected ended, got ${actual.kind}`);
	return actual;
}

const statusOf = (ports: FakePorts, issue: OpenIssue) => ports.ledger.issues.get(issue.id)?.status;
const refuse = (message: string) => () => {
	throw new RoleChangeError(message);
};

describe('fixIssue → FIXED', () => {
	it('applies the plan, reads the roles back and stores them before and after', async () => {
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

	it('adds before it removes, one role at a time, and reads back after the last', async () => {
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

	it('claims before it revalidates, records the roles before it changes one, and stores the outcome last', async () => {
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
			'ledger.beginChange',
			'guild.removeRole Knight',
			'ledger.endChange',
			'guild.readMember',
			'ledger.endAttempt'
		]);
	});

	it("names the cause, the operator and the run in Discord's audit log", async () => {
		const { ports, issue } = await wrongRoles();
		await fix(ports, issue);
		expect(new Set(ports.guild.reasons)).toEqual(
			new Set(['Reeve: Lord paid, subscribed on 2 Nov 2025 (sub_1) · approved by @grace · run run_1'])
		);
	});

	it("keeps within what Discord's audit log takes", async () => {
		const { ports, issue } = await found(['Knight'], { status: 'canceled', id: `sub_${'x'.repeat(600)}` });
		await fix(ports, issue, { actorName: '🙂'.repeat(300) });
		const [reason = ''] = ports.guild.reasons;
		expect(reason.length).toBeLessThanOrEqual(512);
		expect(reason).toMatch(/^Reeve: Knight ended \(sub_x+… · approved by @.*… · run run_1$/u);
		expect(reason.isWellFormed()).toBe(true);
	});

	it.each([
		['an automatic fix', AUTOMATIC, undefined, 'auto-fix'],
		['an operator whose name is not known', OPERATOR, undefined, `approved by ${OPERATOR}`],
		['an operator with a long name', OPERATOR, 'long '.repeat(200), `approved by @${'long '.repeat(7)}lon…`]
	])("names %s in Discord's audit log", async (_, actor, actorName, authority) => {
		const { ports, issue } = await found(['Knight'], { status: 'canceled', endedAt: ago({ days: 3 }) });
		await fixIssue(ports, MAPPED, {
			issueId: issue.id,
			planHash: issue.planHash,
			actor,
			runId: 'cmwzqg00k0000abcdefghijkl',
			...(actorName ? { actorName } : {})
		});
		expect(ports.guild.reasons).toEqual([`Reeve: Knight ended 7 Feb (sub_1) · ${authority} · run cmwzqg00k`]);
	});
});

describe('fixIssue → RESOLVED, touching nothing', () => {
	it('when the member holds what is known to be theirs, whatever is unknown besides', async () => {
		const { ports, issue } = await found([], {});
		ports.guild.join(ADA, 'Knight');
		ports.billing.put(subscription({ id: 'sub_2', status: 'frozen' }));
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'RESOLVED' });
	});

	it('when the role was changed by hand since the run', async () => {
		const { ports, issue } = await doesNotPay();
		ports.guild.join(ADA, 'Moderator');
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'RESOLVED', rolesBefore: [], rolesAfter: [] });
		expect(ports.touched).toBe(0);
		expect(statusOf(ports, issue)).toBe('RESOLVED');
	});

	it('when the subscription was renewed since the run', async () => {
		const { ports, issue } = await doesNotPay();
		ports.billing.put(subscription({ status: 'active' }));
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'RESOLVED', rolesAfter: ['Knight'] });
		expect(ports.touched).toBe(0);
	});

	it.each([
		['on the customer', ADA, null],
		['on the subscription', null, ADA]
	])('when the member subscribed with a new customer since the run (named %s)', async (_, onCustomer, onSubscription) => {
		const { ports, issue } = await doesNotPay();
		ports.billing.customers.push(customer({ id: 'cus_new', metadataDiscordId: onCustomer }));
		ports.billing.put(subscription({ id: 'sub_new', customerId: 'cus_new', metadataDiscordId: onSubscription }));
		ports.billing.changedAt.set('cus_new', ago({ seconds: -600 }));
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'RESOLVED' });
		expect(ports.guild.holds(ADA)).toContain('Knight');
	});

	it('when the member subscribed during the run and Stripe’s clock is behind ours', async () => {
		const { ports, issue } = await doesNotPay();
		ports.billing.put(subscription({ id: 'sub_new', customerId: 'cus_new', metadataDiscordId: ADA }));
		ports.billing.changedAt.set('cus_new', ago({ seconds: 30 }));
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'RESOLVED' });
	});

	it('when an operator linked the member since the run', async () => {
		const { ports, issue } = await doesNotPay();
		ports.ledger.rows = [row({ discordId: ADA, stripeCustomerId: 'cus_linked' })];
		ports.billing.put(subscription({ id: 'sub_2', customerId: 'cus_linked' }));
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'RESOLVED' });
	});

	it('when the member was given a team seat since the run', async () => {
		const { ports, issue } = await doesNotPay();
		ports.ledger.rows = [row({ discordId: ADA, teamId: 't_1', seatTier: 'TEAM_MEMBER' })];
		ports.ledger.teams = [
			{ id: 't_1', name: 'Acme', stripeCustomerId: 'cus_team', ownerSeatCount: 1, teamSeatCount: 1, paymentFailedAt: null }
		];
		ports.billing.put(subscription({ id: 'sub_team', customerId: 'cus_team' }));
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'RESOLVED' });
	});

	it('when the member left the server', async () => {
		const { ports, issue } = await doesNotPay();
		ports.guild.roles.delete(ADA);
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'RESOLVED', error: expect.stringMatching(/left the server/) });
		expect(ports.touched).toBe(0);
	});
});

describe('fixIssue → PLAN_CHANGED, touching nothing and updating the issue', () => {
	it('when the drift has changed, and then fixes the new plan', async () => {
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

	it('when the member was given another role by hand', async () => {
		const { ports, issue } = await doesNotPay();
		ports.guild.join(ADA, 'Knight', 'Lord');
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'PLAN_CHANGED', newDrift: { plan: { remove: ['Knight', 'Lord'] } } });
		expect(ports.guild.holds(ADA)).toEqual(['Knight', 'Lord']);
	});

	it.each([
		['tidies', { prices: ['price_lord'] }],
		['lowers', {}]
	] as const)('when the same plan %s access no more, but takes all of it', async (effect, given) => {
		const { ports, issue } = await found(['Knight', 'Lord'], given);
		expect(issue.effect).toBe(effect);
		ports.guild.join(ADA, ...issue.plan.remove);
		ports.billing.put(subscription({ status: 'canceled' }));
		expect(await ended(fix(ports, issue))).toMatchObject({
			outcome: 'PLAN_CHANGED',
			newDrift: { effect: 'removes', plan: issue.plan }
		});
		expect(ports.touched).toBe(0);
		// What the operator pressed showed another effect, and stays refused.
		expect(await fix(ports, issue)).toMatchObject({ kind: 'plan-changed', issue: { effect: 'removes' } });
		const planHash = ports.ledger.issues.get(issue.id)?.planHash ?? '';
		expect(await ended(fix(ports, issue, { planHash }))).toMatchObject({ outcome: 'FIXED' });
	});

	it('when the grace period ended since the run', async () => {
		const { ports, issue } = await found([], { status: 'past_due', unpaidSince: ago({ hours: 47 }) });
		expect(issue.plan.add).toEqual(['Knight']);
		ports.pass({ hours: 1 });
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'PLAN_CHANGED', newDrift: { plan: { add: ['Debtor'] } } });
	});

	it('refuses a button that shows another plan', async () => {
		const { ports, issue } = await doesNotPay();
		expect(await fix(ports, issue, { planHash: 'deadbeef' })).toMatchObject({ kind: 'plan-changed', issue: { id: issue.id } });
		expect(ports.calls('billing', 'guild')).toEqual([]);
		expect(ports.ledger.attempts).toEqual([]);
	});
});

it('fixIssue → EXEMPT, touching nothing, when the member was exempted since the run', async () => {
	const { ports, issue } = await doesNotPay();
	ports.ledger.exemptions = [exemption(ADA)];
	expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'EXEMPT', rolesBefore: ['Knight'], rolesAfter: ['Knight'] });
	expect(ports.touched).toBe(0);
});

describe('fixIssue → NOT_APPLIED when Discord accepts a change without applying it', () => {
	it.each([
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

describe('fixIssue → FAILED, leaving the issue open', () => {
	it('removes no role after a failed add', async () => {
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

	it('stops at a failed removal and stores the roles reached', async () => {
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

	it.each(['billing.findCustomersNaming', 'billing.readCustomers', 'guild.readMember'])('touches nothing when %s fails', async (call) => {
		const { ports, issue } = await doesNotPay();
		ports.script.on(call, () => {
			throw new SourceError('stripe', 'Stripe is down.');
		});
		expect(await ended(fix(ports, issue))).toMatchObject({
			outcome: 'FAILED',
			error: 'Stripe is down.',
			rolesBefore: null,
			rolesAfter: null
		});
		expect(ports.touched).toBe(0);
		expect(statusOf(ports, issue)).toBe('OPEN');
	});

	it('touches nothing when a subscription has an unknown status', async () => {
		const { ports, issue } = await doesNotPay();
		ports.billing.put(subscription({ status: 'suspended' }));
		expect(await ended(fix(ports, issue))).toMatchObject({
			outcome: 'FAILED',
			error: expect.stringMatching(/the status "suspended".*Nothing was changed; install the newest version/)
		});
		expect(ports.touched).toBe(0);
	});

	it('takes nothing when something became unknown since the plan was made, and asks again for the grant that remains', async () => {
		const { ports, issue } = await found(['Knight'], { prices: ['price_lord'] });
		ports.billing.put(subscription({ id: 'sub_2', status: 'suspended' }));
		expect(await ended(fix(ports, issue))).toMatchObject({
			outcome: 'PLAN_CHANGED',
			newDrift: { plan: { add: ['Lord'], remove: [] } }
		});
		expect(ports.touched).toBe(0);
	});

	it('when the member cannot be read back', async () => {
		const { ports, issue } = await doesNotPay();
		ports.script.on('guild.removeRole', () => {
			ports.script.on('guild.readMember', () => {
				throw new SourceError('discord', 'Discord is down.');
			});
		});
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'FAILED', rolesBefore: ['Knight'], rolesAfter: null });
		expect(statusOf(ports, issue)).toBe('OPEN');
	});

	it('fixes the same issue on the next attempt', async () => {
		const { ports, issue } = await doesNotPay();
		ports.script.once('guild.removeRole', refuse('Discord is down.'));
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'FAILED' });
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'FIXED' });
	});

	it('throws a database error and leaves the attempt for recovery', async () => {
		const { ports, issue } = await doesNotPay();
		ports.script.once('ledger.endAttempt', () => {
			throw new Error('connection lost');
		});
		await expect(fix(ports, issue)).rejects.toThrow('connection lost');
		ports.pass({ seconds: 31 });
		await recoverInterruptedAttempts(ports);
		expect(only(ports.ledger.attempts).end).toMatchObject({ outcome: 'FIXED', rolesBefore: ['Knight'], rolesAfter: [] });
	});

	it('touches nothing if a seat since the run has the member’s ID, rounded', async () => {
		const { ports, issue } = await doesNotPay();
		ports.ledger.rows = [row({ discordId: '100000000000000000', teamId: 't_1' })];
		ports.ledger.teams = [team()];
		ports.billing.put(subscription({ id: 'sub_team', customerId: 'cus_team' }));
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'FAILED', error: expect.stringContaining('rounded') });
		expect(ports.touched).toBe(0);
	});

	it('does not take the ID of another member of the guild for the member’s, rounded', async () => {
		const { ports, issue } = await doesNotPay();
		const other = '100000000000000000';
		ports.guild.join(other);
		ports.ledger.rows = [row({ discordId: other, teamId: 't_1' })];
		ports.ledger.teams = [team()];
		ports.billing.put(subscription({ id: 'sub_team', customerId: 'cus_team' }));
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'FIXED' });
	});

	it('touches nothing if Stripe no longer has a customer that the run had seen: the key may be another account’s', async () => {
		const { ports, issue } = await doesNotPay();
		ports.billing.customers = [];
		ports.billing.subscriptions = [];
		expect(await ended(fix(ports, issue))).toMatchObject({
			outcome: 'FAILED',
			error: expect.stringContaining('no longer has the customer cus_1')
		});
		expect(ports.touched).toBe(0);
	});

	it('touches nothing if Stripe no longer has the customer of the member’s row', async () => {
		const { ports, issue } = await doesNotPay();
		ports.ledger.rows = [row({ discordId: ADA, stripeCustomerId: 'cus_typo' })];
		expect(await ended(fix(ports, issue))).toMatchObject({
			outcome: 'FAILED',
			error: expect.stringContaining('cus_typo, a customer that Stripe does not have')
		});
		expect(ports.touched).toBe(0);
	});

	it.each([
		[
			'a row gives it to another member',
			{ metadataDiscordId: ADA },
			[row({ discordId: BOB, stripeCustomerId: 'cus_new' })],
			'gives it to someone else'
		],
		['its ID cannot be read', { metadataDiscordId: `"${ADA}"` }, [], 'which may mean them'],
		['it is rounded', { metadataDiscordId: '100000000000000000' }, [], 'rounded']
	])('touches nothing if a new customer may pay for the member, but %s', async (_, given, rows, why) => {
		const { ports, issue } = await doesNotPay();
		ports.billing.put(subscription({ id: 'sub_new', customerId: 'cus_new', ...given }));
		ports.billing.changedAt.set('cus_new', ports.now());
		ports.ledger.rows = rows;
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'FAILED', error: expect.stringContaining(why) });
		expect(ports.touched).toBe(0);
	});
});

describe('fixIssue after a call has waited for its turn', () => {
	/** In debt beyond the grace period; holds Lord. */
	const inDebt = () => found(['Lord', 'Moderator'], { status: 'past_due', prices: ['price_lord'], unpaidSince: ago({ hours: 100 }) });
	const pays = (ports: FakePorts) => ports.billing.put(subscription({ prices: ['price_lord'] }));
	const scheduled = (ports: FakePorts) => Object.assign(only(ports.ledger.runs), { triggeredBy: 'scheduled' });
	/** Before this change, 13 seconds pass, and this happens. */
	function during(ports: FakePorts, change: string, happens: () => void): void {
		ports.guild.waitForTurn = (waiting) => {
			if (waiting !== change) return;
			ports.pass({ seconds: 13 });
			happens();
		};
	}
	const looks = (ports: FakePorts) => ports.calls('billing.readCustomers').length;

	it('looks again, and revokes no role of a member who has paid meanwhile', async () => {
		const { ports, issue } = await doesNotPay();
		during(ports, 'remove Knight', () => ports.billing.put(subscription()));
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'RESOLVED', rolesBefore: ['Knight'], rolesAfter: ['Knight'] });
		expect(ports.touched).toBe(0);
		expect(looks(ports)).toBe(2);
	});

	it('takes back what it has granted if the member should have their old roles after all', async () => {
		const { ports, issue } = await inDebt();
		during(ports, 'remove Lord', () => pays(ports));
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'RESOLVED', rolesBefore: ['Lord'], rolesAfter: ['Lord'] });
		expect(ports.calls('guild.addRole', 'guild.removeRole')).toEqual(['guild.addRole Debtor', 'guild.removeRole Debtor']);
		expect(statusOf(ports, issue)).toBe('RESOLVED');
	});

	it('stops with the new plan if another one is right by now', async () => {
		const { ports, issue } = await wrongRoles();
		during(ports, 'remove Debtor', () => ports.billing.put(subscription({ status: 'canceled' })));
		expect(await ended(fix(ports, issue))).toMatchObject({
			outcome: 'PLAN_CHANGED',
			rolesBefore: ['Debtor', 'Knight'],
			rolesAfter: ['Debtor', 'Knight', 'Lord'],
			newDrift: { plan: { add: [], remove: ['Debtor', 'Knight', 'Lord'] } }
		});
		expect(ports.calls('guild.removeRole')).toEqual([]);
	});

	it('applies the rest of the plan if it is still right', async () => {
		const { ports, issue } = await wrongRoles();
		during(ports, 'remove Debtor', () => {});
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'FIXED', rolesAfter: ['Lord'] });
		expect(ports.touched).toBe(3);
	});

	it('does not look again within two seconds', async () => {
		const { ports, issue } = await wrongRoles();
		ports.guild.waitForTurn = (change) => ports.pass({ seconds: change === 'add Lord' ? 1.9 : 0 });
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'FIXED' });
		expect(looks(ports)).toBe(1);
	});

	it('revokes nothing if a source cannot be read any more', async () => {
		const { ports, issue } = await doesNotPay();
		during(ports, 'remove Knight', () =>
			ports.script.on('billing.readCustomers', () => {
				throw new SourceError('stripe', 'Stripe is down.');
			})
		);
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'FAILED', error: 'Stripe is down.' });
		expect(ports.touched).toBe(0);
	});

	it('neither repeats nor continues after a change that Discord accepted without applying it', async () => {
		const { ports, issue } = await wrongRoles();
		ports.guild.ignores.add('add Lord');
		during(ports, 'remove Debtor', () => {});
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'NOT_APPLIED', rolesAfter: ['Debtor', 'Knight'] });
		expect(ports.calls('guild.addRole', 'guild.removeRole')).toEqual(['guild.addRole Lord']);
	});

	it('fails, touching nothing, if each look is out of date before the call can be made', async () => {
		const { ports, issue } = await doesNotPay();
		ports.script.on('ledger.beginChange', () => ports.pass({ seconds: 3 }));
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'FAILED', error: expect.stringContaining('too slowly') });
		expect(ports.touched).toBe(0);
		expect(looks(ports)).toBe(5);
	});

	it.each([
		['without a further look', 0],
		['with a further look', 13]
	])('changes no role of a member exempted meanwhile, %s', async (_, seconds) => {
		const { ports, issue } = await doesNotPay();
		ports.guild.waitForTurn = () => {
			ports.pass({ seconds });
			ports.ledger.exemptions = [exemption(ADA)];
		};
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'EXEMPT', rolesBefore: ['Knight'], rolesAfter: ['Knight'] });
		expect(ports.touched).toBe(0);
		expect(statusOf(ports, issue)).toBe('RESOLVED');
	});

	it('leaves the roles of a member exempted half-way as they are then', async () => {
		const { ports, issue } = await inDebt();
		during(ports, 'remove Lord', () => {
			ports.ledger.exemptions = [exemption(ADA)];
		});
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'EXEMPT', rolesBefore: ['Lord'], rolesAfter: ['Debtor', 'Lord'] });
		expect(ports.touched).toBe(1);
	});

	it('stops an automatic fix of a scheduled run when an operator pauses the daily runs', async () => {
		const { ports, issue } = await doesNotPay();
		scheduled(ports);
		ports.guild.waitForTurn = () => {
			ports.ledger.paused = true;
		};
		expect(await ended(fix(ports, issue, { actor: AUTOMATIC }))).toMatchObject({
			outcome: 'FAILED',
			error: expect.stringContaining('paused the daily runs')
		});
		expect(ports.touched).toBe(0);
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'FIXED' });
	});
});

describe('fixIssue among concurrent orders', () => {
	it('lets one of 50 fix the issue and names it to the others', async () => {
		const { ports, issue } = await doesNotPay();
		const results = await Promise.all(Array.from({ length: 50 }, (_, index) => fix(ports, issue, { actor: userId(100 + index) })));
		expect(results.filter(({ kind }) => kind === 'ended')).toHaveLength(1);
		expect(ports.calls('guild.removeRole')).toEqual(['guild.removeRole Knight']);
		const winner = only(ports.ledger.attempts).actor;
		for (const result of results) if (result.kind !== 'ended') expect(result).toMatchObject({ actor: winner });
	});

	it('returns the outcome to a later order', async () => {
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

	it('returns no actor for drift that went away by itself', async () => {
		const { ports, issue } = await doesNotPay();
		ports.billing.put(subscription());
		await runReconciliation(ports, SETTINGS);
		expect(await fix(ports, issue)).toMatchObject({ kind: 'settled', status: 'RESOLVED', actor: null });
	});

	it('returns unknown for an unknown issue', async () => {
		const { ports, issue } = await doesNotPay();
		expect(await fix(ports, { ...issue, id: 'issue_99' })).toEqual({ kind: 'unknown' });
	});

	it('touches nothing after losing the claim while revalidating', async () => {
		const { ports, issue } = await doesNotPay();
		ports.script.once('ledger.beginChange', () => {
			const mine = only(ports.ledger.attempts);
			mine.end = { outcome: 'INTERRUPTED', rolesBefore: null, rolesAfter: ['Knight'], error: 'settled by another', at: ports.now() };
		});
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'INTERRUPTED', rolesBefore: ['Knight'], rolesAfter: ['Knight'] });
		expect(ports.touched).toBe(0);
	});
});

describe('fixIssue with a lapsed heartbeat', () => {
	afterEach(() => {
		vi.useRealTimers();
	});

	it('changes no role even if the claim could still be renewed', async () => {
		const { ports, issue } = await doesNotPay();
		vi.useFakeTimers({ toFake: ['Date'] });
		// The process is suspended for longer than the claim lives: another process may have recovered the attempt.
		ports.script.once('guild.readMember', () => vi.setSystemTime(Date.now() + 31_000));
		expect(await ended(fix(ports, issue))).toMatchObject({ outcome: 'INTERRUPTED', rolesBefore: ['Knight'], rolesAfter: ['Knight'] });
		expect(ports.touched).toBe(0);
	});
});

describe('recoverInterruptedAttempts', () => {
	/** A process that crashed at this call. */
	async function stoppedAt(call: string): Promise<{ ports: FakePorts; issue: OpenIssue }> {
		const { ports, issue } = await wrongRoles();
		ports.script.once(call, () => {
			throw new Error('SIGKILL');
		});
		await expect(fix(ports, issue)).rejects.toThrow('SIGKILL');
		return { ports, issue };
	}

	it('waits until the claim has expired', async () => {
		const { ports, issue } = await stoppedAt('guild.removeRole Debtor');
		ports.pass({ seconds: 29 });
		await recoverInterruptedAttempts(ports);
		expect(only(ports.ledger.attempts).end).toBeNull();
		expect(await fix(ports, issue, { actor: BOB })).toMatchObject({ kind: 'busy', actor: OPERATOR });
		ports.pass({ seconds: 1 });
		await recoverInterruptedAttempts(ports);
		expect(only(ports.ledger.attempts).end).toMatchObject({ outcome: 'INTERRUPTED' });
	});

	it('stores the current roles of a half-applied fix and reopens the issue', async () => {
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

	it('stores the result of a fix whose read-back failed because the database was down', async () => {
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

	it('stores FIXED for an applied fix whose outcome was not stored', async () => {
		const { ports, issue } = await stoppedAt('ledger.endAttempt');
		ports.pass({ seconds: 31 });
		await recoverInterruptedAttempts(ports);
		expect(only(ports.ledger.attempts).end).toMatchObject({ outcome: 'FIXED', rolesAfter: ['Lord'] });
		expect(statusOf(ports, issue)).toBe('FIXED');
	});

	it('runs before the next order, which applies the rest of the plan', async () => {
		const { ports, issue } = await stoppedAt('guild.removeRole Debtor');
		ports.pass({ seconds: 31 });
		expect(await ended(fix(ports, issue, { actor: BOB }))).toMatchObject({
			outcome: 'FIXED',
			rolesBefore: ['Debtor', 'Knight', 'Lord'],
			rolesAfter: ['Lord']
		});
		expect(ports.calls('guild.addRole')).toEqual(['guild.addRole Lord']);
	});

	it.each([1, 2, 3])(
		'lets the next order apply the rest of the plan after %i more crashes before anything was changed',
		async (crashes) => {
			const { ports, issue } = await stoppedAt('guild.removeRole Debtor');
			for (let crash = 0; crash < crashes; crash++) {
				ports.pass({ seconds: 31 });
				ports.script.once('billing.readCustomers', () => {
					throw new Error('SIGKILL');
				});
				await fix(ports, issue).catch(() => {});
				const attempt = ports.ledger.attempts.at(-1);
				// A crash leaves the claim; a failed reading would have ended the attempt.
				if (attempt) Object.assign(attempt, { end: null, rolesBefore: null });
			}
			ports.pass({ seconds: 31 });
			expect(await ended(fix(ports, issue))).toMatchObject({
				outcome: 'FIXED',
				rolesBefore: ['Debtor', 'Knight', 'Lord'],
				rolesAfter: ['Lord']
			});
			expect(ports.calls('guild.addRole')).toEqual(['guild.addRole Lord']);
		}
	);

	it('stores FIXED for a plan whose last change arrived after the interrupted attempt was recovered', async () => {
		const { ports, issue } = await stoppedAt('guild.removeRole Debtor');
		ports.pass({ seconds: 31 });
		await recoverInterruptedAttempts(ports);
		ports.guild.join(ADA, 'Lord', 'Moderator');
		expect(await ended(fix(ports, issue))).toMatchObject({
			outcome: 'FIXED',
			rolesBefore: ['Debtor', 'Knight', 'Lord'],
			rolesAfter: ['Lord']
		});
	});

	it('lets the next order touch nothing if the rest is no longer part of the plan', async () => {
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

	it('leaves a member who cannot be read for the next recovery', async () => {
		const { ports, issue } = await stoppedAt('guild.removeRole Debtor');
		ports.script.once('guild.readMember', () => {
			throw new SourceError('discord', 'Discord is down.');
		});
		ports.pass({ seconds: 31 });
		await recoverInterruptedAttempts(ports);
		expect(only(ports.ledger.attempts).end).toBeNull();
		expect(statusOf(ports, issue)).toBe('FIXING');
		ports.pass({ seconds: 61 });
		await recoverInterruptedAttempts(ports);
		expect(only(ports.ledger.attempts).end).toMatchObject({ outcome: 'INTERRUPTED', rolesAfter: ['Debtor', 'Knight', 'Lord'] });
	});

	it('stores INTERRUPTED for a member who left the server', async () => {
		const { ports, issue } = await stoppedAt('guild.addRole Lord');
		ports.guild.roles.delete(ADA);
		ports.pass({ seconds: 31 });
		await recoverInterruptedAttempts(ports);
		expect(only(ports.ledger.attempts).end).toMatchObject({ outcome: 'INTERRUPTED', rolesAfter: null });
		expect(statusOf(ports, issue)).toBe('OPEN');
	});

	it('does not claim a manual change as a fix when no role had been touched', async () => {
		const { ports } = await stoppedAt('ledger.beginChange');
		ports.guild.join(ADA, 'Lord');
		ports.pass({ seconds: 31 });
		await recoverInterruptedAttempts(ports);
		expect(only(ports.ledger.attempts).end).toMatchObject({ outcome: 'RESOLVED', rolesBefore: null, rolesAfter: ['Lord'] });
	});

	it('reads no member without interrupted attempts', async () => {
		const ports = new FakePorts();
		await recoverInterruptedAttempts(ports);
		expect(ports.calls('guild')).toEqual([]);
		expect(ports.now()).toEqual(NOW);
	});
});
