import { DiscordAPIError, DiscordjsError, DiscordjsErrorCodes } from 'discord.js';

/** Operator-readable reason why the login failed, with its fix; null for an unknown error. */
export function loginFailure(error: unknown): string | null {
	if (
		(error instanceof DiscordjsError && error.code === DiscordjsErrorCodes.TokenInvalid) ||
		(error instanceof DiscordAPIError && error.status === 401)
	) {
		return 'Discord refused DISCORD_TOKEN. Reset it (Discord Developer Portal → your application → Bot → Reset Token) and update DISCORD_TOKEN.';
	}
	if (error instanceof Error && /disallowed intents/i.test(error.message)) {
		return 'Discord does not let Reeve list the members. Switch on "Server Members Intent": Discord Developer Portal → your application → Bot → Privileged Gateway Intents.';
	}
	if (
		error instanceof Error &&
		'code' in error &&
		(error.code === 'ECONNREFUSED' || error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN')
	) {
		return 'Discord could not be reached. Check the network connection; discordstatus.com reports outages.';
	}
	return null;
}
