import { describe, expect, it, vi } from 'vitest';
import { runToCompletion } from '../../../src/async/cooperative.js';
import { analyzeLinks } from '../../../src/reconciliation/detection/detect.js';
import type { Customer } from '../../../src/reconciliation/domain/billing.js';
import type { RosterMember } from '../../../src/reconciliation/domain/guild.js';
import { createSuggester, type SuggestionsResult, suggestLinks } from '../../../src/reconciliation/members/suggest.js';
import { accountsOf } from '../../../src/reconciliation/snapshot/accounts.js';
import { ADA, BOB, customer, exemption, inGuild, MAPPED, NOW, type Parts, row, snapshot, subscription, team, userId } from '../builders.js';

const member = (id: string, name: string, given: Partial<RosterMember> = {}): RosterMember => ({ ...inGuild(id, 'Lord'), name, ...given });
const payer = (id: string, name: string | null, given: Partial<Customer> = {}) => customer({ id, name, ...given });
const paying = (customerId: string) => subscription({ id: `sub_${customerId}`, customerId, status: 'active' });

/** As Stripe's list of subscriptions gives them: without names. */
async function suggest(parts: Parts & { readonly customers: readonly Customer[] }) {
	const { customers, subscriptions = customers.map(({ id }) => paying(id)) } = parts;
	const nameless = customers.map((each) => ({ ...each, name: null, email: null }));
	const read = snapshot({ ...parts, customers: nameless, subscriptions });
	const accounts = accountsOf(customers, subscriptions);
	const suggestions = await suggestLinks(
		{
			readSnapshot: async () => ({ snapshot: read, analysis: runToCompletion(analyzeLinks(read, MAPPED, NOW)) }),
			readCustomers: async (ids) => new Map(ids.map((id) => [id, accounts.get(id) ?? 'missing']))
		},
		MAPPED,
		{ now: NOW, onProgress: () => {} }
	);
	const { links, ambiguous, ...counts } = suggestions;
	return {
		...counts,
		links: links.map(({ member: { id }, customer: found }) => [id, found.customer.id]),
		ambiguous: ambiguous.map(({ members, customers: found }) => [members.map(({ id }) => id), found.map((each) => each.customer.id)])
	};
}

const adaAndHerCustomer = { guild: [member(ADA, 'Ada L.')], customers: [payer('cus_a', 'ada l')] };
const PAIR = [[ADA, 'cus_a']];

