import { describe, expect, it } from 'vitest';
import { customer, detection, inGuild, issues, only, type Parts, row, subscription, team } from '../builders.js';

const ID = '123456789012345678';
const OTHER = '123456789012999999';
const ROUNDED = '123456789012345680';

/** A member with Knight and nothing that pays for them, beside what is given. */
const holding = (given: Parts, ...others: readonly string[]) =>
	detection({ ...given, guild: [inGuild(ID, 'Knight'), inGuild(OTHER), ...others.map((id) => inGuild(id))] });

describe('members whom a rounded ID may mean', () => {
	it.each([
		['the customer’s metadata', { customers: [customer({ metadataDiscordId: ROUNDED })], subscriptions: [subscription()] }],
		['a subscription’s metadata', { subscriptions: [subscription({ metadataDiscordId: ROUNDED })] }],
		['a row', { rows: [row({ discordId: ROUNDED, stripeCustomerId: 'cus_1' })], subscriptions: [subscription()] }],
		[
			'a seat',
			{
				rows: [row({ discordId: ROUNDED, teamId: 't_1' })],
				teams: [team({ stripeCustomerId: 'cus_1' })],
				subscriptions: [subscription()]
			}
		]
	])('are unknown, and the report names the ID: %s', (_, given: Parts) => {
		const { issues: found, skipped, notices } = holding(given);
		expect(found).toEqual([]);
		expect(skipped).toEqual(new Set([ID]));
		expect(notices.unknown).toMatchObject([
			{ reason: { kind: 'link', problem: 'rounded', value: ROUNDED, customerId: 'cus_1' }, discordIds: [ID], count: 1 }
		]);
	});

	it('are named before they ever had a role: they pay and do not get one', () => {
		const given = { subscriptions: [subscription({ metadataDiscordId: ROUNDED })], guild: [inGuild(ID)] };
		expect(detection(given)).toMatchObject({ issues: [], notices: { absent: 1, unknown: [{ discordIds: [ID] }] } });
	});

	it.each([
		['as a spreadsheet keeps 15 digits', '123456789012345000'],
		['as a spreadsheet shows it', '1.23456789012346E+17'],
		['as a spreadsheet shows it with few digits', '1.23457E+17']
	])('are recognised %s', (_, value) => {
		const { issues: found, skipped } = holding({ subscriptions: [subscription({ metadataDiscordId: value })] });
		expect(found).toEqual([]);
		expect(skipped).toContain(ID);
	});

	it('are none if the ID is a member’s own', () => {
		expect(holding({ subscriptions: [subscription({ metadataDiscordId: ROUNDED })] }, ROUNDED).skipped.size).toBe(0);
	});

	it('are none if the ID fits several: those of real accounts are far apart', () => {
		expect(holding({ subscriptions: [subscription({ metadataDiscordId: ROUNDED })] }, '123456789012345679').skipped.size).toBe(0);
	});

	it('lose their role if the subscription gives nothing; a fix reads its customer again', () => {
		const given = { subscriptions: [subscription({ metadataDiscordId: ROUNDED, status: 'canceled' })], guild: [inGuild(ID, 'Knight')] };
		expect(only(issues(given))).toMatchObject({ linked: false, customerIds: ['cus_1'], plan: { remove: ['Knight'] } });
	});

	it('do not lose a role that another subscription does not cover', () => {
		const subscriptions = [
			subscription({ metadataDiscordId: ID }),
			subscription({ id: 'sub_2', customerId: 'cus_2', metadataDiscordId: ROUNDED, prices: ['price_lord'] })
		];
		expect(issues({ subscriptions, guild: [inGuild(ID, 'Lord')] })).toMatchObject([{ plan: { add: ['Knight'], remove: [] } }]);
	});
});

describe('members whom a name may mean', () => {
	const named = (value: string) => ({ subscriptions: [subscription({ metadataDiscordId: value })] });
	const called = (name: string, id = ID) => ({ ...inGuild(id, 'Knight'), name });

	it.each(['ada', '@Ada', 'ADA#1234', ' ada '])('are unknown: %j', (value) => {
		const found = detection({ ...named(value), guild: [called('Ada')] });
		expect(found).toMatchObject({
			issues: [],
			skipped: new Set([ID]),
			notices: { unknown: [{ reason: { problem: 'unreadable', value } }] }
		});
	});

	it('are unknown by their username, whatever name they show', () => {
		const guild = [{ ...called('Countess'), username: 'ada' }];
		expect(detection({ ...named('@ada'), guild })).toMatchObject({ issues: [], skipped: new Set([ID]) });
	});

	it('are those who bear it, if they are few', () => {
		const guild = (many: number) => Array.from({ length: many }, (_, index) => called('Ada', `${ID.slice(0, -1)}${index}`));
		expect(detection({ ...named('ada'), guild: guild(3) }).skipped.size).toBe(3);
		expect(detection({ ...named('ada'), guild: guild(4) }).skipped.size).toBe(0);
	});

	it('are compared if the subscription gives nothing', () => {
		const { subscriptions } = named('ada');
		const ended = subscriptions.map((each) => ({ ...each, status: 'canceled' }));
		expect(only(issues({ subscriptions: ended, guild: [called('Ada')] }))).toMatchObject({ customerIds: ['cus_1'] });
	});

	it('are not confused with members whose names only contain it', () => {
		expect(detection({ ...named('ada'), guild: [called('Adam')] }).skipped.size).toBe(0);
	});
});
