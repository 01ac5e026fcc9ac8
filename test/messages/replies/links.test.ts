import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	confirmUnlinkReply,
	customerChoices,
	type LinkReply,
	linkAnnouncement,
	linkReply,
	linksReply,
	pickCustomerReply,
	unlinkAnnouncement,
	unlinkReply
} from '../../../src/messages/replies/links.js';
import type { RoleStatus } from '../../../src/reconciliation/detection/role-status.js';
import type { CustomerFound, LinkResult, LinksResult, MemberLink } from '../../../src/reconciliation/members/link.js';
import { ADA, OPERATOR } from '../fixtures.js';

const BOB = '100000000000000002';
const member = { discordId: ADA, name: 'ada' };
const WHO = `<@${ADA}> (ada)`;

const found = (over: Partial<CustomerFound['customer']> = {}, ...subscriptions: CustomerFound['subscriptions']): CustomerFound => ({
	customer: { id: 'cus_1', email: 'ada@example.com', name: 'Ada L.', metadataDiscordId: null, ...over },
	subscriptions
});
const lord = { id: 'sub_1', status: 'active', items: [{ price: 'price_lord', product: 'prod_lord' }] };
const standing = (over: Partial<RoleStatus> = {}): RoleStatus => ({ expected: ['Lord'], held: ['Lord'], exempt: false, ...over });
const linked = (over: Partial<Extract<LinkResult, { kind: 'linked' }>> = {}) =>
	linkReply({ kind: 'linked', found: found({}, lord), others: [], takenFrom: [], roleStatus: standing(), ...over }, member, 'cus_1')
		.content;
const memberLink = (over: Partial<MemberLink> = {}): MemberLink => ({
	hash: '0123abcd',
	rowId: 'm1',
	customer: found({}, lord),
	customerId: 'cus_1',
	seat: null,
	roleStatusWithout: standing({ expected: [] }),
	...over
});
const memberLinks = (...all: MemberLink[]): LinksResult => ({
	kind: 'links',
	discordId: ADA,
	links: all,
	byMetadata: [],
	roleStatus: standing()
});

/** What Discord would not take. */
function broken({ content, components }: LinkReply): string[] {
	const wrong: string[] = [];
	if (content.length === 0 || content.length > 2000) wrong.push(`content: ${content.length}`);
	for (const component of components.flatMap((row) => row.components)) {
		if ('custom_id' in component && component.custom_id.length > 100) wrong.push(`custom ID: ${component.custom_id}`);
		if (!('options' in component)) continue;
		if (component.options.length < 1 || component.options.length > 25) wrong.push(`options: ${component.options.length}`);
		if (new Set(component.options.map(({ value }) => value)).size < component.options.length) wrong.push('a value twice');
		for (const { label } of component.options) if (label === '' || label.length > 100) wrong.push(`label: ${label}`);
	}
	return wrong;
}

describe('customer choices', () => {
	const choice = (each: CustomerFound) => customerChoices({ kind: 'found', customers: [each] })[0]?.name;

	it('show email, name, subscription and ID', () => {
		expect(choice(found({}, lord))).toBe('ada@example.com · Ada L. · active price_lord (cus_1)');
		expect(choice(found({ email: null, name: null }))).toBe('no email · no subscription (cus_1)');
		expect(choice(found({}, { ...lord, id: 'sub_0', status: 'canceled' }, lord))).toContain('active price_lord +1 (cus_1)');
	});

	it('list paying customers first', () => {
		const customers = [
			found({ id: 'cus_none' }),
			found({ id: 'cus_ended' }, { ...lord, status: 'canceled' }),
			found({ id: 'cus_pays' }, lord)
		];
		expect(customerChoices({ kind: 'found', customers }).map(({ value }) => value)).toEqual(['cus_pays', 'cus_ended', 'cus_none']);
		expect(customerChoices({ kind: 'unreadable', why: 'Stripe is away.' })).toEqual([]);
	});

	it('fit for any name and keep the ID', () => {
		const text = fc.string({ unit: 'binary', maxLength: 300 });
		fc.assert(
			fc.property(fc.option(text), fc.option(text), text, fc.stringMatching(/^cus_[A-Za-z0-9]{1,36}$/), (email, name, status, id) => {
				const label =
					choice(found({ id, email, name }, { id: 'sub_1', status, items: [{ price: `price_${'x'.repeat(60)}`, product: 'prod_x' }] })) ??
					'';
				expect(label.length).toBeLessThanOrEqual(100);
				expect(label).toContain(`(${id})`);
			})
		);
	});
});

