import { ApplicationCommandRegistries, Events, type ILogger, RegisterBehavior, SapphireClient } from '@sapphire/framework';
import { type CacheWithLimitsOptions, type ClientOptions, GatewayIntentBits, Options } from 'discord.js';
import { createRedactingRequest } from './redacting-request.js';
import { isAlreadyAcknowledged } from './replies.js';
import { createRetryingRequest, DEFAULT_RETRY, MAX_RETRY_AFTER_MS, type RetryOptions } from './retry.js';

/** The people whom discord.js remembers: those it heard of last. */
const MAX_CACHED_MEMBERS = 200;

/** What discord.js keeps: a server has members by the million, and much that Reeve never looks at. */
const CACHE_LIMITS = {
	// Its own rank and permissions are read from here.
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
 * What makes any client of discord.js Reeve's: what it hears and keeps, that it can ping nobody, how patient it is, and that no secret
 * leaves by it.
 * @param apiUrl - Discord's API, without the version
 * @param mask - takes secrets out of a text
 */
export function clientOptions(
	apiUrl: string,
	mask: (text: string) => string,
	patience: RetryOptions = DEFAULT_RETRY
): Pick<ClientOptions, 'intents' | 'allowedMentions' | 'makeCache' | 'rest' | 'tasks'> {
	const { retries, timeoutMs: timeout } = patience;
	return {
		// GuildMembers is privileged: without it nobody can list who holds a role.
		intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMembers],
		allowedMentions: { parse: [] },
		makeCache: Options.cacheWithLimits(CACHE_LIMITS),
		rest: {
			api: apiUrl,
			retries,
			timeout,
			makeRequest: createRetryingRequest(createRedactingRequest(mask), patience),
			rejectOnRateLimit: ({ retryAfter }) => retryAfter > MAX_RETRY_AFTER_MS
		},
		// Asked for by the types of the task pieces, and never read: src/schedule makes the queue, once the pieces are loaded.
		tasks: { bull: { connection: {} } }
	};
}

/**
 * The client of the standalone bot. It can ping no one.
 * @param options.apiUrl - Discord's API, without the version
 * @param options.mask - takes out of a text what must not be shown
 */
export function createClient(options: {
	guildId: string;
	apiUrl: string;
	logger: ILogger;
	mask: (text: string) => string;
}): SapphireClient {
	ApplicationCommandRegistries.setDefaultBehaviorWhenNotIdentical(RegisterBehavior.Overwrite);
	ApplicationCommandRegistries.setDefaultGuildIds([options.guildId]);
	const client = new SapphireClient({
		...clientOptions(options.apiUrl, options.mask),
		// Pieces are registered as classes: src/pieces.ts.
		baseUserDirectory: null,
		loadMessageCommandListeners: false,
		// They would tell of every error a second time.
		loadDefaultErrorListeners: false,
		loadSubcommandErrorListeners: false,
		logger: { instance: options.logger }
	});
	// What the pieces that listen for errors do not hear of, since there is nobody to answer.
	const tell = (what: string) => (error: unknown) => {
		if (!isAlreadyAcknowledged(error)) options.logger.error(`${what} failed:`, error);
	};
	client.on(Events.ListenerError, tell('A listener'));
	client.on(Events.InteractionHandlerParseError, tell('Reading the ID of a button'));
	client.on(Events.CommandAutocompleteInteractionError, tell('A suggestion'));
	client.on(Events.CommandApplicationCommandRegistryError, tell('Registering the commands'));
	client.on(Events.ChatInputCommandError, tell('A command'));
	return client;
}
