import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { buttonOf, managedRolesOf, menus, reconcile, runCommand, waitForReply } from './operator.js';

const DOCTOR = join(import.meta.dirname, '../../dist/src/cli/doctor.js');

const idOf = (index: number) => `30000000000000${String(index).padStart(4, '0')}`;

/** Six pay, three for each price; the first four are linked by metadata. The roles of the tiers have other names than the tiers. */
const people = Array.from({ length: 6 }, (_, index) => ({
	id: idOf(index),
	username: `user${index}`,
	price: index < 3 ? 'price_knight' : 'price_lord',
	linked: index < 4
}));

/** Nothing is set that can be chosen in Discord. */
const NOTHING_CHOSEN = {
	DISCORD_ADMIN_CHANNEL_ID: null,
	STRIPE_KNIGHT_PRICE_IDS: null,
	STRIPE_LORD_PRICE_IDS: null,
	STRIPE_OTHER_PRICE_IDS: null
};

describe('setup', () => {
	let sandbox: Sandbox;
	beforeAll(async () => {
		sandbox = await Sandbox.start({
			world: {
				guild: { members: people.map(({ id, username }) => ({ id, username, roles: [] })) },
				stripe: {
					customers: people.map(({ id, linked }) => ({ id: `cus_${id}`, ...(linked && { metadata: { discord_id: id } }) })),
					subscriptions: people.map(({ id, price }) => ({ id: `sub_${id}`, customer: `cus_${id}`, status: 'active', price }))
				}
			},
			env: NOTHING_CHOSEN
		});
	});
	afterAll(() => sandbox?.stop());

	const description = (message: APIMessage) => message.embeds[0]?.description ?? '';
	const roleId = (name: string) => sandbox.guild().roles.find((role) => role.name === name)?.id as string;
	/** Uses a button or menu of the setup and waits until the message shows what follows. */
	const use = async (message: APIMessage, customId: string, values: string[] | undefined, like: RegExp) => {
		const id = sandbox.click('operator', message.id, customId, values);
		return sandbox.until(() => {
			const last = sandbox.interaction(id).responses.at(-1);
			return last !== undefined && like.test([last.content, last.embeds[0]?.title, description(last)].join('\n')) ? last : null;
		});
	};

	const welcomes = () => sandbox.messages().filter(({ embeds }) => embeds[0]?.title === 'Reeve is here');

	test('greets the operators once in a channel that not everyone sees, with what to do next', async () => {
		const [welcome] = await sandbox.until(() => (welcomes().length > 0 ? welcomes() : null));
		expect(welcome?.channel_id).toBe(sandbox.discord.ids.adminChannelId);
		expect(welcome?.embeds[0]?.description).toContain('uses `/reconcile setup`');
		await sandbox.until(() =>
			sandbox.log().some((line) => line.includes('Reeve is not set up completely: use /reconcile setup in Discord.'))
		);
		await sandbox.restart();
		expect(welcomes()).toHaveLength(1);
	});

	test('asks for what is missing, checks each answer, and can be left and resumed', async () => {
		const { answer } = await runCommand(sandbox, 'reconcile setup');
		expect(answer.embeds[0]?.title).toBe('Set up Reeve · step 2 of 4: Channel');
		const roles = await use(answer, buttonOf(answer, /Roles/), undefined, /step 1 of 4/);
		expect(description(roles)).toContain(`**Knight** → <@&${roleId('Knight')}>`);
		const [knight] = menus(roles);
		const taken = await use(roles, knight?.custom_id as string, [roleId('Lord')], /role of Lord already/);
		expect(description(taken)).toContain('That is the role of Lord already. Knight needs a role of its own.');
		const everyone = await use(roles, knight?.custom_id as string, [sandbox.discord.ids.guildId], /no bot can give it/);

		const channel = await use(everyone, buttonOf(everyone, /Channel/), undefined, /step 2 of 4/);
		const [menu] = menus(channel);
		await use(channel, menu?.custom_id as string, [sandbox.discord.ids.adminChannelId], /<#/);
		const resumed = await runCommand(sandbox, 'reconcile setup');
		expect(resumed.answer.embeds[0]?.title).toBe('Set up Reeve · step 3 of 4: Prices');
		expect(await sandbox.audit()).toEqual([]);
	});

	test('shows the prices that people pay, and saves what each buys', async () => {
		const { answer: prices } = await runCommand(sandbox, 'reconcile setup');
		expect(description(prices)).toContain('**2 prices that people pay are not decided yet.**');
		expect(description(prices)).toMatch(/3 subscribers → \*\*not decided yet\*\*/);
		for (const [index, tier] of ['Knight', 'Lord'].entries()) {
			const menu = menus(prices)[index] as { custom_id: string };
			await use(prices, menu.custom_id, [tier], new RegExp(`\\*\\*${index + 1}\\*\\* .*→ \\*\\*${tier}`));
		}
		const check = await use(prices, buttonOf(prices, /Check and save/), undefined, /step 4 of 4/);
		expect(description(check)).toContain('**6 customers pay in Stripe, 4 of them linked to a Discord user.**');
		expect(description(check)).toContain('4 people get access');
		expect(description(check)).toContain('/reconcile import');
		const saved = await use(check, buttonOf(check, /Save these settings/), undefined, /^Saved/);
		expect(saved.content).toContain('No role was changed');
		await sandbox.until(() => sandbox.messages().some(({ content }) => content.includes('with `/reconcile setup`')));
		expect((await sandbox.audit()).map(({ action, subject, actor }) => [action, subject, actor === 'reeve'])).toEqual([
			['setting', 'DISCORD_ADMIN_CHANNEL_ID', false],
			['setting', 'STRIPE_KNIGHT_PRICE_IDS', false],
			['setting', 'STRIPE_LORD_PRICE_IDS', false]
		]);
	});

	test('uses what was saved at once, and after a restart', async () => {
		const { run } = await reconcile(sandbox);
		expect(run.issuesFound).toBe(4);
		await sandbox.restart();
		const again = await reconcile(sandbox);
		expect(again.run.issuesFound).toBe(4);
		expect(people.map(({ username }) => managedRolesOf(sandbox, username))).toEqual(people.map(() => []));
		const { id } = await runCommand(sandbox, 'reconcile setup');
		const check = await waitForReply(sandbox, id, /step 4 of 4/);
		expect(description(check)).toContain('there is nothing to save');
	});

	test('is what the doctor on the command line checks, too', async () => {
		const output = await new Promise<string>((resolve) => {
			execFile(process.execPath, [DOCTOR], { cwd: tmpdir(), env: sandbox.settings }, (_error, stdout, stderr) => resolve(stdout + stderr));
		});
		expect(output).toContain('Reeve can post in #');
		expect(output).toContain('Every price that people pay is in the settings.');
	});

	test('refuses answers that another operator changed after they were shown', async () => {
		const open = async () => {
			const { id } = await runCommand(sandbox, 'reconcile setup');
			return waitForReply(sandbox, id, /step \d of 4/);
		};
		const answer = await open();
		const prices = await use(answer, buttonOf(answer, /Prices/), undefined, /step 3 of 4/);
		const [menu] = menus(prices);
		await use(prices, menu?.custom_id as string, ['nothing'], /→ \*\*no role/);
		const check = await use(prices, buttonOf(prices, /Check and save/), undefined, /step 4 of 4/);
		const other = await open();
		const reopened = await use(other, buttonOf(other, /Prices/), undefined, /step 3 of 4/);
		await use(reopened, menu?.custom_id as string, ['Lord'], /\*\*1\*\* .*→ \*\*Lord/);
		const result = await use(check, buttonOf(check, /Save these settings/), undefined, /^(Nothing was saved|Saved)/);
		expect(result.content).toContain('another operator changed an answer meanwhile');
		const dropped = await use(reopened, buttonOf(reopened, /Drop my answers/), undefined, /dropped/);
		expect(dropped.content).toContain('The settings in force are as they were.');
	});
});
