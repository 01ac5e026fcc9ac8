import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { COLOURS } from '../../src/messages/format/colours.js';
import {
	buttonOf,
	buttons,
	click,
	issueOn,
	linesOf,
	managedRolesOf,
	reconcile,
	refetch,
	runCommand,
	waitForMessage,
	waitForReply
} from './operator.js';

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
	/** The result of the first part of a bulk fix. */
	let done: APIMessage;
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
		await sandbox.until(() => issueOn(refetch(sandbox, report), 'user6')?.text.includes('✓ Fixed by'));
	});

	test('asks for confirmation of an issue that was typed, and answers an unknown name', async () => {
		const { id, answer } = await runCommand(sandbox, 'reconcile fix', { issue: 'USER7' });
		expect(answer.content).toMatch(
			/\(user7\): Pays for Knight \(subscribed on <t:\d+:D>\) but has no role\. The plan: \*\*Give Knight\*\*\./
		);
		expect(managedRolesOf(sandbox, 'user7')).toEqual([]);
		await click(sandbox, answer, buttonOf(answer, /Apply fix/), 'operator');
		await waitForReply(sandbox, id, / (now|no longer) has /);
		expect(managedRolesOf(sandbox, 'user7')).toEqual(['Knight']);
		expect((await runCommand(sandbox, 'reconcile fix', { issue: 'nobody' })).answer.content).toContain('No open issue is called that');
		expect((await runCommand(sandbox, 'reconcile fix', {})).answer.content).toContain('Say what to fix');
		expect((await runCommand(sandbox, 'reconcile fix', { issue: 'x', all: true })).answer.content).toContain('Say what to fix');
	});

	test('shows a plan that needs approval without an alarm, and closes it on Cancel', async () => {
		const before = { messages: sandbox.messages().length, mails: sandbox.mail.inbox().length };
		const { id, answer } = await runCommand(sandbox, 'reconcile fix', { all: true });
		expect(answer.embeds[0]).toMatchObject({ title: 'Fix all: 6 issues', fields: [{ name: 'Needs your approval' }] });
		expect(answer.embeds[0]?.description).toMatch(/^\*\*5 lose access, 1 gets access\.\*\*/);
		expect(buttons(answer).map(({ label }) => label)).toEqual(['Grant and tidy (1)', 'Remove access (5)…', 'Cancel']);
		expect(answer.attachments).toMatchObject([{ filename: expect.stringMatching(/^reeve-plan-all-.*\.csv$/) }]);
		const csv = await (await fetch(answer.attachments[0]?.url ?? '')).text();
		expect(csv.trimEnd().split('\r\n')).toHaveLength(7);
		sandbox.click('operator', answer.id, buttonOf(answer, /Cancel/));
		const cancelled = await waitForReply(sandbox, id, /^Cancelled/);
		expect(cancelled).toMatchObject({ embeds: [], components: [], attachments: [] });
		expect(sandbox.messages()).toHaveLength(before.messages);
		expect(sandbox.mail.inbox()).toHaveLength(before.mails);
		expect((await sandbox.audit()).filter(({ action }) => action === 'hold')).toEqual([]);
	});

	test('holds the part of a bulk fix that takes access from too many until an operator types the number', async () => {
		const { id, answer } = await runCommand(sandbox, 'reconcile fix', { all: true });
		const release = sandbox.click('operator', answer.id, buttonOf(answer, /Remove access/));
		await sandbox.until(() => sandbox.interaction(release).modal);
		// The channel gets one announcement, with a button that shows the same plan.
		const held = () => sandbox.messages().filter(({ embeds }) => embeds[0]?.title === 'On hold: 5 people would lose access');
		const [announced] = await sandbox.until(() => (held().length > 0 ? held() : null));
		if (announced === undefined) throw new Error('unreachable');
		expect(announced.embeds[0]).toMatchObject({ color: COLOURS.bad, description: expect.stringContaining('Nothing has been taken yet.') });
		const looked = await waitForReply(sandbox, sandbox.click('operator', announced.id, buttonOf(announced, /Look at the plan/)), /Fix all/);
		expect(looked.embeds[0]?.fields).toMatchObject([{ name: 'Needs your approval' }]);
		sandbox.discord.modal({ user: 'operator', interactionId: release, fields: { losing: '4' } });
		expect((await waitForReply(sandbox, id, /type 5/)).content).toContain('Nothing was changed');
		expect(managedRolesOf(sandbox, 'user1')).toEqual(['Knight']);
		const second = sandbox.click('operator', answer.id, buttonOf(await waitForReply(sandbox, id), /Remove access/));
		await sandbox.until(() => sandbox.interaction(second).modal);
		sandbox.discord.modal({ user: 'operator', interactionId: second, fields: { losing: '5' } });
		done = await waitForReply(sandbox, id, /^Done/);
		expect(done.content).toBe('Done: 5 of 5 issues fixed.');
		for (const { username, pays } of people.slice(0, 5)) expect([pays, managedRolesOf(sandbox, username)]).toEqual([false, []]);
		expect(await sandbox.until(() => linesOf(sandbox).find((line) => / fixed \d+ issues/.test(line)))).toContain(
			'5 people lost access. The hold was released for it.'
		);
		// The announcement says that it was approved, and has nothing left to press.
		await sandbox.until(() => refetch(sandbox, announced).embeds[0]?.title === 'Approved: 5 people lose access');
		expect(refetch(sandbox, announced).components).toEqual([]);
		expect(held()).toEqual([]);
		expect(sandbox.mail.inbox().filter(({ subject }) => subject?.includes('On hold'))).toEqual([]);
		const log = (await sandbox.audit()).filter(({ action }) => action === 'hold' || action === 'release').reverse();
		expect(log.map(({ action, actor, detail }) => [action, actor, detail])).toEqual([
			['hold', sandbox.discord.ids.operatorId, expect.stringContaining('5 of the 15 members')],
			['release', sandbox.discord.ids.operatorId, expect.stringContaining('5 of the 15 members')]
		]);
	});

	test('shows the rest of the plan from the result of a part, and applies it', async () => {
		const rest = sandbox.click('operator', done.id, buttonOf(done, /Look at the rest/));
		const shown = await waitForReply(sandbox, rest, /Fix all/);
		expect(buttons(shown).map(({ label }) => label)).toEqual(['Grant and tidy (1)', 'Cancel']);
		sandbox.click('operator', shown.id, buttonOf(shown, /Grant and tidy/));
		await waitForReply(sandbox, rest, /^Done: 1 of 1 issue fixed/);
		for (const { username, pays } of people) expect(managedRolesOf(sandbox, username)).toEqual(pays ? ['Knight'] : []);
		expect((await runCommand(sandbox, 'reconcile fix', { all: true })).answer.content).toContain('No open issues');
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
		sandbox.click('operator', plan.id, buttonOf(plan, /Grant and tidy \(2\)/));
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
		expect((await waitForReply(sandbox, id, /^Done/)).content).toContain(
			`<@${person(13)}> should have Knight and has just that: Knight paid`
		);
		expect((await sandbox.issues('OPEN')).map(({ discordId }) => discordId)).toEqual([person(12)]);
	});

	test('refuses members who are not operators and suggests no issue to them', async () => {
		expect((await runCommand(sandbox, 'reconcile fix', { all: true }, 'member')).answer.content).toContain('Only operators');
		const asked = sandbox.discord.autocomplete({ user: 'member', command: 'reconcile fix', option: 'issue', value: '' }).interactionId;
		expect(await sandbox.until(() => sandbox.interaction(asked).choices)).toEqual([]);
		// A newer report has closed this one; its buttons may still be on a screen.
		const customId = buttonOf(report, /Fix all/);
		const { interactionId } = sandbox.discord.forge({ user: 'member', messageId: report.id, customId });
		expect(await waitForMessage(sandbox, interactionId, /./)).toContain('Only operators');
		expect(sandbox.discord.dms()).toEqual([]);
	});
});
