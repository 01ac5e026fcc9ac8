import { Events, Listener } from '@sapphire/framework';
import type { Client } from 'discord.js';

export class ReadyListener extends Listener<typeof Events.ClientReady> {
	public constructor(context: Listener.LoaderContext, options: Listener.Options) {
		super(context, { ...options, event: Events.ClientReady, once: true });
	}

	public run(client: Client<true>) {
		const { logger, settings } = this.container;
		const guild = client.guilds.cache.get(settings.DISCORD_GUILD_ID);
		if (guild === undefined)
			logger.error(
				`Logged in as ${client.user.tag}, but not in the server ${settings.DISCORD_GUILD_ID}: invite Reeve, or correct DISCORD_GUILD_ID.`
			);
		else logger.info(`Logged in as ${client.user.tag}, looking after ${guild.name}.`);
	}
}
