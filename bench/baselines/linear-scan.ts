import type { World } from '../../sandbox/world/world.js';

/** Scans the lists for every member: quadratic. @returns the number of paying members */
export function linearScan({ guild, stripe, database }: World): number {
	let paying = 0;
	for (const { id } of guild.members) {
		const row = database.members.find(({ discordId }) => discordId === id);
		const customer = row?.stripeCustomerId ?? stripe.customers.find(({ metadata }) => metadata.discord_id === id)?.id;
		if (stripe.subscriptions.some((subscription) => subscription.customer === customer && subscription.status === 'active')) paying += 1;
	}
	return paying;
}
