import type { Picture } from '../../src/reconciliation/detect.js';
import type { PolicySettings } from '../../src/reconciliation/types.js';
import type { World } from './world.js';

/** A world as the product would read it. */

export const SETTINGS: PolicySettings = {
	tiers: [
		{ name: 'Knight', prices: ['price_knight'] },
		{ name: 'Lord', prices: ['price_lord'] }
	],
	seats: { OWNER: 'Lord', TEAM_MEMBER: 'Knight', INDIVIDUAL: 'Lord' },
	graceHours: 48,
	debtorDays: 30
};

const MANAGED: readonly string[] = ['Knight', 'Lord', 'Debtor'];
const date = (seconds: number) => new Date(seconds * 1000);

export function pictureOf(world: World): Picture {
	const claimedBy = (metadata: Record<string, string>) => metadata.discord_id ?? null;
	const subscriptions = world.stripe.subscriptions.map((subscription) => ({
		id: subscription.id,
		customerId: subscription.customer,
		status: subscription.status,
		prices: (subscription.items ?? [{ price: subscription.price ?? '', quantity: subscription.quantity ?? 1 }])
			.filter(({ quantity }) => quantity > 0)
			.map(({ price }) => price),
		createdAt: date(subscription.created ?? 0),
		unpaidSince: subscription.failedAt == null ? null : date(subscription.failedAt),
		claimedBy: claimedBy(subscription.metadata),
		cancelAtPeriodEnd: subscription.cancel_at_period_end,
		collectionPaused: subscription.pause_collection != null
	}));
	const paying = new Set(subscriptions.map(({ customerId }) => customerId));
	const customers = world.stripe.customers.filter(({ id }) => paying.has(id));
	const reeve = { id: '1', name: 'Reeve', bot: true, roles: [] };
	const people = world.guild.members.map(({ id, username, bot, roles }) => ({
		id,
		name: username,
		bot,
		roles: roles.filter((role) => MANAGED.includes(role))
	}));
	return {
		billing: {
			customers: new Map(customers.map(({ id, email, name, metadata }) => [id, { id, email, name, claimedBy: claimedBy(metadata) }])),
			subscriptions,
			livemode: false,
			changedCustomers: new Set(),
			changedPeople: new Set()
		},
		roster: { members: new Map([reeve, ...people].map((member) => [member.id, member])) },
		links: {
			members: world.database.members.map((row) => ({
				id: row.id,
				discordId: row.discordId ?? null,
				stripeCustomerId: row.stripeCustomerId ?? null,
				seatTier: row.seatTier ?? 'INDIVIDUAL',
				teamId: row.teamId ?? null,
				paymentFailedAt: row.paymentFailedAt
			})),
			teams: world.database.teams.map((team) => ({ ...team, stripeCustomerId: team.stripeCustomerId ?? null })),
			exemptions: world.database.exemptions,
			seenDebts: new Map()
		}
	};
}