describe('suggestLinks', () => {
	it('pairs an unlinked role holder with an unlinked payer of the same name', async () => {
		expect(await suggest(adaAndHerCustomer)).toEqual({ links: PAIR, ambiguous: [], holders: 1, payers: 1 });
	});

	it.each([
		['the name that the server shows', { name: 'ada' }],
		['the username', { name: 'Countess', username: 'ada' }],
		['the global name', { name: 'Countess', username: 'x_1815', globalName: 'Ada' }]
	])('compares %s', async (_, names) => {
		expect((await suggest({ guild: [member(ADA, '', names)], customers: [payer('cus_a', 'ADA')] })).links).toEqual(PAIR);
	});

	it('compares what is before the @ of the email, and not the domain', async () => {
		const customers = [payer('cus_a', null, { email: 'ada.l@bob.example' })];
		expect((await suggest({ guild: [member(ADA, 'Ada L'), member(BOB, 'bob.example')], customers })).links).toEqual(PAIR);
	});

	it.each<[string, Parts]>([
		['a member who is linked by a row', { rows: [row({ discordId: ADA, stripeCustomerId: 'cus_other' })] }],
		['a customer whom a row links', { rows: [row({ discordId: BOB, stripeCustomerId: 'cus_a' })] }],
		['a customer of a team', { teams: [team({ stripeCustomerId: 'cus_a' })] }],
		['an exempt member', { exemptions: [exemption(ADA)] }],
		['a bot', { guild: [member(ADA, 'Ada L.', { bot: true })] }],
		['a member without a managed role', { guild: [member(ADA, 'Ada L.', { roles: [] })] }],
		['a customer who no longer pays', { subscriptions: [subscription({ customerId: 'cus_a', status: 'canceled' })] }],
		['a subscription whose metadata could not be read', { subscriptions: [{ ...paying('cus_a'), isLinkLost: true }] }]
	])('leaves out %s', async (_, parts) => {
		expect(await suggest({ ...adaAndHerCustomer, ...parts })).toMatchObject({ links: [], ambiguous: [] });
	});

	it.each([
		['names a member', BOB],
		['has a value that cannot be read', 'ada#1234']
	])('leaves out a customer whose metadata %s', async (_, metadataDiscordId) => {
		expect((await suggest({ ...adaAndHerCustomer, customers: [payer('cus_a', 'ada l', { metadataDiscordId })] })).payers).toBe(0);
	});

	it('pairs no one if another unlinked person has the name, whether or not they hold a role', async () => {
		const guild = [member(ADA, 'Ada L.'), member(BOB, 'ada l', { roles: [] })];
		expect(await suggest({ ...adaAndHerCustomer, guild })).toMatchObject({ links: [], ambiguous: [[[ADA, BOB], ['cus_a']]], holders: 1 });
	});

	it('pairs no one if two customers have the name', async () => {
		const customers = [payer('cus_a', 'ada l'), payer('cus_b', null, { email: 'adal@example.com' })];
		expect(await suggest({ ...adaAndHerCustomer, customers })).toMatchObject({ links: [], ambiguous: [[[ADA], ['cus_a', 'cus_b']]] });
	});

	it('lists no name that only people without a role have', async () => {
		const guild = [member(ADA, 'Cleo'), member(BOB, 'ada l', { roles: [] }), member(userId(3), 'Ada L', { roles: [] })];
		expect(await suggest({ ...adaAndHerCustomer, guild })).toMatchObject({ links: [], ambiguous: [] });
	});

	it('suggests no customer that was deleted meanwhile', async () => {
		const read = snapshot({ guild: [member(ADA, 'Ada')], subscriptions: [paying('cus_a')] });
		const ports = {
			readSnapshot: async () => ({ snapshot: read, analysis: runToCompletion(analyzeLinks(read, MAPPED, NOW)) }),
			readCustomers: async () => new Map([['cus_a', 'deleted' as const]])
		};
		expect(await suggestLinks(ports, MAPPED, { now: NOW, onProgress: () => {} })).toMatchObject({ links: [], payers: 1 });
	});
});

describe('createSuggester', () => {
	const found: SuggestionsResult = { kind: 'suggestions', suggestions: { links: [], ambiguous: [], holders: 0, payers: 0 } };
	const page = { reread: false, onProgress: () => {} };

	it('reads once for the pages of a list, and again when asked to or after 15 minutes', async () => {
		let now = NOW;
		const suggest = vi.fn(async () => found);
		const suggester = createSuggester(suggest, () => now);
		await suggester(page);
		await suggester(page);
		expect(suggest).toHaveBeenCalledTimes(1);
		await suggester({ ...page, reread: true });
		expect(suggest).toHaveBeenCalledTimes(2);
		now = new Date(NOW.getTime() + 15 * 60_000 + 1);
		await suggester(page);
		expect(suggest).toHaveBeenCalledTimes(3);
	});

	it('keeps no failure', async () => {
		const suggest = vi
			.fn<() => Promise<SuggestionsResult>>()
			.mockResolvedValueOnce({ kind: 'unreadable', why: 'Stripe is away.' })
			.mockRejectedValueOnce(new Error('unexpected'))
			.mockResolvedValue(found);
		const suggester = createSuggester(suggest, () => NOW);
		expect(await suggester(page)).toMatchObject({ kind: 'unreadable' });
		await expect(suggester(page)).rejects.toThrow('unexpected');
		expect(await suggester(page)).toBe(found);
	});
});
