import { beforeEach, describe, expect, it } from 'vitest';
import type { LinkWritten } from '../../../src/reconciliation/domain/people.js';
import { SourceError } from '../../../src/reconciliation/domain/ports.js';
import {
	type CustomerFound,
	type LinkingDeps,
	type LinkOrder,
	linkCustomer,
	linksOf,
	searchCustomers,
	unlinkRow
} from '../../../src/reconciliation/members/link.js';
import { ADA, ago, BOB, customer, exemption, MAPPED, row, subscription, team, userId } from '../builders.js';
import { FakePorts } from '../fakes.js';

const OPERATOR = userId(900);
const EVE = userId(3);

let fake: FakePorts;
let ports: LinkingDeps;
/** What `writeLink` returns, and what it was called with. */
let answer: LinkWritten;
let written: { discordId: string; customerId: string }[];
let removed: string[];
let deleted: Set<string>;
/** What the search finds. */
let searched: (discordId: string) => Promise<readonly string[]> | readonly string[];

beforeEach(() => {
	fake = new FakePorts();
	[answer, written, removed, deleted] = [{ kind: 'written' }, [], [], new Set()];
	searched = (discordId) => fake.billing.findCustomersNaming(discordId, new Date(0));
	fake.guild.join(ADA);
	fake.billing.customers = [customer({ id: 'cus_1', email: 'ada@example.com' })];
	const found = (id: string): CustomerFound | undefined => {
		const known = fake.billing.customers.find((each) => each.id === id);
		return known && { customer: known, subscriptions: fake.billing.subscriptions.filter(({ customerId }) => customerId === id) };
	};
	ports = {
		billing: {
			readCustomers: (ids) => fake.billing.readCustomers(ids),
			searchCustomersByMetadata: async (discordId) => searched(discordId),
			findCustomersNaming: (discordId, since) => fake.billing.findCustomersNaming(discordId, since),
			looksLikeCustomerId: (text) => text.startsWith('cus_'),
			findCustomer: async (id) => (deleted.has(id) ? 'deleted' : (found(id) ?? 'missing')),
			searchCustomers: async (text) =>
				fake.billing.customers.filter(({ email }) => email?.includes(text)).flatMap(({ id }) => found(id) ?? [])
		},
		guild: fake.guild,
		ledger: {
			linksKeptIn: null,
			readLinksOf: (discordIds, customerIds) => fake.ledger.readLinksOf(discordIds, customerIds),
			writeLink: async (link) => {
				written.push(link);
				return answer;
			},
			removeLink: async ({ rowId }) => {
				removed.push(rowId);
				return removed.length === 1;
			}
		},
		now: fake.now
	};
});

const link = (order: Partial<LinkOrder> = {}) =>
	linkCustomer(ports, MAPPED, { discordId: ADA, customerId: 'cus_1', actor: OPERATOR, confirmed: null, ...order });

describe('links that another application keeps', () => {
	const why = 'Links are kept in the members’ database: change them there.';
	beforeEach(() => {
		ports = { ...ports, ledger: { ...ports.ledger, linksKeptIn: 'the members’ database' } };
		fake.billing.put(subscription());
	});

	it('are not written', async () => {
		expect(await link()).toEqual({ kind: 'unreadable', why });
		expect(written).toEqual([]);
	});

	it('are not listed for removal', async () => {
		expect(await linksOf(ports, MAPPED, ADA)).toEqual({ kind: 'unreadable', why });
	});
});

