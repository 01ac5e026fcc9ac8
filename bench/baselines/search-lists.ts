import type { World } from '../../sandbox/world/world.js';

/** As others do it: for every member, the lists are gone through for theirs. The cost grows with the square of the size. */
export function searchLists({ guild, stripe, database }: World): number {
	let paying = 0;
	for (const { id } of guild.members) {
		const row = database.members.find(({ discordId }) => discordId === id);
		const customer = row?.stripeCustomerId ?? stripe.customers.find(({ metadata }) => metadata.discord_id === id)?.id;
		if (stripe.subscriptions.some((subscription) => subscription.customer === customer && subscription.status === 'active')) paying += 1;
	}
	return paying;
}
