import type { Accounts } from '../domain/billing.js';
import type { PolicySettings } from '../domain/rules.js';
import { type Evaluation, evaluate, type PaymentSource } from '../policy/entitlement.js';
import type { PaymentFailures } from '../policy/payment-failure.js';
import type { LinkedPerson, LinkIndex } from './link-index.js';

/** What people should have, by their links and by what their customers' subscriptions give. */
export class PersonEvaluator {
	public constructor(
		private readonly linkIndex: LinkIndex,
		private readonly accounts: Accounts,
		private readonly failures: PaymentFailures,
		private readonly settings: PolicySettings,
		private readonly now: Date
	) {}

	/** @param person - their links, by the index; undefined without any */
	public evaluate(discordId: string, person: LinkedPerson | undefined): Evaluation {
		const sources = person === undefined ? [] : paymentSources(person, this.accounts, this.failures);
		return evaluate(sources, this.settings, this.now, this.linkIndex.problemsOf(discordId));
	}
}

/** All subscriptions that can pay for a person, each with the seat it pays for. */
function paymentSources(
	{ customerIds, rows, seats }: LinkedPerson,
	accounts: Accounts,
	failures: PaymentFailures
): readonly PaymentSource[] {
	const sources: PaymentSource[] = [];
	for (const customerId of customerIds) {
		// A team's subscription pays for seats, even if a row names the team's customer as the person's own.
		if (seats.some(({ team }) => team.stripeCustomerId === customerId)) continue;
		const relevant = rows.length === 0 ? rows : rows.filter((row) => row.stripeCustomerId === customerId || row.stripeCustomerId === null);
		for (const subscription of accounts.get(customerId)?.subscriptions ?? [])
			sources.push({ subscription, seat: null, unpaidSince: failures.since(subscription, relevant) });
	}
	for (const { row, team } of seats) {
		// A row in a team that does not own it is a member's seat, whatever its `seatTier`.
		const seat = row.seatTier === 'OWNER' ? 'OWNER' : 'TEAM_MEMBER';
		const account = team.stripeCustomerId === null ? undefined : accounts.get(team.stripeCustomerId);
		for (const subscription of account?.subscriptions ?? [])
			sources.push({ subscription, seat, unpaidSince: failures.since(subscription, [team]) });
	}
	return sources;
}
