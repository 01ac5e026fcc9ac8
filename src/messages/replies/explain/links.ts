import type { Customer } from '../../../reconciliation/domain/billing.js';
import type { MemberRow, TeamRow } from '../../../reconciliation/domain/links.js';
import type { Explanation } from '../../../reconciliation/members/explain.js';
import { describeActor } from '../../format/format.js';
import { linkStripeIds } from '../../format/stripe-links.js';
import { escapeName, escapeText, sentence } from '../../format/text.js';
import { day } from '../../format/timestamps.js';

/** A member's links, one line each. */

export const ID_LENGTH = 40;
const EMAIL_LENGTH = 60;
/** Of a link to Stripe: room for its address. */
const LINK_LENGTH = 150;

const METADATA_SOURCES = {
	links: (customer: string) => `${customer}: named in Stripe's metadata`,
	unclear: (customer: string) => `${customer}: Stripe's metadata may mean them, but does not say so clearly; correct it in Stripe`,
	overruled: (customer: string) => `${customer}: Stripe's metadata names them, but the database says whose it is, and counts`
} as const;

const DISPUTED = ', which the database gives to someone else, too, so it counts for none of them: use `/reconcile unlink`';

export function linkLines({ breakdown, stripeFailure, searchFailure, changes }: Explanation): string[] {
	const { person, named, customers } = breakdown;
	const isDisputed = ({ stripeCustomerId }: MemberRow) =>
		person?.doubts.some(({ kind, customerId }) => kind === 'disputed' && customerId === stripeCustomerId) ?? false;
	const seatOf = (row: MemberRow) => person?.seats.find((seat) => seat.row.id === row.id)?.team;
	const lines = [
		...(person?.rows ?? []).map(
			(row) => `${rowLine(row, seatOf(row), customers)}${linkedBy(row, changes)}${isDisputed(row) ? DISPUTED : ''}`
		),
		...named.map(({ customerId, counts }) => METADATA_SOURCES[counts](describeCustomer(customerId, customers)))
	];
	const incomplete =
		stripeFailure === null && searchFailure !== null
			? [`Stripe's metadata could not be searched, so a link by metadata alone may be missing: ${sentence(searchFailure, 250)}`]
			: [];
	return [...(lines.length > 0 ? lines : ['none']), ...incomplete];
}

function rowLine({ seatTier, stripeCustomerId }: MemberRow, team: TeamRow | undefined, customers: readonly Customer[]): string {
	const seat =
		team === undefined
			? []
			: [
					`${seatTier === 'OWNER' ? 'Owner' : 'Member'} of the team ${escapeName(team.name)} (${team.stripeCustomerId === null ? 'without a customer' : describeCustomer(team.stripeCustomerId, customers)})`
				];
	const own = stripeCustomerId === null ? [] : [describeCustomer(stripeCustomerId, customers)];
	return [...seat, ...own].join('; ') || 'Known, but not linked to anyone who pays';
}

/** " (linked by @operator, 3 October 2026)"; empty for a link that no operator made, or long ago. */
function linkedBy({ id }: MemberRow, { newest }: Explanation['changes']): string {
	const link = newest.find(({ action, after }) => action === 'link' && (after as Partial<MemberRow> | null)?.id === id);
	return link === undefined ? '' : ` (linked by ${describeActor(link.actor)}, ${day(link.at)})`;
}

/** "D. Yara <yara@example.com>", linked to Stripe as its ID: names alone are not unique. */
export function describeCustomer(customerId: string, customers: readonly Customer[]): string {
	const { name = null, email = null } = customers.find(({ id }) => id === customerId) ?? {};
	const who = [
		...(name === null || name === '' ? [] : [escapeName(name)]),
		...(email === null ? [] : [escapeText(`<${email}>`, EMAIL_LENGTH)])
	];
	const id = linkStripeIds(escapeText(customerId, ID_LENGTH), LINK_LENGTH);
	return [...who, id].join(' ');
}
