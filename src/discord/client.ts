import { ApplicationCommandRegistries, type ILogger, RegisterBehavior, SapphireClient } from '@sapphire/framework';
import { GatewayIntentBits } from 'discord.js';
import { createPatientRequest, RETRIES } from './patience.js';

/**
 * A client that can ping nobody, and that finds its pieces (commands, listeners …) beside `src`.
 * @param options.piecesRoot - the folder that holds the folders of pieces
 * @param options.apiUrl - Discord's API, without the version
 */
export function createClient(options: { guildId: string; apiUrl: string; piecesRoot: string; logger: ILogger }): SapphireClient {
	ApplicationCommandRegistries.setDefaultBehaviorWhenNotIdentical(RegisterBehavior.Overwrite);
	ApplicationCommandRegistries.setDefaultGuildIds([options.guildId]);
	return new SapphireClient({
		// GuildMembers is privileged: without it nobody can list who holds a role.
		intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMembers],
		allowedMentions: { parse: [] },
		baseUserDirectory: options.piecesRoot,
		loadMessageCommandListeners: false,
		logger: { instance: options.logger },
		rest: { api: options.apiUrl, retries: RETRIES, makeRequest: createPatientRequest() },
		// Asked for by the types of the task pieces, and never read: src/schedule makes the queue, once the pieces are loaded.
		tasks: { bull: { connection: {} } }
	});
}
