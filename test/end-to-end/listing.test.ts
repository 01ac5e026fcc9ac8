import { afterAll, beforeAll, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { reconcile, waitForMessage } from './operator.js';

const PEOPLE = Array.from({ length: 2300 }, (_, index) => ({
	id: String(300000000000000000n + BigInt(index)),
	username: `person${index}`
}));
const SECONDS = 4;

let sandbox: Sandbox;
beforeAll(async () => {
	sandbox = await Sandbox.start({ world: { guild: { members: PEOPLE } } });
});
afterAll(() => sandbox?.stop());

const memberCount = () => sandbox.guild().members.filter(({ bot }) => !bot).length;
const memberRequests = () => sandbox.requests().filter(({ method }) => method === 'REQUEST_GUILD_MEMBERS').length;

test('a run lists all members with one request; a run that comes too soon waits as Discord demands, says so and completes', async () => {
	sandbox.discord.setLimits({ memberRequestSeconds: SECONDS });
	expect((await reconcile(sandbox)).run).toMatchObject({ status: 'COMPLETED', membersChecked: memberCount() });
	expect(memberRequests()).toBe(1);
	const second = sandbox.command('operator', 'reconcile run');
	expect(await waitForMessage(sandbox, second, /waiting/)).toMatch(
		/^Reading Discord: waiting [1-4] s, because Discord allows one listing of all members in 30 s…$/m
	);
	await waitForMessage(sandbox, second, /^Done: all clear/);
	expect((await sandbox.runs(1))[0]).toMatchObject({ status: 'COMPLETED', membersChecked: memberCount() });
	expect(memberRequests()).toBe(3);
});

test.each(['invalid-session', 'drop', 'reconnect'])(
	'a run whose connection to Discord is lost while it lists the members (%s) lists them again, and is done',
	async (kind) => {
		sandbox.discord.setLimits({ memberRequestSeconds: 1 });
		sandbox.faults.add({ target: 'gateway', kind, match: 'REQUEST_GUILD_MEMBERS', times: 1 });
		const before = memberRequests();
		expect((await reconcile(sandbox)).run).toMatchObject({ status: 'COMPLETED', membersChecked: memberCount() });
		expect(memberRequests() - before).toBeGreaterThanOrEqual(2);
	}
);
