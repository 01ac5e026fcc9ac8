import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCustomId } from '../../../src/messages/custom-id.js';
import { suggestReply } from '../../../src/messages/replies/suggest.js';
import type { AmbiguousNames, SuggestedLink, Suggestions } from '../../../src/reconciliation/members/suggest.js';
import { brokenLimits, buttonsOf, textOf } from '../limits.js';

const idOf = (index: number) => `3000000000000${String(index).padStart(5, '0')}`;
const ROLES = ['Lord'];
const memberOf = (index: number, name: string, held: readonly string[] = ROLES) => ({ id: idOf(index), name, roles: held });
const customerOf = (id: string, name: string) => ({
	customer: { id, email: `${name}@example.com`, name, metadataDiscordId: null },
	subscriptions: [{ id: 'sub_1', status: 'active', items: [{ price: 'price_lord', product: 'prod_lord' }] }]
});
const link = (index: number, name = `name${index}`, held: readonly string[] = ROLES): SuggestedLink => ({
	names: [name],
	member: memberOf(index, name, held),
	customer: customerOf(`cus_${index}`, name)
});
const unclear = (index: number, { people = 1, customers = 1, name = `name${index}` } = {}): AmbiguousNames => ({
	names: [name],
	members: Array.from({ length: people }, (_, other) => memberOf(index + other, name)),
	customers: Array.from({ length: customers }, (_, other) => customerOf(`cus_${index}_${other}`, name))
});
const suggestions = (links: readonly SuggestedLink[], ambiguous: readonly AmbiguousNames[] = [], over: Partial<Suggestions> = {}) =>
	({ kind: 'suggestions', suggestions: { links, ambiguous, holders: 7, payers: 3, ...over } }) as const;
const reply = (links: readonly SuggestedLink[], ambiguous: readonly AmbiguousNames[] = [], page = 0) =>
	suggestReply(suggestions(links, ambiguous), page);
const many = (count: number) => Array.from({ length: count }, (_, index) => link(index));
const labels = (shown: ReturnType<typeof suggestReply>) => buttonsOf(shown.components).map(({ label }) => label);

describe('suggestReply', () => {
	it('shows a pair with both sides, the equal name and its button', () => {
		const shown = reply([link(1)]);
		expect(shown.embeds[0]?.title).toBe('1 possible link');
		expect(shown.embeds[0]?.description).toContain(
			`**1.** <@${idOf(1)}> (name1) holds Lord\nCustomer: name1@example.com · name1 · active price_lord (cus_1)\nBoth are called “name1”`
		);
		expect(shown.embeds[0]?.footer?.text).toBe('Compared 7 unlinked members with a managed role and 3 unlinked customers who pay.');
		expect(labels(shown)).toEqual(['Accept 1']);
		expect(parseCustomId(buttonsOf(shown.components)[0]?.custom_id ?? '')).toEqual({
			action: 'accept-link',
			discordId: idOf(1),
			customerId: 'cus_1'
		});
	});

	it('lists an ambiguous name without a button', () => {
		const shown = reply([], [unclear(1, { people: 3, customers: 2 })]);
		expect(shown.embeds[0]?.title).toBe('1 ambiguous name');
		expect(shown.embeds[0]?.description).toMatch(/\*\*1\.\*\* “name1” is not clear: 3 members, 2 customers\. Use `\/reconcile link`\./);
		expect(shown.embeds[0]?.description).toMatch(/Members: .* and 1 more\nCustomers: /);
		expect(labels(shown)).toEqual([]);
	});

	it.each([
		[1, 0, ['Accept 1']],
		[5, 0, [1, 2, 3, 4, 5].map((number) => `Accept ${number}`)],
		[6, 1, ['Accept 6', '◀ Previous', 'Page 2 of 2', 'Next ▶']],
		[5_000, 0, [...[1, 2, 3, 4, 5].map((number) => `Accept ${number}`), '◀ Previous', 'Page 1 of 1,000', 'Next ▶']],
		[5_000, 99_999, [...[6, 7, 8, 9].map((end) => `Accept 4,99${end}`), 'Accept 5,000', '◀ Previous', 'Page 1,000 of 1,000', 'Next ▶']]
	])('pages %i pairs, page %i', (pairs, page, expected) => {
		const shown = reply(many(pairs), [], page);
		expect(labels(shown)).toEqual(expected);
		expect(brokenLimits(shown)).toEqual([]);
	});

	it('numbers ambiguous names after the pairs, and gives buttons to the pairs alone', () => {
		const shown = reply(many(7), [unclear(20, { people: 2 }), unclear(30, { people: 2 })], 1);
		expect(labels(shown).slice(0, 3)).toEqual(['Accept 6', 'Accept 7', '◀ Previous']);
		expect(shown.embeds[0]?.description).toContain('**8.** “name20” is not clear');
	});

	it.each([
		[{ holders: 0, payers: 3 }, /is linked or exempt\. 3 customers pay without a link\. Use `\/reconcile import`/],
		[{ holders: 0, payers: 0 }, /every member with a managed role is linked or exempt\.$/],
		[{ holders: 7, payers: 0 }, /no paying customer who is not linked.*`\/reconcile import`.*`\/reconcile link`/],
		[{ holders: 7, payers: 3 }, /^No names match: Reeve compared 7 unlinked members .* Use `\/reconcile import`/]
	])('says what to do without a suggestion (%o)', (counts, like) => {
		const shown = suggestReply(suggestions([], [], counts), 3);
		expect(shown.content).toMatch(like);
		expect([shown.embeds, shown.components]).toEqual([[], []]);
	});

	it('says why a source could not be read', () => {
		expect(suggestReply({ kind: 'unreadable', why: 'Stripe is away.' }, 0).content).toBe('Nothing was changed. Stripe is away.');
	});

	it('stays within the limits and pings no one, whatever the names are', () => {
		const parts = [
			'@everyone',
			'<@&1>',
			'`',
			'*',
			'_',
			'[x](https://e.vil)',
			'\u202E',
			'ﷺ',
			'👩‍👩‍👧‍👦',
			'\uD83D',
			'\n',
			`Z${'\u0301'.repeat(40)}`
		];
		const name = fc.oneof(
			fc.string({ unit: 'binary', maxLength: 60 }),
			fc.constantFrom(...parts).map((part) => part.repeat(300)),
			fc.array(fc.constantFrom(...parts), { maxLength: 12 }).map((all) => all.join(''))
		);
		fc.assert(
			fc.property(fc.array(name, { minLength: 1, maxLength: 12 }), fc.nat(12), fc.nat(3), (names, pairs, page) => {
				const links = names.slice(0, pairs).map((each, index) => link(index * 10, each, names));
				const others = names.slice(pairs).map((each, index) => unclear(500 + index * 10, { name: each, people: 4, customers: 4 }));
				const shown = reply(links, others, page);
				expect(brokenLimits(shown)).toEqual([]);
				for (const text of textOf(shown.embeds)) expect(text).not.toMatch(/@everyone|(?<!\\)<@&/);
			})
		);
	});
});
