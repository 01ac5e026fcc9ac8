import { DiscordAPIError, HTTPError, RateLimitError, RESTJSONErrorCodes } from 'discord.js';
import { TokenRefusedError } from './retry.js';
import { TooManyRequestsError } from './untimed-rate-limit.js';

/** Discord's errors as operator-readable messages. They compare Discord's codes, never HTTP statuses: one status has many causes. */

/** Whether Discord answered that this user is not a member of the guild. */
export function isGone(error: unknown): boolean {
	return (
		error instanceof DiscordAPIError && (error.code === RESTJSONErrorCodes.UnknownMember || error.code === RESTJSONErrorCodes.UnknownUser)
	);
}

const TRY_LATER = 'Try again in a few minutes; discordstatus.com reports outages.';

/** Whether {@link readFailure} knows the error: any other is a bug, whose stack should be kept. */
export function isReadable(error: unknown): boolean {
	return (
		error instanceof DiscordAPIError ||
		error instanceof HTTPError ||
		error instanceof TokenRefusedError ||
		error instanceof TooManyRequestsError ||
		error instanceof RateLimitError ||
		(error instanceof Error && (TIMEOUTS.includes(error.name) || NETWORK_CODE.test(codeOf(error)) || CERTIFICATE_CODE.test(codeOf(error))))
	);
}

const TIMEOUTS: readonly string[] = ['AbortError', 'TimeoutError'];
const CERTIFICATE_CODE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/;
/** Of Node and of undici. */
const NETWORK_CODE = /^(E[A-Z]+|EAI_\w+|UND_ERR_\w+)$/;

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : '');

/** Operator-readable reason why a request to Discord failed. */
export function readFailure(error: unknown): string {
	if (error instanceof DiscordAPIError) {
		if (error.code === RESTJSONErrorCodes.UnknownGuild || error.code === RESTJSONErrorCodes.MissingAccess) {
			return 'Reeve is not in the server that DISCORD_GUILD_ID names: invite it, or correct the ID.';
		}
		return saidByDiscord(error);
	}
	if (error instanceof HTTPError) return `Discord answered with HTTP ${error.status}. ${TRY_LATER}`;
	if (error instanceof TokenRefusedError) {
		return 'Discord refused DISCORD_TOKEN. Try again; if it is refused again, reset it (Discord Developer Portal → your application → Bot → Reset Token), update DISCORD_TOKEN and restart Reeve.';
	}
	if (error instanceof TooManyRequestsError || error instanceof RateLimitError) {
		return 'Discord keeps rate-limiting Reeve. Something else may be using the same bot token or internet address: try again in a few minutes.';
	}
	if (!(error instanceof Error)) return `Discord could not be used: ${String(error)}`;
	if (TIMEOUTS.includes(error.name)) return `Discord did not answer in time. ${TRY_LATER}`;
	const code = codeOf(error);
	if (CERTIFICATE_CODE.test(code))
		return `Discord's certificate was not accepted (${code}). Check this machine's clock, and whether a proxy answers in Discord's place.`;
	if (NETWORK_CODE.test(code)) return `Discord could not be reached (${code}). Check this machine's connection. ${TRY_LATER}`;
	// Thrown while reading a response that is not what discord.js expects.
	if (error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError)
		return `Discord's answer could not be read (${error.message}). A proxy may answer in Discord's place. ${TRY_LATER}`;
	return `Discord could not be used: ${error.message}`;
}

/** Discord's own reason. */
export function saidByDiscord({ code, message, status }: DiscordAPIError): string {
	// Not Discord's JSON: a page of a proxy, or of Cloudflare.
	if (code === undefined) return `Discord answered with HTTP ${status} and gave no reason; a proxy may answer in its place. ${TRY_LATER}`;
	return `Discord answered: ${message} (code ${code}).`;
}
