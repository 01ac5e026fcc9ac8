import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { buttonOf, linesOf, readStatus, reconcile, runCommand, waitForReply } from './operator.js';

const ADA = '300000000000000001';

describe('status, history and pause', () => {
	let sandbox: Sandbox;
	beforeAll(async () => {
		sandbox = await Sandbox.start({
			world: {
				guild: {
					members: [
						{ id: ADA, username: 'ada', roles: [] },
						{ id: '300000000000000002', username: 'member', roles: [] }
					]
				},
				stripe: {
					customers: [{ id: 'cus_ada', metadata: { discord_id: ADA } }],
					subscriptions: [{ id: 'sub_ada', customer: 'cus_ada', status: 'active', price: 'price_knight' }]
				}
			}
		});
	});
	afterAll(() => sandbox?.stop());

	const parts = () => readStatus(sandbox);

	test('status shows the last run, or that there is none', async () => {
		expect((await parts())['Last run']).toBe('none yet, `/reconcile run` makes the first');
		await reconcile(sandbox);
		const after = await parts();
		expect(after['Last run']).toMatch(/^<t:\d+:R> · by <@\d+> · 1 issue · \[report\]\(https:/);
		expect(after['']).toMatch(/^\*\*Open issues: 1\*\*\n1 locked out, oldest <t:\d+:R>\n/);
		expect(after.Sources).toBe('✓ Stripe (test data) · ✓ Discord · ✓ Database (embedded)');
	});

	test('a pause is announced, survives a restart, and does not stop manual runs, which mention it', async () => {
		const { answer } = await runCommand(sandbox, 'reconcile pause', { for: '3 days', reason: 'moving house' });
		expect(answer.content).toMatch(/^Paused: no daily run until <t:\d+:f>/);
		await sandbox.until(() => linesOf(sandbox).find((line) => /^<@\d+> paused the daily runs until <t:\d+:f>: moving house\.$/.test(line)));
		await sandbox.restart('SIGKILL');
		const paused = await parts();
		expect(paused['']).toMatch(/^\*\*Paused by <@\d+> .*: moving house\*\*$/m);
		expect(paused['Next run']).toMatch(/^<t:/);
		expect((await reconcile(sandbox)).answer).toContain('The daily runs are paused by');
		expect((await runCommand(sandbox, 'reconcile pause', { for: 'soon' })).answer.content).toContain('does not understand the time "soon"');
		expect((await runCommand(sandbox, 'reconcile pause')).answer.content).toContain('This replaces the earlier pause');
		expect((await parts())['Next run']).toMatch(/^every day at /);
		expect((await runCommand(sandbox, 'reconcile resume')).answer.content).toMatch(/^Resumed\. The next daily run is <t:/);
		expect((await runCommand(sandbox, 'reconcile resume')).answer.content).toMatch(/^Nothing was changed/);
		const audit = (await sandbox.audit()).filter(({ action }) => action === 'pause' || action === 'resume');
		expect(audit.map(({ action }) => action)).toEqual(['resume', 'pause', 'pause']);
		expect(audit[2]).toMatchObject({ actor: sandbox.discord.ids.operatorId, detail: 'moving house', after: { reason: 'moving house' } });
	});

	test('status names a failing source and the remedy', async () => {
		sandbox.discord.moveRole('Lord', 99);
		sandbox.faults.add({ target: 'stripe', kind: 'status', status: 401, times: 1 });
		const { Sources } = await parts();
		expect(Sources).toMatch(/✗ Stripe: .*\n✗ Discord: Reeve's role is below Lord/);
	});

	test('history lists every run in pages', async () => {
		for (let run = 0; run < 9; run++) await reconcile(sandbox);
		const { id, answer } = await runCommand(sandbox, 'reconcile history', { days: 2 });
		expect(answer.embeds[0]?.description?.split('\n')).toHaveLength(12);
		sandbox.click('operator', answer.id, buttonOf(answer, /Older/));
		const second = await waitForReply(sandbox, id, /Page 2/);
		expect(second.embeds[0]?.description?.split('\n')).toHaveLength(3);
		expect(() => sandbox.command('operator', 'reconcile history', { days: 0 })).toThrow('at least 1');
	});

	test('status and the first page of the history have the chart of the last 30 days, with an alt text', async () => {
		const { answer } = await runCommand(sandbox, 'reconcile status');
		const image = answer.embeds[0]?.image?.url ?? '';
		expect(image).toMatch(/last-30-days\.png$/);
		const picture = Buffer.from(await (await fetch(image)).arrayBuffer());
		expect(picture.subarray(1, 4).toString()).toBe('PNG');
		const sent = sandbox.requests().findLast(({ body }) => JSON.stringify(body ?? '').includes('last-30-days.png'));
		expect(JSON.stringify(sent?.body)).toContain('Open issues: 1 today, at most 1 on ');

		const { id, answer: first } = await runCommand(sandbox, 'reconcile history');
		expect(first.embeds[0]?.image?.url).toMatch(/last-30-days\.png$/);
		sandbox.click('operator', first.id, buttonOf(first, /Older/));
		expect((await waitForReply(sandbox, id, /Page 2/)).embeds[0]?.image).toBeUndefined();
		sandbox.click('operator', first.id, buttonOf(sandbox.interaction(id).responses.at(-1) as typeof first, /Newer/));
		const again = await sandbox.until(() => sandbox.interaction(id).responses.at(-1)?.embeds[0]?.image?.url);
		expect(again).toMatch(/last-30-days\.png$/);
	});

	test('only operators can use them', async () => {
		for (const command of ['status', 'pause', 'resume', 'history'])
			expect((await runCommand(sandbox, `reconcile ${command}`, {}, 'member')).answer.content).toContain('Only operators');
	});

	test('a pause by the settings overrides resume, and both say so', async () => {
		await sandbox.reset({ world: {}, env: { RECONCILIATION_PAUSED: 'true' } });
		expect((await parts())['']).toContain('**Paused** by the settings');
		expect((await runCommand(sandbox, 'reconcile resume')).answer.content).toContain('RECONCILIATION_PAUSED');
		expect((await reconcile(sandbox)).answer).toContain('RECONCILIATION_PAUSED is true');
	});
});