describe('linkReply', () => {
	it('states the link, its effect, and that no role was changed', () => {
		expect(linked({ roleStatus: standing({ held: ['Knight'] }) })).toBe(
			`Linked ${WHO} to ada@example.com · Ada L. · active price_lord (cus_1).\nThey should have Lord, and hold Knight. No role was changed: the next run will find that, or \`/reconcile run member\` now.`
		);
		expect(linked()).toContain('They should have Lord, and hold just that. There is nothing to change.');
		expect(linked({ roleStatus: standing({ expected: [], held: [] }) })).toContain('They hold no role, which is right.');
		expect(linked({ roleStatus: standing({ held: null }) })).toContain('They pay for Lord, and are not in the server.');
		expect(linked({ roleStatus: standing({ expected: null }) })).toContain('It is unknown what they should have');
		expect(linked({ roleStatus: standing({ held: [], exempt: true }) })).toContain('They are exempt, so no run will act on that');
	});

	it('names other linked customers and the members named in metadata', () => {
		expect(linked({ others: ['cus_2', 'cus_3'] })).toContain('They are linked to cus_2 and cus_3 too');
		expect(linked({ takenFrom: [BOB] })).toContain(
			`The metadata of cus_1 in Stripe names <@${BOB}>. From now on that does not count. Members whom it names keep`
		);
	});

	it('asks before overruling metadata, with a button bound to the named members', () => {
		const asked = linkReply({ kind: 'named', found: found({}, lord), people: [BOB], hash: '0123abcd' }, member, 'cus_1');
		expect(asked.content).toContain(`It would be taken from <@${BOB}>.`);
		expect(asked.components[0]?.components[0]).toMatchObject({ label: 'Link anyway', custom_id: `reeve:1:link:${ADA}:cus_1:0123abcd` });
		const contested = linkReply({ kind: 'named', found: found(), people: [BOB, OPERATOR], hash: '0123abcd' }, member, 'cus_1').content;
		expect(contested).toContain(`It would be taken from <@${BOB}> and <@${OPERATOR}>.`);
	});

	it('announces the operator without the email address', () => {
		const result = { kind: 'linked', found: found({}, lord), others: [], takenFrom: [BOB], roleStatus: standing() } as const;
		expect(linkAnnouncement(result, member, 'cus_1', OPERATOR)).toBe(
			`<@${OPERATOR}> linked ${WHO} to the customer cus_1, though its metadata in Stripe names <@${BOB}>.`
		);
	});

	it('offers a menu of matching customers, or says that there is none', () => {
		const many = Array.from({ length: 40 }, (_, index) => found({ id: `cus_${index}` }));
		const menu = pickCustomerReply({ kind: 'found', customers: many }, 'ada', member);
		expect(broken(menu)).toEqual([]);
		expect(menu.components[0]?.components[0]).toMatchObject({ custom_id: `reeve:1:pick-link:${ADA}` });
		expect(pickCustomerReply({ kind: 'found', customers: [] }, '*x*', member)).toMatchObject({ components: [] });
		expect(pickCustomerReply({ kind: 'unreadable', why: 'Stripe is away.' }, 'x', member).content).toBe(
			'Nothing was changed. Stripe is away.'
		);
	});
});

