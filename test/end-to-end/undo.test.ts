import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { issueOn, managedRolesOf, optionOf, pick, reconcile, refetch, waitForMessage } from './operator.js';

const PEOPLE = ['ada', 'bob', 'carl', 'dora'];
const idOf = (name: string) => `30000000000000000${PEOPLE.indexOf(name)}`;

/** All pay for Knight; Ada and Bob hold no role, Carl and Dora hold Lord. Auto-fix is on. */
const WORLD = {
	guild: {
		members: [
			...PEOPLE.map((username) => ({ id: idOf(username), username, roles: ['carl', 'dora'].includes(username) ? ['Lord'] : [] })),
			{ id: '300000000000000008', username: 'second', operator: true, roles: [] },
			{ id: '300000000000000009', username: 'member', roles: [] }
		]
	},
	stripe: {
		customers: PEOPLE.map((name) => ({ id: `cus_${name}`, metadata: { discord_id: idOf(name) } })),
		subscriptions: PEOPLE.map((name) => ({ id: `sub_${name}`, customer: `cus_${name}`, status: 'active', price: 'price_knight' }))
	}
};

describe('Undo', () => {
	let sandbox: Sandbox;
	let report: APIMessage;
	beforeAll(async () => {
		sandbox = await Sandbox.start({ world: WORLD, env: { RECONCILIATION_AUTO_FIX: 'true' } });
		({ report } = await reconcile(sandbox));
	});
	afterAll(() => sandbox?.stop());

	const undoOf = (name: string) => new RegExp(`^Undo \\d · ${name}$`);
	const clickUndo = (name: string, user = 'operator') => pick(sandbox, refetch(sandbox, report), undoOf(name), user);
	const undo = (name: string, user = 'operator') => waitForMessage(sandbox, clickUndo(name, user), /./);
	const roleCalls = () => sandbox.requests().filter(({ method, path }) => method !== 'GET' && path.includes('/roles/')).length;
	const lines = () => sandbox.messages().map(({ content }) => content);
	const attemptOf = async (name: string) =>
		(await sandbox.issues()).find(({ discordId }) => discordId === idOf(name))?.attempts.find(({ undoes }) => undoes === null);

	test('is offered for every fix in the report, to operators only', async () => {
		for (const name of PEOPLE) expect(() => optionOf(refetch(sandbox, report), undoOf(name))).not.toThrow();
		expect(await undo('ada', 'member')).toContain('Only operators');
		expect(managedRolesOf(sandbox, 'ada')).toEqual(['Knight']);
	});

	test('restores the roles, replies, and updates the channel, the report and the audit log', async () => {
		expect(await undo('carl')).toMatch(/^Undone for <@\d+> \(carl\): Lord given, Knight removed\. They are exempt until <t:\d+:f>/);
		expect(managedRolesOf(sandbox, 'carl')).toEqual(['Lord']);
		expect(lines()).toContainEqual(expect.stringMatching(/^<@\d+> undid the fix of <@\d+> \(carl\): Lord given, Knight removed\./));
		const { reason } = sandbox.guild().auditLog.at(-1) as { reason: string };
		const issue = (await sandbox.issues('RESOLVED'))[0];
		const [fix, taken] = issue?.attempts ?? [];
		expect(issue).toMatchObject({ discordId: idOf('carl'), settledBy: sandbox.discord.ids.operatorId });
		expect(taken).toMatchObject({ undoes: fix?.id, outcome: 'UNDONE', rolesBefore: ['Knight'], rolesAfter: ['Lord'] });
		expect(reason).toBe(`Reeve: fix undone · approved by @operator · fix ${fix?.id.slice(0, 9)}`);
		expect(issueOn(refetch(sandbox, report), 'carl')?.text).toMatch(
			/ · Undone by <@\d+> <t:\d+:R>: Lord given, Knight removed\. Exempt until <t:\d+:f>\.\n/
		);
		expect(() => optionOf(refetch(sandbox, report), undoOf('carl'))).toThrow('no option');
	});

	test('takes effect once when two operators click at once, and says so to the second', async () => {
		const before = roleCalls();
		const clicks = ['operator', 'second'].map((user) => clickUndo('bob', user));
		const answers = await Promise.all(clicks.map((id) => waitForMessage(sandbox, id, /./)));
		expect(answers.filter((answer) => answer.startsWith('Undone'))).toHaveLength(1);
		expect(answers.find((answer) => !answer.startsWith('Undone'))).toMatch(/has been at the roles|was already undone by <@\d+>/);
		expect(roleCalls()).toBe(before + 1);
		expect(managedRolesOf(sandbox, 'bob')).toEqual([]);
	});

	test('is not reverted by the next run', async () => {
		const { run } = await reconcile(sandbox);
		expect(run).toMatchObject({ issuesFound: 0, notices: { exempt: 2 } });
		expect(managedRolesOf(sandbox, 'carl')).toEqual(['Lord']);
	});

	test('suggests undoable fixes by member and operator', async () => {
		const asked = (value: string) =>
			sandbox.until(
				(
					(id) => () =>
						sandbox.interaction(id).choices
				)(sandbox.discord.autocomplete({ user: 'operator', command: 'reconcile undo', option: 'fix', value }).interactionId)
			);
		expect(await asked('')).toHaveLength(2);
		expect(await asked('DOR')).toEqual([
			{ name: expect.stringMatching(/^dora · Knight given, Lord removed · .+ by Reeve$/), value: (await attemptOf('dora'))?.id }
		]);
		expect(await asked('nobody')).toEqual([]);
	});

	test('changes nothing when the roles have changed since the fix, and says what the member holds', async () => {
		const before = roleCalls();
		sandbox.discord.changeRoles({ user: 'ada', add: ['Lord'] });
		const typed = sandbox.command('operator', 'reconcile undo', { fix: (await attemptOf('ada'))?.id });
		expect(await waitForMessage(sandbox, typed, /./)).toMatch(/^Nothing was changed for .*The member now has Knight and Lord, not Knight/);
		expect(roleCalls()).toBe(before);
		expect(managedRolesOf(sandbox, 'ada')).toEqual(['Knight', 'Lord']);
		sandbox.discord.changeRoles({ user: 'ada', remove: ['Lord'] });
		// Without a change there is no exemption.
		expect((await reconcile(sandbox)).run).toMatchObject({ notices: { exempt: 2 } });
	});

	test.each(['ada', 'a'.repeat(100), 'attempt:1'])('replies that there is no fix %s', async (fix) => {
		expect(await waitForMessage(sandbox, sandbox.command('operator', 'reconcile undo', { fix }), /./)).toContain('Reeve knows no such fix');
	});

	test('is recovered at the next start after a SIGKILL, and can be repeated', async () => {
		sandbox.faults.add({ target: 'discord', kind: 'timeout', match: 'PUT */roles/*' });
		sandbox.command('operator', 'reconcile undo', { fix: (await attemptOf('dora'))?.id });
		await sandbox.until(() =>
			sandbox.requests().some(({ method, path, status }) => method === 'PUT' && path.includes('/roles/') && status === null)
		);
		await sandbox.restart('SIGKILL');
		sandbox.faults.clear();
		const attempts = await sandbox.until(async () => {
			const issue = (await sandbox.issues('FIXED')).find(({ discordId }) => discordId === idOf('dora'));
			return issue?.attempts;
		});
		expect(attempts.map(({ outcome }) => outcome)).toEqual(['FIXED', 'INTERRUPTED']);
		const again = sandbox.command('operator', 'reconcile undo', { fix: (await attemptOf('dora'))?.id });
		expect(await waitForMessage(sandbox, again, /./)).toMatch(/^Undone/);
		expect(managedRolesOf(sandbox, 'dora')).toEqual(['Lord']);
	});
});
