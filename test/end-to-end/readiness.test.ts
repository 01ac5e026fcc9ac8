import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { click, fixButtons, readStatus, reconcile, runCommand } from './operator.js';

/** 20 people hold Knight and pay, and there is drift of each effect. */
const person = (number: number) => ({ id: `3000000000000000${String(number).padStart(2, '0')}`, username: `person${number}` });
const PAYERS = Array.from({ length: 20 }, (_, index) => person(index));
const [LOCKED_OUT, UNPAID] = [person(50), person(51)];
const WORLD = {
	guild: {
		members: [...PAYERS.map((each) => ({ ...each, roles: ['Knight'] })), { ...LOCKED_OUT, roles: [] }, { ...UNPAID, roles: ['Knight'] }]
	},
	stripe: {
		customers: [...PAYERS, LOCKED_OUT, UNPAID].map(({ id, username }) => ({ id: `cus_${username}`, metadata: { discord_id: id } })),
		subscriptions: [...PAYERS, LOCKED_OUT, UNPAID].map(({ id, username }) => ({
			id: `sub_${username}`,
			customer: `cus_${username}`,
			status: id === UNPAID.id ? 'canceled' : 'active',
			price: 'price_knight'
		}))
	}
};

describe('readiness for auto-fix', () => {
	let sandbox: Sandbox;
	beforeAll(async () => {
		sandbox = await Sandbox.start({ world: WORLD });
	});
	afterAll(() => sandbox?.stop());

	const description = async () => (await runCommand(sandbox, 'reconcile readiness')).answer.embeds[0]?.description ?? '';

	test('shows what auto-fix would have done, which it does on a copy', async () => {
		await reconcile(sandbox);
		const replayed = await description();
		expect(replayed).toContain('- made 2 fixes: 1 loses access, 1 gets access');
		expect(replayed).toContain('- 2 still open');
		await sandbox.reset({ world: WORLD, env: { RECONCILIATION_AUTO_FIX: 'true' } });
		const { run } = await reconcile(sandbox);
		expect(run).toMatchObject({ issuesFixed: 2, held: null });
		const { answer } = await runCommand(sandbox, 'reconcile readiness');
		expect(answer.embeds[0]?.title).toBe('Auto-fix is on');
		expect(answer.embeds[0]?.description).toContain('- made 2 fixes: 1 loses access, 1 gets access');
		expect(answer.embeds[0]?.description).toContain('- 2 applied by auto-fix itself');
	});

	test('lists what operators ignored instead, and says so in status', async () => {
		await sandbox.reset({ world: WORLD });
		const { report } = await reconcile(sandbox);
		const [first] = fixButtons(report);
		await click(sandbox, report, first?.custom_id ?? '');
		await runCommand(sandbox, 'reconcile exempt', { member: UNPAID.id, reason: 'founder' });
		const text = await description();
		expect(text).toContain('- 1 applied by operators\n- 1 **ignored** by operators');
		expect(text).toContain(`<@${UNPAID.id}> (${UNPAID.username}) · Remove Knight · found <t:`);
		expect(text).toMatch(/\*\*ignored\*\* by <@\d+> <t:\d+:R>/);
		expect((await readStatus(sandbox))['Auto-fix']).toBe('off. Not ready for auto-fix yet: `/reconcile readiness`');
	});
});
