import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	FORGOTTEN_NAME,
	FORGOTTEN_TEXT,
	partsAbout,
	patternOf,
	stripeIdsIn,
	withoutPerson
} from '../../../src/reconciliation/privacy/person-data.js';

const ADA = { discordId: '300000000000000001', references: ['cus_ada', 'sub_ada'] };
const BOB = '300000000000000002';
const SUBSTITUTE = 'person:1';

const issueOf = (discordId: string, name: string) => ({
	id: `issue-${discordId}`,
	type: 'MISSING_ACCESS',
	discordId,
	discordName: name,
	description: `${name} pays.`,
	customerIds: [discordId === BOB ? 'cus_bob' : 'cus_ada'],
	discordRoles: ['Knight'],
	plan: { add: ['Lord'], remove: [] },
	linked: true
});

describe('withoutPerson', () => {
	it('keeps the form of what names the person, and everything about others', () => {
		const value = [issueOf(ADA.discordId, 'Ada'), issueOf(BOB, 'Bob')];
		expect(withoutPerson(value, ADA, SUBSTITUTE)).toEqual([
			{
				...issueOf(ADA.discordId, 'Ada'),
				id: `issue-${SUBSTITUTE}`,
				discordId: SUBSTITUTE,
				discordName: FORGOTTEN_NAME,
				description: FORGOTTEN_TEXT,
				customerIds: [SUBSTITUTE]
			},
			issueOf(BOB, 'Bob')
		]);
	});

	it('recognises the person by a customer, in a list, in a text and in the name of a field', () => {
		expect(withoutPerson({ notices: [{ customerId: 'cus_ada', email: 'ada@example.com' }] }, ADA, SUBSTITUTE)).toEqual({
			notices: [{ customerId: SUBSTITUTE, email: FORGOTTEN_TEXT }]
		});
		expect(withoutPerson({ customerId: 'cus_x', values: [ADA.discordId, BOB], note: 'two' }, ADA, SUBSTITUTE)).toEqual({
			customerId: FORGOTTEN_TEXT,
			values: [SUBSTITUTE, BOB],
			note: FORGOTTEN_TEXT
		});
		expect(withoutPerson([`<@${ADA.discordId}> and <@${BOB}>`], ADA, SUBSTITUTE)).toEqual([`<@${SUBSTITUTE}> and <@${BOB}>`]);
		expect(withoutPerson({ [ADA.discordId]: 1, [BOB]: 2 }, ADA, SUBSTITUTE)).toEqual({ [SUBSTITUTE]: 1, [BOB]: 2 });
	});

	it('changes no longer ID that contains one of theirs', () => {
		const others = ['1300000000000000001', '3000000000000000010', 'cus_ada2', 'xcus_ada', 'cus_ada_b'];
		expect(withoutPerson(others, ADA, SUBSTITUTE)).toEqual(others);
	});

	it('leaves no ID of theirs, and no count changes, whatever the value', () => {
		const text = fc.oneof(
			fc.constantFrom(ADA.discordId, BOB, 'cus_ada', 'sub_ada', 'cus_bob', `see ${ADA.discordId}.`, 'a text'),
			fc.string()
		);
		const { tree } = fc.letrec((tie) => ({
			tree: fc.oneof({ maxDepth: 5 }, text, fc.integer(), fc.constant(null), fc.boolean(), tie('list'), tie('object')),
			list: fc.array(tie('tree'), { maxLength: 4 }),
			object: fc.dictionary(fc.oneof(fc.constantFrom('discordId', 'discordName', 'id', 'plan', 'customerIds'), text), tie('tree'), {
				maxKeys: 4
			})
		}));
		fc.assert(
			fc.property(tree, (value) => {
				const left = withoutPerson(value, ADA, SUBSTITUTE);
				expect(JSON.stringify(left)).not.toMatch(new RegExp(patternOf(ADA)));
				expect(partsAbout(left, ADA)).toEqual([]);
				if (Array.isArray(value)) expect(left).toHaveLength(value.length);
				// Nothing is changed that does not name them.
				if (!new RegExp(patternOf(ADA)).test(JSON.stringify(value))) expect(left).toEqual(value);
			}),
			{ numRuns: 2_000 }
		);
	});
});

describe('partsAbout', () => {
	it('finds what a snapshot says about the person, and nothing about others', () => {
		const snapshot = {
			issues: [issueOf(ADA.discordId, 'Ada'), issueOf(BOB, 'Bob')],
			notices: { contested: [{ values: [BOB, ADA.discordId] }] }
		};
		expect(partsAbout(snapshot, ADA)).toEqual([issueOf(ADA.discordId, 'Ada'), { values: [BOB, ADA.discordId] }]);
	});
});

describe('stripeIdsIn', () => {
	it('finds IDs of Stripe in values and texts, each once', () => {
		expect(stripeIdsIn([issueOf(BOB, 'Bob'), 'sub_1 is active (cus_bob)', null])).toEqual(['cus_bob', 'sub_1']);
	});
});
