import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { makeScenario } from '../../sandbox/world/scenario.js';
import { buttonOf, menus, reconcile, runCommand, waitForReply } from './operator.js';

describe('the people whom a report counts', () => {
	const { notices } = makeScenario({ scenario: 'council', seed: 1 }, new Date());
	let sandbox: Sandbox;
	let report: APIMessage;
	beforeAll(async () => {
		sandbox = await Sandbox.start({ world: { scenario: 'council', seed: 1 } });
		({ report } = await reconcile(sandbox));
	});
	afterAll(() => sandbox?.stop());

	const list = async (kind: string) => (await runCommand(sandbox, 'reconcile list', { kind })).answer;
	const press = (message: APIMessage, label: RegExp) =>
		waitForReply(sandbox, sandbox.click('operator', message.id, buttonOf(message, label)));
	const entries = (message: APIMessage) => (message.embeds[0]?.description ?? '').match(/^- /gm)?.length ?? 0;
	const lines = async (message: APIMessage) => {
		const [file] = message.attachments;
		return (await (await fetch(file?.url ?? '')).text()).trim().split('\r\n');
	};

	test('are listed from its notes, without reading Stripe again', async () => {
		const before = sandbox.requests().filter(({ target }) => target === 'stripe').length;
		const notes = await press(report, /^Notes/);
		const unclaimed = await press(notes, /^Show who pays/);
		expect(unclaimed.embeds[0]?.title).toBe(`${notices.unclaimed} customers pay but have no linked Discord account`);
		expect(unclaimed.embeds[0]?.description).toMatch(/^As of the check of <t:\d+:R>\./);
		expect(entries(unclaimed)).toBe(notices.unclaimed);
		expect(entries(await press(notes, /^Show who left/))).toBe(notices.absent);
		expect(sandbox.requests().filter(({ target }) => target === 'stripe')).toHaveLength(before);
	});

	test('are listed by a command, each kind, and exported as a file', async () => {
		const sizes = {
			unclaimed: notices.unclaimed,
			absent: notices.absent,
			unlinked: Number(/(\d+) not linked/.exec(report.embeds[0]?.description ?? '')?.[1]),
			exempt: Number.parseInt((await runCommand(sandbox, 'reconcile exemptions')).answer.embeds[0]?.title ?? '', 10)
		};
		for (const [kind, many] of Object.entries(sizes)) {
			expect(many).toBeGreaterThan(0);
			const shown = await list(kind);
			expect([kind, kind === 'exempt' ? menus(shown).length : entries(shown)]).toEqual([kind, kind === 'exempt' ? 1 : many]);
			expect([kind, (await lines(await press(shown, /^Export$/))).length]).toEqual([kind, 1 + many]);
		}
	});
});
