import type { APIEmbed } from 'discord.js';
import { COLOURS } from '../format/colours.js';
import { ago, moment } from '../format/format.js';

/** The alarm: no run has succeeded for too long, so nobody knows whether roles are right. */
export function overdueEmbed(since: Date): APIEmbed {
	return {
		title: 'No run has succeeded for more than 26 hours',
		color: COLOURS.bad,
		description: `The last good news is from ${moment(since)} (${ago(since)}). Until a run succeeds, nobody knows whether roles are right.\nUse \`/reconcile status\` to see which source is not well, put that right, then use \`/reconcile run\`.`
	};
}
