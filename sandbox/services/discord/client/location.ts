import { type APITextChannel, ChannelType, InteractionContextType, PermissionFlagsBits } from 'discord-api-types/v10';
import { ControlError } from '../../core/control-error.js';
import type { DiscordContext } from '../context/context.js';
import { IDS } from '../core/identity.js';
import { type Member, toMember } from '../guild/members.js';
import { channelPermissions } from '../guild/permissions.js';
import type { Location } from '../interactions/interactions.js';

/** @param channel - a name, an ID or `dm`. Default: the admin channel if the member can see it, else #general. */
export function locationOf(context: DiscordContext, member: Member, channel: string | undefined, guildId: string | undefined): Location {
	const { guild } = context;
	if (channel === 'dm') {
		const dm = context.messages.openDm(member);
		return { guildId: null, channelId: dm.id, channel: dm };
	}
	if (guildId !== undefined && guildId !== guild.id) {
		const general = guild.channel(IDS.generalChannel);
		if (!general) throw new ControlError(404, 'there is no channel');
		const id = (BigInt(IDS.generalChannel) + 1_000n).toString();
		return { guildId, channelId: id, channel: { ...general, id, guild_id: guildId, permission_overwrites: [] } };
	}
	const found = channel === undefined ? defaultChannel(context, member) : guild.channel(channel);
	if (!found)
		throw new ControlError(
			404,
			`there is no channel ${channel}; there are ${[...guild.channels.values()].map(({ name }) => `#${name}`).join(', ')}`
		);
	return { guildId: guild.id, channelId: found.id, channel: found };
}

function defaultChannel({ guild }: DiscordContext, member: Member): APITextChannel | undefined {
	const admin = guild.channels.get(IDS.adminChannel);
	const sees = admin && (channelPermissions(guild, member, admin) & PermissionFlagsBits.ViewChannel) !== 0n;
	return sees ? admin : guild.channels.get(IDS.generalChannel);
}

/** The fields every interaction has: guild, channel, user and permissions. */
export function interactionContext(context: DiscordContext, member: Member, location: Location) {
	const { guild } = context;
	const { channel } = location;
	if (location.guildId === null || channel.type === ChannelType.DM) {
		return {
			channel: { ...channel },
			channel_id: location.channelId,
			user: toMember(member).user,
			app_permissions: PermissionFlagsBits.SendMessages.toString(),
			authorizing_integration_owners: { 0: '0' },
			context: InteractionContextType.BotDM
		};
	}
	const home = guild.channels.get(location.channelId);
	const permissions = (subject: Member) => (home ? channelPermissions(guild, subject, home) : PermissionFlagsBits.ViewChannel).toString();
	return {
		guild_id: location.guildId,
		guild: { id: location.guildId, locale: 'en-US', features: [] },
		guild_locale: 'en-US',
		channel: { ...channel, permissions: permissions(member) },
		channel_id: location.channelId,
		member: { ...toMember(member), ...(home ? {} : { roles: [] }), permissions: permissions(member) },
		app_permissions: permissions(guild.bot),
		authorizing_integration_owners: { 0: location.guildId },
		context: InteractionContextType.Guild
	};
}
