import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { buttonOf, buttons, linesOf, managedRolesOf, reconcile, refetch, runCommand, waitForMessage, waitForReply } from './operator.js';

/** 92 pay for Knight and 8 for Lord; all hold what they pay for. */
const people = Array.from({ length: 100 }, (_, index) => {
	const tier = index < 92 ? 'Knight' : 'Lord';
	return { id: `30000000000000${String(index).padStart(4, '0')}`, username: `user${index}`, tier, price: `price_${tier.toLowerCase()}` };
});
const lords = people.filter(({ tier }) => tier === 'Lord');

describe('a misspelt price in the settings, with automatic fixes', () => {
	let sandbox: Sandbox;
	let report: APIMessage;
	const rolesOfLords = () => lords.map(({ username }) => managedRolesOf(sandbox, username));
	const all = (...roles: string[]) => lords.map(() => roles);
	beforeAll(async () => {
		sandbox = await Sandbox.start({
			world: {
				guild: { members: people.map(({ id, username, tier }) => ({ id, username, roles: [tier] })) },
				stripe: {
					customers: people.map(({ id }) => ({ id: `cus_${id}`, metadata: { discord_id: id } })),
					subscriptions: people.map(({ id, price }) => ({ id: `sub_${id}`, customer: `cus_${id}`, status: 'active', price }))
				}
			},
			env: { RECONCILIATION_AUTO_FIX: 'true' }
		});
		await reconcile(sandbox);
	});
	afterAll(() => sandbox?.stop());

	test('takes nothing by default: a price that no setting lists is unknown', async () => {
		await sandbox.restart('SIGTERM', { STRIPE_LORD_PRICE_IDS: 'price_lrod' });
		const { run } = await sandbox.until(() => reconcile(sandbox));
		expect(run).toMatchObject({ status: 'COMPLETED', issuesFound: 0, issuesFixed: 0 });
		expect(rolesOfLords()).toEqual(all('Lord'));
	});

	test('takes nothing before an operator has accepted it, and grants at once', async () => {
		await sandbox.restart('SIGTERM', { STRIPE_UNMAPPED_PRICES: 'nothing' });
		sandbox.discord.changeRoles({ user: 'user0', remove: ['Knight'] });
		const { run, report: posted } = await sandbox.until(() => reconcile(sandbox));
		expect(run).toMatchObject({ status: 'COMPLETED', issuesFound: 9, issuesFixed: 1, held: { losing: 8, byRuleChange: true } });
		expect(managedRolesOf(sandbox, 'user0')).toEqual(['Knight']);
		expect(rolesOfLords()).toEqual(all('Lord'));
		report = posted;
		expect(report.embeds[0]?.title).toBe('8 people have the wrong roles, on hold');
		expect(report.embeds[0]?.description).toContain('Only because of this: 8 people lose access.');
		expect(report.embeds[0]?.description).toMatch(
			/\*\*The rules have changed, and no operator has accepted that\*\*\nPrices of Lord: price_lord → price_lrod\nPrices that no setting lists: unknown → nothing\n/
		);
	});

	test('leaves it out of a bulk plan, and lets an operator fix one of them', async () => {
		const { answer } = await runCommand(sandbox, 'reconcile fix', { all: true });
		expect(buttons(answer).map(({ label }) => label)).toEqual(['Accept the new rules (8)…', 'Cancel']);
		expect(answer.embeds[0]?.fields?.[0]?.value).toContain('Not part of this plan: 8 people lose access.');
		const one = await runCommand(sandbox, 'reconcile fix', { issue: 'user99' });
		sandbox.click('operator', one.answer.id, buttonOf(one.answer, /Apply fix/));
		await waitForReply(sandbox, one.id, /no longer has Lord/);
	});

	test('is accepted by the number of people, after which they are part of bulk plans', async () => {
		const press = async (losing: string) => {
			const id = sandbox.click('operator', report.id, buttonOf(refetch(sandbox, report), /Accept the new rules/));
			await sandbox.until(() => sandbox.interaction(id).modal);
			const { interactionId } = sandbox.discord.modal({ user: 'operator', interactionId: id, fields: { losing } });
			return waitForMessage(sandbox, interactionId, /./);
		};
		expect(await press('7')).toContain('Nothing was changed: the number is 8.');
		expect(await press('8')).toContain('You have accepted the new rules.');
		expect(await sandbox.until(() => linesOf(sandbox).find((line) => line.includes('accepted the new rules')))).toContain(
			'8 people lose access'
		);
		await sandbox.until(() => refetch(sandbox, report).embeds[0]?.title === '7 people have the wrong roles');
		expect(buttons(refetch(sandbox, report)).some(({ label }) => label?.startsWith('Accept'))).toBe(false);
		expect(rolesOfLords()).toEqual([...all('Lord').slice(1), []]);
		const { answer } = await runCommand(sandbox, 'reconcile fix', { all: true });
		expect(buttons(answer).map(({ label }) => label)).toEqual(['Remove access (7)', 'Cancel']);
		const log = (await sandbox.audit()).filter(({ action }) => action === 'accept-rules');
		expect(log).toMatchObject([{ actor: sandbox.discord.ids.operatorId, after: { losing: 8 } }]);
	});
});
