import { fingerprint } from '../domain/fingerprint.js';
import type { SeatTier } from '../domain/rules.js';

/** What an import does with each line of a file. */

/** What is written for a line: a member's customer, or their seat in a team. */
export interface ImportLink {
	readonly discordId: string;
	/** Null for a seat. */
	readonly customerId: string | null;
	/** Null for a customer. */
	readonly teamId: string | null;
	readonly seatTier: SeatTier;
}

/** Why a line cannot be imported. Any such line keeps the whole file from being imported. */
export type ImportConflict =
	/** No Discord ID and no username. */
	| { readonly kind: 'no-member' }
	/** A Discord ID that a spreadsheet has written as a rounded number. */
	| { readonly kind: 'scientific-id' | 'rounded-id'; readonly value: string }
	| { readonly kind: 'malformed-id'; readonly value: string }
	/** `shownBy`: members who show that name, which is not a username. */
	| { readonly kind: 'unknown-username'; readonly value: string; readonly shownBy: number }
	| { readonly kind: 'ambiguous-username'; readonly value: string; readonly members: number }
	| { readonly kind: 'bot' }
	/** No customer, no email and no team. */
	| { readonly kind: 'no-payer' }
	| { readonly kind: 'malformed-customer' | 'malformed-email' | 'unknown-email'; readonly value: string }
	| { readonly kind: 'unknown-customer' | 'deleted-customer'; readonly customerId: string }
	| { readonly kind: 'ambiguous-email'; readonly value: string; readonly customerIds: readonly string[] }
	| { readonly kind: 'linked-elsewhere'; readonly customerId: string; readonly discordId: string }
	| { readonly kind: 'team-customer'; readonly customerId: string; readonly team: string }
	/** The customer's metadata in Stripe names other members. */
	| { readonly kind: 'metadata-names-others'; readonly customerId: string; readonly discordIds: readonly string[] }
	/** Another line gives the same customer to another member. */
	| { readonly kind: 'customer-twice'; readonly customerId: string; readonly line: number }
	/** Another line gives the same member another seat in the same team. */
	| { readonly kind: 'seat-twice'; readonly line: number }
	| { readonly kind: 'unknown-team'; readonly value: string }
	| { readonly kind: 'ambiguous-team'; readonly value: string; readonly teams: number }
	| { readonly kind: 'malformed-seat'; readonly value: string }
	/** A seat without a team. */
	| { readonly kind: 'seat-without-team' }
	/** A customer that is not the team's. */
	| { readonly kind: 'two-payers' }
	/** The member has a seat in the team, of the other kind. */
	| { readonly kind: 'other-seat'; readonly team: string };

export type ImportOutcome =
	| { readonly kind: 'link'; readonly link: ImportLink }
	/** Linked already, by a row or by Stripe's metadata; or an earlier line says the same. */
	| { readonly kind: 'unchanged'; readonly by: 'row' | 'metadata' | 'line' }
	/** Names no payer, in the export of another bot. */
	| { readonly kind: 'skipped' }
	| { readonly kind: 'conflict'; readonly conflict: ImportConflict };

export interface ImportedLine {
	readonly line: number;
	/** As written. */
	readonly member: string;
	/** As written: the customer, the email or the team. */
	readonly payer: string;
	/** Null if the member is unknown. */
	readonly discordId: string | null;
	readonly outcome: ImportOutcome;
}

export interface ImportCounts {
	readonly link: number;
	readonly unchanged: number;
	readonly skipped: number;
	readonly conflict: number;
}

export function countOutcomes(lines: readonly ImportedLine[]): ImportCounts {
	const counts = { link: 0, unchanged: 0, skipped: 0, conflict: 0 };
	for (const { outcome } of lines) counts[outcome.kind] += 1;
	return counts;
}

/** The links that would be written. */
export function linksIn(lines: readonly ImportedLine[]): readonly ImportLink[] {
	return lines.flatMap(({ outcome }) => (outcome.kind === 'link' ? outcome.link : []));
}

/** Changes if the result of any line does. */
export function hashOfResults(lines: readonly ImportedLine[]): string {
	return fingerprint(JSON.stringify(lines.map(({ line, discordId, outcome }) => [line, discordId, outcome])));
}
