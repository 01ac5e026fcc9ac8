import { afterAll, beforeAll, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { lastWord, reconcile } from './operator.js';

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

const everybody = () => sandbox.guild().members.filter(({ bot }) => !bot).length;
const asked = () => sandbox.requests().filter(({ method }) => method === 'REQUEST_GUILD_MEMBERS').length;

test('a run asks once for everybody; one that comes too soon waits as Discord says, says so to the operator, and is done', async () => {
	sandbox.discord.setLimits({ memberRequestSeconds: SECONDS });
	expect((await reconcile(sandbox)).run).toMatchObject({ status: 'COMPLETED', membersChecked: everybody() });
	expect(asked()).toBe(1);
	const second = sandbox.command('operator', 'reconcile run');
	expect(await lastWord(sandbox, second, /waiting/)).toMatch(
		/^Reading Discord: waiting [1-4] s, because Discord allows one listing of all members in 30 s…$/m
	);
	await lastWord(sandbox, second, /^Done: all clear/);
	expect((await sandbox.runs(1))[0]).toMatchObject({ status: 'COMPLETED', membersChecked: everybody() });
	expect(asked()).toBe(3);
});
