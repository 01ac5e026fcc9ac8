import { type GatewayDispatchPayload, GatewayIntentBits as Intent, PermissionFlagsBits } from 'discord-api-types/v10';

export type EventName = GatewayDispatchPayload['t'];
type EventData<T extends EventName> = Extract<GatewayDispatchPayload, { t: T }>['d'];

/** Dispatches an event to every session whose intents include it. */
export type Emit = <T extends EventName>(event: T, data: EventData<T>) => void;

const NEEDED: Readonly<Record<string, number>> = {
	GUILD_CREATE: Intent.Guilds,
	GUILD_UPDATE: Intent.Guilds,
	GUILD_DELETE: Intent.Guilds,
	GUILD_ROLE_CREATE: Intent.Guilds,
	GUILD_ROLE_UPDATE: Intent.Guilds,
	GUILD_ROLE_DELETE: Intent.Guilds,
	CHANNEL_CREATE: Intent.Guilds,
	CHANNEL_UPDATE: Intent.Guilds,
	CHANNEL_DELETE: Intent.Guilds,
	GUILD_BAN_ADD: Intent.GuildModeration,
	GUILD_MEMBER_ADD: Intent.GuildMembers,
	GUILD_MEMBER_UPDATE: Intent.GuildMembers,
	GUILD_MEMBER_REMOVE: Intent.GuildMembers,
	GUILD_AUDIT_LOG_ENTRY_CREATE: Intent.GuildModeration
};

/** The permission the bot needs to receive this event; null if none. */
export function permissionFor(event: EventName): bigint | null {
	return event === 'GUILD_AUDIT_LOG_ENTRY_CREATE' ? PermissionFlagsBits.ViewAuditLog : null;
}

/** The intent a session needs to receive this event; 0 if none. */
export function intentFor(event: EventName, data: unknown): number {
	if (event.startsWith('MESSAGE_')) {
		const inGuild = typeof data === 'object' && data !== null && 'guild_id' in data && data.guild_id !== undefined;
		return inGuild ? Intent.GuildMessages : Intent.DirectMessages;
	}
	return NEEDED[event] ?? 0;
}