describe('unlinkReply', () => {
	it('shows the effect before anything is changed', () => {
		const asked = linksReply(memberLinks(memberLink()), member);
		expect(asked.content).toContain(`Unlink ${WHO} from ada@example.com · Ada L. · active price_lord (cus_1)?`);
		expect(asked.content).toContain('They would no longer be due any role: the next run would report Lord to be removed.');
		expect(asked.components[0]?.components[0]).toMatchObject({ label: 'Unlink', custom_id: `reeve:1:unlink:${ADA}:0123abcd` });
	});

	it.each([
		[standing({ expected: ['Lord'] }), 'They would still be due Lord, and hold exactly that, so nothing changes.'],
		[standing({ expected: ['Knight'] }), 'the next run would report Knight to be given and Lord to be removed.'],
		[standing({ expected: null }), 'It is unknown what they should have then'],
		[standing({ expected: [], exempt: true }), 'They are exempt, so no run would act on that.']
	])('describes the effect of %o as %s', (roleStatusWithout, words) => {
		expect(linksReply(memberLinks(memberLink({ roleStatusWithout })), member).content).toContain(words);
	});

	it('asks which of several links to remove, then shows the effect', () => {
		const seat = memberLink({ hash: '4567cdef', customer: null, customerId: null, seat: { team: '*Acme*', tier: 'OWNER' } });
		const asked = linksReply(memberLinks(memberLink(), seat), member);
		expect(asked.components[0]?.components[0]).toMatchObject({
			custom_id: `reeve:1:pick-unlink:${ADA}`,
			options: [{ value: '0123abcd' }, { value: '4567cdef', label: 'Owner of *Acme*' }]
		});
		expect(confirmUnlinkReply(memberLinks(memberLink(), seat), '4567cdef', member).content).toContain('from the team \\*Acme\\* (owner)?');
		expect(confirmUnlinkReply(memberLinks(memberLink(), seat), 'ffffffff', member).content).toContain('It has already been unlinked');
	});

	it('shows links by metadata and that Stripe is where to change them', () => {
		const result = { ...(memberLinks() as Extract<LinksResult, { kind: 'links' }>), byMetadata: ['cus_9'] };
		expect(linksReply(result, member).content).toContain("Stripe's metadata links them to cus_9: that cannot be changed here.");
		expect(linksReply(memberLinks(), member).content).toBe(`${WHO} isn't linked to any customer or team.`);
	});

	it('states what was unlinked and announces the operator', () => {
		const result = { kind: 'unlinked', link: memberLink({ customer: null, seat: { team: 'Acme', tier: 'TEAM_MEMBER' } }) } as const;
		expect(unlinkReply(result, member).content).toContain(`Unlinked ${WHO} from cus_1 (not in Stripe) and the team Acme (member).`);
		expect(unlinkAnnouncement(result, member, OPERATOR)).toBe(
			`<@${OPERATOR}> unlinked ${WHO} from the customer cus_1 and the team Acme (member).`
		);
		expect(unlinkReply({ kind: 'gone' }, member).content).toContain('does not name');
	});
});

it('link messages never exceed a limit, ping or format, for any names', () => {
	const text = fc.oneof(
		fc.string({ unit: 'binary', maxLength: 400 }),
		fc.constantFrom('@everyone', '**', '[a](http://b)', '`'.repeat(300))
	);
	fc.assert(
		fc.property(text, fc.option(text), fc.option(text), text, (name, email, called, why) => {
			const who = { discordId: ADA, name };
			const customer = found({ email, name: called }, lord);
			const shown = memberLink({ customer, seat: { team: why, tier: 'OWNER' } });
			const answers = [
				linkReply({ kind: 'linked', found: customer, others: ['cus_2'], takenFrom: [BOB], roleStatus: standing() }, who, 'cus_1'),
				linkReply({ kind: 'named', found: customer, people: [BOB], hash: '0123abcd' }, who, 'cus_1'),
				linkReply({ kind: 'missing' }, who, why),
				linkReply({ kind: 'team', team: why }, who, 'cus_1'),
				linkReply({ kind: 'unreadable', why }, who, 'cus_1'),
				pickCustomerReply({ kind: 'found', customers: [customer] }, why, who),
				pickCustomerReply({ kind: 'found', customers: [] }, why, who),
				linksReply(memberLinks(shown), who),
				linksReply(memberLinks(shown, { ...shown, hash: '4567cdef' }), who)
			];
			for (const each of answers) {
				expect(broken(each)).toEqual([]);
				expect(each.content).not.toMatch(/@everyone|@here/);
			}
		})
	);
});
