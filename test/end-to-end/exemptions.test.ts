import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import {
	buttons,
	issueOn,
	linesOf,
	managedRolesOf,
	pick,
	reconcile,
	refetch,
	runCommand,
	waitForMessage,
	waitForReply
} from './operator.js';

const person = (number: number) => `30000000000000000${number}`;
const names = ['ada', 'bob', 'cleo', 'dan', 'member'];

/** All but the member hold Lord and do not pay. */
describe('exemptions', () => {
	let sandbox: Sandbox;
	let report: APIMessage;
	beforeAll(async () => {
		sandbox = await Sandbox.start({
			world: {
				guild: { members: names.map((username, index) => ({ id: person(index), username, roles: username === 'member' ? [] : ['Lord'] })) },
				database: { members: names.map((_, index) => ({ id: `m${index}`, discordId: person(index) })) }
			}
		});
		({ report } = await reconcile(sandbox));
	});
	afterAll(() => sandbox?.stop());

	/** A newer report closes the one before it. */
	const runAgain = async () => {
		const next = await reconcile(sandbox);
		({ report } = next);
		return next;
	};

	/** Submits the modal behind a member's Ignore… button. */
	const ignore = async (name: string, fields: Record<string, string>) => {
		const opened = pick(sandbox, refetch(sandbox, report), new RegExp(`^Ignore \\d+ · ${name}$`));
		await sandbox.until(() => sandbox.interaction(opened).modal);
		return waitForMessage(sandbox, sandbox.discord.modal({ user: 'operator', interactionId: opened, fields }).interactionId, /./);
	};

	test('Ignore… asks for a reason, closes the issue and shows it in the report and the channel', async () => {
		expect(await ignore('ada', { reason: 'founder', until: '3 days' })).toMatch(
			/^<@\d+> is exempt until <t:\d+:f>: .* Their open issue is closed\./
		);
		expect(issueOn(refetch(sandbox, report), 'ada')?.text).toMatch(/ · Ignored until <t:\d+:D>: exempted by <@\d+> <t:/);
		expect(await sandbox.until(() => linesOf(sandbox).find((line) => line.includes('founder')))).toMatch(
			/^<@\d+> exempted <@\d+> until <t:\d+:f>: founder$/
		);
		expect(managedRolesOf(sandbox, 'ada')).toEqual(['Lord']);
		const { run } = await runAgain();
		expect(run).toMatchObject({ issuesFound: 3, notices: { exempt: 1 } });
	});

	test('an end date that cannot be parsed changes nothing and keeps the input', async () => {
		expect(await ignore('bob', { reason: 'has a special deal', until: 'when it snows' })).toMatch(
			/does not understand the time "when it snows".*\nYou wrote: has a special deal/
		);
		expect((await sandbox.issues('OPEN')).map(({ discordId }) => discordId)).toContain(person(1));
	});

	test('/reconcile exempt replaces an earlier exemption', async () => {
		expect((await runCommand(sandbox, 'reconcile exempt', { member: 'bob', reason: 'moderator' })).answer.content).toContain(
			'until an operator ends it'
		);
		expect((await runCommand(sandbox, 'reconcile exempt', { member: 'bob', reason: 'moderator', until: '2h' })).answer.content).toContain(
			'replaces the exemption'
		);
		expect((await runCommand(sandbox, 'reconcile exempt', { member: 'bob', reason: 'x', until: '2001-01-01' })).answer.content).toContain(
			'is in the past'
		);
		// The old button of the closed issue says so.
		const shown = buttons(report).filter(({ custom_id }) => custom_id.includes(':fix:'));
		expect(shown).toHaveLength(3);
	});

	test('the list shows members and reasons, and ends an exemption once', async () => {
		const { id, answer } = await runCommand(sandbox, 'reconcile exemptions');
		expect(answer.embeds[0]).toMatchObject({ title: '2 exemptions' });
		const menu = (answer.components as unknown as { components: { custom_id: string; options: { label: string; value: string }[] }[] }[])[0]
			?.components[0];
		const bob = menu?.options.find(({ label }) => label === 'bob')?.value as string;
		const ended = sandbox.click('operator', answer.id, menu?.custom_id as string, [bob]);
		expect(await waitForMessage(sandbox, ended, /has ended/)).toContain('The next run looks at their roles again');
		expect((await waitForReply(sandbox, id)).embeds[0]).toMatchObject({ title: '1 exemption' });
		await sandbox.until(() => linesOf(sandbox).find((line) => line.includes('ended the exemption of')));
		expect((await sandbox.audit()).map(({ action }) => action)).toEqual(['end-exemption', 'exempt', 'exempt', 'exempt']);
		expect((await runAgain()).run.issuesFound).toBe(3);
	});

	test('the report notes an exemption that ends soon', async () => {
		await runCommand(sandbox, 'reconcile exempt', { member: 'cleo', reason: 'trial', until: '1 day' });
		expect((await runAgain()).report.embeds[0]?.description).toContain('1 exemption ending soon');
	});

	test('a run over one exempt person speaks of them alone', async () => {
		const { id } = await runCommand(sandbox, 'reconcile run', { member: 'cleo' });
		const { content } = await waitForReply(sandbox, id, /^Done/);
		const said = `<@${person(2)}> is exempt until <t:\\d+:D> \\(trial\\), so Reeve leaves their roles as they are\\. Without that they should have no role; they have Lord\\.`;
		expect(content).toMatch(new RegExp(`^Done: ${said} The report is here: `));
		const [run] = await sandbox.runs(1);
		const embed = sandbox.messages().find((message) => message.id === run?.reportMessageId)?.embeds[0];
		expect(embed).toMatchObject({
			title: 'One person: exempt',
			description: expect.stringMatching(new RegExp(`^-# Checked <@${person(2)}> in .*\n${said}$`))
		});
	});

	test('only operators can exempt, and members get no message', async () => {
		for (const [command, options] of [
			['exempt', { member: 'dan', reason: 'me' }],
			['exemptions', {}]
		] as const)
			expect((await runCommand(sandbox, `reconcile ${command}`, options, 'member')).answer.content).toContain('Only operators');
		const opened = pick(sandbox, refetch(sandbox, report), /^Ignore 1/, 'member');
		expect(await waitForMessage(sandbox, opened, /./)).toContain('Only operators');
		expect(sandbox.interaction(opened).modal).toBeNull();
		expect(sandbox.discord.dms()).toEqual([]);
	});
});
