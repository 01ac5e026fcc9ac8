import type { MemberRow, TeamRow } from '../reconciliation/domain/links.js';
import { SourceError } from '../reconciliation/domain/ports.js';
import type { SeatTier } from '../reconciliation/domain/rules.js';

/** Converts rows of another application's tables. */

/** A member as read, under Reeve's names; what the application does not have is missing. */
export interface RawMember {
	readonly id?: unknown;
	readonly discordId?: unknown;
	readonly customerId?: unknown;
	readonly seat?: unknown;
	readonly teamId?: unknown;
	readonly failedAt?: unknown;
	readonly extra?: Readonly<Record<string, unknown>>;
}

export interface RawTeam {
	readonly id?: unknown;
	readonly customerId?: unknown;
	readonly name?: unknown;
	readonly ownerSeats?: unknown;
	readonly memberSeats?: unknown;
	readonly failedAt?: unknown;
}

/** The application's values for a seat → what they are to Reeve. */
export type Seats = Readonly<Record<string, SeatTier>>;

export const SEATS: Seats = { OWNER: 'OWNER', TEAM_MEMBER: 'TEAM_MEMBER', INDIVIDUAL: 'INDIVIDUAL' };

/**
 * @param place - as operators call it
 * @throws {SourceError} for a value that cannot be read: a run on a guess could take access from a member who pays
 */
export function toMember(raw: RawMember, seats: Seats, place: string): MemberRow {
	const id = String(raw.id);
	const where = `the member ${id} in ${place}`;
	return {
		id,
		discordId: toText(raw.discordId, `the Discord ID of ${where}`),
		stripeCustomerId: toText(raw.customerId, `the customer of ${where}`),
		seatTier: toSeat(raw.seat, seats, where),
		teamId: toText(raw.teamId, `the team of ${where}`),
		paymentFailedAt: toDate(raw.failedAt, `the date of the failed payment of ${where}`),
		...(raw.extra === undefined ? {} : { extra: raw.extra })
	};
}

/** As {@link toMember}. A team whose application counts no seats has enough of them. */
export function toTeam(raw: RawTeam, place: string): TeamRow {
	const id = String(raw.id);
	const where = `the team ${id} in ${place}`;
	return {
		id,
		name: toText(raw.name, `the name of ${where}`) ?? id,
		stripeCustomerId: toText(raw.customerId, `the customer of ${where}`),
		ownerSeatCount: toCount(raw.ownerSeats, `the owner seats of ${where}`),
		teamSeatCount: toCount(raw.memberSeats, `the member seats of ${where}`),
		paymentFailedAt: toDate(raw.failedAt, `the date of the failed payment of ${where}`)
	};
}

/** Null for an empty text. A number may have lost digits of a Discord ID, but a row's key may be one. */
function toText(value: unknown, what: string): string | null {
	if (value === null || value === undefined || value === '') return null;
	if (typeof value === 'string' || typeof value === 'bigint') return String(value);
	if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
	throw unreadable(what, value);
}

function toSeat(value: unknown, seats: Seats, where: string): SeatTier {
	if (value === null || value === undefined) return 'INDIVIDUAL';
	const seat = Object.hasOwn(seats, String(value)) ? seats[String(value)] : undefined;
	if (seat !== undefined) return seat;
	throw new SourceError(
		'database',
		`The seat of ${where} is ${quoted(value)}, which the option "seats" does not list: it lists ${Object.keys(seats).join(', ')}. Nothing was changed.`
	);
}

function toDate(value: unknown, what: string): Date | null {
	if (value === null || value === undefined) return null;
	const date = value instanceof Date ? value : new Date(typeof value === 'string' ? value : Number.NaN);
	if (Number.isNaN(date.getTime())) throw unreadable(what, value);
	return date;
}

function toCount(value: unknown, what: string): number {
	if (value === null || value === undefined) return Number.POSITIVE_INFINITY;
	const count = Number(value);
	if (Number.isSafeInteger(count) && count >= 0) return count;
	throw unreadable(what, value);
}

function unreadable(what: string, value: unknown): SourceError {
	return new SourceError('database', `Reeve cannot read ${what}: it is ${quoted(value)}. Nothing was changed.`);
}

function quoted(value: unknown): string {
	return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint'
		? `"${String(value).slice(0, 60)}"`
		: `a value of the type ${typeof value}`;
}
