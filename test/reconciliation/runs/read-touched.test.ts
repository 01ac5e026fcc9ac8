import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Touched } from '../../../src/reconciliation/domain/run.js';
import { runReconciliation } from '../../../src/reconciliation/runs/run.js';
import { ADA, ago, BOB, customer, NOW, row, subscription, team, userId } from '../builders.js';
import { FakePorts, SETTINGS } from '../fakes.js';
import { PEOPLE, portsOf, type World, worlds } from '../worlds.js';

/** What changes between a full run and a targeted one: these take their state from another world. */
interface Changes {
	readonly other: World;
	readonly customers: readonly string[];
	readonly subscriptions: readonly string[];
	readonly members: readonly string[];
}

const changes: fc.Arbitrary<Changes> = fc.record({
	other: worlds,
	customers: fc.subarray(['cus_0', 'cus_1', 'cus_2', 'cus_3', 'cus_4', 'cus_5']),
	subscriptions: fc.subarray(['sub_0', 'sub_1', 'sub_2', 'sub_3', 'sub_4']),
	members: fc.subarray([...PEOPLE])
});

/** The world after the changes. */
function after(world: World, { other, customers, subscriptions, members }: Changes): World {
	const pick = <Item extends { readonly id: string }>(now: readonly Item[], then: readonly Item[], ids: readonly string[]) => [
		...now.filter(({ id }) => !ids.includes(id)),
		...then.filter(({ id }) => ids.includes(id))
	];
	// Subscriptions end, and stay in Stripe.
	const kept = subscriptions.filter((id) => other.subscriptions.some((each) => each.id === id));
	return {
		...world,
		customers: pick(world.customers, other.customers, customers),
		subscriptions: pick(world.subscriptions, other.subscriptions, kept).map((each) => ({
			...each,
			customerId: world.subscriptions.find(({ id }) => id === each.id)?.customerId ?? each.customerId
		})),
		guild: pick(world.guild, other.guild, members)
	};
}

/** Of customers who have no subscription, a full run finds only those whose metadata is exactly an ID: Stripe's search finds no others. */
function searchable(world: World): World {
	const paying = new Set(world.subscriptions.map(({ customerId }) => customerId));
	const customers = world.customers.map((each) =>
		paying.has(each.id) ? each : { ...each, metadataDiscordId: each.metadataDiscordId?.trim() ?? null }
	);
	return { ...world, customers };
}

/** What the events of the changes touch: members, customers, and the members that metadata named before or after. */
function touchedBy(world: World, changed: World, { customers, subscriptions, members }: Changes): Touched {
	const objects = [world, changed].flatMap((each) => [
		...each.customers.filter(({ id }) => customers.includes(id)).map(({ id, metadataDiscordId }) => ({ id, metadataDiscordId })),
		...each.subscriptions
			.filter(({ id }) => subscriptions.includes(id))
			.map(({ customerId, metadataDiscordId }) => ({ id: customerId, metadataDiscordId }))
	]);
	const named = objects.flatMap(({ metadataDiscordId }) => PEOPLE.filter((id) => metadataDiscordId?.includes(id)));
	return { discordIds: [...new Set([...members, ...named])], customerIds: [...new Set(objects.map(({ id }) => id))] };
}

/** Stripe, Discord and the database after the changes, with what a full run before them stored. */
async function portsAfter(world: World, changed: World, { customerIds }: Touched): Promise<FakePorts> {
	const before = portsOf(world);
	await runReconciliation(before, SETTINGS);
	const ports = portsOf(changed);
	ports.ledger.firstSeenUnpaid = new Map(before.ledger.firstSeenUnpaid);
	ports.ledger.payers = before.ledger.payers;
	ports.ledger.payersOf = before.ledger.payersOf;
	for (const id of customerIds) ports.billing.changedAt.set(id, ports.now());
	return ports;
}

/** Of customers without any subscription, a list of subscriptions knows nothing: a full run may not have seen them. */
const found = (result: Awaited<ReturnType<typeof runReconciliation>>, { subscriptions }: World) =>
	(result?.issues ?? []).map(({ discordId, type, plan, expectedRoles, linked, description, customerIds, effect }) => ({
		...{ discordId, type, plan, expectedRoles, linked, description, effect },
		customerIds: customerIds.filter((id) => subscriptions.some(({ customerId }) => customerId === id))
	}));

