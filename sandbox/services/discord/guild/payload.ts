import {
	type GatewayGuildCreateDispatchData,
	GuildDefaultMessageNotifications,
	GuildExplicitContentFilter,
	GuildMFALevel,
	GuildNSFWLevel,
	GuildPremiumTier,
	type GuildSystemChannelFlags,
	GuildVerificationLevel,
	Locale
} from 'discord-api-types/v10';
import type { Guild } from './guild.js';
import { toMember } from './members.js';

/** The guild as REST returns it. */
export function toGuild(guild: Guild) {
	return {
		id: guild.id,
		name: guild.name,
		icon: null,
		splash: null,
		discovery_splash: null,
		banner: null,
		description: null,
		owner_id: guild.ownerId,
		region: 'deprecated',
		afk_channel_id: null,
		afk_timeout: 300 as const,
		verification_level: GuildVerificationLevel.None,
		default_message_notifications: GuildDefaultMessageNotifications.AllMessages,
		explicit_content_filter: GuildExplicitContentFilter.Disabled,
		roles: [...guild.roles.values()],
		emojis: [],
		stickers: [],
		features: [],
		mfa_level: guild.twoFactor.required ? GuildMFALevel.Elevated : GuildMFALevel.None,
		application_id: null,
		system_channel_id: null,
		system_channel_flags: 0 as GuildSystemChannelFlags,
		rules_channel_id: null,
		public_updates_channel_id: null,
		safety_alerts_channel_id: null,
		incidents_data: null,
		vanity_url_code: null,
		premium_tier: GuildPremiumTier.None,
		premium_subscription_count: 0,
		preferred_locale: Locale.EnglishUS,
		nsfw_level: GuildNSFWLevel.Default,
		premium_progress_bar_enabled: false,
		widget_enabled: false,
		widget_channel_id: null,
		home_header: null,
		nsfw: false,
		max_presences: null,
		max_members: 25_000_000,
		max_video_channel_users: 25,
		max_stage_video_channel_users: 50
	};
}

/** The guild as the gateway sends it. */
export function toGatewayGuild(guild: Guild) {
	return { ...toGuild(guild), hub_type: null };
}

/** The guild when the bot comes to know it: marked as large, so clients must request its members. */
export function toGuildCreate(guild: Guild): GatewayGuildCreateDispatchData {
	return {
		...toGatewayGuild(guild),
		joined_at: guild.bot.joinedAt,
		large: true,
		unavailable: false,
		member_count: guild.members.size + guild.countOffset,
		voice_states: [],
		members: [toMember(guild.bot)],
		channels: [...guild.channels.values()],
		threads: [],
		presences: [],
		stage_instances: [],
		guild_scheduled_events: [],
		soundboard_sounds: []
	};
}
