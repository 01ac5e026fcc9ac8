import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { type ButtonAction, buildCustomId } from '../../src/messages/custom-id.js';
import { reconcile, runCommand, waitForReply } from './operator.js';

/** Interactions without permission or with forged input: an ephemeral refusal and no effect. */

const person = (number: number) => `30000000000000000${number}`;
const PRIVATE_NAMES = ['zelda', 'yorick', 'xenia', 'wanda', 'victor'];
const OTHER_GUILD = '999999999999999999';

/** Every subcommand with options that would have an effect. */
const COMMANDS: readonly (readonly [string, Record<string, unknown>])[] = [
	['run', {}],
	['run', { mode: 'fix', member: 'zelda' }],
	['status', {}],
	['fix', { all: true }],
	['fix', { issue: 'zelda' }],
	['undo', { fix: 'zelda' }],
	['why', { member: 'zelda' }],
	['history', {}],
	['pause', { for: '2 days' }],
	['resume', {}],
	['link', { member: 'zelda', customer: 'cus_zelda' }],
	['unlink', { member: 'zelda' }],
	['exempt', { member: 'zelda', reason: 'friend' }],
	['exemptions', {}],
	['list', { kind: 'unclaimed' }],
	['suggest', {}],
	['export', {}],
	['doctor', {}],
	['accept-account', { confirm: 'test data' }]
];

let sandbox: Sandbox;
let report: APIMessage;
let runId: string;
let issueId: string;
let actions: ButtonAction[];

beforeAll(async () => {
	sandbox = await Sandbox.start({
		world: {
			guild: {
				members: [
					...PRIVATE_NAMES.map((username, index) => ({ id: person(index), username, roles: ['Lord'] })),
					{ id: person(9), username: 'member', roles: [] }
				]
			},
			stripe: { customers: PRIVATE_NAMES.map((name) => ({ id: `cus_${name}`, email: `${name}@example.com` })) },
			database: { members: PRIVATE_NAMES.map((_, index) => ({ id: `m${index}`, discordId: person(index) })) }
		}
	});
	const reconciled = await reconcile(sandbox);
	report = reconciled.report;
	runId = reconciled.run.id;
	const [issue] = await sandbox.issues('OPEN');
	if (issue === undefined) throw new Error('The run found no issue.');
	const { planHash } = issue;
	issueId = issue.id;
	actions = [
		{ action: 'fix', runId, page: 0, issueId, planHash },
		{ action: 'confirm', runId, issueId, planHash },
		{ action: 'confirm-copy', runId, page: 0, issueId, planHash },
		{ action: 'open-copy', runId, page: 0 },
		{ action: 'notes', runId },
		{ action: 'page', runId, page: 0, button: 'next' },
		{ action: 'ask-link-member', discordId: person(0) },
		{ action: 'fix-one', issueId, planHash },
		{ action: 'fix-all', runId },
		{ action: 'plan', scope: 'all' },
		{ action: 'bulk', scope: 'all', part: 'removes', planHash },
		{ action: 'release', scope: 'all', part: 'removes', planHash },
		{ action: 'cancel' },
		{ action: 'accept-rules', rulesHash: planHash, losing: 5 },
		{ action: 'end-onboarding', runId, losing: 5 },
		{ action: 'history', days: 7, page: 0, button: 'next' },
		{ action: 'ignore', runId, page: 0, issueId },
		{ action: 'exemptions', page: 0, button: 'next' },
		{ action: 'list', list: 'unclaimed', page: 0, button: 'next' },
		{ action: 'show-list', list: 'absent' },
		{ action: 'export-list', list: 'unlinked' },
		{ action: 'export-exemptions' },
		{ action: 'suggest', page: 0, button: 'next' },
		{ action: 'accept-link', discordId: person(0), customerId: 'cus_zelda' },
		{ action: 'why', issueId },
		{ action: 'link', discordId: person(0), customerId: 'cus_zelda', shownHash: planHash },
		{ action: 'unlink', discordId: person(0), shownHash: planHash },
		{ action: 'undo', attemptId: issueId }
	];
});
afterAll(() => sandbox?.stop());

/** Everything an interaction could change. */
async function state() {
	return {
		roles: sandbox.guild().members.map(({ id, roles }) => [id, roles]),
		issues: (await sandbox.issues()).map(({ id, status, attempts }) => [id, status, attempts.length]),
		audit: (await sandbox.audit()).length,
		runs: (await sandbox.runs()).length
	};
}

