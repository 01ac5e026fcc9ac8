import type { APIActionRowComponent, APIButtonComponent, APIEmbed } from 'discord.js';
import type { IssueState } from '../../reconciliation/domain/issue.js';
import type { ReconciliationResult } from '../../reconciliation/domain/run.js';

/** What a report is drawn from. */

/** A run's result, and what has become of its issues by issue ID. An issue without a state is open, as the run found it. */
export interface ReportView {
	readonly result: ReconciliationResult;
	readonly states: ReadonlyMap<string, IssueState>;
}

/** A message as discord.js sends it. It pings nobody. */
export interface MessagePayload {
	embeds: APIEmbed[];
	components: APIActionRowComponent<APIButtonComponent>[];
	allowedMentions: { parse: [] };
}

/** In the admin channel: a line that says what was changed, and by whom; or what an operator has to know now. */
export interface Announcement {
	readonly content?: string;
	readonly embeds?: APIEmbed[];
	readonly components?: APIActionRowComponent<APIButtonComponent>[];
}