describe('reading a few members', () => {
	it('finds exactly what a full run finds about them, and misses no one whom the change concerns', async () => {
		let partial = 0;
		await fc.assert(
			fc.asyncProperty(worlds, changes, async (any, change) => {
				const world = searchable(any);
				const changed = searchable(after(world, change));
				const touched = touchedBy(world, changed, change);
				const ports = await portsAfter(world, changed, touched);
				const targeted = await runReconciliation(ports, SETTINGS, { triggeredBy: 'targeted', touched });
				if (!ports.calls('billing').includes('billing.readAll')) partial += 1;
				const full = await runReconciliation(await portsAfter(world, changed, touched), SETTINGS);
				const compared = new Set(targeted?.onlyMembers);
				expect(targeted?.status).toBe('COMPLETED');
				expect(found(targeted, changed)).toEqual(found(full, changed).filter(({ discordId }) => compared.has(discordId)));
				const unknownIn = (result: typeof full) =>
					[...new Set((result?.notices?.unknown ?? []).flatMap(({ discordIds }) => discordIds))].filter((id) => compared.has(id)).sort();
				expect(unknownIn(targeted)).toEqual(unknownIn(full));
				// What the others have is what they had.
				const before = await runReconciliation(portsOf(world), SETTINGS);
				const others = (result: typeof full, of: World) => found(result, of).filter(({ discordId }) => !compared.has(discordId));
				expect(others(full, changed)).toEqual(others(before, world));
			}),
			{ numRuns: 500 }
		);
		expect(partial).toBeGreaterThan(50);
	});
});

