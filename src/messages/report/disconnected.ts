import type { APIEmbed } from 'discord.js';
import { COLOURS } from '../format/colours.js';

/** Alert: Discord has ended the connection for good. */
export function disconnectedEmbed(reason: string): APIEmbed {
	return {
		title: 'Discord has disconnected Reeve',
		color: COLOURS.bad,
		description: `${reason}\nThen restart Reeve. Until it is connected again, it checks and changes no roles, and its commands do not answer.`
	};
}
