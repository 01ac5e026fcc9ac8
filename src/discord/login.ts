import { type Client, DiscordAPIError, DiscordjsError, DiscordjsErrorCodes, Events, GatewayCloseCodes, HTTPError } from 'discord.js';
import { isReadable, readFailure } from './errors.js';

const TOKEN_REFUSED =
	'Discord refused DISCORD_TOKEN. Reset it (Discord Developer Portal → your application → Bot → Reset Token) and update DISCORD_TOKEN.';
const INTENT_OFF =
	'Discord does not let Reeve list the members. Switch on "Server Members Intent": Discord Developer Portal → your application → Bot → Privileged Gateway Intents.';

/** How often a login that waits for the gateway is mentioned. */
const WARN_EVERY_MS = 30_000;

/**
 * Logs in, and resolves when the client is ready. discord.js keeps trying to reach the gateway without a word.
 * @param onWait - receives a sentence every half minute until then
 * @throws an error that {@link loginFailure} may describe
 */
export async function waitForGateway(client: Client, token: string, onWait: (warning: string) => void): Promise<void> {
	const timer = setInterval(
		() =>
			onWait(
				"Still waiting for Discord's gateway. Check that this machine may open WebSocket connections; discordstatus.com reports outages."
			),
		WARN_EVERY_MS
	);
	try {
		const ready = new Promise((resolve) => client.once(Events.ClientReady, resolve));
		await client.login(token);
		await ready;
	} finally {
		clearInterval(timer);
	}
}

/** Operator-readable reason why the login failed, with its fix; null for an unknown error. */
export function loginFailure(error: unknown): string | null {
	if (
		(error instanceof DiscordjsError && error.code === DiscordjsErrorCodes.TokenInvalid) ||
		((error instanceof DiscordAPIError || error instanceof HTTPError) && error.status === 401)
	) {
		return TOKEN_REFUSED;
	}
	if (!(error instanceof Error)) return null;
	if (/disallowed intents/i.test(error.message)) {
		return INTENT_OFF;
	}
	const gateway = gatewayAnswer(error);
	if (gateway !== null)
		return `Discord's gateway ${gateway} instead of opening a WebSocket. A proxy or firewall may answer in its place: let this machine reach gateway.discord.gg on port 443.`;
	return isReadable(error) ? readFailure(error) : null;
}

/**
 * Operator-readable reason why Discord has ended the connection of a running bot for good, with its fix.
 * @param code - of the closed WebSocket
 */
export function disconnectReason(code: number): string {
	if (code === GatewayCloseCodes.AuthenticationFailed) return TOKEN_REFUSED;
	if (code === GatewayCloseCodes.DisallowedIntents) return INTENT_OFF;
	return `Discord ended the connection with code ${code}, after which it takes no other. Restart the bot; if that does not help, update Reeve, or report it with this code.`;
}

/** What came in answer to a WebSocket request; null if the error is another one. */
function gatewayAnswer(error: Error): string | null {
	const [, status] = /^Unexpected server response: (\d+)$/.exec(error.message) ?? [];
	if (status !== undefined) return `answered with HTTP ${status}`;
	if (error.message === 'Opening handshake has timed out') return 'accepted the connection and did not answer';
	const isGarbage = 'code' in error && String(error.code).startsWith('HPE_');
	return isGarbage || /^(Invalid Upgrade header|Invalid Sec-WebSocket-Accept header|Server sent)/.test(error.message)
		? 'gave an answer that is no HTTP'
		: null;
}
