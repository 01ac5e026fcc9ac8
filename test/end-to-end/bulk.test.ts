import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { COLOURS } from '../../src/messages/format/colours.js';
import { buttonOf, click, linesOf, managedRolesOf, reconcile, refetch, runCommand, waitForMessage, waitForReply } from './operator.js';

const person = (number: number) => `3000000000000000${String(number).padStart(2, '0')}`;

/** Five hold Knight and stopped paying, three pay and hold nothing, ten are right. */
const people = Array.from({ length: 18 }, (_, index) => ({
	id: person(index + 1),
	username: `user${index + 1}`,
	pays: index >= 5,
	roles: index < 5 || index >= 8 ? ['Knight'] : []
}));

describe('/reconcile fix', () => {
	let sandbox: Sandbox;
	let report: APIMessage;
	beforeAll(async () => {
		sandbox = await Sandbox.start({
			world: {
				guild: {
					members: [
						...people.map(({ id, username, roles }) => ({ id, username, roles })),
						{ id: person(90), username: 'member', roles: [] }
					]
				},
				stripe: {
					customers: people.map(({ id }) => ({ id: `cus_${id}`, metadata: { discord_id: id } })),
					subscriptions: people.map(({ id, pays }) => ({
						id: `sub_${id}`,
						customer: `cus_${id}`,
						status: pays ? 'active' : 'canceled',
						price: 'price_knight'
					}))
				}
			}
		});
		({ report } = await reconcile(sandbox));
	});
	afterAll(() => sandbox?.stop());

	test('fixes one issue that is picked by name from the suggestions', async () => {
		const asked = sandbox.discord.autocomplete({
			user: 'operator',
			command: 'reconcile fix',
			option: 'issue',
			value: 'user6'
		}).interactionId;
		const choices = await sandbox.until(() => sandbox.interaction(asked).choices);
		expect(choices).toMatchObject([{ name: 'user6 · Paying but locked out · Give Knight' }]);
		const { id } = await runCommand(sandbox, 'reconcile fix', { issue: choices[0]?.value });
		expect(await waitForMessage(sandbox, id, / (now|no longer) has /)).toContain('(user6) now has Knight.');
		expect(managedRolesOf(sandbox, 'user6')).toEqual(['Knight']);
		expect(await sandbox.until(() => linesOf(sandbox).find((line) => line.includes('user6')))).toMatch(
			/^<@\d+> fixed <@\d+> \(user6\): Knight given\.$/
		);
		// The report shows it as well.
		await sandbox.until(() =>
			refetch(sandbox, report).embeds.some(({ title, description }) => title?.endsWith('(fixed)') && description?.includes('user6'))
		);
	});

	test('asks for confirmation of an issue that was typed, and answers an unknown name', async () => {
		const { id, answer } = await runCommand(sandbox, 'reconcile fix', { issue: 'USER7' });
		expect(answer.content).toContain('(user7): Paying but locked out. The plan: **Give Knight**.');
		expect(managedRolesOf(sandbox, 'user7')).toEqual([]);
		await click(sandbox, answer, buttonOf(answer, /Apply fix/), 'operator');
		await waitForReply(sandbox, id, / (now|no longer) has /);
		expect(managedRolesOf(sandbox, 'user7')).toEqual(['Knight']);
		expect((await runCommand(sandbox, 'reconcile fix', { issue: 'nobody' })).answer.content).toContain('No open issue is called that');
		expect((await runCommand(sandbox, 'reconcile fix', {})).answer.content).toContain('Say what to fix');
		expect((await runCommand(sandbox, 'reconcile fix', { issue: 'x', all: true })).answer.content).toContain('Say what to fix');
	});

	test('holds a bulk fix that revokes too many roles until an operator types the number', async () => {
		const { id, answer } = await runCommand(sandbox, 'reconcile fix', { all: true });
		expect(answer.embeds[0]).toMatchObject({ title: 'Fix all: 6 issues', fields: [{ name: 'On hold' }] });
		// The channel gets one announcement, with a button that shows the same plan.
		const told = await sandbox.until(() => sandbox.messages().find(({ embeds }) => embeds[0]?.title?.startsWith('On hold: a fix')));
		expect(told.embeds[0]).toMatchObject({ title: 'On hold: a fix that takes roles from 5 people', color: COLOURS.bad });
		const [mail, ...others] = await sandbox.until(() => {
			const mails = sandbox.mail.inbox().filter(({ subject }) => subject?.includes('On hold'));
			return mails.length > 0 ? mails : null;
		});
		expect(others).toEqual([]);
		expect(mail?.text).toContain('No roles were removed.');
		const looked = await waitForReply(sandbox, sandbox.click('operator', told.id, buttonOf(told, /Look at the plan/)), /Fix all/);
		expect(looked.embeds[0]?.fields).toMatchObject([{ name: 'On hold' }]);
		const release = sandbox.click('operator', answer.id, buttonOf(answer, /Release/));
		await sandbox.until(() => sandbox.interaction(release).modal);
		sandbox.discord.modal({ user: 'operator', interactionId: release, fields: { losing: '4' } });
		expect((await waitForReply(sandbox, id, /type 5/)).content).toContain('Nothing was changed');
		expect(managedRolesOf(sandbox, 'user1')).toEqual(['Knight']);
		const second = sandbox.click('operator', answer.id, buttonOf(await waitForReply(sandbox, id), /Release/));
		await sandbox.until(() => sandbox.interaction(second).modal);
		sandbox.discord.modal({ user: 'operator', interactionId: second, fields: { losing: '5' } });
		expect((await waitForReply(sandbox, id, /^Done/)).content).toBe('Done: 6 of 6 issues fixed.');
		for (const { username, pays } of people) expect(managedRolesOf(sandbox, username)).toEqual(pays ? ['Knight'] : []);
		expect(await sandbox.until(() => linesOf(sandbox).find((line) => / fixed \d+ issues/.test(line)))).toContain(
			'5 people lost a role, 1 gained one. The hold was released for it.'
		);
		expect((await runCommand(sandbox, 'reconcile fix', { all: true })).answer.content).toContain('No open issues');
		const log = (await sandbox.audit()).filter(({ action }) => action === 'hold' || action === 'release').reverse();
		expect(log.map(({ action, actor, detail }) => [action, actor, detail])).toEqual([
			['hold', sandbox.discord.ids.operatorId, expect.stringContaining('5 of the 15 members')],
			['release', sandbox.discord.ids.operatorId, expect.stringContaining('5 of the 15 members')]
		]);
		expect(sandbox.messages().filter(({ embeds }) => embeds[0]?.title?.startsWith('On hold: a fix'))).toHaveLength(1);
	});

	test('shows what a run with mode fix would change, for all or for one member, and asks', async () => {
		sandbox.discord.changeRoles({ user: 'user10', remove: ['Knight'] });
		sandbox.discord.changeRoles({ user: 'user11', remove: ['Knight'] });
		const one = await runCommand(sandbox, 'reconcile run', { mode: 'fix', member: 'user10' });
		const shown = await waitForReply(sandbox, one.id, /The plan/);
		expect(shown.content).toMatch(/^Done: 1 issue\. /);
		expect((await sandbox.runs(1))[0]).toMatchObject({ onlyMember: person(10), issuesFound: 1, membersChecked: 1 });
		expect(managedRolesOf(sandbox, 'user10')).toEqual([]);
		const all = await runCommand(sandbox, 'reconcile run', { mode: 'fix' });
		const plan = await waitForReply(sandbox, all.id, /Fix all/);
		expect(plan.embeds[0]?.title).toBe('Fix all: 2 issues');
		sandbox.click('operator', plan.id, buttonOf(plan, /Fix all 2/));
		await waitForReply(sandbox, all.id, /2 of 2 issues fixed/);
		expect(managedRolesOf(sandbox, 'user10')).toEqual(['Knight']);
		// The earlier plan of one member no longer applies.
		await click(sandbox, shown, buttonOf(shown, /Apply fix/), 'operator');
		expect((await waitForReply(sandbox, one.id, /Nothing was changed/)).content).toContain('already fixed');
	});

	test('leaves the issues of other members alone in a run over one member', async () => {
		sandbox.discord.changeRoles({ user: 'user12', remove: ['Knight'] });
		await reconcile(sandbox);
		const { id } = await runCommand(sandbox, 'reconcile run', { member: 'user13' });
		expect((await waitForReply(sandbox, id, /^Done/)).content).toContain(`<@${person(13)}> has the roles they should have.`);
		expect((await sandbox.issues('OPEN')).map(({ discordId }) => discordId)).toEqual([person(12)]);
	});

	test('refuses members who are not operators and suggests no issue to them', async () => {
		expect((await runCommand(sandbox, 'reconcile fix', { all: true }, 'member')).answer.content).toContain('Only operators');
		const asked = sandbox.discord.autocomplete({ user: 'member', command: 'reconcile fix', option: 'issue', value: '' }).interactionId;
		expect(await sandbox.until(() => sandbox.interaction(asked).choices)).toEqual([]);
		const fixAll = sandbox.click('member', report.id, buttonOf(refetch(sandbox, report), /Fix all/));
		expect(await waitForMessage(sandbox, fixAll, /./)).toContain('Only operators');
		expect(sandbox.discord.dms()).toEqual([]);
	});
});