/** Waits for the ephemeral response. @returns its content, embeds and components as text */
async function ephemeralReply(id: string): Promise<string> {
	const response = await sandbox.until(() => {
		const { responses, failure } = sandbox.interaction(id);
		if (failure !== null) throw new Error(failure);
		return responses.find(({ ephemeral }) => ephemeral);
	});
	return JSON.stringify([response.content, response.embeds, response.components]);
}

/** The private names that a reply leaks. */
function namesIn(text: string): string[] {
	return PRIVATE_NAMES.filter((name) => text.includes(name));
}

const UNAUTHORIZED: readonly (readonly [string, string, { channel?: string; guildId?: string }, RegExp])[] = [
	['a member who is not an operator', 'member', {}, /Only operators may use Reeve/],
	['an operator in a direct message', 'operator', { channel: 'dm' }, /only works in the server it is set up for/],
	['an operator of another server', 'operator', { guildId: OTHER_GUILD }, /only works in the server it is set up for/],
	['a member of another server', 'member', { guildId: OTHER_GUILD }, /only works in the server it is set up for/]
];

describe.each(UNAUTHORIZED)('%s', (_, user, where, refusal) => {
	test('gets every command refused with the reason and without an effect', async () => {
		const before = await state();
		for (const [name, options] of COMMANDS) {
			const { interactionId } = sandbox.discord.command({ user, command: `reconcile ${name}`, options, ...where });
			const answer = await ephemeralReply(interactionId);
			expect([name, answer]).toEqual([name, expect.stringMatching(refusal)]);
			expect([name, namesIn(answer)]).toEqual([name, []]);
		}
		expect(await state()).toEqual(before);
	});

	test('gets every button, menu and modal refused with the reason and without an effect', async () => {
		const before = await state();
		const answers = [
			...actions.map((action) => sandbox.discord.forge({ user, messageId: report.id, customId: buildCustomId(action), ...where })),
			...(['end-exemption', 'pick-link', 'pick-unlink'] as const).map((action) =>
				sandbox.discord.forge({
					user,
					messageId: report.id,
					customId: buildCustomId(action === 'end-exemption' ? { action, page: 0 } : { action, discordId: person(0) }),
					values: ['cus_zelda'],
					...where
				})
			),
			...['why', 'ignore', 'undo'].map((action) =>
				sandbox.discord.forge({
					user,
					messageId: report.id,
					customId: buildCustomId({ action: 'more', runId, page: 0 }),
					values: [`reeve:1:${action}:${action === 'ignore' ? `${runId}:0:` : ''}${issueId}`],
					...where
				})
			),
			sandbox.discord.forge({
				user,
				messageId: report.id,
				customId: buildCustomId({ action: 'ask-link-member', discordId: person(0) }),
				fields: { customer: 'cus_zelda' },
				...where
			}),
			sandbox.discord.forge({
				user,
				messageId: report.id,
				customId: buildCustomId({ action: 'release', scope: 'all', part: 'removes', planHash: '00000000' }),
				fields: { losing: '5' },
				...where
			}),
			sandbox.discord.forge({
				user,
				messageId: report.id,
				customId: buildCustomId({ action: 'ignore', runId, page: 0, issueId: 'x' }),
				fields: { reason: 'friend', until: '' },
				...where
			})
		];
		for (const { interactionId } of answers) {
			const answer = await ephemeralReply(interactionId);
			expect(answer).toMatch(refusal);
			expect(namesIn(answer)).toEqual([]);
		}
		expect(await state()).toEqual(before);
	});
});

test('a member who is not an operator gets no autocomplete choices', async () => {
	for (const [command, option] of [
		['fix', 'issue'],
		['undo', 'fix'],
		['link', 'customer'],
		['export', 'run']
	] as const) {
		const typing = sandbox.autocomplete('member', `reconcile ${command}`, option, '');
		expect(await sandbox.until(() => sandbox.interaction(typing).choices)).toEqual([]);
	}
});

