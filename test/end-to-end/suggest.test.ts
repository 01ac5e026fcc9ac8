import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { buildCustomId } from '../../src/messages/custom-id.js';
import { buttonOf, buttons, linesOf, managedRolesOf, runCommand, waitForReply } from './operator.js';

const id = (index: number) => `31000000000000000${index}`;
const holder = (index: number, username: string) => ({ id: id(index), username, roles: ['Lord'] });
const pays = (customer: string) => ({ id: `sub_${customer}`, customer, status: 'active', price: 'price_lord' });

describe('suggested links', () => {
	let sandbox: Sandbox;
	beforeAll(async () => {
		const customers = [
			{ id: 'cus_ada', email: 'a@example.com', name: 'Ada Lovelace' },
			{ id: 'cus_bob', email: 'BOB.smith@example.com' },
			{ id: 'cus_zoe', email: 'z@example.com', name: 'Zoë' },
			{ id: 'cus_kim1', email: 'kim@example.com' },
			{ id: 'cus_kim2', email: 'k@example.com', name: 'KIM' },
			{ id: 'cus_linked', email: 'linked@example.com', name: 'linked' }
		];
		sandbox = await Sandbox.start({
			world: {
				guild: {
					members: [
						holder(1, 'ada_lovelace'),
						holder(2, 'bob-smith'),
						holder(3, 'zoe'),
						holder(4, 'kim'),
						holder(5, 'linked'),
						holder(6, 'nemo'),
						{ id: id(7), username: 'member', roles: [] }
					]
				},
				stripe: { customers, subscriptions: customers.map((customer) => pays(customer.id)) },
				database: { members: [{ id: 'm_5', discordId: id(5), stripeCustomerId: 'cus_linked' }] }
			}
		});
	});
	afterAll(() => sandbox?.stop());

	const suggest = () =>
		waitForReply(sandbox, sandbox.command('operator', 'reconcile suggest', {}), /possible|ambiguous|suggest|equal|changed/);
	const linkEntries = async () => (await sandbox.audit()).filter(({ action }) => action === 'link');

	it('shows equal names with a button, ambiguous ones without, and links no one by itself', async () => {
		const shown = await suggest();
		const text = shown.embeds[0]?.description ?? '';
		expect(shown.embeds[0]?.title).toBe('3 possible links, 1 ambiguous name');
		expect(buttons(shown).map(({ label }) => label)).toEqual(['Accept 1', 'Accept 2', 'Accept 3']);
		expect(text).toMatch(/\*\*1\.\*\* <@\d+> \(ada_lovelace\) holds Lord\nCustomer: a@example\.com · Ada Lovelace .*\(cus_ada\)/);
		expect(text).toMatch(/\*\*2\.\*\* <@\d+> \(bob-smith\).*\n.*\(cus_bob\)/);
		expect(text).toMatch(/\*\*3\.\*\* <@\d+> \(zoe\).*\n.*Zoë.*\(cus_zoe\)/);
		expect(text).toMatch(/“kim” is not clear: 1 member, 2 customers/);
		expect(text).not.toMatch(/cus_linked|nemo/);
		expect(shown.embeds[0]?.footer?.text).toBe('Compared 5 unlinked members with a managed role and 5 unlinked customers who pay.');
		expect(await linkEntries()).toEqual([]);

		const asked = () => sandbox.requests().filter(({ target }) => target === 'stripe').length;
		const before = asked();
		const customId = buildCustomId({ action: 'suggest', page: 9, button: 'next' });
		const { interactionId } = sandbox.discord.forge({ user: 'operator', messageId: shown.id, customId });
		expect((await waitForReply(sandbox, interactionId, /possible/)).embeds).toEqual(shown.embeds);
		expect(asked()).toBe(before);
	});

	it('links on Accept, once, with audit and announcement, and keeps the list', async () => {
		const shown = await suggest();
		const accept = buttonOf(shown, /^Accept 1$/);
		const click = sandbox.click('operator', shown.id, accept);
		const done = await waitForReply(sandbox, click, /Linked/);
		expect(done.content).toMatch(/^Linked <@\d+> \(ada_lovelace\) to a@example\.com/);
		expect(managedRolesOf(sandbox, 'ada_lovelace')).toEqual(['Lord']);
		await sandbox.until(() => linesOf(sandbox).find((line) => /linked <@\d+> \(ada_lovelace\) to the customer cus_ada\./.test(line)));
		expect(await linkEntries()).toHaveLength(1);
		const labels = () => sandbox.interaction(click).responses.map((message) => buttons(message).map(({ label }) => label));
		await sandbox.until(() => labels()[0]?.join() === 'Accept 2,Accept 3');

		const again = sandbox.discord.forge({ user: 'operator', messageId: shown.id, customId: accept }).interactionId;
		expect((await waitForReply(sandbox, again, /already/)).content).toMatch(/^Nothing was changed: cus_ada is linked to .* already\.$/);
		expect(await linkEntries()).toHaveLength(1);
		expect((await suggest()).embeds[0]?.title).toBe('2 possible links, 1 ambiguous name');
	});

	it('refuses a pair that conflicts by now', async () => {
		const shown = await suggest();
		await waitForReply(sandbox, sandbox.command('operator', 'reconcile link', { member: 'member', customer: 'cus_bob' }), /Linked/);
		const refused = await waitForReply(sandbox, sandbox.click('operator', shown.id, buttonOf(shown, /^Accept 1$/)), /Nothing/);
		expect(refused.content).toMatch(/^Nothing was changed: cus_bob is linked to/);
	});

	it('says what to do if nothing is equal', async () => {
		for (const [member, customer] of [
			['zoe', 'cus_zoe'],
			['kim', 'cus_kim1'],
			['bob-smith', 'cus_kim2']
		])
			await runCommand(sandbox, 'reconcile link', { member, customer });
		const shown = await suggest();
		expect(shown.content).toBe(
			'There is nothing to suggest: Stripe has no paying customer who is not linked. Use `/reconcile import` to link many people from a list, or `/reconcile link` for one person.'
		);
		expect(buttons(shown)).toEqual([]);
	});
});
