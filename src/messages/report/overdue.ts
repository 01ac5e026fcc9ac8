import type { APIEmbed } from 'discord.js';
import { COLOURS } from '../format/colours.js';
import { ago, moment } from '../format/timestamps.js';

/** Alert: no run has succeeded for too long. */
export function overdueEmbed(since: Date): APIEmbed {
	return {
		title: 'No run has succeeded for more than 26 hours',
		color: COLOURS.bad,
		description: `The last successful run was ${moment(since)} (${ago(since)}). Until a run succeeds, roles may be wrong.\n\`/reconcile status\` shows which source is unavailable and what to do. Reeve tries again tonight; \`/reconcile run\` tries now.`
	};
}