describe('an operator', () => {
	test.each([
		'reeve:0:fix:run:0:issue:00000000',
		'reeve:1:fix:run:0:issue',
		'reeve:1:fix:run:-1:issue:00000000',
		'reeve:1:constructor:x',
		'reeve:1:bulk:all:00000000:all',
		'reeve:2:bulk:all:removes:00000000',
		`reeve:1:undo:${'x'.repeat(80)}`
	])('gets a refusal for the unknown custom ID %s', async (customId) => {
		const before = await state();
		const { interactionId } = sandbox.discord.forge({ user: 'operator', messageId: report.id, customId });
		expect(await ephemeralReply(interactionId)).toContain('belongs to another version of Reeve');
		const form = sandbox.discord.forge({ user: 'operator', messageId: report.id, customId, fields: { reason: 'x' } });
		expect(await ephemeralReply(form.interactionId)).toContain('belongs to another version of Reeve');
		expect(await state()).toEqual(before);
	});

	test('gets no answer for a custom ID of another bot', async () => {
		const { interactionId } = sandbox.discord.forge({ user: 'operator', messageId: report.id, customId: 'another-bot:button' });
		expect(await sandbox.until(() => sandbox.interaction(interactionId).failure)).toBe('no answer in 3 s');
		expect(sandbox.interaction(interactionId).responses).toEqual([]);
	});

	test('gets a refusal without an effect for a button whose subject is missing or has changed', async () => {
		const before = await state();
		const missing = { runId: 'nothing', issueId: 'nothing', planHash: '00000000' };
		const refusals: readonly (readonly [ButtonAction, RegExp])[] = [
			[{ action: 'fix', page: 0, ...missing }, /^Nothing was changed: Reeve no longer knows the issue/],
			[{ action: 'confirm', runId: 'nothing', issueId: 'nothing', planHash: '00000000' }, /^Nothing was changed: Reeve no longer knows/],
			[{ action: 'confirm-copy', page: 0, ...missing }, /^Nothing was changed: Reeve no longer knows/],
			[{ action: 'open-copy', runId: 'nothing', page: 0 }, /^The list of this report is no longer stored/],
			[{ action: 'notes', runId: 'nothing' }, /^The list of this report is no longer stored/],
			[{ action: 'fix-one', issueId: 'nothing', planHash: '00000000' }, /^Nothing was changed: Reeve no longer knows the issue/],
			[{ action: 'bulk', scope: 'all', part: 'removes', planHash: '00000000' }, /^Nothing was changed/],
			[{ action: 'page', runId: 'nothing', page: 0, button: 'next' }, /^The list of this report is no longer stored/],
			[{ action: 'why', issueId: 'nothing' }, /^This issue is not in the database any more/],
			[{ action: 'undo', attemptId: 'nothing' }, /^Nothing was changed: Reeve knows no such fix/],
			[{ action: 'unlink', discordId: person(0), shownHash: '00000000' }, /^Nothing was changed/],
			[
				{ action: 'link', discordId: person(0), customerId: 'cus_nobody', shownHash: '00000000' },
				/^Nothing was changed: Stripe has no customer/
			]
		];
		for (const [action, refusal] of refusals) {
			const { interactionId } = sandbox.discord.forge({ user: 'operator', messageId: report.id, customId: buildCustomId(action) });
			const reply = await waitForReply(sandbox, interactionId);
			expect([action.action, reply.content]).toEqual([action.action, expect.stringMatching(refusal)]);
		}
		expect(await state()).toEqual(before);
	});

	test.each<[string, Record<string, unknown>, RegExp]>([
		['fix', {}, /Say what to fix/],
		['fix', { issue: '🧨'.repeat(40) }, /No open issue is called that/],
		['fix', { issue: `nothing:00000000` }, /^Nothing was changed: Reeve no longer knows the issue/],
		['undo', { fix: 'nothing' }, /^Nothing was changed: Reeve knows no such fix/],
		['pause', { for: 'when it snows' }, /does not understand/],
		['pause', { for: '-3 days' }, /does not understand|past/],
		['exempt', { member: 'zelda', reason: '   ' }, /say why/],
		['exempt', { member: 'zelda', reason: 'friend', until: 'yesterday' }, /does not understand|past/],
		['link', { member: 'zelda', customer: "cus_' OR 1=1" }, /^Nothing was changed: Stripe has no customer/],
		['unlink', { member: 'member' }, /isn't linked to any customer or team\.$/],
		['export', { run: '../../etc/passwd' }, /There is no such run/]
	])('gets a refusal without an effect for invalid input to %s (%o)', async (name, options, refusal) => {
		const before = await state();
		const { answer } = await runCommand(sandbox, `reconcile ${name}`, options);
		expect(answer.content).toMatch(refusal);
		expect(await state()).toEqual(before);
	});
});
