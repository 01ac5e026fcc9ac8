import type { APIEmbed } from 'discord-api-types/v10';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import type { WorldInput } from '../../sandbox/world/world.js';
import { managedRolesOf, reconcile, runCommand } from './operator.js';

/** What is unknown takes no access: wrong rules and stale dates, with automatic fixes on. */

const DAY = 86_400;
const NOW = Math.floor(Date.now() / 1000);
const PEOPLE = 100;
/** The last eight pay for Lord. */
const LORDS = 8;

const idOf = (number: number) => String(310000000000000000n + BigInt(number));
const isLord = (number: number) => number >= PEOPLE - LORDS;
const numbers = Array.from({ length: PEOPLE }, (_, number) => number);

/** Everybody pays by a customer whose metadata names them, and holds the role they pay for. */
function payers(changes: Readonly<Record<number, { price?: string; roles?: string[] }>> = {}): WorldInput {
	return {
		guild: {
			members: numbers.map((number) => ({
				id: idOf(number),
				username: `person${number}`,
				roles: changes[number]?.roles ?? [isLord(number) ? 'Lord' : 'Knight']
			}))
		},
		stripe: {
			customers: numbers.map((number) => ({ id: `cus_${number}`, metadata: { discord_id: idOf(number) } })),
			subscriptions: numbers.map((number) => ({
				id: `sub_${number}`,
				customer: `cus_${number}`,
				status: 'active',
				price: changes[number]?.price ?? (isLord(number) ? 'price_lord' : 'price_knight')
			}))
		}
	};
}

let sandbox: Sandbox;
beforeAll(async () => {
	sandbox = await Sandbox.start({ world: {} });
});
afterAll(() => sandbox?.stop());

const start = (world: WorldInput, env: Record<string, string> = {}) =>
	sandbox.reset({ world, env: { RECONCILIATION_AUTO_FIX: 'true', ...env } });
const rolesOf = (number: number) => managedRolesOf(sandbox, idOf(number));
const textOf = ({ title, description, fields }: APIEmbed) =>
	[title, description, ...(fields ?? []).flatMap(({ name, value }) => [name, value])].join('\n');
const doctor = async () => textOf((await runCommand(sandbox, 'reconcile doctor')).answer.embeds[0] as APIEmbed);

describe('a price that the settings do not list', () => {
	test('takes no role from the eight who pay for it, who are named with the reason: a typo in the settings', async () => {
		await start(payers(), { STRIPE_LORD_PRICE_IDS: 'price_lrod' });
		const { run, report } = await reconcile(sandbox);
		expect(run).toMatchObject({ status: 'COMPLETED', issuesFound: 0, issuesFixed: 0 });
		for (const number of numbers) expect(rolesOf(number)).toEqual([isLord(number) ? 'Lord' : 'Knight']);
		const text = textOf(report.embeds[0] as APIEmbed);
		expect(text).toContain('Nothing to fix, but some members could not be judged');
		expect(text).toMatch(/<@\d+>, <@\d+>, <@\d+> and 5 more: they pay for price_lord, which no setting lists\./);
		const found = await doctor();
		expect(found).toContain('Stripe does not have price_lrod');
		expect(found).toContain('price_lord is what 8 of the 100 active subscriptions pay for');
	});

	test('gives and takes no role if no price is mapped at all, and the doctor lists what is sold', async () => {
		await start(payers(), { STRIPE_KNIGHT_PRICE_IDS: '', STRIPE_LORD_PRICE_IDS: '' });
		expect((await reconcile(sandbox)).run).toMatchObject({ status: 'COMPLETED', issuesFound: 0, issuesFixed: 0 });
		for (const number of numbers) expect(rolesOf(number)).toEqual([isLord(number) ? 'Lord' : 'Knight']);
		const found = await doctor();
		expect(found).toContain('No price is mapped to a tier');
		expect(found).toContain('price_knight (92 subscriptions), price_lord (8 subscriptions)');
	});

	test('blocks no grant, and counts as the settings say once they do', async () => {
		const world = payers({ 0: { roles: [] }, 1: { price: 'price_new', roles: ['Knight'] }, 2: { price: 'price_new', roles: [] } });
		await start(world);
		expect((await reconcile(sandbox)).run).toMatchObject({ issuesFound: 1, issuesFixed: 1 });
		expect([0, 1, 2].map(rolesOf)).toEqual([['Knight'], ['Knight'], []]);
		await start(world, { STRIPE_UNMAPPED_PRICES: 'Knight' });
		expect((await reconcile(sandbox)).run).toMatchObject({ issuesFound: 2, issuesFixed: 2 });
		expect([0, 1, 2].map(rolesOf)).toEqual([['Knight'], ['Knight'], ['Knight']]);
		await start(world, { STRIPE_OTHER_PRICE_IDS: 'price_new' });
		const { run, report } = await reconcile(sandbox);
		expect(run).toMatchObject({ issuesFound: 2, issuesFixed: 2 });
		expect([0, 1, 2].map(rolesOf)).toEqual([['Knight'], [], []]);
		expect(JSON.stringify(report.embeds)).toMatch(
			/has Knight, but only pays for price_new \(subscribed on <t:\d+:D>\), which isn't assigned to a role/i
		);
	});
});

describe('a debt since yesterday', () => {
	const created = NOW - 300 * DAY;
	const invoices = [
		{ created: NOW - 200 * DAY, status: 'open' as const },
		{ created: NOW - 30 * DAY, status: 'paid' as const }
	];
	const common = { status: 'past_due', price: 'price_knight', created };
	const stale = (number: number, paymentFailedAt: number) => ({
		id: `m_${number}`,
		discordId: idOf(number),
		stripeCustomerId: `cus_${number}`,
		paymentFailedAt
	});
	const HOLDING = [0, 1, 2, 3, 4];

	beforeEach(() =>
		start({
			guild: { members: HOLDING.map((number) => ({ id: idOf(number), username: `person${number}`, roles: ['Knight'] })) },
			stripe: {
				customers: HOLDING.map((number) => ({ id: `cus_${number}`, metadata: { discord_id: idOf(number) } })),
				subscriptions: [
					{ ...common, id: 'sub_0', customer: 'cus_0', failedAt: NOW - DAY, invoices },
					{ ...common, id: 'sub_1', customer: 'cus_1', created: NOW - 100 * DAY },
					{ ...common, id: 'sub_2', customer: 'cus_2' },
					{ ...common, id: 'sub_3', customer: 'cus_3', invoices: invoices.slice(1) },
					{ ...common, id: 'sub_4', customer: 'cus_4' }
				]
			},
			database: {
				members: [stale(1, NOW - 400 * DAY), stale(2, Math.floor(NOW / 1000)), stale(3, NOW - 40 * DAY), stale(4, NOW + 400 * DAY)]
			}
		})
	);

	test('is not dated by an invoice left open before, nor by a row’s date that cannot be that of the debt', async () => {
		expect((await reconcile(sandbox)).run).toMatchObject({ status: 'COMPLETED', issuesFound: 0 });
		expect(HOLDING.map(rolesOf)).toEqual(HOLDING.map(() => ['Knight']));
	});
});
