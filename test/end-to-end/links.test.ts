import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { buttons, managedRolesOf, reconcile } from './operator.js';

const NAMES = ['ada', 'bob', 'cleo', 'dora', 'emil', 'fritz', 'greta', 'hugo'];
const id = (name: string) => `3100000000000000${String(NAMES.indexOf(name) + 10)}`;

describe('link and unlink', () => {
	let sandbox: Sandbox;
	beforeAll(async () => {
		sandbox = await Sandbox.start({
			world: {
				guild: {
					members: [
						...NAMES.map((username) => ({ id: id(username), username, roles: ['bob', 'greta'].includes(username) ? ['Lord'] : [] })),
						{ id: '310000000000000080', username: 'helper_bot', bot: true, roles: [] },
						{ id: '310000000000000081', username: 'second', operator: true, roles: [] },
						{ id: '310000000000000082', username: 'member', roles: [] }
					]
				},
				stripe: {
					customers: [
						{ id: 'cus_ada', email: 'ada@example.com', name: 'Ada L.' },
						{ id: 'cus_ada_old', email: 'ada@example.com', name: 'Ada *Old*' },
						{ id: 'cus_bob', email: 'bob@example.com', metadata: {} },
						{ id: 'cus_named', email: 'named@example.com', metadata: { discord_id: id('cleo') } },
						{ id: 'cus_team', email: 'team@example.com' },
						{ id: 'cus_race', email: 'race@example.com' },
						{ id: 'cus_greta', email: 'greta@example.com' },
						{ id: 'cus_greta2', email: 'greta2@example.com' },
						{ id: 'cus_gone', email: 'gone@example.com' },
						{ id: 'cus_meta', email: 'meta@example.com', metadata: { discord_id: id('hugo') } }
					],
					subscriptions: [
						{ id: 'sub_ada', customer: 'cus_ada', status: 'active', price: 'price_lord' },
						{ id: 'sub_bob', customer: 'cus_bob', status: 'active', price: 'price_lord' },
						{ id: 'sub_named', customer: 'cus_named', status: 'active', price: 'price_knight' },
						{ id: 'sub_greta', customer: 'cus_greta', status: 'active', price: 'price_lord' },
						{ id: 'sub_greta2', customer: 'cus_greta2', status: 'active', price: 'price_knight' }
					]
				},
				database: {
					teams: [{ id: 't1', name: 'Acme', stripeCustomerId: 'cus_team', teamSeatCount: 5 }],
					members: [
						{ id: 'm_bob', discordId: id('bob'), stripeCustomerId: 'cus_bob' },
						{ id: 'm_greta', discordId: id('greta'), stripeCustomerId: 'cus_greta' },
						{ id: 'm_greta2', discordId: id('greta'), stripeCustomerId: 'cus_greta2', seatTier: 'TEAM_MEMBER', teamId: 't1' },
						{ id: 'm_free', discordId: null, stripeCustomerId: 'cus_race' }
					]
				}
			}
		});
		sandbox.stripe.delete('customers', 'cus_gone');
	});
	afterAll(() => sandbox?.stop());

	type Menu = { custom_id: string; options: { label: string; value: string }[] };
	const lines = () => sandbox.messages().map(({ content }) => content);
	const waitForLine = (like: RegExp) => sandbox.until(() => lines().find((line) => like.test(line)));
	/** The newest ephemeral response to an interaction that matches. */
	const answer = (interaction: string, like = /./) =>
		sandbox.until(() => {
			const { responses, failure } = sandbox.interaction(interaction);
			if (failure !== null) throw new Error(failure);
			return responses.findLast(({ ephemeral, content }) => ephemeral && like.test(content)) as APIMessage | undefined;
		});
	const ask = (member: string, customer: string, user = 'operator') =>
		answer(sandbox.command(user, 'reconcile link', { member, customer }));
	const link = async (member: string, customer: string, user = 'operator') => (await ask(member, customer, user)).content;
	const askUnlink = (member: string, user = 'operator') => answer(sandbox.command(user, 'reconcile unlink', { member }));
	const menuOf = (message: APIMessage) => (message.components as unknown as { components: Menu[] }[])[0]?.components[0] as Menu;
	const suggested = (value: string, user = 'operator') => {
		const asked = sandbox.autocomplete(user, 'reconcile link', 'customer', value);
		return sandbox.until(() => sandbox.interaction(asked).choices);
	};

	test('suggests customers by email, part of a name, and ID, with what each would link', async () => {
		expect(await suggested('ada@example.com')).toEqual([
			{ name: 'ada@example.com · Ada L. · active price_lord (cus_ada)', value: 'cus_ada' },
			{ name: 'ada@example.com · Ada *Old* · no subscription (cus_ada_old)', value: 'cus_ada_old' }
		]);
		expect((await suggested('Ada L')).map(({ value }) => value)).toEqual(['cus_ada']);
		expect((await suggested('EXAMPLE.com')).length).toBeGreaterThan(5);
		expect((await suggested('cus_bob')).map(({ name }) => name)).toEqual(['bob@example.com · active price_lord (cus_bob)']);
		for (const nothing of ['', 'nobody@nowhere', 'cus_none', 'cus_gone', '"quoted" OR \\']) expect(await suggested(nothing)).toEqual([]);
	});

	test('suggests nothing while Stripe is slow or down', async () => {
		sandbox.faults.add({ target: 'stripe', kind: 'latency', ms: 4_000, match: 'GET /v1/customers*' });
		expect(await suggested('bob@example.com')).toEqual([]);
		sandbox.faults.clear();
		sandbox.faults.add({ target: 'stripe', kind: 'status', status: 403, match: 'GET /v1/customers*' });
		expect(await suggested('bob@example.com')).toEqual([]);
		expect(await link('ada', 'ada@example.com')).toMatch(/^Nothing was changed\. .*Stripe/);
		sandbox.faults.clear();
	});

	test('offers a menu for a typed email, links the picked customer and changes no role', async () => {
		const message = await ask('ada', 'ada@example.com');
		expect(message.content).toMatch(/Which customer pays for <@\d+> \(ada\)\? Nothing is changed until you pick one/);
		const menu = menuOf(message);
		expect(menu.options.map(({ label }) => label)).toContain('ada@example.com · Ada L. · active price_lord (cus_ada)');
		const picked = await answer(sandbox.click('operator', message.id, menu.custom_id, ['cus_ada']), /^Linked/);
		expect(picked.content).toBe(
			`Linked <@${id('ada')}> (ada) to ada@example.com · Ada L. · active price_lord (cus_ada).\nThey should have Lord, and hold no managed role. No role was changed: the next run will find that, or \`/reconcile run member\` now.`
		);
		expect(picked.components).toEqual([]);
		expect(await waitForLine(/\(ada\)/)).toBe(`<@${sandbox.discord.ids.operatorId}> linked <@${id('ada')}> (ada) to the customer cus_ada.`);
		expect(managedRolesOf(sandbox, 'ada')).toEqual([]);
		await reconcile(sandbox);
		expect((await sandbox.issues('OPEN')).find(({ discordId }) => discordId === id('ada'))?.type).toBe('MISSING_ACCESS');
	});

	test('links a second customer and says that both count', async () => {
		expect(await link('ada', 'cus_ada_old')).toMatch(/^Linked .*\nThey are linked to cus_ada too: all of their customers count/);
	});

	test.each([
		['ada', 'cus_ada', /cus_ada is linked to <@\d+> \(ada\) already\./],
		['hugo', 'cus_meta', /already, by its metadata in Stripe/],
		['ada', 'cus_nobody', /Stripe has no customer cus_nobody/],
		['ada', 'cus_gone', /cus_gone was deleted in Stripe/],
		['ada', 'cus_bob', new RegExp(`is linked to <@${id('bob')}>.*/reconcile unlink`)],
		['ada', 'cus_team', /customer of the team Acme.*pays for its members/],
		['helper_bot', 'cus_race', /is a bot/],
		['ada', 'nobody@example.org', /Stripe has no customer “nobody@example\.org”/]
	])('of %s to %s: the conflict is explained, and nothing is written', async (member, customer, like) => {
		const content = await link(member, customer);
		expect(content).toMatch(/^Nothing was changed/);
		expect(content).toMatch(like);
	});

	test('asks before linking a customer whose metadata names another member', async () => {
		const message = await ask('dora', 'cus_named');
		expect(message.content).toContain(`names <@${id('cleo')}>`);
		expect(message.content).toContain(`It would be taken from <@${id('cleo')}>.`);
		const [confirm] = buttons(message);
		expect(confirm?.label).toBe('Link anyway');
		const done = await answer(sandbox.click('operator', message.id, confirm?.custom_id as string), /^Linked/);
		expect(done.content).toMatch(/They should have Knight, and hold no managed role/);
		expect(await waitForLine(/\(dora\)/)).toContain(`though its metadata in Stripe names <@${id('cleo')}>`);
		await reconcile(sandbox);
		const open = (await sandbox.issues('OPEN')).map(({ discordId }) => discordId);
		expect(open).toContain(id('dora'));
		expect(open).not.toContain(id('cleo'));
	});

	test('asks again when the metadata has changed since the question', async () => {
		sandbox.stripe.create('customers', { id: 'cus_moving', metadata: { discord_id: id('cleo') } });
		const message = await ask('emil', 'cus_moving');
		sandbox.stripe.update('customers', 'cus_moving', { metadata: { discord_id: id('hugo') } });
		const again = await answer(sandbox.click('operator', message.id, buttons(message)[0]?.custom_id as string), new RegExp(id('hugo')));
		expect(again.content).toContain(`It would be taken from <@${id('hugo')}>.`);
	});

	test('links a customer once when two operators link it at once, and names the member to the other', async () => {
		const [one, other] = await Promise.all([link('emil', 'cus_race'), link('fritz', 'cus_race', 'second')]);
		const [won, lost] = one?.startsWith('Linked') ? [one, other] : [other, one];
		expect(won).toMatch(/^Linked/);
		expect(lost).toMatch(/^Nothing was changed: cus_race is linked to <@\d+>/);
		const winner = /<@(\d+)>/.exec(won ?? '')?.[1];
		expect(lost).toContain(`<@${winner}>`);
		expect(lines().filter((line) => line.includes('cus_race')).length).toBeLessThanOrEqual(1);
	});

	test('unlinks after a confirmation that shows the consequence; two clicks take effect once', async () => {
		const message = await askUnlink('bob');
		expect(message.content).toMatch(
			/^Unlink <@\d+> \(bob\) from bob@example\.com · active price_lord \(cus_bob\)\?\nThey would no longer be due any role: the next run would report Lord to be removed\./
		);
		const [confirm] = buttons(message);
		const clicks = [1, 2].map(() => sandbox.click('operator', message.id, confirm?.custom_id as string));
		await sandbox.until(() => clicks.every((each) => sandbox.interaction(each).state === 'answered'));
		expect(await waitForLine(/unlinked <@\d+> \(bob\)/)).toBe(
			`<@${sandbox.discord.ids.operatorId}> unlinked <@${id('bob')}> (bob) from the customer cus_bob.`
		);
		expect(managedRolesOf(sandbox, 'bob')).toEqual(['Lord']);
		const nothing = await askUnlink('bob');
		expect(nothing.content).toMatch(/<@\d+> \(bob\) isn't linked to any customer or team/);
		expect(lines().filter((line) => line.includes('(bob)'))).toHaveLength(1);
		await reconcile(sandbox);
		expect((await sandbox.issues('OPEN')).find(({ discordId }) => discordId === id('bob'))).toMatchObject({ type: 'UNAUTHORIZED_ACCESS' });
	});

	test('asks which of several rows to unlink', async () => {
		const message = await askUnlink('greta');
		const menu = menuOf(message);
		expect(menu.options.map(({ label }) => label)).toEqual([
			'greta@example.com · active price_lord (cus_greta)',
			'Member of Acme · greta2@example.com · active price_knight (cus_greta2)'
		]);
		const asked = await answer(sandbox.click('operator', message.id, menu.custom_id, [menu.options[0]?.value as string]), /^Unlink /);
		expect(asked.content).toMatch(/They would still be due Knight: the next run would report Knight to be given and Lord to be removed/);
		const done = await answer(sandbox.click('operator', message.id, buttons(asked)[0]?.custom_id as string), /^Unlinked/);
		expect(done.content).toMatch(/They should have Knight, and hold Lord\. No role was changed/);
		expect(await waitForLine(/unlinked <@\d+> \(greta\)/)).toContain('from the customer cus_greta.');
	});

	test('says where to remove a link from Stripe’s metadata', async () => {
		expect((await askUnlink('hugo')).content).toMatch(
			/<@\d+> \(hugo\) has no link in the database\.\nStripe's metadata links them to cus_meta.*Correct the metadata .* in Stripe/
		);
	});

	test('refuses members who are not operators', async () => {
		expect(await suggested('ada@example.com', 'member')).toEqual([]);
		expect(await link('ada', 'cus_bob', 'member')).toContain('Only operators');
		expect((await askUnlink('ada', 'member')).content).toContain('Only operators');
	});

	test('changes no role, writes nothing to Stripe, and pings and messages no member', () => {
		const requests = sandbox.requests();
		expect(requests.filter(({ target, method, path }) => target === 'discord' && method !== 'GET' && path.includes('/roles/'))).toEqual([]);
		expect(requests.filter(({ target, method }) => target === 'stripe' && method !== 'GET')).toEqual([]);
		expect(sandbox.discord.dms()).toEqual([]);
		for (const message of sandbox.messages()) expect(sandbox.discord.pings(message.id)).toEqual({ users: [], roles: [], everyone: false });
	});
});
