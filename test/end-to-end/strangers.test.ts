import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { type ButtonAction, buildCustomId } from '../../src/messages/custom-id.js';
import { reconcile, runCommand } from './operator.js';

/** Whoever may not, from wherever, with whatever they send: a clear answer that they alone see, and no effect. */

const person = (number: number) => `30000000000000000${number}`;
const SECRET_NAMES = ['zelda', 'yorick', 'xenia', 'wanda', 'victor'];
const OTHER_GUILD = '999999999999999999';

/** Every subcommand with options that would do something. */
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
	['export', {}],
	['doctor', {}]
];

let sandbox: Sandbox;
let report: APIMessage;
let runId: string;
let actions: ButtonAction[];

beforeAll(async () => {
	sandbox = await Sandbox.start({
		world: {
			guild: {
				members: [
					...SECRET_NAMES.map((username, index) => ({ id: person(index), username, roles: ['Lord'] })),
					{ id: person(9), username: 'member', roles: [] }
				]
			},
			stripe: { customers: SECRET_NAMES.map((name) => ({ id: `cus_${name}`, email: `${name}@example.com` })) },
			database: { members: SECRET_NAMES.map((_, index) => ({ id: `m${index}`, discordId: person(index) })) }
		}
	});
	const reconciled = await reconcile(sandbox);
	report = reconciled.report;
	runId = reconciled.run.id;
	const [issue] = await sandbox.issues('OPEN');
	if (issue === undefined) throw new Error('nothing was found');
	const { id: issueId, planHash } = issue;
	actions = [
		{ action: 'fix', runId, page: 0, issueId, planHash },
		{ action: 'page', runId, page: 0, button: 'next' },
		{ action: 'fix-one', issueId, planHash },
		{ action: 'fix-all', runId },
		{ action: 'plan', scope: 'all' },
		{ action: 'bulk', scope: 'all', planHash, mode: 'all' },
		{ action: 'release', scope: 'all', planHash },
		{ action: 'history', days: 7, page: 0, button: 'next' },
		{ action: 'ignore', runId, page: 0, issueId },
		{ action: 'exemptions', page: 0, button: 'next' },
		{ action: 'why', issueId },
		{ action: 'link', discordId: person(0), customerId: 'cus_zelda', shownHash: planHash },
		{ action: 'unlink', discordId: person(0), shownHash: planHash },
		{ action: 'undo', attemptId: issueId }
	];
});
afterAll(() => sandbox?.stop());

/** Everything that could show an effect. */
async function state() {
	return {
		roles: sandbox.guild().members.map(({ id, roles }) => [id, roles]),
		issues: (await sandbox.issues()).map(({ id, status, attempts }) => [id, status, attempts.length]),
		audit: (await sandbox.audit()).length,
		runs: (await sandbox.runs()).length
	};
}

/** What somebody was told, and whether they alone were. */
async function told(id: string): Promise<string> {
	const response = await sandbox.until(() => {
		const { responses, failure } = sandbox.interaction(id);
		if (failure !== null) throw new Error(failure);
		return responses.find(({ ephemeral }) => ephemeral);
	});
	return JSON.stringify([response.content, response.embeds, response.components]);
}

/** Nobody who may not use Reeve learns whom it knows. */
function namesIn(text: string): string[] {
	return SECRET_NAMES.filter((name) => text.includes(name));
}

const FROM: readonly (readonly [string, string, { channel?: string; guildId?: string }, RegExp])[] = [
	['a member who is no operator', 'member', {}, /Only operators may use Reeve/],
	['an operator in a direct message', 'operator', { channel: 'dm' }, /only works in the server it is set up for/],
	['an operator of another server', 'operator', { guildId: OTHER_GUILD }, /only works in the server it is set up for/],
	['a member of another server', 'member', { guildId: OTHER_GUILD }, /only works in the server it is set up for/]
];

