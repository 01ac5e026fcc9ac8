import type { Snapshot } from '../../src/reconciliation/detection/detect.js';
import type { ReadDebt } from '../../src/reconciliation/domain/billing.js';
import type { PolicySettings } from '../../src/reconciliation/domain/rules.js';
import { CompactAccounts } from '../../src/reconciliation/snapshot/accounts.js';
import { CompactRoster } from '../../src/reconciliation/snapshot/roster.js';
import type { World } from './world.js';

/** Converts a world to the bot's snapshot. */

export const SETTINGS: PolicySettings = {
	tiers: [
		{ name: 'Knight', prices: ['price_knight'] },
		{ name: 'Lord', prices: ['price_lord'] }
	],
	otherPrices: ['price_postcard'],
	unlistedPrices: { buy: 'unknown' },
	seats: { OWNER: 'Lord', TEAM_MEMBER: 'Knight' },
	graceHours: 48,
	debtorDays: 30
};

const MANAGED: readonly string[] = ['Knight', 'Lord', 'Debtor'];
const date = (seconds: number) => new Date(seconds * 1000);

export function snapshotOf(world: World): Snapshot {
	const metadataIdOf = (metadata: Record<string, string>) => metadata.discord_id ?? null;
	const claims = new Map(world.stripe.customers.map(({ id, metadata }) => [id, metadataIdOf(metadata)]));
	const accounts = new CompactAccounts();
	const debts = new Map<string, ReadDebt>();
	for (const { customer, failedAt, ...subscription } of world.stripe.subscriptions) {
		if (failedAt != null) debts.set(subscription.id, { unpaidSince: date(failedAt), lastPaidAt: null, unreadable: null });
		const items = subscription.items ?? [{ price: subscription.price ?? '', quantity: subscription.quantity ?? 1 }];
		accounts.add(
			{ id: customer, metadataDiscordId: claims.get(customer) ?? null },
			{
				id: subscription.id,
				customerId: customer,
				status: subscription.status,
				items: items.filter(({ quantity }) => quantity > 0).map(({ price }) => ({ price, product: price.replace(/^price_/, 'prod_') })),
				createdAt: date(subscription.created ?? 0),
				endedAt: null,
				unpaidSince: null,
				lastPaidAt: null,
				unreadable: null,
				isLinkLost: false,
				metadataDiscordId: metadataIdOf(subscription.metadata),
				cancelAtPeriodEnd: subscription.cancel_at_period_end,
				cancelAt: subscription.cancel_at == null ? null : date(subscription.cancel_at),
				collectionPaused: subscription.pause_collection != null,
				monthlyPrice: null
			}
		);
	}
	accounts.setDebts(debts);
	const members = new CompactRoster(world.guild.members.length + 1);
	members.set({ id: '1', name: 'Reeve', bot: true, roles: [] });
	for (const { id, username, bot, roles } of world.guild.members)
		members.set({ id, name: username, bot, roles: roles.filter((role) => MANAGED.includes(role)) });
	return {
		billing: {
			accounts,
			subscriptionsRead: accounts.subscriptionCount,
			livemode: false,
			oddObjects: [],
			changedCustomers: new Set(),
			changedDiscordIds: new Set(),
			missingCustomers: new Map()
		},
		roster: { members },
		links: {
			members: world.database.members.map((memberRow) => ({
				id: memberRow.id,
				discordId: memberRow.discordId ?? null,
				stripeCustomerId: memberRow.stripeCustomerId ?? null,
				seatTier: memberRow.seatTier ?? 'INDIVIDUAL',
				teamId: memberRow.teamId ?? null,
				paymentFailedAt: memberRow.paymentFailedAt
			})),
			teams: world.database.teams.map((team) => ({ ...team, stripeCustomerId: team.stripeCustomerId ?? null })),
			exemptions: world.database.exemptions,
			firstSeenUnpaid: new Map()
		}
	};
}
