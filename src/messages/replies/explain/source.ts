import { describePrices } from '../../../reconciliation/detection/describe.js';
import type { LinkedPerson } from '../../../reconciliation/detection/link-index.js';
import { priceFor } from '../../../reconciliation/detection/money.js';
import { sumPrices } from '../../../reconciliation/domain/money.js';
import type { ExplainedSource } from '../../../reconciliation/members/explain.js';
import { isPastDue } from '../../../reconciliation/policy/entitlement.js';
import { monthlyText } from '../../format/money.js';
import { linkStripeIds, type StripeMode } from '../../format/stripe-links.js';
import { escapeName, escapeText } from '../../format/text.js';
import { day } from '../../format/timestamps.js';
import { ID_LENGTH } from './links.js';

const PRICES_LENGTH = 80;
const STATUS_LENGTH = 40;
const LINK_LENGTH = 150;

/** Statuses that the dates do not say. */
const STATUS_NAMES: Readonly<Record<string, string>> = {
	trialing: 'on trial',
	paused: 'paused',
	incomplete: 'first payment not made yet',
	incomplete_expired: 'first payment never made'
};

/** "Lord · $29 a month · started 14 November 2023 · **ended 28 November 2026** · open in Stripe": a subscription with its dates. */
export function sourceFacts(source: ExplainedSource, person: LinkedPerson | null, mode: StripeMode): string {
	const { subscription, seat, bought, unpaidSince } = source;
	const { id, customerId, status, createdAt, endedAt, cancelAt, cancelAtPeriodEnd, collectionPaused } = subscription;
	const team = seat === null ? undefined : person?.seats.find((each) => each.team.stripeCustomerId === customerId)?.team;
	const price = priceFor(source, { person });
	const runs = endedAt === null && status !== 'canceled';
	return [
		bought === null ? escapeText(describePrices(subscription), PRICES_LENGTH) : escapeName(bought),
		...(price === null ? [] : [monthlyText(sumPrices([price]))]),
		...(seat === null ? [] : [`paid by ${team === undefined ? 'their team' : `the team ${escapeName(team.name)}`}`]),
		`started ${day(createdAt)}`,
		...(isPastDue(status) ? [`**payment failed ${day(unpaidSince)}**`] : statusOf(status, endedAt)),
		...(endedAt === null ? [] : [`**ended ${day(endedAt)}**`]),
		...(runs && cancelAt !== null ? [`**ends ${day(cancelAt)}**`] : []),
		...(runs && cancelAt === null && cancelAtPeriodEnd ? ['**ends with its period**'] : []),
		...(collectionPaused ? ['collection paused'] : []),
		linkStripeIds(escapeText(id, ID_LENGTH), LINK_LENGTH, { hideSubscriptionIds: true, mode })
	].join(' · ');
}

function statusOf(status: string, endedAt: Date | null): string[] {
	if (status === 'active' || (status === 'canceled' && endedAt !== null)) return [];
	return [STATUS_NAMES[status] ?? escapeText(status, STATUS_LENGTH)];
}