describe('linkCustomer', () => {
	it('writes the link and returns the expected and the held roles', async () => {
		fake.billing.put(subscription({ prices: ['price_lord'] }));
		expect(await link()).toMatchObject({
			kind: 'linked',
			others: [],
			takenFrom: [],
			roleStatus: { expected: ['Lord'], held: [], exempt: false }
		});
		expect(written).toMatchObject([{ discordId: ADA, customerId: 'cus_1', actor: OPERATOR }]);
		expect(fake.touched).toBe(0);
	});

	it('evaluates every customer of the member', async () => {
		fake.ledger.rows = [row({ id: 'm_old', discordId: ADA, stripeCustomerId: 'cus_old' })];
		fake.billing.put(subscription({ id: 'sub_old', customerId: 'cus_old', prices: ['price_lord'] }));
		fake.billing.put(subscription({ prices: ['price_knight'] }));
		expect(await link()).toMatchObject({ kind: 'linked', others: ['cus_old'], roleStatus: { expected: ['Lord'] } });
	});

	it('returns whether the member is in the server or exempt', async () => {
		fake.billing.put(subscription());
		fake.ledger.exemptions = [exemption(BOB)];
		expect(await link({ discordId: BOB })).toMatchObject({
			kind: 'linked',
			roleStatus: { expected: ['Knight'], held: null, exempt: true }
		});
	});

	it('returns no expected roles for an unknown subscription status', async () => {
		fake.billing.put(subscription({ status: 'daydreaming' }));
		expect(await link()).toMatchObject({ kind: 'linked', roleStatus: { expected: null } });
	});

	it.each([
		['a customer that is not there', () => {}, { customerId: 'cus_none' }, { kind: 'missing' }],
		['an ID that cannot be one', () => {}, { customerId: 'cus_1/../x' }, { kind: 'missing' }],
		['a deleted customer', () => deleted.add('cus_1'), {}, { kind: 'deleted' }],
		['a bot', () => fake.guild.bots.add(ADA), {}, { kind: 'bot' }],
		[
			'their own, by a row',
			() => fake.ledger.rows.push(row({ discordId: ADA, stripeCustomerId: 'cus_1' })),
			{},
			{ kind: 'already', by: 'row' }
		],
		[
			'their own, by metadata',
			() => {
				fake.billing.customers = [customer({ metadataDiscordId: ADA })];
			},
			{},
			{ kind: 'already', by: 'metadata' }
		],
		[
			'the customer of another member',
			() => fake.ledger.rows.push(row({ discordId: BOB, stripeCustomerId: 'cus_1' })),
			{},
			{ kind: 'taken', by: BOB }
		],
		['a team’s', () => fake.ledger.teams.push(team({ stripeCustomerId: 'cus_1' })), {}, { kind: 'team', team: 'Acme' }]
	] as const)('%s writes nothing, and says why', async (_, prepare, order, result) => {
		prepare();
		expect(await link(order)).toEqual(result);
		expect(written).toEqual([]);
	});

	it('needs confirmation for a customer whose metadata names others, bound to those shown', async () => {
		fake.billing.customers = [customer({ metadataDiscordId: BOB })];
		const asked = await link();
		expect(asked).toMatchObject({ kind: 'named', people: [BOB] });
		expect(written).toEqual([]);
		const hash = asked.kind === 'named' ? asked.hash : '';
		fake.billing.put(subscription({ metadataDiscordId: EVE }));
		expect(await link({ confirmed: hash })).toMatchObject({ kind: 'named', people: [BOB, EVE].sort() });
		fake.billing.subscriptions = [];
		expect(await link({ confirmed: hash })).toMatchObject({ kind: 'linked', takenFrom: [BOB] });
		expect(written).toHaveLength(1);
	});

	it('settles a value that cannot be read, and one that names the member besides', async () => {
		fake.billing.customers = [customer({ metadataDiscordId: 'ada' })];
		fake.billing.put(subscription({ metadataDiscordId: ADA }));
		fake.billing.put(subscription({ id: 'sub_2', prices: ['price_lord'] }));
		expect(await link()).toMatchObject({ kind: 'linked', roleStatus: { expected: ['Lord'] } });
	});

	it('needs confirmation for a value that cannot be read and contains another member’s ID', async () => {
		fake.billing.customers = [customer({ metadataDiscordId: `"${BOB}"` })];
		expect(await link()).toMatchObject({ kind: 'named', people: [BOB] });
	});

	it('links by a row whose Discord ID cannot be read, and names the member of another one', async () => {
		fake.ledger.rows = [row({ discordId: 'ada', stripeCustomerId: 'cus_1' })];
		fake.billing.put(subscription());
		expect(await link()).toMatchObject({ kind: 'linked', roleStatus: { expected: ['Knight'] } });
		fake.ledger.rows = [
			row({ id: 'm_1', discordId: ADA, stripeCustomerId: 'cus_1' }),
			row({ id: 'm_2', discordId: ` ${BOB}`, stripeCustomerId: 'cus_1' })
		];
		expect(await link()).toEqual({ kind: 'taken', by: BOB });
	});

	it('counts a gift of another customer', async () => {
		fake.billing.put(subscription({ id: 'sub_gift', customerId: 'cus_giver', metadataDiscordId: ADA, prices: ['price_lord'] }));
		expect(await link()).toMatchObject({ kind: 'linked', others: ['cus_giver'], roleStatus: { expected: ['Lord'] } });
	});

	it('needs no search', async () => {
		searched = async () => {
			throw new SourceError('stripe', 'No search.');
		};
		fake.billing.put(subscription());
		expect(await link()).toMatchObject({ kind: 'linked', roleStatus: { expected: ['Knight'] } });
	});

	it('needs confirmation for a contested customer that also names the member', async () => {
		fake.billing.customers = [customer({ metadataDiscordId: ADA })];
		fake.billing.put(subscription({ metadataDiscordId: BOB }));
		expect(await link()).toMatchObject({ kind: 'named', people: [BOB] });
	});

	it('returns the winner of a concurrent link', async () => {
		answer = { kind: 'taken', by: BOB };
		expect(await link()).toEqual({ kind: 'taken', by: BOB });
	});

	it('writes nothing if a source cannot be read', async () => {
		fake.script.on('guild.readMember', () => {
			throw new SourceError('discord', 'Discord has an outage.');
		});
		expect(await link()).toEqual({ kind: 'unreadable', why: 'Discord has an outage.' });
		expect(written).toEqual([]);
	});
});

