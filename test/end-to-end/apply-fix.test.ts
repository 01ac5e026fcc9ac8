import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import type { WorldInput } from '../../sandbox/world/world.js';
import {
	buttonOf,
	buttons,
	clickFix,
	issueOn,
	managedRolesOf,
	pageWith,
	reconcile,
	refetch,
	waitForMessage,
	waitForReply
} from './operator.js';

/** Each test has its own pair of members: one pays for Knight and holds no role, the other holds Lord and stopped paying. */
const PAIRS = 17;
const payer = (pair: number) => `3000000000000001${String(pair).padStart(2, '0')}`;
const leaver = (pair: number) => `3000000000000002${String(pair).padStart(2, '0')}`;
/** Pays for Lord and holds Knight besides. */
const KEEPER = '300000000000000005';
const pairs = Array.from({ length: PAIRS }, (_, pair) => pair);

const world: WorldInput = {
	guild: {
		members: [
			...pairs.map((pair) => ({ id: payer(pair), username: `payer${pair}.`, roles: [] })),
			...pairs.map((pair) => ({ id: leaver(pair), username: `leaver${pair}.`, roles: ['Lord'] })),
			{ id: '300000000000000003', username: 'second', operator: true, roles: [] },
			{ id: '300000000000000004', username: 'member', roles: [] },
			{ id: KEEPER, username: 'keeper.', roles: ['Knight', 'Lord'] }
		]
	},
	stripe: {
		customers: [...pairs.flatMap((pair) => [{ id: `cus_p${pair}` }, { id: `cus_l${pair}` }]), { id: 'cus_keeper' }],
		subscriptions: [
			...pairs.flatMap((pair) => [
				{ id: `sub_p${pair}`, customer: `cus_p${pair}`, status: 'active' as const, price: 'price_knight' },
				{ id: `sub_l${pair}`, customer: `cus_l${pair}`, status: 'canceled' as const, price: 'price_lord' }
			]),
			{ id: 'sub_keeper', customer: 'cus_keeper', status: 'active', price: 'price_lord' }
		]
	},
	database: {
		members: [
			...pairs.flatMap((pair) => [
				{ id: `mp${pair}`, discordId: payer(pair), stripeCustomerId: `cus_p${pair}` },
				{ id: `ml${pair}`, discordId: leaver(pair), stripeCustomerId: `cus_l${pair}` }
			]),
			{ id: 'm_keeper', discordId: KEEPER, stripeCustomerId: 'cus_keeper' }
		]
	}
};

