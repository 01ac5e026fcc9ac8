import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import type { WorldInput } from '../../sandbox/world/world.js';
import { buttonOf, buttons, click, fixButtons, managedRolesOf, reconcile, refetch, waitForMessage } from './operator.js';

/** Each test has its own pair of members: one pays for Knight and holds no role, the other holds Lord and stopped paying. */
const PAIRS = 15;
const payer = (pair: number) => `3000000000000001${String(pair).padStart(2, '0')}`;
const leaver = (pair: number) => `3000000000000002${String(pair).padStart(2, '0')}`;
const pairs = Array.from({ length: PAIRS }, (_, pair) => pair);

const world: WorldInput = {
	guild: {
		members: [
			...pairs.map((pair) => ({ id: payer(pair), username: `payer${pair}.`, roles: [] })),
			...pairs.map((pair) => ({ id: leaver(pair), username: `leaver${pair}.`, roles: ['Lord'] })),
			{ id: '300000000000000003', username: 'second', operator: true, roles: [] },
			{ id: '300000000000000004', username: 'member', roles: [] }
		]
	},
	stripe: {
		customers: pairs.flatMap((pair) => [{ id: `cus_p${pair}` }, { id: `cus_l${pair}` }]),
		subscriptions: pairs.flatMap((pair) => [
			{ id: `sub_p${pair}`, customer: `cus_p${pair}`, status: 'active' as const, price: 'price_knight' },
			{ id: `sub_l${pair}`, customer: `cus_l${pair}`, status: 'canceled' as const, price: 'price_lord' }
		])
	},
	database: {
		members: pairs.flatMap((pair) => [
			{ id: `mp${pair}`, discordId: payer(pair), stripeCustomerId: `cus_p${pair}` },
			{ id: `ml${pair}`, discordId: leaver(pair), stripeCustomerId: `cus_l${pair}` }
		])
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

	/** Turns the report to a member's page. @returns their fix button and embed */
	async function findInReport(name: string) {
		const footer = () => refetch(sandbox, report).embeds[0]?.footer?.text;
		const position = () => refetch(sandbox, report).embeds.findIndex(({ description }) => description?.includes(name));
		const turnPage = async (label: RegExp) => {
			const before = footer();
			sandbox.click('operator', report.id, buttonOf(refetch(sandbox, report), label));
			await sandbox.until(() => footer() !== before);
		};
		const disabled = (label: RegExp) => buttons(refetch(sandbox, report)).find((button) => label.test(button.label ?? ''))?.disabled;
		while (position() < 0 && !disabled(/Next/)) await turnPage(/Next/);
		while (position() < 0 && !disabled(/Previous/)) await turnPage(/Previous/);
		const index = position();
		if (index < 0) throw new Error(`${name} is on no page`);
		const message = refetch(sandbox, report);
		return { button: fixButtons(message)[index - 1] as ReturnType<typeof fixButtons>[number], embed: message.embeds[index] };
	}
	const grantButton = async () => (await findInReport(`payer${pair}.`)).button.custom_id;
	const revokeButton = async () => (await findInReport(`leaver${pair}.`)).button.custom_id;
	const issueOf = async (discordId: string) => (await sandbox.issues()).find((issue) => issue.discordId === discordId);

	test('grants the role, updates the report, replies, and stores the operator and the roles before and after', async () => {
		expect(await click(sandbox, report, await grantButton())).toContain(`<@${payer(pair)}> (payer${pair}.) now has Knight.`);
		expect(managedRolesOf(sandbox, payer(pair))).toEqual(['Knight']);
		const { button, embed } = await findInReport(`payer${pair}.`);
		expect(embed?.fields?.find(({ name }) => name === 'Outcome')?.value).toContain(`Fixed by <@${sandbox.discord.ids.operatorId}>`);
		expect(button.disabled).toBe(true);
		expect((await issueOf(payer(pair)))?.attempts).toMatchObject([
			{ actor: sandbox.discord.ids.operatorId, outcome: 'FIXED', rolesBefore: [], rolesAfter: ['Knight'] }
		]);
	});

	test('revokes the role with an audit log reason that names the cause, the operator and the run', async () => {
		await click(sandbox, report, await revokeButton());
		expect(managedRolesOf(sandbox, leaver(pair))).toEqual([]);
		const issue = await issueOf(leaver(pair));
		const { reason } = sandbox.guild().auditLog.at(-1) as { reason: string };
		expect(reason).toMatch(/^Reeve: \w+ .*\(sub_\w+\) · approved by @operator · run \w{9}$/);
		expect(issue?.lastRunId).toContain(reason.slice(-9));
	});

	test('takes effect once when two operators click at once, and names the first to the second', async () => {
		const button = await grantButton();
		const clicks = ['operator', 'second'].map((user) => sandbox.click(user, report.id, button));
		const answers = await Promise.all(clicks.map((id) => waitForMessage(sandbox, id, /./)));
		expect(answers.filter((answer) => / (now|no longer) has /.test(answer))).toHaveLength(1);
		expect(answers.find((answer) => !answer.includes(' now has '))).toMatch(/<@\d+> is already fixing |<@\d+> already fixed /);
		expect(roleCalls()).toHaveLength(1);
	});

	test.each(['SIGTERM', 'SIGKILL'] as const)('still works in an old message after a restart by %s', async (signal) => {
		const button = await grantButton();
		await sandbox.restart(signal);
		expect(await click(sandbox, report, button)).toMatch(/ (now|no longer) has /);
		expect(managedRolesOf(sandbox, payer(pair))).toEqual(['Knight']);
	});

	test('changes nothing when the drift is gone', async () => {
		const button = await revokeButton();
		sandbox.stripe.update('subscriptions', `sub_l${pair}`, { status: 'active' });
		expect(await click(sandbox, report, button)).toMatch(/^Nothing was changed .* the drift is gone/);
		expect(managedRolesOf(sandbox, leaver(pair))).toEqual(['Lord']);
		expect(roleCalls()).toEqual([]);
	});

	test('revokes nothing from a member who subscribed again as another customer since the run', async () => {
		const button = await revokeButton();
		sandbox.stripe.create('customers', { id: 'cus_new', metadata: { discord_id: leaver(pair) } });
		sandbox.stripe.create('subscriptions', { id: 'sub_new', customer: 'cus_new', status: 'active', price: 'price_lord' });
		expect(await click(sandbox, report, button)).toMatch(/^Nothing was changed/);
		expect(managedRolesOf(sandbox, leaver(pair))).toEqual(['Lord']);
	});

	test('asks again when the plan has changed, and then applies the new plan', async () => {
		const button = await grantButton();
		sandbox.stripe.update('subscriptions', `sub_p${pair}`, { price: 'price_lord' });
		expect(await click(sandbox, report, button)).toMatch(/the plan has changed since you saw it.* \*\*Give Lord\*\*/);
		expect(managedRolesOf(sandbox, payer(pair))).toEqual([]);
		const renewed = await grantButton();
		expect(renewed).not.toBe(button);
		expect(await click(sandbox, report, renewed)).toMatch(/ (now|no longer) has /);
		expect(managedRolesOf(sandbox, payer(pair))).toEqual(['Lord']);
	});

	test('reports a change that Discord accepted but did not make', async () => {
		const button = await grantButton();
		sandbox.faults.add({ target: 'discord', kind: 'ignore', match: 'PUT *', times: 1 });
		expect(await click(sandbox, report, button)).toMatch(/^Not fixed.*Discord accepted the change, but it did not happen/);
		expect((await issueOf(payer(pair)))?.status).toBe('OPEN');
		expect(await click(sandbox, report, button)).toMatch(/ (now|no longer) has /);
	});

	test('records a change whose response was lost', async () => {
		const button = await grantButton();
		sandbox.faults.add({ target: 'discord', kind: 'drop-after', match: 'PUT *', times: 1 });
		expect(await click(sandbox, report, button)).toMatch(/ (now|no longer) has /);
		expect((await issueOf(payer(pair)))?.attempts).toMatchObject([{ outcome: 'FIXED', rolesAfter: ['Knight'] }]);
	});

	test('closes the issue of a member who left', async () => {
		const button = await revokeButton();
		sandbox.discord.kick(`leaver${pair}.`);
		expect(await click(sandbox, report, button)).toContain('has left the server');
	});

	test('refuses members who are not operators', async () => {
		const denied = sandbox.click('member', report.id, await grantButton());
		expect(await waitForMessage(sandbox, denied, /./)).toContain('Only operators');
		expect(sandbox.interaction(denied).ephemeral).toBe(true);
		expect(await waitForMessage(sandbox, sandbox.command('member', 'reconcile run'), /./)).toContain('Only operators');
		expect(roleCalls()).toEqual([]);
		expect(await sandbox.runs()).toHaveLength(1);
	});

	test('says what to do when the role is above the bot', async () => {
		const button = await grantButton();
		sandbox.discord.moveRole('Knight', 99);
		expect(await click(sandbox, report, button)).toContain("Reeve's role is below Knight");
		expect(managedRolesOf(sandbox, payer(pair))).toEqual([]);
		sandbox.discord.moveRole('Knight', 1);
	});

	test('finds a renamed role by its ID', async () => {
		const button = await grantButton();
		sandbox.discord.renameRole('Knight', 'Ritter');
		expect(await click(sandbox, report, button)).toMatch(/ (now|no longer) has /);
		expect(sandbox.guild().members.find(({ id }) => id === payer(pair))?.roles).toEqual(['Ritter']);
	});

	test('says what to do when the role was deleted, and creates no role', async () => {
		const button = await grantButton();
		const roles = sandbox.guild().roles.length;
		sandbox.discord.deleteRole('Ritter');
		expect(await click(sandbox, report, button)).toContain('no longer exists');
		expect(sandbox.guild().roles).toHaveLength(roles - 1);
	});
});
