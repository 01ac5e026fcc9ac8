import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { worldSchema } from '../../sandbox/world/world.js';
import type { Adjust } from '../../src/reconciliation/domain/rules.js';
import { FaultHarness } from '../faults/harness.js';

/** A server's own rule, with real clients over sockets: paid members who have not been introduced are Squire. */

const [ADA, BOB] = ['300000000000000001', '300000000000000002'];
const OPERATOR = { actor: '1100000000000000402', actorName: 'operator' };

const WORLD = worldSchema.parse({
	guild: {
		members: [
			{ id: ADA, username: 'ada', roles: [] },
			{ id: BOB, username: 'bob', roles: ['Knight'] }
		]
	},
	stripe: {
		customers: [
			{ id: 'cus_ada', metadata: { discord_id: ADA } },
			{ id: 'cus_bob', metadata: { discord_id: BOB } }
		],
		subscriptions: [
			{ id: 'sub_ada', customer: 'cus_ada', status: 'active', price: 'price_knight' },
			{ id: 'sub_bob', customer: 'cus_bob', status: 'active', price: 'price_knight' }
		]
	}
});

describe("a server's own rule", () => {
	let harness: FaultHarness;
	/** The rule, which a test may replace, as a new version of the host's code does. */
	let rule: Adjust;
	const introduced = new Set<string>();

	beforeAll(async () => {
		const options = { extraRoles: [{ name: 'Squire', role: 'Squire' }], adjust: ((...asked) => rule(...asked)) satisfies Adjust };
		harness = await FaultHarness.open(WORLD, {}, options);
		harness.discord.createRole({ name: 'Squire' });
	});
	afterAll(() => harness?.close());
	beforeEach(() => {
		introduced.clear();
		introduced.add(BOB);
		rule = (expected, { discordId }) => (expected.role === null || introduced.has(discordId) ? expected : { role: 'Squire' });
	});

	const rolesOf = (member: string) => harness.discord.guild().members.find(({ id }) => id === member)?.roles;
	const run = async () => {
		const result = await harness.reeve.runs.start({});
		if (result?.status !== 'COMPLETED') throw new Error(result?.failure ?? 'no run');
		return result;
	};
	const fix = async (member: string) => {
		const [issue] = await harness.reeve.fixes.findOpenIssues(member, 1);
		if (issue === undefined) throw new Error('no open issue');
		return harness.reeve.fixes.apply({ issueId: issue.id, planHash: issue.planHash, runId: issue.lastRunId, ...OPERATOR });
	};

	it('gives its own role, explains it, replaces it once it says so, and an undo puts it back', async () => {
		const { issues } = await run();
		expect(issues).toMatchObject([{ discordId: ADA, plan: { add: ['Squire'], remove: [] }, adjusted: { from: 'Knight', to: 'Squire' } }]);
		expect(await fix(ADA)).toMatchObject({ kind: 'ended', outcome: 'FIXED', rolesAfter: ['Squire'] });
		expect(rolesOf(ADA)).toEqual(['Squire']);
		const { breakdown, drift } = await harness.reeve.members.explain(ADA);
		expect({ drift, ...breakdown }).toMatchObject({ drift: null, expected: ['Squire'], adjusted: { from: 'Knight', to: 'Squire' } });

		introduced.add(ADA);
		expect((await run()).issues).toMatchObject([{ plan: { add: ['Knight'], remove: ['Squire'] }, effect: 'raises' }]);
		const raised = await fix(ADA);
		expect(raised).toMatchObject({ kind: 'ended', outcome: 'FIXED', rolesAfter: ['Knight'] });
		const { undoable } = await harness.reeve.members.explain(ADA);
		expect(await harness.reeve.fixes.undo({ attemptId: undoable ?? '', ...OPERATOR })).toMatchObject({ outcome: 'UNDONE' });
		expect(rolesOf(ADA)).toEqual(['Squire']);
	});

	it('is asked again before a fix: another answer is another plan, and a failure changes nothing', async () => {
		introduced.delete(BOB);
		expect((await run()).issues).toMatchObject([{ discordId: BOB, plan: { add: ['Squire'], remove: ['Knight'] }, effect: 'lowers' }]);
		rule = () => ({ role: 'Lord' });
		expect(await fix(BOB)).toMatchObject({ outcome: 'PLAN_CHANGED' });
		rule = () => {
			throw new Error('the table of introductions is away');
		};
		expect(await fix(BOB)).toMatchObject({ outcome: 'FAILED', error: expect.stringContaining('the table of introductions is away') });
		expect(rolesOf(BOB)).toEqual(['Knight']);
		const { notices, issues } = await run();
		expect(issues).toEqual([]);
		expect(notices?.unknown).toMatchObject([{ reason: { kind: 'rule', problem: 'threw' }, discordIds: expect.arrayContaining([BOB]) }]);
	});
});
