import { type ParsedOptions, withOptionNames } from './options.js';

const COMMAND = /(?<![\w/])\/reconcile(?![\w-])/g;

/** Makes Reeve's sentences name the command as it is called in this bot, and the options in place of the standalone bot's variables. */
export function createRewording({ commandName, fromVariables, settings }: ParsedOptions): (text: string) => string {
	const name = commandName || 'reconcile';
	const tiers = settings.RECONCILIATION_TIERS.map((tier) => ({ name: tier }));
	return (text) => {
		const named = text.replace(COMMAND, `/${name}`);
		// The token is the bot's own: no option has it.
		return fromVariables ? named : withOptionNames(named.replaceAll('DISCORD_TOKEN', "the bot's token"), tiers);
	};
}
