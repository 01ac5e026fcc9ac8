import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import type { WorldInput } from '../../sandbox/world/world.js';
import { again, click, fixButtons, holds, lastWord, reconcile } from './operator.js';

const ADA = '300000000000000001';
const BOB = '300000000000000002';

/** Ada pays for Knight and has no role; Bob has Lord and pays no more. */
const world = (): WorldInput => ({
	guild: {
		members: [
			{ id: ADA, username: 'ada', roles: [] },
			{ id: BOB, username: 'bob', roles: ['Lord'] },
			{ id: '300000000000000003', username: 'second', operator: true, roles: [] },
			{ id: '300000000000000004', username: 'member', roles: [] }
		]
	},
	stripe: {
		customers: [{ id: 'cus_ada' }, { id: 'cus_bob' }],
		subscriptions: [
			{ id: 'sub_ada', customer: 'cus_ada', status: 'active', price: 'price_knight' },
			{ id: 'sub_bob', customer: 'cus_bob', status: 'canceled', price: 'price_lord' }
		]
	},
	database: {
		members: [
			{ id: 'm_ada', discordId: ADA, stripeCustomerId: 'cus_ada' },
			{ id: 'm_bob', discordId: BOB, stripeCustomerId: 'cus_bob' }
		]
	}
});

describe('Apply fix', () => {
	let sandbox: Sandbox;
	beforeAll(async () => {
		sandbox = await Sandbox.start();
	});
	afterAll(() => sandbox?.stop());

	/** The report, and the buttons that give Ada her role and take Bob's. */
	let report: Awaited<ReturnType<typeof reconcile>>['report'];
	let give: string;
	let take: string;
	beforeEach(async () => {
		await sandbox.reset({ world: world() });
		({ report } = await reconcile(sandbox));
		[give, take] = fixButtons(report).map(({ custom_id }) => custom_id) as [string, string];
	});

	const roleCalls = () =>
		sandbox.requests().filter(({ target, method, path }) => target === 'discord' && method !== 'GET' && path.includes('/roles/'));

	test('gives the role, says so in the report and to the operator, and writes down who, before and after', async () => {
		expect(await click(sandbox, report, give)).toContain(`Fixed <@${ADA}> (ada): Knight given.`);
		expect(holds(sandbox, ADA)).toEqual(['Knight']);
		const outcome = again(sandbox, report).embeds[1]?.fields?.find(({ name }) => name === 'Outcome');
		expect(outcome?.value).toContain(`Fixed by <@${sandbox.discord.ids.operatorId}>`);
		expect(fixButtons(again(sandbox, report)).map(({ disabled }) => disabled ?? false)).toEqual([true, false]);
		const [issue] = await sandbox.issues('FIXED');
		expect(issue?.attempts).toMatchObject([
			{ actor: sandbox.discord.ids.operatorId, outcome: 'FIXED', rolesBefore: [], rolesAfter: ['Knight'] }
		]);
	});

	test('takes the role with a reason in the audit log that names the run, the issue and the operator', async () => {
		await click(sandbox, report, take);
		expect(holds(sandbox, BOB)).toEqual([]);
		const [issue] = await sandbox.issues('FIXED');
		const { reason } = sandbox.guild().auditLog.at(-1) as { reason: string };
		for (const named of [issue?.lastRunId, issue?.id, 'operator']) expect(reason).toContain(named);
	});

	test('clicked by two operators at once it has one effect, and the other hears who was first', async () => {
		const clicks = ['operator', 'second'].map((user) => sandbox.click(user, report.id, give));
		const answers = await Promise.all(clicks.map((id) => lastWord(sandbox, id, /./)));
		expect(answers.filter((answer) => answer.startsWith('Fixed'))).toHaveLength(1);
		expect(answers.find((answer) => !answer.startsWith('Fixed'))).toMatch(/<@\d+> is fixing .* already|was fixed already by <@\d+>/);
		expect(roleCalls()).toHaveLength(1);
	});

	test.each(['SIGTERM', 'SIGKILL'] as const)('still works in an old message after the bot was stopped by %s', async (signal) => {
		await sandbox.restart(signal);
		expect(await click(sandbox, report, give)).toMatch(/^Fixed/);
		expect(holds(sandbox, ADA)).toEqual(['Knight']);
	});

	test('touches nothing when the drift is gone by now', async () => {
		sandbox.stripe.update('subscriptions', 'sub_bob', { status: 'active' });
		expect(await click(sandbox, report, take)).toMatch(/^Nothing was changed .* the drift is gone/);
		expect(holds(sandbox, BOB)).toEqual(['Lord']);
		expect(roleCalls()).toEqual([]);
	});

	test('takes nothing from somebody who has subscribed anew, as another customer, since the run', async () => {
		sandbox.stripe.create('customers', { id: 'cus_new', metadata: { discord_id: BOB } });
		sandbox.stripe.create('subscriptions', { id: 'sub_new', customer: 'cus_new', status: 'active', price: 'price_lord' });
		expect(await click(sandbox, report, take)).toMatch(/^Nothing was changed/);
		expect(holds(sandbox, BOB)).toEqual(['Lord']);
	});

	test('asks again when another plan is right by now, and then applies the new one', async () => {
		sandbox.stripe.update('subscriptions', 'sub_ada', { price: 'price_lord' });
		expect(await click(sandbox, report, give)).toMatch(/another plan is right by now .* \*\*Give Lord\*\*/);
		expect(holds(sandbox, ADA)).toEqual([]);
		const [renewed] = fixButtons(again(sandbox, report));
		expect(renewed?.custom_id).not.toBe(give);
		expect(await click(sandbox, report, renewed?.custom_id as string)).toMatch(/^Fixed/);
		expect(holds(sandbox, ADA)).toEqual(['Lord']);
	});

	test('says so when Discord accepts the change and does not make it', async () => {
		sandbox.faults.add({ target: 'discord', kind: 'ignore', match: 'PUT *', times: 1 });
		expect(await click(sandbox, report, give)).toMatch(/^Not fixed.*Discord accepted the change, but it did not happen/);
		expect((await sandbox.issues('OPEN')).map(({ discordId }) => discordId)).toContain(ADA);
		expect(await click(sandbox, report, give)).toMatch(/^Fixed/);
	});

	test('says what to do when the role stands above the bot', async () => {
		sandbox.discord.moveRole('Knight', 99);
		expect(await click(sandbox, report, give)).toContain("Reeve's role is below Knight");
		expect(holds(sandbox, ADA)).toEqual([]);
	});

	test('says what to do when the role was deleted, and never makes one', async () => {
		const roles = sandbox.guild().roles.length;
		sandbox.discord.deleteRole('Knight');
		expect(await click(sandbox, report, give)).toContain('no longer exists');
		expect(sandbox.guild().roles).toHaveLength(roles - 1);
	});

	test('knows a renamed role as the same role', async () => {
		sandbox.discord.renameRole('Knight', 'Ritter');
		expect(await click(sandbox, report, give)).toMatch(/^Fixed/);
		expect(sandbox.guild().members.find(({ id }) => id === ADA)?.roles).toEqual(['Ritter']);
	});

	test('closes the issue of somebody who has left', async () => {
		sandbox.discord.kick('bob');
		expect(await click(sandbox, report, take)).toContain('has left the server');
	});

	test('works for operators alone', async () => {
		const denied = sandbox.click('member', report.id, give);
		expect(await lastWord(sandbox, denied, /./)).toContain('Only operators');
		expect(sandbox.interaction(denied).ephemeral).toBe(true);
		expect(await lastWord(sandbox, sandbox.command('member', 'reconcile run'), /./)).toContain('Only operators');
		expect(roleCalls()).toEqual([]);
		expect(await sandbox.runs()).toHaveLength(1);
	});

	test('an answer of Discord that is lost on the way does not lose the record', async () => {
		sandbox.faults.add({ target: 'discord', kind: 'drop-after', match: 'PUT *', times: 1 });
		expect(await click(sandbox, report, give)).toMatch(/^Fixed/);
		const [issue] = await sandbox.issues('FIXED');
		expect(issue?.attempts).toMatchObject([{ outcome: 'FIXED', rolesAfter: ['Knight'] }]);
	});
});
