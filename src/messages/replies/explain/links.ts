import type { MemberRow, TeamRow } from '../../../reconciliation/domain/links.js';
import type { Explanation } from '../../../reconciliation/members/explain.js';
import { escapeName, escapeText, sentence } from '../../format/text.js';

/** A member's links, one line each. */

export const ID_LENGTH = 40;

const METADATA_SOURCES = {
	links: (customer: string) => `Stripe's metadata on ${customer}`,
	unclear: (customer: string) => `Stripe's metadata on ${customer} may mean them, but does not say so clearly: correct it in Stripe`,
	overruled: (customer: string) => `Stripe's metadata on ${customer} names them, but a row in the database says whose it is, and counts`
} as const;

const DISPUTED = ', which the database gives to someone else, too, so it counts for none of them: use `/reconcile unlink`';

export function linkLines({ breakdown, stripeFailure, searchFailure }: Explanation): string[] {
	const { person, named } = breakdown;
	const isDisputed = ({ stripeCustomerId }: MemberRow) =>
		person?.doubts.some(({ kind, customerId }) => kind === 'disputed' && customerId === stripeCustomerId) ?? false;
	const seatOf = (row: MemberRow) => person?.seats.find((seat) => seat.row.id === row.id)?.team;
	const lines = [
		...(person?.rows ?? []).map((row) => `${rowLine(row, seatOf(row))}${isDisputed(row) ? DISPUTED : ''}`),
		...named.map(({ customerId, counts }) => METADATA_SOURCES[counts](escapeText(customerId, ID_LENGTH)))
	];
	const incomplete =
		stripeFailure === null && searchFailure !== null
			? [`Stripe's metadata could not be searched, so a link by metadata alone may be missing: ${sentence(searchFailure, 250)}`]
			: [];
	return [...(lines.length > 0 ? lines : ['none']), ...incomplete];
}

function rowLine(row: MemberRow, team: TeamRow | undefined): string {
	const seat = team === undefined ? [] : [`${row.seatTier} seat in ${escapeName(team.name)} (${payer(team.stripeCustomerId)})`];
	const own = row.stripeCustomerId === null ? [] : [payer(row.stripeCustomerId)];
	return `Row ${escapeText(row.id, ID_LENGTH)}: ${[...seat, ...own].join('; ') || 'no customer and no team'}`;
}

function payer(customerId: string | null): string {
	return customerId === null ? 'no customer' : `customer ${escapeText(customerId, ID_LENGTH)}`;
}
