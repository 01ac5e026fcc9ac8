import type { World } from '../../sandbox/world/world.js';

/**
 * What nobody can do without who compares members with subscriptions: two maps, from a person to their customers and from a customer
 * to their subscriptions, and a look into both for everybody. No policy, no issue, no words.
 * @returns how many people pay, and how long the look-ups alone took, in milliseconds
 */
export function bareLoop({ guild, stripe, database }: World): { readonly paying: number; readonly lookUpsMs: number } {
	const subscriptionsOf = new Map<string, string[]>();
	const customersOf = new Map<string, string[]>();
	for (const { customer, status, metadata } of stripe.subscriptions) {
		add(subscriptionsOf, customer, status);
		if (metadata.discord_id !== undefined) add(customersOf, metadata.discord_id, customer);
	}
	for (const { id, metadata } of stripe.customers) if (metadata.discord_id !== undefined) add(customersOf, metadata.discord_id, id);
	for (const { discordId, stripeCustomerId } of database.members)
		if (discordId && stripeCustomerId) add(customersOf, discordId, stripeCustomerId);
	const began = performance.now();
	let paying = 0;
	for (const { id } of guild.members) {
		for (const customer of customersOf.get(id) ?? []) if (subscriptionsOf.get(customer)?.[0] === 'active') paying += 1;
	}
	return { paying, lookUpsMs: performance.now() - began };
}

function add(map: Map<string, string[]>, key: string, value: string): void {
	const known = map.get(key);
	if (known) known.push(value);
	else map.set(key, [value]);
}