describe.each(FROM)('%s', (_, user, where, why) => {
	test('is refused every command, with the reason, and nothing happens', async () => {
		const before = await state();
		for (const [name, options] of COMMANDS) {
			const { interactionId } = sandbox.discord.command({ user, command: `reconcile ${name}`, options, ...where });
			const answer = await told(interactionId);
			expect([name, answer]).toEqual([name, expect.stringMatching(why)]);
			expect([name, namesIn(answer)]).toEqual([name, []]);
		}
		expect(await state()).toEqual(before);
	});

	test('is refused every button, menu and form, with the reason, and nothing happens', async () => {
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
			sandbox.discord.forge({
				user,
				messageId: report.id,
				customId: buildCustomId({ action: 'release', scope: 'all', planHash: '00000000' }),
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
			const answer = await told(interactionId);
			expect(answer).toMatch(why);
			expect(namesIn(answer)).toEqual([]);
		}
		expect(await state()).toEqual(before);
	});
});

test('a member who is no operator is suggested nobody', async () => {
	for (const [command, option] of [
		['fix', 'issue'],
		['undo', 'fix'],
		['link', 'customer'],
		['export', 'run']
	] as const) {
		const asked = sandbox.autocomplete('member', `reconcile ${command}`, option, '');
		expect(await sandbox.until(() => sandbox.interaction(asked).choices)).toEqual([]);
	}
});

describe('an operator', () => {
	test.each([
		'reeve:0:fix:run:0:issue:00000000',
		'reeve:1:fix:run:0:issue',
		'reeve:1:fix:run:-1:issue:00000000',
		'reeve:1:constructor:x',
		'reeve:2:bulk:all:00000000:all',
		'somebody-else:button',
		`reeve:1:undo:${'x'.repeat(80)}`
	])('who presses what this Reeve does not know (%s) is told so', async (customId) => {
		const before = await state();
		const { interactionId } = sandbox.discord.forge({ user: 'operator', messageId: report.id, customId });
		expect(await told(interactionId)).toContain('belongs to another version of Reeve');
		const form = sandbox.discord.forge({ user: 'operator', messageId: report.id, customId, fields: { reason: 'x' } });
		expect(await told(form.interactionId)).toContain('belongs to another version of Reeve');
		expect(await state()).toEqual(before);
	});

	test('who presses a button about something that is not there, or is another by now, is told so, and nothing happens', async () => {
		const before = await state();
		const nothing = { runId: 'nothing', issueId: 'nothing', planHash: '00000000' };
		for (const action of [
			{ action: 'fix', page: 0, ...nothing },
			{ action: 'fix-one', ...nothing },
			{ action: 'bulk', scope: 'all', planHash: '00000000', mode: 'all' },
			{ action: 'page', runId: 'nothing', page: 0, button: 'next' },
			{ action: 'why', issueId: 'nothing' },
			{ action: 'undo', attemptId: 'nothing' },
			{ action: 'unlink', discordId: person(0), shownHash: '00000000' },
			{ action: 'link', discordId: person(0), customerId: 'cus_nobody', shownHash: '00000000' }
		] as ButtonAction[]) {
			const { interactionId } = sandbox.discord.forge({ user: 'operator', messageId: report.id, customId: buildCustomId(action) });
			const said = await sandbox.until(() => {
				const { responses, failure } = sandbox.interaction(interactionId);
				if (failure !== null) throw new Error(`${action.action}: ${failure}`);
				return responses.at(-1);
			});
			expect([action.action, said.content.length + said.embeds.length]).not.toEqual([action.action, 0]);
		}
		expect(await state()).toEqual(before);
	});

	test.each<[string, Record<string, unknown>, RegExp]>([
		['fix', {}, /Say what to fix/],
		['fix', { issue: '🧨'.repeat(40) }, /No open issue is called that/],
		['fix', { issue: `nothing:00000000` }, /not known|no longer|does not know/i],
		['undo', { fix: 'nothing' }, /no|not/i],
		['pause', { for: 'when it snows' }, /does not understand/],
		['pause', { for: '-3 days' }, /does not understand|past/],
		['exempt', { member: 'zelda', reason: '   ' }, /say why/],
		['exempt', { member: 'zelda', reason: 'friend', until: 'yesterday' }, /does not understand|past/],
		['link', { member: 'zelda', customer: "cus_' OR 1=1" }, /no customer|not|No/],
		['unlink', { member: 'member' }, /nothing|not/i],
		['export', { run: '../../etc/passwd' }, /no|not/i]
	])('who types what makes no sense into %s (%o) is told so, and nothing happens', async (name, options, why) => {
		const before = await state();
		const { answer } = await runCommand(sandbox, `reconcile ${name}`, options);
		expect(answer.content).toMatch(why);
		expect(await state()).toEqual(before);
	});
});
