import { Events, Listener } from '@sapphire/framework';
import type { Client } from 'discord.js';

export class ReadyListener extends Listener<typeof Events.ClientReady> {
	public constructor(context: Listener.LoaderContext, options: Listener.Options) {
		super(context, { ...options, event: Events.ClientReady, once: true });
	}

	public run(client: Client<true>) {
		const { logger, services } = this.container.reeve;
		// The checks at the start say what to do if Reeve is not in its server.
		const guild = client.guilds.cache.get(services.settings.guildId);
		logger.info(`Logged in as ${client.user.tag}${guild === undefined ? '' : ` in ${guild.name}`}.`);
	}
}
