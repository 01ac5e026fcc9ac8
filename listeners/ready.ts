import { Events, Listener } from '@sapphire/framework';
import type { Client } from 'discord.js';

export class ReadyListener extends Listener<typeof Events.ClientReady> {
	public constructor(context: Listener.LoaderContext, options: Listener.Options) {
		super(context, { ...options, event: Events.ClientReady, once: true });
	}

	public run(client: Client<true>) {
		const { logger, reeve } = this.container;
		const { guildId } = reeve.settings;
		const guild = client.guilds.cache.get(guildId);
		if (guild === undefined)
			logger.error(`Logged in as ${client.user.tag}, but not in the server ${guildId}: invite Reeve, or correct DISCORD_GUILD_ID.`);
		else logger.info(`Logged in as ${client.user.tag} in ${guild.name}.`);
	}
}