describe('what a targeted run reads', () => {
	/** ADA pays with cus_1; a full run has seen it. */
	async function guild(change: (ports: FakePorts) => void = () => {}): Promise<FakePorts> {
		const ports = new FakePorts();
		ports.billing.customers.push(customer({ id: 'cus_1', metadataDiscordId: ADA }), customer({ id: 'cus_2' }));
		for (const n of [1, 2]) ports.billing.put(subscription({ id: `sub_${n}`, customerId: `cus_${n}` }));
		ports.guild.join(ADA, 'Knight');
		ports.guild.join(BOB);
		change(ports);
		await runReconciliation(ports, SETTINGS);
		ports.script.calls.length = 0;
		return ports;
	}

	const targeted = (ports: FakePorts, touched: Partial<Touched>, settings = SETTINGS) =>
		runReconciliation(ports, settings, { triggeredBy: 'targeted', touched: { discordIds: [], customerIds: [], ...touched } });
	const readsEverything = (ports: FakePorts) => ports.calls('billing').includes('billing.readAll');

	it('is the member and their customers', async () => {
		const ports = await guild();
		expect(await targeted(ports, { discordIds: [ADA] })).toMatchObject({ onlyMembers: [ADA], membersChecked: 1, issues: [] });
		expect(ports.calls('billing')).toEqual(['billing.findCustomersNaming', 'billing.readCustomers']);
		expect(ports.calls('guild')).toEqual(['guild.problems', 'guild.readMember']);
	});

	it('includes a customer that came to name the member after the full run', async () => {
		const ports = await guild();
		ports.billing.put(subscription({ id: 'sub_2', customerId: 'cus_2', metadataDiscordId: BOB }));
		ports.billing.changedAt.set('cus_2', ports.now());
		const result = await targeted(ports, { discordIds: [BOB] });
		expect(result?.issues).toMatchObject([{ discordId: BOB, type: 'MISSING_ACCESS' }]);
		expect(readsEverything(ports)).toBe(false);
	});

	it('includes the member whom the customer named before', async () => {
		const ports = await guild();
		ports.billing.customers = ports.billing.customers.map((each) => (each.id === 'cus_1' ? { ...each, metadataDiscordId: BOB } : each));
		ports.billing.changedAt.set('cus_1', ports.now());
		const result = await targeted(ports, { customerIds: ['cus_1'] });
		expect(result?.onlyMembers).toEqual([ADA, BOB]);
		expect(result?.issues.map(({ discordId, type }) => [discordId, type])).toEqual([
			[BOB, 'MISSING_ACCESS'],
			[ADA, 'UNAUTHORIZED_ACCESS']
		]);
		expect(readsEverything(ports)).toBe(false);
	});

	it('leaves a member unknown whose row names a customer that Stripe does not have', async () => {
		const ports = await guild(({ ledger, guild }) => {
			ledger.rows = [row({ id: 'm_1', discordId: userId(30), stripeCustomerId: 'cus_gone' })];
			guild.join(userId(30), 'Knight');
		});
		const result = await targeted(ports, { discordIds: [userId(30)] });
		expect(result).toMatchObject({ issues: [], notices: { unknown: [{ discordIds: [userId(30)] }] } });
		expect(readsEverything(ports)).toBe(false);
	});

	it('looks for customers without any subscription that name a role holder', async () => {
		const ports = await guild(({ billing }) => billing.customers.push(customer({ id: 'cus_9', metadataDiscordId: BOB })));
		ports.guild.join(BOB, 'Knight');
		expect((await targeted(ports, { discordIds: [BOB] }))?.issues).toMatchObject([
			{ linked: true, severity: 'HIGH', customerIds: ['cus_9'] }
		]);
	});

	const MISREAD = '123456789012345678';
	it.each([
		[
			'100 changes and one',
			async () => ({ ports: await guild(), touched: { discordIds: Array.from({ length: 101 }, (_, n) => userId(n)) } })
		],
		[
			'a payment of a team, whose members come and go without a change in Stripe',
			async () => ({
				ports: await guild(({ ledger }) => {
					ledger.teams = [team({ stripeCustomerId: 'cus_2' })];
				}),
				touched: { customerIds: ['cus_2'] }
			})
		],
		[
			'a customer whose value cannot be read',
			async () => ({
				ports: await guild(({ billing }) => billing.put(subscription({ id: 'sub_3', customerId: 'cus_3', metadataDiscordId: 'ada#1234' }))),
				touched: { customerIds: ['cus_3'] }
			})
		],
		[
			'a member whom a value that cannot be read fits',
			async () => {
				const name = `name of ${ADA}`.replace(ADA, 'x');
				const ports = await guild(({ billing, guild }) => {
					billing.put(subscription({ id: 'sub_3', customerId: 'cus_3', metadataDiscordId: name }));
					guild.names.set(BOB, name);
				});
				return { ports, touched: { discordIds: [BOB] } };
			}
		],
		[
			'a member whose rounded ID is named',
			async () => {
				const ports = await guild(({ billing, guild }) => {
					billing.put(subscription({ id: 'sub_3', customerId: 'cus_3', metadataDiscordId: String(BigInt(Number(MISREAD))) }));
					guild.join(MISREAD, 'Knight');
				});
				return { ports, touched: { discordIds: [MISREAD] } };
			}
		],
		[
			'an object in Stripe that may concern anyone',
			async () => ({
				ports: await guild(({ billing }) => {
					billing.oddObjects = [{ id: 'sub_odd', problem: 'does not say whose it is', couldBeAnyones: true }];
				}),
				touched: { discordIds: [ADA] }
			})
		],
		[
			'no full run within a week',
			async () => {
				const ports = await guild();
				ports.ledger.payersOf = { at: ago({ days: 8 }), discordIdKey: SETTINGS.discordIdKey, isEnough: true };
				return { ports, touched: { discordIds: [ADA] } };
			}
		],
		[
			'a metadata key that the last full run did not read',
			async () => {
				const ports = await guild();
				ports.ledger.payersOf = { at: NOW, discordIdKey: 'another', isEnough: true };
				return { ports, touched: { discordIds: [ADA] } };
			}
		]
	])('is everything after %s', async (_, given) => {
		const { ports, touched } = await given();
		expect(await targeted(ports, touched)).toMatchObject({ status: 'COMPLETED' });
		expect(readsEverything(ports)).toBe(true);
	});
});
