import type { APIEmbed } from 'discord.js';
import { COLOURS } from '../format/colours.js';
import { ago, moment } from '../format/timestamps.js';

/** Alert: no run has succeeded for too long. */
export function overdueEmbed(since: Date): APIEmbed {
	return {
		title: 'No run has succeeded for more than 26 hours',
		color: COLOURS.bad,
		description: `The last successful run was ${moment(since)} (${ago(since)}). Until a run succeeds, roles may be wrong.\nUse \`/reconcile status\` to see which source is not well, put that right, then use \`/reconcile run\`.`
	};
}
