import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import type { Origin } from '../../src/reconciliation/domain/origin.js';
import { reconcile, runCommand } from './operator.js';

const ID = {
	bob: '300000000000000001',
	carol: '300000000000000002',
	dave: '300000000000000003',
	erin: '300000000000000004',
	frank: '300000000000000005'
};
const MEE6 = '300000000000000009';
const PAYERS = ['carol', 'dave', 'erin', 'frank'] as const;
const WORLD = {
	guild: {
		members: [
			{ id: ID.bob, username: 'bob', roles: [] },
			{ id: ID.carol, username: 'carol', roles: ['Knight'] },
			{ id: ID.dave, username: 'dave', roles: [] },
			{ id: ID.erin, username: 'erin', roles: ['Knight'] },
			{ id: MEE6, username: 'MEE6', bot: true, roles: [] }
		]
	},
	stripe: {
		customers: PAYERS.map((name) => ({ id: `cus_${name}`, metadata: { discord_id: ID[name] } })),
		subscriptions: PAYERS.map((name) => ({ id: `sub_${name}`, customer: `cus_${name}`, status: 'active' as const, price: 'price_knight' }))
	}
};

describe('who did it', () => {
	let sandbox: Sandbox;
	const origins = async () =>
		new Map((await sandbox.issues('OPEN')).map(({ discordId, detail }) => [discordId, (detail as { origin?: Origin }).origin]));

	beforeAll(async () => {
		sandbox = await Sandbox.start({ world: WORLD, env: { RECONCILIATION_AUDIT_LOG: 'true' } });
		// While Reeve runs: the gateway reports it.
		sandbox.discord.changeRoles({ user: 'carol', remove: ['Knight'], by: 'operator' });
		sandbox.discord.changeRoles({ user: 'dave', add: ['Knight'], by: 'MEE6' });
		// While it does not: the audit log is read at the next start.
		await sandbox.kill();
		sandbox.discord.changeRoles({ user: 'bob', add: ['Knight'], by: 'MEE6', reason: 'level 5' });
		sandbox.discord.leave('dave');
		sandbox.discord.join({ id: ID.dave, username: 'dave' });
		sandbox.discord.join({ id: ID.frank, username: 'frank' });
		sandbox.stripe.update('subscriptions', 'sub_erin', { status: 'canceled' });
		await sandbox.restart();
	});
	afterAll(() => sandbox?.stop());

	test('is stored with each issue and part of its sentence in the report', async () => {
		const { run, report } = await reconcile(sandbox);
		expect(run).toMatchObject({ status: 'COMPLETED', issuesFound: 5 });
		const found = await origins();
		expect(found.get(ID.bob)).toMatchObject({ kind: 'granted', role: 'Knight', by: MEE6, byBot: true });
		expect(found.get(ID.carol)).toMatchObject({ kind: 'revoked', role: 'Knight', by: sandbox.discord.ids.operatorId });
		expect(found.get(ID.dave)).toMatchObject({ kind: 'rejoined' });
		expect(found.get(ID.erin)).toMatchObject({ kind: 'ended', subscriptionId: 'sub_erin' });
		expect(found.get(ID.frank)).toMatchObject({ kind: 'joined' });
		const textOf = (id: string) => report.embeds[0]?.description?.split('\n').find((line) => line.includes(`<@${id}>`));
		expect(textOf(ID.bob)).toMatch(/; Knight was granted by <@\d+> \(a bot\) on <t:\d+:D>\.$/);
		expect(textOf(ID.dave)).toMatch(/; left the server and came back on <t:\d+:D>\.$/);
	});

	test('is the first sentence of why', async () => {
		const { answer } = await runCommand(sandbox, 'reconcile why', { member: ID.bob });
		const why = await sandbox.until(() => answer.embeds[0]?.description);
		expect(why.split('\n')[1]).toMatch(new RegExp(`^\\*\\*Knight was granted by <@${MEE6}> \\(a bot\\) on <t:\\d+:D>\\. `));
	});

	test('names Reeve, and reads the log in few requests', async () => {
		expect(sandbox.requests().filter(({ path }) => path.includes('audit-logs')).length).toBeLessThanOrEqual(6);
		// An operator grants by hand what Reeve has just taken.
		sandbox.discord.changeRoles({ user: 'bob', remove: ['Knight'], by: 'MEE6' });
		sandbox.discord.changeRoles({ user: 'bob', add: ['Lord'], by: 'operator' });
		const origin = await sandbox.until(async () => {
			await reconcile(sandbox);
			const known = (await origins()).get(ID.bob);
			return known?.kind === 'granted' && known.role === 'Lord' ? known : null;
		});
		expect(origin).toMatchObject({ by: sandbox.discord.ids.operatorId, byBot: false });
	});

	test('is unknown without View Audit Log, which the doctor asks for', async () => {
		sandbox.discord.setBotPermission('ViewAuditLog', false);
		await sandbox.until(async () => {
			await reconcile(sandbox);
			return [...(await origins()).values()].every((origin) => origin?.kind === 'unknown');
		});
		const { answer } = await runCommand(sandbox, 'reconcile doctor');
		expect(JSON.stringify(answer.embeds)).toContain('allow View Audit Log');
	});
});
