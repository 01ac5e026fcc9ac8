import type { APIEmbed } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { managedRolesOf, reconcile, runCommand } from './operator.js';

/** Links that are shared, odd or wrong, with automatic fixes on and unlinked members included: no member who may pay loses a role. */

/** IDs of real accounts are far apart. */
const PEOPLE = [
	'giver',
	'gifted',
	'spaced',
	'mention',
	'hidden',
	'quoted',
	'science',
	'rounded',
	'named',
	'stale',
	'owner',
	'typo',
	'one',
	'two',
	'lapsed',
	'deleted',
	'nobody'
] as const;
type Person = (typeof PEOPLE)[number];
const id = (person: Person) => String(109_758_394_758_392_104n + BigInt(PEOPLE.indexOf(person)) * 8_675_309_123_457n);

const LOSERS: readonly Person[] = ['lapsed', 'deleted', 'nobody'];

describe('doubtful links', () => {
	let sandbox: Sandbox;
	beforeAll(async () => {
		const named = (discordId: string | undefined): Record<string, string> => (discordId === undefined ? {} : { discord_id: discordId });
		const customer = (person: Person, discordId?: string) => ({
			id: `cus_${person}`,
			metadata: named(discordId)
		});
		const pays = (person: Person, discordId?: string) => ({
			id: `sub_${person}`,
			customer: `cus_${person}`,
			status: 'active',
			price: 'price_knight',
			metadata: named(discordId)
		});
		const values: Partial<Record<Person, string>> = {
			spaced: `${id('spaced')} `,
			mention: `<@!${id('mention')}>`,
			hidden: `\u200b${id('hidden')}`,
			quoted: `"${id('quoted')}"`,
			science: Number(id('science')).toExponential(14).replace('e', 'E'),
			rounded: String(Number(id('rounded'))),
			named: '@Named'
		};
		const byValue = Object.entries(values) as [Person, string][];
		sandbox = await Sandbox.start({
			world: {
				guild: { members: PEOPLE.map((person) => ({ id: id(person), username: person, roles: ['Knight'] })) },
				stripe: {
					customers: [
						customer('giver'),
						...byValue.map(([person, value]) => customer(person, value)),
						customer('owner', id('stale')),
						customer('one'),
						customer('lapsed', id('lapsed')),
						customer('deleted')
					],
					subscriptions: [
						pays('giver', id('giver')),
						{ ...pays('giver', id('gifted')), id: 'sub_gift' },
						...byValue.map(([person]) => pays(person)),
						pays('owner'),
						pays('one'),
						{ ...pays('lapsed'), status: 'canceled' }
					]
				},
				database: {
					members: [
						{ id: 'm_owner', discordId: id('owner'), stripeCustomerId: 'cus_owner' },
						{ id: 'm_typo', discordId: id('typo'), stripeCustomerId: 'cus_nowhere' },
						{ id: 'm_one', discordId: id('one'), stripeCustomerId: 'cus_one' },
						{ id: 'm_two', discordId: id('two'), stripeCustomerId: 'cus_one' },
						{ id: 'm_deleted', discordId: id('deleted'), stripeCustomerId: 'cus_deleted' }
					]
				}
			},
			env: { RECONCILIATION_AUTO_FIX: 'true', RECONCILIATION_FIX_UNLINKED: 'true', RECONCILIATION_MAX_REVOKE_PERCENT: '100' }
		});
		sandbox.stripe.delete('customers', 'cus_deleted');
	});
	afterAll(() => sandbox?.stop());

	const why = async (person: Person) => {
		const { answer } = await runCommand(sandbox, 'reconcile why', { member: person });
		return answer.embeds
			.map(({ description, fields }: APIEmbed) => [description, ...(fields ?? []).map(({ value }) => value)].join('\n'))
			.join('\n');
	};

	test('take no role from anyone who pays or may pay', async () => {
		const { run, report } = await reconcile(sandbox);
		expect(run).toMatchObject({ status: 'COMPLETED', issuesFound: LOSERS.length, issuesFixed: LOSERS.length });
		for (const person of PEOPLE)
			expect([person, managedRolesOf(sandbox, person)]).toEqual([person, LOSERS.includes(person) ? [] : ['Knight']]);
		expect(JSON.stringify(report.embeds)).toContain('invalid Discord ID');
	});

	test.each<[Person, RegExp]>([
		['quoted', /the Discord ID of cus_quoted in Stripe is .*, which may mean them[\s\S]*correct the ID in Stripe/],
		['rounded', /cus_rounded names \d+, which no member here has, and looks like theirs, rounded/],
		['stale', /cus_owner names them in Stripe, but the database gives it to someone else/],
		['typo', /the database links them to cus_nowhere, a customer that Stripe does not have[\s\S]*`\/reconcile unlink`/],
		['two', /the database gives cus_one to more than one member or team/],
		['gifted', /which is right: they pay for Knight[\s\S]*Knight · .*started.*sub_gift\)/]
	])('are explained: %s', async (person, like) => {
		expect(await why(person)).toMatch(like);
	});

	test('are settled by an operator, or by a correction in Stripe', async () => {
		sandbox.stripe.update('customers', 'cus_quoted', { metadata: { discord_id: id('quoted') } });
		sandbox.stripe.update('subscriptions', 'sub_quoted', { status: 'canceled' });
		sandbox.stripe.update('subscriptions', 'sub_gift', { metadata: { discord_id: id('nobody') } });
		await reconcile(sandbox);
		expect(managedRolesOf(sandbox, 'quoted')).toEqual([]);
		expect(managedRolesOf(sandbox, 'gifted')).toEqual([]);
		expect(managedRolesOf(sandbox, 'nobody')).toEqual(['Knight']);
		expect(managedRolesOf(sandbox, 'giver')).toEqual(['Knight']);
	});
});
