import { describe, expect, it } from 'vitest';
import { peopleListFile, peopleListReply } from '../../../src/messages/replies/people-list.js';
import { LIST_KINDS, type ListEntry, type PeopleList } from '../../../src/reconciliation/runs/people-list.js';
import { brokenLimits } from '../limits.js';

const AT = new Date('2026-11-29T03:00:00Z');
const payer = (index: number): ListEntry => ({
	discordId: null,
	customerId: `cus_${index}`,
	money: { amounts: [{ currency: 'usd', amount: 1000 }], isMinimum: false },
	since: AT,
	roles: []
});
const hostile = (): ListEntry => ({
	discordId: '9'.repeat(20),
	customerId: '](https://evil.example) @everyone **'.repeat(9),
	money: { amounts: Array.from({ length: 9 }, (_, i) => ({ currency: `*_${i}`.repeat(20), amount: 9e15 })), isMinimum: true },
	since: AT,
	roles: Array.from({ length: 9 }, () => '**@everyone** '.repeat(9))
});
const people = (many: number, of: (index: number) => ListEntry = payer, kind: PeopleList['kind'] = 'unclaimed'): PeopleList => ({
	kind,
	at: AT,
	total: many,
	entries: Array.from({ length: many }, (_, index) => of(index))
});

describe('a list of people', () => {
	it.each([0, 1, 5, 53, 5_000])('of %i keeps the limits on its first, last and a missing page', (many) => {
		for (const kind of LIST_KINDS)
			for (const of of [payer, hostile])
				for (const page of [0, Math.ceil(many / 10), 99_999])
					expect(brokenLimits(peopleListReply(people(many, of, kind), page, 'test'))).toEqual([]);
	});

	it('says how old it is, and names each payer with a link in the mode of the key', () => {
		const [embed] = peopleListReply(people(1), 0, 'test').embeds;
		expect(embed?.title).toBe('1 customer pays but has no linked Discord account');
		expect(embed?.description).toContain('As of the check of <t:1795921200:R>.');
		expect(embed?.description).toContain(
			'- cus_0 [Stripe](https://dashboard.stripe.com/test/customers/cus_0) · $10 a month · since <t:1795921200:D>'
		);
	});

	it('names those who left by their customer, too: Discord shows no name for them', () => {
		const [embed] = peopleListReply(
			people(1, (index) => ({ ...payer(index), discordId: '7' }), 'absent'),
			0,
			'live'
		).embeds;
		expect(embed?.description).toContain('- <@7> · cus_0 [Stripe](https://dashboard.stripe.com/customers/cus_0)');
	});

	it('says of unlinked role holders that their issues are open now, which checks of some members change', () => {
		const unlinked = people(1, payer, 'unlinked');
		expect(peopleListReply(unlinked, 0, 'test').embeds[0]?.description).toContain(
			'Those whose issue is open now; everyone was last checked <t:1795921200:R>.'
		);
		expect(peopleListFile(unlinked).content).toBe('1 member has a paid role and no linked customer, as of now.');
	});

	it('shows every entry once over its pages', () => {
		const shown = Array.from({ length: 6 }, (_, page) => peopleListReply(people(53), page, 'live').embeds[0]?.description ?? '');
		expect(shown.join('\n').match(/customers\/cus_\d+/g)).toEqual(Array.from({ length: 53 }, (_, index) => `customers/cus_${index}`));
	});

	it('says what it lacks', () => {
		const text = (list: PeopleList) => peopleListReply(list, 0, 'live').embeds[0]?.description;
		expect(text({ ...people(0), at: null })).toContain('Use `/reconcile run` first');
		expect(text({ ...people(0), total: 7 })).toContain('It stored no names');
		expect(text({ ...people(5), total: 7 })).toContain('The list has 5 of them');
	});

	it('exports every entry', () => {
		const { content, files } = peopleListFile(people(5_000));
		expect(content).not.toContain('The file has');
		expect(files[0]?.attachment.toString().trim().split('\r\n')).toHaveLength(5_001);
		expect(peopleListFile(people(0)).files).toEqual([]);
		expect(peopleListFile(people(50), 500).content).toContain('The file has');
	});
});
