import type { APIEmbed, APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { buttons, clickFix, issueOn, managedRolesOf, pick, reconcile, refetch, waitForMessage } from './operator.js';

const person = (number: number) => `30000000000000000${number}`;
const [ADA, BOB, EVE, DAN, ROBOT, FAY, MIA, MEMBER] = [1, 2, 3, 4, 5, 6, 7, 8].map(person) as [
	string,
	string,
	string,
	string,
	string,
	string,
	string,
	string
];
const DAY = 86_400;
const failedAt = Math.floor(Date.now() / 1000) - 5 * DAY;

describe('why and export', () => {
	let sandbox: Sandbox;
	let report: APIMessage;
	let runId: string;
	beforeAll(async () => {
		sandbox = await Sandbox.start({
			world: {
				guild: {
					members: [
						{ id: ADA, username: 'ada' },
						{ id: BOB, username: 'bob', roles: ['Knight'] },
						{ id: EVE, username: '=1+1;@SUM(A1)', roles: ['Lord'] },
						{ id: DAN, username: 'dan' },
						{ id: ROBOT, username: 'robot', bot: true },
						{ id: FAY, username: 'fay', roles: ['Lord'] },
						{ id: MIA, username: 'mia', roles: ['Lord'] },
						{ id: MEMBER, username: 'member' }
					]
				},
				stripe: {
					customers: ['ada', 'bob', 'eve', 'mia'].map((name) => ({ id: `cus_${name}` })),
					subscriptions: [
						{ id: 'sub_ada', customer: 'cus_ada', status: 'active', price: 'price_knight', cancel_at_period_end: true },
						{ id: 'sub_ended', customer: 'cus_ada', status: 'canceled', price: 'price_lord' },
						{ id: 'sub_bob', customer: 'cus_bob', status: 'past_due', price: 'price_knight', failedAt, metadata: { discord_id: BOB } },
						{ id: 'sub_eve', customer: 'cus_eve', status: 'canceled', price: 'price_lord' },
						...Array.from({ length: 40 }, (_, index) => ({
							id: `sub_mia_${index}`,
							customer: 'cus_mia',
							status: index === 7 ? 'active' : 'canceled',
							price: 'price_lord'
						}))
					]
				},
				database: {
					members: ['ada', 'eve', 'mia'].map((name) => ({
						id: `m_${name}`,
						discordId: { ada: ADA, eve: EVE, mia: MIA }[name] as string,
						stripeCustomerId: `cus_${name}`
					})),
					exemptions: [{ discordId: FAY, reason: 'founder', createdBy: 'operator' }]
				}
			}
		});
		const made = await reconcile(sandbox);
		report = made.report;
		runId = made.run.id;
	});
	afterAll(() => sandbox?.stop());

	const explained = (id: string) =>
		sandbox.until(() => {
			const { responses, failure } = sandbox.interaction(id);
			if (failure !== null) throw new Error(failure);
			const last = responses.at(-1);
			return last?.embeds[0]?.title === 'Why these roles' ? last : null;
		});
	const why = (member: string) => explained(sandbox.command('operator', 'reconcile why', { member }));
	/** The same reply with its details. */
	const details = async (answer: APIMessage) => {
		const button = buttons(answer).find(({ label }) => label === 'Show details')?.custom_id as string;
		const id = sandbox.click('operator', answer.id, button);
		return sandbox.until(() => sandbox.interaction(id).responses.find(({ embeds }) => embeds.length > 1) ?? null);
	};
	const labelsOf = (answer: APIMessage) => buttons(answer).map(({ label }) => label);
	const textOf = (embeds: readonly APIEmbed[]) =>
		embeds
			.flatMap(({ title, description, fields = [] }) => [title, description, ...fields.flatMap(({ name, value }) => [name, value])])
			.join('\n');

	test('explains a user from their context menu, for operators alone', async () => {
		const ask = (user: string, target: string) =>
			sandbox.until(() => sandbox.discord.command({ user, command: 'Why these roles?', target }).interactionId);
		const answer = await explained(await ask('operator', 'ada'));
		expect(answer.ephemeral).toBe(true);
		expect(textOf(answer.embeds)).toContain('Has no role, but should have Knight');
		expect(await waitForMessage(sandbox, await ask('member', 'ada'), /./)).toContain('Only operators');
	});

	test('explains links, each subscription and its effect, and the issue', async () => {
		const answer = await why('ada');
		const short = textOf(answer.embeds);
		expect(short).toMatch(
			/\*\*Has no role, but should have Knight: they pay for Knight \(subscribed on <t:\d+:D>, ends on <t:\d+:D>\)\.\*\*/
		);
		expect(short).toMatch(
			/Subscription: Knight · \$9 a month · started <t:\d+:D> · \*\*ends <t:\d+:D>\*\* · .*sub_ada\) \(and 1 other\)\nCustomer: /
		);
		expect(labelsOf(answer)).toEqual(['Apply fix · Grant Knight', 'Ignore…', 'Show details']);
		const full = await details(answer);
		const text = textOf(full.embeds);
		for (const said of [
			'[Stripe](https://dashboard.stripe.com/test/customers/cus_ada)',
			'Of 2 subscriptions no. 1 gives most access, so it decides.',
			'**1.** Knight · $9 a month · started <t:',
			'[open in Stripe](https://dashboard.stripe.com/test/subscriptions/sub_ada)\n→ active: gives **Knight**',
			'→ canceled: no access',
			'Open issue',
			'Nothing yet.'
		])
			expect(text).toContain(said);
		expect([answer.ephemeral, full.id]).toEqual([true, answer.id]);
		expect(labelsOf(full)).toContain('Hide details');
	});

	test('finds a member by subscription metadata, and shows the dates of a payment failure', async () => {
		const answer = await why('bob');
		expect(textOf(answer.embeds)).toContain(
			`Has Knight, but should have Debtor: the payment failed on <t:${failedAt}:D>, and the 48-hour grace period ended on <t:${failedAt + 2 * DAY}:D>.`
		);
		const text = textOf((await details(answer)).embeds);
		expect(text).toContain("customers/cus_bob) (linked by Stripe's metadata)");
		expect(text).toContain(
			`past due since <t:${failedAt}:D>: beyond the 48-hour grace period, so **Debtor** until <t:${failedAt + 32 * DAY}:D>`
		);
	});

	test('explains members that runs skip', async () => {
		expect(textOf((await why('dan')).embeds)).toContain('Is not linked to any customer and has no role, which is right.');
		expect(textOf((await why('robot')).embeds)).toContain('This is a bot');
		expect(textOf((await why('fay')).embeds)).toMatch(/\*\*Exempt until an operator ends it, by operator \(founder\)\.\*\*/);
		const many = textOf((await details(await why('mia'))).embeds);
		expect(many).toMatch(/\*\*1\.\*\* Lord .*sub_mia_7\)/);
		expect(many).toMatch(/… and \d\d more/);
	});

	test('Why in the menu of the report shows the same, and offers undo after the fix', async () => {
		const open = await explained(pick(sandbox, refetch(sandbox, report), /^Why \d · ada$/));
		expect(textOf(open.embeds)).toContain('Has no role, but should have Knight');
		expect(open.ephemeral).toBe(true);

		await clickFix(sandbox, report, issueOn(report, 'ada')?.button as string);
		const fixed = await explained(pick(sandbox, refetch(sandbox, report), /^Why \d · ada$/));
		expect(textOf(fixed.embeds)).toMatch(/Knight was given <t:\d+:R> by <@\d+>: they pay for Knight \(.*\)\. That is right\./);
		expect(textOf((await details(fixed)).embeds)).toMatch(/<t:\d+:f> · <@\d+> · \*\*fix\*\*: no role → Knight/);
		expect(labelsOf(fixed)).toEqual(['Undo the newest fix', 'Show details']);
	});

	test('explains the rest while Stripe is unavailable, with the reason', async () => {
		sandbox.faults.add({ target: 'stripe', kind: 'status', match: '/v1/', status: 401 });
		const answer = await why(EVE);
		const text = textOf((await details(answer)).embeds);
		sandbox.faults.clear();
		expect(textOf(answer.embeds)).toContain('**What they should have is not known, because Stripe could not be asked.**');
		expect(text).toContain('Stripe could not be asked: Stripe refused the key');
		expect(text).toContain('cus_eve [Stripe](https://dashboard.stripe.com/test/customers/cus_eve)');
		expect(text).toContain('Lord');
	});

	test('exports a suggested run without spreadsheet formulas', async () => {
		const asked = sandbox.discord.autocomplete({ user: 'operator', command: 'reconcile export', option: 'run', value: '' }).interactionId;
		const choices = await sandbox.until(() => sandbox.interaction(asked).choices);
		expect(choices).toEqual([{ name: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d · manual · 3 issues$/), value: runId }]);

		const id = sandbox.command('operator', 'reconcile export', { run: runId });
		expect(await waitForMessage(sandbox, id, /manual run/)).toMatch(/: 3 issues, 1 attempt\.$/);
		const [file] = sandbox.interaction(id).responses.at(-1)?.attachments ?? [];
		expect(file?.filename).toMatch(new RegExp(`^reeve-\\d{4}-\\d\\d-\\d\\d-${runId}\\.csv$`));
		const text = await (await fetch(file?.url ?? '')).text();
		const lines = text.trimEnd().split('\r\n');
		expect(lines).toHaveLength(4);
		expect(lines.find((line) => line.includes(ADA))).toMatch(/"FIXED"/);
		expect(lines.find((line) => line.includes(EVE))).toContain(`"'=1+1;'@SUM(A1)"`);

		expect(await waitForMessage(sandbox, sandbox.command('operator', 'reconcile export'), /manual run/)).toContain('3 issues');
		const unknown = sandbox.command('operator', 'reconcile export', { run: 'yesterday' });
		expect(await waitForMessage(sandbox, unknown, /./)).toContain('There is no such run');
	});

	test('undoes the fix from the explanation, which shows it afterwards', async () => {
		const asked = sandbox.command('operator', 'reconcile why', { member: 'ada' });
		const before = await explained(asked);
		sandbox.click('operator', before.id, buttons(before)[0]?.custom_id as string);
		await sandbox.until(() => managedRolesOf(sandbox, 'ada').length === 0);
		const undone =
			/\*\*<@\d+> undid the fix <t:\d+:R>: Knight was removed\. Exempt until <t:\d+:f>, by <@\d+> \(Fix undone by @operator\)\.\*\*/;
		// The same reply shows it.
		await sandbox.until(() => (undone.test(textOf(sandbox.interaction(asked).responses[0]?.embeds ?? [])) ? true : null));
		const after = await why('ada');
		expect(textOf(after.embeds)).toMatch(undone);
		expect(textOf(after.embeds)).toContain(
			'Has no role, which Reeve leaves alone whatever Stripe says. Otherwise they should have Knight: they pay'
		);
		expect(labelsOf(after)).toEqual(['Show details']);
		expect(textOf((await details(after)).embeds)).toContain('**undo**: Knight → no role');
	});

	test('explains a member who left', async () => {
		sandbox.discord.kick('bob');
		const text = textOf((await explained(pick(sandbox, refetch(sandbox, report), /^Why \d · bob$/))).embeds);
		expect(text).toContain(`<@${BOB}> · bob`);
		expect(text).toContain('Is not in the server. If they join, they should have Debtor: the payment failed on');
	});

	test('refuses members who are not operators', async () => {
		for (const [command, options] of [
			['reconcile why', { member: 'ada' }],
			['reconcile export', {}]
		] as const) {
			const id = sandbox.command('member', command, options);
			expect(await waitForMessage(sandbox, id, /./)).toContain('Only operators');
			expect(sandbox.interaction(id).responses.at(-1)).toMatchObject({ embeds: [], attachments: [] });
		}
		const picked = pick(sandbox, refetch(sandbox, report), /^Why 1/, 'member');
		expect(await waitForMessage(sandbox, picked, /./)).toContain('Only operators');
		const asked = sandbox.discord.autocomplete({ user: 'member', command: 'reconcile export', option: 'run', value: '' }).interactionId;
		expect(await sandbox.until(() => sandbox.interaction(asked).choices)).toEqual([]);
		expect(sandbox.discord.dms()).toEqual([]);
	});
});
