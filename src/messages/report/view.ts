import type { APIActionRowComponent, APIButtonComponent, APIComponentInMessageActionRow, APIEmbed } from 'discord.js';
import type { IssueState } from '../../reconciliation/domain/issue.js';
import type { ReconciliationResult } from '../../reconciliation/domain/run.js';
import type { StripeMode } from '../format/stripe-links.js';

/** A run's result and the current states of its issues, by issue ID. An issue without a state is open. */
export interface ReportView {
	readonly result: ReconciliationResult;
	readonly states: ReadonlyMap<string, IssueState>;
	/** Of links to Stripe; default: live. */
	readonly stripeMode?: StripeMode | undefined;
	/** Link to the report that replaces this one; null or missing if none does. */
	readonly newer?: string | null | undefined;
}

/** Where a run's report is. `why`: the reason of a failed post, if it is known. `unknown`: the database cannot be read. */
export type ReportLocation =
	| { readonly kind: 'posted'; readonly url: string }
	| { readonly kind: 'not-posted'; readonly why: string | null }
	| { readonly kind: 'unknown' };

/** A discord.js message without pings. */
export interface MessagePayload {
	embeds: APIEmbed[];
	components: APIActionRowComponent<APIComponentInMessageActionRow>[];
	allowedMentions: { parse: [] };
}

/** A message in the admin channel. */
export interface Announcement {
	readonly content?: string;
	readonly embeds?: APIEmbed[];
	readonly components?: APIActionRowComponent<APIButtonComponent>[];
}