describe('Apply fix', () => {
	let sandbox: Sandbox;
	let report: APIMessage;
	beforeAll(async () => {
		sandbox = await Sandbox.start({ world });
		({ report } = await reconcile(sandbox));
	});
	afterAll(() => sandbox?.stop());

	/** The pair of the current test, and the number of role calls before it. */
	let pair = -1;
	let callsBefore = 0;
	beforeEach(() => {
		pair += 1;
		callsBefore = allRoleCalls().length;
	});
	const allRoleCalls = () =>
		sandbox.requests().filter(({ target, method, path }) => target === 'discord' && method !== 'GET' && path.includes('/roles/'));
	const roleCalls = () => allRoleCalls().slice(callsBefore);

	/** The page of a member: the report, or a private copy. */
	const pageOf = async (name: string) => {
		const message = await pageWith(sandbox, report, name);
		const { text = '', button = '' } = issueOn(message, name) ?? {};
		return { message, text, button };
	};
	const pageOfPayer = () => pageOf(`payer${pair}.`);
	const pageOfLeaver = () => pageOf(`leaver${pair}.`);
	/** Applies a fix, and confirms it if it takes access. */
	const apply = ({ message, button }: Awaited<ReturnType<typeof pageOf>>) => clickFix(sandbox, message, button);
	const issueOf = async (discordId: string) => (await sandbox.issues()).find((issue) => issue.discordId === discordId);

	test('grants the role, updates the report, replies, and stores the operator and the roles before and after', async () => {
		expect(await apply(await pageOfPayer())).toContain(`<@${payer(pair)}> (payer${pair}.) now has Knight.`);
		expect(managedRolesOf(sandbox, payer(pair))).toEqual(['Knight']);
		const { message, text, button } = await pageOfPayer();
		expect(text).toContain(`✓ Fixed by <@${sandbox.discord.ids.operatorId}>`);
		expect(buttons(message).find(({ custom_id }) => custom_id === button)?.disabled).toBe(true);
		expect((await issueOf(payer(pair)))?.attempts).toMatchObject([
			{ actor: sandbox.discord.ids.operatorId, outcome: 'FIXED', rolesBefore: [], rolesAfter: ['Knight'] }
		]);
	});

	test('asks before it takes access, and changes nothing before that is confirmed', async () => {
		const { message, button } = await pageOfLeaver();
		const asked = await waitForReply(sandbox, sandbox.click('operator', message.id, button), /Remove Lord\?/);
		expect(asked.embeds[0]?.description).toContain(`<@${leaver(pair)}> (leaver${pair}.) loses Lord, and with it all access.`);
		expect(asked.embeds[0]?.description).toContain('Why: Has Lord, but the subscription');
		expect(buttons(asked).map(({ label }) => label)).toEqual([`Remove Lord · leaver${pair}.`, expect.stringMatching(/^(Cancel|Back)$/)]);
		sandbox.click('operator', asked.id, buttonOf(asked, /^(Cancel|Back)$/));
		await sandbox.until(() => (asked.embeds[0]?.title === undefined ? null : true));
		expect(managedRolesOf(sandbox, leaver(pair))).toEqual(['Lord']);
		expect((await issueOf(leaver(pair)))?.attempts).toEqual([]);
		expect(roleCalls()).toEqual([]);
	});

	test('revokes the role with an audit log reason that names the cause, the operator and the run', async () => {
		expect(await apply(await pageOfLeaver())).toContain('no longer has Lord');
		expect(managedRolesOf(sandbox, leaver(pair))).toEqual([]);
		const issue = await issueOf(leaver(pair));
		const { reason } = sandbox.guild().auditLog.at(-1) as { reason: string };
		expect(reason).toMatch(/^Reeve: \w+ .*\(sub_\w+\) · approved by @operator · run \w{9}$/);
		expect(issue?.lastRunId).toContain(reason.slice(-9));
	});

	test('takes effect once when two operators click at once, and names the first to the second', async () => {
		const { message, button } = await pageOfPayer();
		const clicks = ['operator', 'second'].map((user) => sandbox.click(user, message.id, button));
		const answers = await Promise.all(clicks.map((id) => waitForMessage(sandbox, id, /./)));
		expect(answers.filter((answer) => / (now|no longer) has /.test(answer))).toHaveLength(1);
		expect(answers.find((answer) => !answer.includes(' now has '))).toMatch(/<@\d+> is already fixing |<@\d+> already fixed /);
		expect(roleCalls()).toHaveLength(1);
	});

	test.each(['SIGTERM', 'SIGKILL'] as const)('still works in an old message after a restart by %s', async (signal) => {
		const page = await pageOfPayer();
		await sandbox.restart(signal);
		expect(await apply(page)).toMatch(/ (now|no longer) has /);
		expect(managedRolesOf(sandbox, payer(pair))).toEqual(['Knight']);
	});

	test('changes nothing when the drift is gone', async () => {
		const page = await pageOfLeaver();
		sandbox.stripe.update('subscriptions', `sub_l${pair}`, { status: 'active' });
		expect(await apply(page)).toMatch(/^Nothing was changed .* the drift is gone/);
		expect(managedRolesOf(sandbox, leaver(pair))).toEqual(['Lord']);
		expect(roleCalls()).toEqual([]);
	});

	test('revokes nothing from a member who subscribed again as another customer since the run', async () => {
		const page = await pageOfLeaver();
		sandbox.stripe.create('customers', { id: 'cus_new', metadata: { discord_id: leaver(pair) } });
		sandbox.stripe.create('subscriptions', { id: 'sub_new', customer: 'cus_new', status: 'active', price: 'price_lord' });
		expect(await apply(page)).toMatch(/^Nothing was changed/);
		expect(managedRolesOf(sandbox, leaver(pair))).toEqual(['Lord']);
	});

	test('asks again when the plan has changed, and then applies the new plan', async () => {
		const page = await pageOfPayer();
		sandbox.stripe.update('subscriptions', `sub_p${pair}`, { price: 'price_lord' });
		expect(await apply(page)).toMatch(/the plan has changed since you saw it.* \*\*Give Lord\*\*/);
		expect(managedRolesOf(sandbox, payer(pair))).toEqual([]);
		const renewed = await pageOfPayer();
		expect(renewed.button).not.toBe(page.button);
		expect(await apply(renewed)).toMatch(/ (now|no longer) has /);
		expect(managedRolesOf(sandbox, payer(pair))).toEqual(['Lord']);
	});

	test('asks when the plan is the same, but takes all access by now', async () => {
		const page = await pageOf('keeper.');
		sandbox.discord.changeRoles({ user: 'keeper.', remove: ['Lord'] });
		sandbox.stripe.update('subscriptions', 'sub_keeper', { status: 'canceled' });
		expect(await apply(page)).toMatch(/the plan has changed since you saw it.* \*\*Remove Knight\*\*, which takes all access/);
		expect(managedRolesOf(sandbox, KEEPER)).toEqual(['Knight']);
		const { message, button } = await pageOf('keeper.');
		const asked = await waitForReply(sandbox, sandbox.click('operator', message.id, button), /Remove Knight\?/);
		expect(asked.embeds[0]?.description).toContain('loses Knight, and with it all access.');
		expect(managedRolesOf(sandbox, KEEPER)).toEqual(['Knight']);
		expect(roleCalls()).toEqual([]);
	});

	test('reports a change that Discord accepted but did not make', async () => {
		const page = await pageOfPayer();
		sandbox.faults.add({ target: 'discord', kind: 'ignore', match: 'PUT *', times: 1 });
		expect(await apply(page)).toMatch(/^Not fixed.*Discord accepted the change, but it did not happen/);
		expect((await issueOf(payer(pair)))?.status).toBe('OPEN');
		expect(await apply(page)).toMatch(/ (now|no longer) has /);
	});

	test('records a change whose response was lost', async () => {
		const page = await pageOfPayer();
		sandbox.faults.add({ target: 'discord', kind: 'drop-after', match: 'PUT *', times: 1 });
		expect(await apply(page)).toMatch(/ (now|no longer) has /);
		expect((await issueOf(payer(pair)))?.attempts).toMatchObject([{ outcome: 'FIXED', rolesAfter: ['Knight'] }]);
	});

	test('closes the issue of a member who left', async () => {
		const page = await pageOfLeaver();
		sandbox.discord.kick(`leaver${pair}.`);
		expect(await apply(page)).toContain('has left the server');
	});

	test('refuses members who are not operators', async () => {
		const denied = sandbox.click('member', report.id, buttonOf(refetch(sandbox, report), /^All/));
		expect(await waitForMessage(sandbox, denied, /./)).toContain('Only operators');
		expect(sandbox.interaction(denied).ephemeral).toBe(true);
		expect(await waitForMessage(sandbox, sandbox.command('member', 'reconcile run'), /./)).toContain('Only operators');
		expect(roleCalls()).toEqual([]);
		expect(await sandbox.runs()).toHaveLength(1);
	});

	test('says what to do when the role is above the bot', async () => {
		const page = await pageOfPayer();
		sandbox.discord.moveRole('Knight', 99);
		expect(await apply(page)).toContain("Reeve's role is below Knight");
		expect(managedRolesOf(sandbox, payer(pair))).toEqual([]);
		sandbox.discord.moveRole('Knight', 1);
	});

	test('finds a renamed role by its ID', async () => {
		const page = await pageOfPayer();
		sandbox.discord.renameRole('Knight', 'Ritter');
		expect(await apply(page)).toMatch(/ (now|no longer) has /);
		expect(sandbox.guild().members.find(({ id }) => id === payer(pair))?.roles).toEqual(['Ritter']);
	});

	test('says what to do when the role was deleted, and creates no role', async () => {
		const page = await pageOfPayer();
		const roles = sandbox.guild().roles.length;
		sandbox.discord.deleteRole('Ritter');
		expect(await apply(page)).toContain('no longer exists');
		expect(sandbox.guild().roles).toHaveLength(roles - 1);
	});
});
