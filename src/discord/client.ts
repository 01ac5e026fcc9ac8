import { Events, type ILogger, SapphireClient } from '@sapphire/framework';
import { type CacheWithLimitsOptions, type ClientOptions, GatewayIntentBits, Options } from 'discord.js';
import { createRedactingRequest } from './redacting-request.js';
import { isAlreadyAcknowledged } from './replies.js';
import { createRetryingRequest, DEFAULT_RETRY, MAX_RETRY_AFTER_MS, type RetryOptions } from './retry.js';
import { createWholeResponseRequest } from './whole-response.js';

/** discord.js keeps the most recently seen members and users. */
const MAX_CACHED_MEMBERS = 200;

/** Longer than one attempt takes with its backoff: {@link createWholeResponseRequest} sets the deadline. */
const ATTEMPT_TIMEOUT_MS = 300_000;

/** A guild can have a million members, and most managers hold objects that Reeve never reads. */
const CACHE_LIMITS = {
	// The bot itself stays cached: its rank and permissions are read from here.
	GuildMemberManager: { maxSize: MAX_CACHED_MEMBERS, keepOverLimit: ({ id, client }) => id === client.user.id },
	UserManager: { maxSize: MAX_CACHED_MEMBERS, keepOverLimit: ({ id, client }) => id === client.user.id },
	ApplicationEmojiManager: 0,
	AutoModerationRuleManager: 0,
	BaseGuildEmojiManager: 0,
	DMMessageManager: 0,
	EntitlementManager: 0,
	GuildBanManager: 0,
	GuildEmojiManager: 0,
	GuildInviteManager: 0,
	GuildMessageManager: 0,
	GuildScheduledEventManager: 0,
	GuildStickerManager: 0,
	MessageManager: 0,
	PresenceManager: 0,
	ReactionManager: 0,
	ReactionUserManager: 0,
	StageInstanceManager: 0,
	ThreadMemberManager: 0,
	VoiceStateManager: 0
} satisfies CacheWithLimitsOptions;

/**
 * Options of every discord.js client that Reeve creates: intents, cache limits, no mentions, retries, redacted requests.
 * @param apiUrl - base URL of Discord's API, without the version
 * @param redact - removes secrets from request bodies and audit-log reasons
 * @param features.auditLog - whether to receive the entries of the server's audit log
 */
export function clientOptions(
	apiUrl: string,
	redact: (text: string) => string,
	retry: RetryOptions = DEFAULT_RETRY,
	{ auditLog = false }: { readonly auditLog?: boolean } = {}
): Pick<ClientOptions, 'intents' | 'allowedMentions' | 'makeCache' | 'rest' | 'tasks'> {
	const request = createRedactingRequest(redact, createWholeResponseRequest(retry.deadlineMs));
	return {
		// GuildMembers is a privileged intent; without it the member list is unavailable.
		intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMembers, ...(auditLog ? [GatewayIntentBits.GuildModeration] : [])],
		allowedMentions: { parse: [] },
		makeCache: Options.cacheWithLimits(CACHE_LIMITS),
		rest: {
			api: apiUrl,
			retries: retry.retries,
			timeout: ATTEMPT_TIMEOUT_MS,
			makeRequest: createRetryingRequest(request, retry),
			rejectOnRateLimit: ({ retryAfter }) => retryAfter > MAX_RETRY_AFTER_MS
		},
		// Required by the plugin's type augmentation and unused: src/schedule creates the queue once the pieces are loaded.
		tasks: { bull: { connection: {} } }
	};
}

/**
 * Creates the client of the standalone bot, which logs errors that no error listener handles.
 * @param options.apiUrl - base URL of Discord's API, without the version
 * @param options.redact - removes secrets from request bodies and audit-log reasons
 */
export function createClient(options: {
	apiUrl: string;
	logger: ILogger;
	redact: (text: string) => string;
	/** As for {@link clientOptions}. */
	auditLog: boolean;
	/** Mounts Reeve. */
	reeve: NonNullable<ClientOptions['reeve']>;
}): SapphireClient {
	const client = new SapphireClient({
		...clientOptions(options.apiUrl, options.redact, DEFAULT_RETRY, { auditLog: options.auditLog }),
		// Pieces are registered as classes: src/pieces.ts.
		baseUserDirectory: null,
		loadMessageCommandListeners: false,
		// They would log every error a second time.
		loadDefaultErrorListeners: false,
		logger: { instance: options.logger },
		reeve: options.reeve
	});
	// Errors without an error listener of their own: there is no interaction to reply to.
	const log = (message: string, error: unknown) => {
		if (!isAlreadyAcknowledged(error)) options.logger.error(`${message}:`, error);
	};
	client.on(Events.ListenerError, (error, { piece }) => log(`Listener ${piece.name} failed`, error));
	client.on(Events.InteractionHandlerParseError, (error, { handler }) => log(`Parsing a custom ID failed in ${handler.name}`, error));
	client.on(Events.CommandAutocompleteInteractionError, (error, { interaction }) =>
		log(`Autocomplete of /${interaction.commandName} failed`, error)
	);
	client.on(Events.CommandApplicationCommandRegistryError, (error, command) =>
		log(`Registering the command ${command.name} failed`, error)
	);
	client.on(Events.ChatInputCommandError, (error, { interaction }) => log(`Command /${interaction.commandName} failed`, error));
	return client;
}
