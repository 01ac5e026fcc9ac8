import type { APIEmbed } from 'discord.js';
import type { SaveResult } from '../../../reconciliation/setup/setup.js';
import { COLOURS } from '../../format/colours.js';
import { MAX_FIELD_LENGTH } from '../../format/limits.js';
import { fitLines } from '../../format/lines.js';
import { mention } from '../../format/text.js';
import { problemLine } from './screen.js';

/** What follows on the setup. */

/** @returns the text of the reply; null if the operator must look at the answers again */
export function savedReply(result: SaveResult): string {
	switch (result.kind) {
		case 'saved':
			return 'Saved, and in force. No role was changed. Next: `/reconcile run` compares everyone and posts what it finds.';
		case 'changed':
			return 'Nothing was saved: another operator changed an answer meanwhile. Use `/reconcile setup` to see the answers as they are now.';
		case 'invalid':
			return `Nothing was saved: these settings are invalid.\n${fitLines(result.problems.map(problemLine), MAX_FIELD_LENGTH, { cutLast: true })}`;
	}
}

/** "A, B and C". */
const AND = new Intl.ListFormat('en-GB');

export const DISCARDED = 'Your answers were dropped. The settings in force are as they were.';

/** For the admin channel. @param changed - names of the settings */
export function setupAnnouncement(actor: string, changed: readonly string[]): string {
	const subjects = [
		...(changed.includes('RECONCILIATION_TIERS') ? ['the tiers'] : []),
		...(changed.some((name) => /^DISCORD_\w+_ROLE$/.test(name)) ? ['the roles'] : []),
		...(changed.includes('DISCORD_ADMIN_CHANNEL_ID') ? ['the admin channel'] : []),
		...(changed.some((name) => name.endsWith('_PRICE_IDS')) ? ['what the prices buy'] : [])
	];
	return `${mention(actor)} changed ${AND.format(subjects) || 'nothing'} with \`/reconcile setup\`. No role was changed; the next run compares everyone with the new settings.`;
}

/** Posted once, when Reeve starts for the first time and has to be set up. */
export function welcomeEmbed(): APIEmbed {
	return {
		title: 'Reeve is here',
		color: COLOURS.busy,
		description: [
			'Reeve compares the roles in this server with what people pay for in Stripe, every night and on demand, and reports what differs in a channel of your team. It writes to no member, and changes no role by itself unless automatic fixes are turned on.',
			'',
			'**Next:** an operator (by default, anyone with Manage Server) uses `/reconcile setup`: roles, the channel for the reports, and what each price buys. It takes a few minutes and can be interrupted.'
		].join('\n')
	};
}
