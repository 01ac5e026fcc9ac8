import { type APIDMChannel, type APITextChannel, PermissionFlagsBits } from 'discord-api-types/v10';
import type { DiscordContext } from '../context/context.js';
import { refusal } from '../core/errors.js';
import type { Guild } from '../guild/guild.js';
import { channelPermissions, guildPermissions } from '../guild/permissions.js';
import { Form } from '../validate/form.js';
import { type Call, param } from './call.js';

/** Preconditions of routes. Each throws Discord's error response. */

export function guildOf(context: DiscordContext, call: Call): Guild {
	if (param(call, 'guild') !== context.guild.id) throw refusal('unknownGuild');
	if (!context.guild.invited) throw refusal('missingAccess');
	return context.guild;
}

/** Requires a guild-wide permission of the bot. */
export function requirePermission(guild: Guild, permission: bigint): void {
	if ((guildPermissions(guild, guild.bot) & (permission | PermissionFlagsBits.Administrator)) === 0n) throw refusal('missingPermissions');
}

/** A channel that the bot can see, with the given permissions. */
export function channelOf(context: DiscordContext, call: Call, ...permissions: readonly bigint[]): APITextChannel | APIDMChannel {
	const id = param(call, 'channel');
	const dm = context.messages.dmChannel(id);
	if (dm) return dm;
	const channel = context.guild.channels.get(id);
	if (!channel) throw refusal('unknownChannel');
	if (!context.guild.invited) throw refusal('missingAccess');
	const has = channelPermissions(context.guild, context.guild.bot, channel);
	if ((has & PermissionFlagsBits.ViewChannel) === 0n) throw refusal('missingAccess');
	if (permissions.some((permission) => (has & permission) === 0n)) throw refusal('missingPermissions');
	return channel;
}

/** An integer query parameter within its bounds. */
export function integerQuery(
	call: Call,
	name: string,
	{ min, max, defaultValue }: { min: number; max: number; defaultValue: number }
): number {
	const text = call.query.get(name);
	if (text === null) return defaultValue;
	const form = new Form();
	const value = form.field(/^-?\d+$/.test(text) ? Number(text) : text, [name]).integer({ min, max });
	form.check();
	return value ?? defaultValue;
}
