import type { World } from '../../sandbox/world/world.js';

/**
 * The minimum for comparing members with subscriptions: builds two maps (Discord ID → customers, customer → subscriptions) and looks
 * up every member in both. No policy, no issues, no descriptions.
 * @returns the number of paying members, and the milliseconds that the lookups took
 */
export function minimalJoin({ guild, stripe, database }: World): { readonly paying: number; readonly lookupsMs: number } {
	const subscriptionsOf = new Map<string, string[]>();
	const customersOf = new Map<string, string[]>();
	for (const { customer, status, metadata } of stripe.subscriptions) {
		add(subscriptionsOf, customer, status);
		if (metadata.discord_id !== undefined) add(customersOf, metadata.discord_id, customer);
	}
	for (const { id, metadata } of stripe.customers) if (metadata.discord_id !== undefined) add(customersOf, metadata.discord_id, id);
	for (const { discordId, stripeCustomerId } of database.members)
		if (discordId && stripeCustomerId) add(customersOf, discordId, stripeCustomerId);
	const startedAt = performance.now();
	let paying = 0;
	for (const { id } of guild.members) {
		for (const customer of customersOf.get(id) ?? []) if (subscriptionsOf.get(customer)?.[0] === 'active') paying += 1;
	}
	return { paying, lookupsMs: performance.now() - startedAt };
}

function add(map: Map<string, string[]>, key: string, value: string): void {
	const known = map.get(key);
	if (known) known.push(value);
	else map.set(key, [value]);
}
