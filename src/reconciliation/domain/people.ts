import type { Links } from './links.js';
import { type OnProgress, SourceError } from './ports.js';

/** The rows that link Discord users to Stripe customers: Reeve's own tables, or those of the bot that Reeve is mounted in. */
export type PeopleRows = Pick<Links, 'members' | 'teams'>;

/** The result of writing a link. Conflicts are checked again in the transaction: they may have appeared since the last check. */
export type LinkWritten =
	| { readonly kind: 'written' }
	| { readonly kind: 'already' }
	| { readonly kind: 'taken'; readonly by: string }
	| { readonly kind: 'team'; readonly team: string };

/** That operators cannot change links here. */
export function linksKeptElsewhere(place: string): SourceError {
	return new SourceError('database', `Links are kept in ${place}: change them there.`);
}

/** Where the links are kept. */
export interface People {
	/** What operators call the place, to follow "Links are kept in": `the members' database`. */
	readonly name: string;
	/**
	 * Checks the names of tables and columns; Reeve calls it at the start.
	 * @throws {SourceError} whose message names what is missing
	 */
	check?(): Promise<void>;
	/** Reads all rows. @throws {SourceError} with a sentence for operators, or any error, which is logged */
	readAll(onProgress: OnProgress): Promise<PeopleRows>;
	/**
	 * Reads the rows that name these members, or one of these customers or of theirs, and the teams of all these.
	 * @param discordIds - at most 1 000
	 * @throws {SourceError}
	 */
	readOf(discordIds: readonly string[], customerIds: readonly string[]): Promise<PeopleRows>;
	/** Links a customer to a member. Without it `/reconcile link` says where links are kept. */
	link?(discordId: string, customerId: string): Promise<LinkWritten>;
	/** Removes a member from a row, which stays. False if it no longer names them. */
	unlink?(rowId: string, discordId: string): Promise<boolean>;
}
