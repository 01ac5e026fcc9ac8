import type { Customer } from '../../../reconciliation/domain/billing.js';
import type { MemberRow, TeamRow } from '../../../reconciliation/domain/links.js';
import type { Explanation } from '../../../reconciliation/members/explain.js';
import { describeActor } from '../../format/format.js';
import { customerLink, type StripeMode } from '../../format/stripe-links.js';
import { escapeName, escapeText, sentence } from '../../format/text.js';
import { day } from '../../format/timestamps.js';

/** A member's links. */

export const ID_LENGTH = 40;
const EMAIL_LENGTH = 60;

const METADATA_SOURCES = {
	links: (customer: string) => `${customer} (linked by Stripe's metadata)`,
	unclear: (customer: string) => `${customer}: Stripe's metadata may mean them, but does not say so clearly; correct it in Stripe`,
	overruled: (customer: string) => `${customer}: Stripe's metadata names them, but the database says whose it is, and counts`
} as const;

const DISPUTED = ', which the database gives to someone else, too, so it counts for none of them: use `/reconcile unlink`';

/** One line each; empty if there are none. */
export function linkLines(explanation: Explanation, mode: StripeMode): string[] {
	const { breakdown, stripeFailure, searchFailure, changes } = explanation;
	const { person, named, customers } = breakdown;
	const stripe = { customers, mode };
	const isDisputed = ({ stripeCustomerId }: MemberRow) =>
		person?.doubts.some(({ kind, customerId }) => kind === 'disputed' && customerId === stripeCustomerId) ?? false;
	const seatOf = (row: MemberRow) => person?.seats.find((seat) => seat.row.id === row.id)?.team;
	const incomplete =
		stripeFailure === null && searchFailure !== null
			? [`Stripe's metadata could not be searched, so a link by metadata alone may be missing: ${sentence(searchFailure, 250)}`]
			: [];
	return [
		...(person?.rows ?? []).map((row) => `${rowLine(row, seatOf(row), stripe)}${linkedBy(row, changes)}${isDisputed(row) ? DISPUTED : ''}`),
		...named.map(({ customerId, counts }) => METADATA_SOURCES[counts](describeCustomer(customerId, stripe))),
		...incomplete
	];
}

function rowLine({ seatTier, stripeCustomerId }: MemberRow, team: TeamRow | undefined, stripe: CustomerContext): string {
	const seat =
		team === undefined
			? []
			: [
					`${seatTier === 'OWNER' ? 'Owner' : 'Member'} of the team ${escapeName(team.name)} (${team.stripeCustomerId === null ? 'without a customer' : describeCustomer(team.stripeCustomerId, stripe)})`
				];
	const own = stripeCustomerId === null ? [] : [describeCustomer(stripeCustomerId, stripe)];
	return [...seat, ...own].join('; ') || 'Known, but not linked to anyone who pays';
}

/** " (linked by @operator, 3 October 2026)"; empty for a link that no operator made, or long ago. */
function linkedBy({ id }: MemberRow, { newest }: Explanation['changes']): string {
	const link = newest.find(({ action, after }) => action === 'link' && (after as Partial<MemberRow> | null)?.id === id);
	return link === undefined ? '' : ` (linked by ${describeActor(link.actor)}, ${day(link.at)})`;
}

/** What is known about customers, and where their pages are. */
export interface CustomerContext {
	readonly customers: readonly Customer[];
	readonly mode: StripeMode;
}

/** "D. Yara <yara@example.com> [Stripe](…)": names alone are not unique. Its ID if nothing else is known. */
export function describeCustomer(customerId: string, { customers, mode }: CustomerContext): string {
	const { name = null, email = null } = customers.find(({ id }) => id === customerId) ?? {};
	const who = [
		...(name === null || name === '' ? [] : [escapeName(name)]),
		...(email === null || email === '' ? [] : [escapeText(`<${email}>`, EMAIL_LENGTH)])
	];
	const shown = who.length > 0 ? who : [escapeText(customerId, ID_LENGTH)];
	return [...shown, customerLink(customerId, mode)].filter(Boolean).join(' ');
}
