import { type APITextChannel, type ChannelFlags, ChannelType, OverwriteType, PermissionFlagsBits } from 'discord-api-types/v10';
import { IDS, ROLE_IDS } from '../core/identity.js';

/** The guild's two channels. Only operators and the bot see the admin channel. */
export function defaultChannels(): APITextChannel[] {
	const view = PermissionFlagsBits.ViewChannel.toString();
	const admin = textChannel(IDS.adminChannel, 'reeve-admin', 0);
	admin.permission_overwrites = [
		{ id: IDS.guild, type: OverwriteType.Role, allow: '0', deny: view },
		{ id: ROLE_IDS.operator, type: OverwriteType.Role, allow: view, deny: '0' },
		{ id: ROLE_IDS.bot, type: OverwriteType.Role, allow: view, deny: '0' }
	];
	return [admin, textChannel(IDS.generalChannel, 'general', 1)];
}

export function textChannel(id: string, name: string, position: number): APITextChannel {
	return {
		id,
		type: ChannelType.GuildText,
		guild_id: IDS.guild,
		name,
		position,
		parent_id: null,
		topic: null,
		nsfw: false,
		last_message_id: null,
		rate_limit_per_user: 0,
		permission_overwrites: [],
		flags: 0 as ChannelFlags
	};
}
