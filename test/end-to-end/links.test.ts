import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { buttons, managedRolesOf, reconcile } from './operator.js';

const NAMES = ['ada', 'bob', 'cleo', 'dora', 'emil', 'fritz', 'greta', 'hugo'];
const id = (name: string) => `3100000000000000${String(NAMES.indexOf(name) + 10)}`;

describe('links', () => {
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
	const said = () => sandbox.messages().map(({ content }) => content);
	const heard = (like: RegExp) => sandbox.until(() => said().find((line) => like.test(line)));
	/** The one answer to an interaction, as it stands when it reads like this. */
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

	test('are suggested by email, by a part of it or of a name, and by ID, showing what each would link', async () => {
		expect(await suggested('ada@example.com')).toEqual([
			{ name: 'ada@example.com · Ada L. · active price_lord (cus_ada)', value: 'cus_ada' },
			{ name: 'ada@example.com · Ada *Old* · no subscription (cus_ada_old)', value: 'cus_ada_old' }
		]);
		expect((await suggested('Ada L')).map(({ value }) => value)).toEqual(['cus_ada']);
		expect((await suggested('EXAMPLE.com')).length).toBeGreaterThan(5);
		expect((await suggested('cus_bob')).map(({ name }) => name)).toEqual(['bob@example.com · active price_lord (cus_bob)']);
		for (const nothing of ['', 'nobody@nowhere', 'cus_none', 'cus_gone', '"quoted" OR \\']) expect(await suggested(nothing)).toEqual([]);
	});

	test('are not suggested while Stripe is slow or down: typing goes on', async () => {
		sandbox.faults.add({ target: 'stripe', kind: 'latency', ms: 4_000, match: 'GET /v1/customers*' });
		expect(await suggested('bob@example.com')).toEqual([]);
		sandbox.faults.clear();
		sandbox.faults.add({ target: 'stripe', kind: 'status', status: 403, match: 'GET /v1/customers*' });
		expect(await suggested('bob@example.com')).toEqual([]);
		expect(await link('ada', 'ada@example.com')).toMatch(/^Nothing was changed\. .*Stripe/);
		sandbox.faults.clear();
	});

	test('by an email that was not picked: a menu of the customers, and what is picked is linked, without touching a role', async () => {
		const message = await ask('ada', 'ada@example.com');
		expect(message.content).toMatch(/Which customer pays for <@\d+> \(ada\)\? Nothing is changed until you pick one/);
		const menu = menuOf(message);
		expect(menu.options.map(({ label }) => label)).toContain('ada@example.com · Ada L. · active price_lord (cus_ada)');
		const picked = await answer(sandbox.click('operator', message.id, menu.custom_id, ['cus_ada']), /^Linked/);
		expect(picked.content).toBe(
			`Linked <@${id('ada')}> (ada) to ada@example.com · Ada L. · active price_lord (cus_ada).\nThey should have Lord, and hold no managed role. No role was changed: the next run will find that, or \`/reconcile run member\` now.`
		);
		expect(picked.components).toEqual([]);
		expect(await heard(/\(ada\)/)).toBe(`<@${sandbox.discord.ids.operatorId}> linked <@${id('ada')}> (ada) to the customer cus_ada.`);
		expect(managedRolesOf(sandbox, 'ada')).toEqual([]);
		await reconcile(sandbox);
		expect((await sandbox.issues('OPEN')).find(({ discordId }) => discordId === id('ada'))?.type).toBe('MISSING_ACCESS');
	});

	test('to a second customer are fine, and said: all of them count', async () => {
		expect(await link('ada', 'cus_ada_old')).toMatch(/^Linked .*\nThey are linked to cus_ada too: all of their customers count/);
	});

	test.each([
		['ada', 'cus_ada', /cus_ada is linked to <@\d+> \(ada\) already\./],
		['hugo', 'cus_meta', /already, by its metadata in Stripe/],
		['ada', 'cus_nobody', /Stripe has no customer cus_nobody/],
		['ada', 'cus_gone', /cus_gone was deleted in Stripe/],
		['ada', 'cus_bob', new RegExp(`is linked to <@${id('bob')}>.*/reconcile unlink`)],
		['ada', 'cus_team', /customer of the team Acme.*pays for seats/],
		['helper_bot', 'cus_race', /is a bot/],
		['ada', 'nobody@example.org', /Stripe has no customer “nobody@example\.org”/]
	])('of %s to %s: the conflict is explained, and nothing is written', async (member, customer, like) => {
		const content = await link(member, customer);
		expect(content).toMatch(/^Nothing was changed/);
		expect(content).toMatch(like);
	});

	test('to a customer whose metadata names somebody else are asked about, with whom it would be taken from', async () => {
		const message = await ask('dora', 'cus_named');
		expect(message.content).toContain(`names <@${id('cleo')}>`);
		expect(message.content).toContain(`It would be taken from <@${id('cleo')}>.`);
		const [confirm] = buttons(message);
		expect(confirm?.label).toBe('Link anyway');
		const done = await answer(sandbox.click('operator', message.id, confirm?.custom_id as string), /^Linked/);
		expect(done.content).toMatch(/They should have Knight, and hold no managed role/);
		expect(await heard(/\(dora\)/)).toContain(`though its metadata in Stripe names <@${id('cleo')}>`);
		await reconcile(sandbox);
		const open = (await sandbox.issues('OPEN')).map(({ discordId }) => discordId);
		expect(open).toContain(id('dora'));
		expect(open).not.toContain(id('cleo'));
	});

	test('are asked about again when the metadata names another person by now', async () => {
		sandbox.stripe.create('customers', { id: 'cus_moving', metadata: { discord_id: id('cleo') } });
		const message = await ask('emil', 'cus_moving');
		sandbox.stripe.update('customers', 'cus_moving', { metadata: { discord_id: id('hugo') } });
		const again = await answer(sandbox.click('operator', message.id, buttons(message)[0]?.custom_id as string), new RegExp(id('hugo')));
		expect(again.content).toContain(`It would be taken from <@${id('hugo')}>.`);
	});

	test('of one customer to two people at once go to one, and the other operator hears to whom', async () => {
		const [one, other] = await Promise.all([link('emil', 'cus_race'), link('fritz', 'cus_race', 'second')]);
		const [won, lost] = one?.startsWith('Linked') ? [one, other] : [other, one];
		expect(won).toMatch(/^Linked/);
		expect(lost).toMatch(/^Nothing was changed: cus_race is linked to <@\d+>/);
		const winner = /<@(\d+)>/.exec(won ?? '')?.[1];
		expect(lost).toContain(`<@${winner}>`);
		expect(said().filter((line) => line.includes('cus_race')).length).toBeLessThanOrEqual(1);
	});

	test('are undone after a confirmation that says what it would mean; two clicks have one effect', async () => {
		const message = await askUnlink('bob');
		expect(message.content).toMatch(
			/^Unlink <@\d+> \(bob\) from bob@example\.com · active price_lord \(cus_bob\)\?\nThey would have no subscription left that gives a role: the next run would report Lord to be taken\./
		);
		const [confirm] = buttons(message);
		const clicks = [1, 2].map(() => sandbox.click('operator', message.id, confirm?.custom_id as string));
		await sandbox.until(() => clicks.every((each) => sandbox.interaction(each).state === 'answered'));
		expect(await heard(/unlinked <@\d+> \(bob\)/)).toBe(
			`<@${sandbox.discord.ids.operatorId}> unlinked <@${id('bob')}> (bob) from the customer cus_bob.`
		);
		expect(managedRolesOf(sandbox, 'bob')).toEqual(['Lord']);
		const nothing = await askUnlink('bob');
		expect(nothing.content).toMatch(/Nothing ties <@\d+> \(bob\) to a customer or a team/);
		expect(said().filter((line) => line.includes('(bob)'))).toHaveLength(1);
		await reconcile(sandbox);
		expect((await sandbox.issues('OPEN')).find(({ discordId }) => discordId === id('bob'))).toMatchObject({ type: 'UNAUTHORIZED_ACCESS' });
	});

	test('of several rows are picked from a menu first, and then confirmed', async () => {
		const message = await askUnlink('greta');
		const menu = menuOf(message);
		expect(menu.options.map(({ label }) => label)).toEqual([
			'greta@example.com · active price_lord (cus_greta)',
			'TEAM_MEMBER seat in Acme · greta2@example.com · active price_knight (cus_greta2)'
		]);
		const asked = await answer(sandbox.click('operator', message.id, menu.custom_id, [menu.options[0]?.value as string]), /^Unlink /);
		expect(asked.content).toMatch(/They would still be due Knight: the next run would report Knight to be given and Lord to be taken/);
		const done = await answer(sandbox.click('operator', message.id, buttons(asked)[0]?.custom_id as string), /^Unlinked/);
		expect(done.content).toMatch(/They should have Knight, and hold Lord\. No role was changed/);
		expect(await heard(/unlinked <@\d+> \(greta\)/)).toContain('from the customer cus_greta.');
	});

	test('that Stripe’s metadata makes cannot be undone here, and it says where', async () => {
		expect((await askUnlink('hugo')).content).toMatch(
			/No row here ties <@\d+> \(hugo\)\.\nStripe's metadata ties them to cus_meta.*Correct the metadata .* in Stripe/
		);
	});

	test('are for operators alone', async () => {
		expect(await suggested('ada@example.com', 'member')).toEqual([]);
		expect(await link('ada', 'cus_bob', 'member')).toContain('Only operators');
		expect((await askUnlink('ada', 'member')).content).toContain('Only operators');
	});

	test('touch no role, write nothing to Stripe, ping nobody and write to nobody', () => {
		const requests = sandbox.requests();
		expect(requests.filter(({ target, method, path }) => target === 'discord' && method !== 'GET' && path.includes('/roles/'))).toEqual([]);
		expect(requests.filter(({ target, method }) => target === 'stripe' && method !== 'GET')).toEqual([]);
		expect(sandbox.discord.dms()).toEqual([]);
		for (const message of sandbox.messages()) expect(sandbox.discord.pings(message.id)).toEqual({ users: [], roles: [], everyone: false });
	});
});
