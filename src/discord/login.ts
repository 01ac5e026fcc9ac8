import { DiscordAPIError, DiscordjsError, DiscordjsErrorCodes } from 'discord.js';

/** Why Discord refused the login, and what to do; null for an error that is none of the known ones. */
export function loginFailure(error: unknown): string | null {
	if (
		(error instanceof DiscordjsError && error.code === DiscordjsErrorCodes.TokenInvalid) ||
		(error instanceof DiscordAPIError && error.status === 401)
	) {
		return 'Discord refused DISCORD_TOKEN. Copy it anew: Discord Developer Portal → your application → Bot → Reset Token.';
	}
	if (error instanceof Error && /disallowed intents/i.test(error.message)) {
		return 'Discord does not let Reeve list the members. Switch on "Server Members Intent": Discord Developer Portal → your application → Bot → Privileged Gateway Intents.';
	}
	if (
		error instanceof Error &&
		'code' in error &&
		(error.code === 'ECONNREFUSED' || error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN')
	) {
		return 'Discord could not be reached. Check the network of this machine; discordstatus.com tells of outages.';
	}
	return null;
}