describe('searchCustomers', () => {
	it('looks up a customer ID and searches for any other text', async () => {
		const ids = async (text: string) => {
			const result = await searchCustomers(ports.billing, text);
			return result.kind === 'found' ? result.customers.map((each) => each.customer.id) : result.why;
		};
		expect(await ids(' cus_1 ')).toEqual(['cus_1']);
		expect(await ids('ada@')).toEqual(['cus_1']);
		for (const nothing of ['', '  ', 'cus_none', 'cus_/etc']) expect(await ids(nothing)).toEqual([]);
	});
});

describe('linksOf and unlinkRow', () => {
	beforeEach(() => {
		fake.guild.join(ADA, 'Lord');
		fake.ledger.rows = [
			row({ id: 'm_1', discordId: ADA, stripeCustomerId: 'cus_1' }),
			row({ id: 'm_2', discordId: ADA, teamId: 't_1', seatTier: 'TEAM_MEMBER' })
		];
		fake.ledger.teams = [team()];
		fake.billing.put(subscription({ prices: ['price_lord'] }));
		fake.billing.put(subscription({ id: 'sub_team', customerId: 'cus_team', createdAt: ago({ days: 1 }) }));
	});

	it('lists each row with the roles without it', async () => {
		const result = await linksOf(ports, MAPPED, ADA);
		expect(result).toMatchObject({
			kind: 'links',
			roleStatus: { expected: ['Lord'], held: ['Lord'] },
			links: [
				{ rowId: 'm_1', customerId: 'cus_1', seat: null, roleStatusWithout: { expected: ['Knight'] } },
				{ rowId: 'm_2', customerId: null, seat: { team: 'Acme', tier: 'TEAM_MEMBER' }, roleStatusWithout: { expected: ['Lord'] } }
			],
			byMetadata: []
		});
	});

	it('counts metadata again once the row is removed', async () => {
		fake.billing.customers = [customer({ metadataDiscordId: ADA })];
		const result = await linksOf(ports, MAPPED, ADA);
		expect(result).toMatchObject({ links: [{ rowId: 'm_1', roleStatusWithout: { expected: ['Lord'] } }, {}] });
	});

	it('lists customers whose link can be removed only in Stripe', async () => {
		fake.billing.customers = [customer({ id: 'cus_meta', metadataDiscordId: ADA })];
		expect(await linksOf(ports, MAPPED, ADA)).toMatchObject({ byMetadata: ['cus_meta'] });
	});

	it('lists and removes a row whose Discord ID is a mention', async () => {
		fake.ledger.rows = [row({ id: 'm_1', discordId: `<@${ADA}>`, stripeCustomerId: 'cus_1' })];
		const ties = await linksOf(ports, MAPPED, ADA);
		expect(ties).toMatchObject({ links: [{ rowId: 'm_1', roleStatusWithout: { expected: [] } }] });
		const hash = ties.kind === 'links' ? (ties.links[0]?.hash ?? '') : '';
		expect(await unlinkRow(ports, MAPPED, { discordId: ADA, hash, actor: OPERATOR })).toMatchObject({ kind: 'unlinked' });
	});

	it('has one effect for two confirmations', async () => {
		const ties = await linksOf(ports, MAPPED, ADA);
		const hash = ties.kind === 'links' ? (ties.links[0]?.hash ?? '') : '';
		const unlink = () => unlinkRow(ports, MAPPED, { discordId: ADA, hash, actor: OPERATOR });
		expect(await unlink()).toMatchObject({ kind: 'unlinked', link: { rowId: 'm_1' } });
		expect(await unlink()).toEqual({ kind: 'gone' });
		fake.ledger.rows = [];
		expect(await unlink()).toEqual({ kind: 'gone' });
	});
});
