import { type APIDMChannel, type APITextChannel, ChannelType, PermissionFlagsBits as P } from 'discord-api-types/v10';
import type { DiscordContext } from '../context/context.js';
import { refusal } from '../core/errors.js';
import { IDS } from '../core/identity.js';
import { compareIds } from '../guild/members.js';
import { channelPermissions } from '../guild/permissions.js';
import type { StoredMessage } from '../messages/messages.js';
import { Form, isRecord } from '../validate/form.js';
import { checkMessage } from '../validate/message.js';
import { editStored } from './answers.js';
import { type Call, nothing, ok, param } from './call.js';
import { channelOf, integerQuery } from './checks.js';
import type { RestServer } from './server.js';

/** Channels and their messages. */
export function channelRoutes(server: RestServer, context: DiscordContext): void {
	server.route('GET', '/channels/:channel', (call) => ok(channelOf(context, call)));
	server.route('POST', '/channels/:channel/typing', (call) => {
		channelOf(context, call, P.SendMessages);
		return nothing();
	});
	server.route('GET', '/channels/:channel/messages', (call) => list(context, call));
	server.route('POST', '/channels/:channel/messages', (call) => create(context, call), { limit: 'messages' });
	server.route('GET', '/channels/:channel/messages/:message{\\d+}', (call) => {
		channelOf(context, call, P.ReadMessageHistory);
		return ok(messageOf(context, call).message);
	});
	server.route('PATCH', '/channels/:channel/messages/:message{\\d+}', (call) => edit(context, call), { limit: 'messages' });
	server.route('DELETE', '/channels/:channel/messages/:message{\\d+}', (call) => {
		channelOf(context, call);
		context.messages.delete(messageOf(context, call));
		return nothing();
	});
}

function create(context: DiscordContext, call: Call) {
	const channel = channelOf(context, call, P.SendMessages);
	if (channel.type === ChannelType.DM && !context.guild.members.has(channel.recipients?.[0]?.id ?? '')) throw refusal('cannotDm');
	requirePartPermissions(context, channel, call);
	const input = checkMessage(call.body, { files: call.files });
	const reference = input.message_reference?.message_id;
	const referred = reference === undefined ? undefined : context.messages.find(reference);
	if (reference !== undefined && !referred && input.message_reference?.fail_if_not_exists !== false) refuseReference();
	const more = referred ? { type: 19, message_reference: { type: 0, channel_id: channel.id, message_id: referred.message.id } } : {};
	return ok(context.messages.create({ channelId: channel.id, input, files: call.files, more }));
}

/** Rejects a reply to an unknown message. */
function refuseReference(): void {
	const form = new Form();
	form.fail(['message_reference'], 'MESSAGE_REFERENCE_UNKNOWN_MESSAGE', 'Unknown message');
	form.check();
}

function edit(context: DiscordContext, call: Call) {
	const channel = channelOf(context, call);
	const stored = messageOf(context, call);
	if (stored.message.author.id !== IDS.bot) throw refusal('notTheAuthor');
	requirePartPermissions(context, channel, call);
	return ok(editStored(context, stored, call.body, call.files));
}

/** Embeds and files need permissions of their own. */
function requirePartPermissions(context: DiscordContext, channel: APITextChannel | APIDMChannel, call: Call): void {
	if (channel.type === ChannelType.DM) return;
	const has = channelPermissions(context.guild, context.guild.bot, channel);
	const embeds = isRecord(call.body) && Array.isArray(call.body.embeds) && call.body.embeds.length > 0;
	if (embeds && (has & P.EmbedLinks) === 0n) throw refusal('missingPermissions');
	if (call.files.length > 0 && (has & P.AttachFiles) === 0n) throw refusal('missingPermissions');
}

function list(context: DiscordContext, call: Call) {
	const channel = channelOf(context, call);
	const limit = integerQuery(call, 'limit', { min: 1, max: 100, defaultValue: 50 });
	if (channel.type !== ChannelType.DM && (channelPermissions(context.guild, context.guild.bot, channel) & P.ReadMessageHistory) === 0n)
		return ok([]);
	const all = context.messages.inChannel(channel.id);
	const [before, after, around] = ['before', 'after', 'around'].map((name) => call.query.get(name));
	if (after)
		return ok(
			all
				.filter(({ id }) => compareIds(id, after) > 0)
				.slice(0, limit)
				.reverse()
		);
	if (around) {
		const middle = all.findIndex(({ id }) => compareIds(id, around) >= 0);
		const from = Math.max(0, middle - Math.floor(limit / 2));
		return ok(all.slice(from, from + limit).reverse());
	}
	return ok((before ? all.filter(({ id }) => compareIds(id, before) < 0) : all).slice(-limit).reverse());
}

/** A message of the channel that is not ephemeral. */
function messageOf(context: DiscordContext, call: Call): StoredMessage {
	const stored = context.messages.find(param(call, 'message'));
	if (!stored || stored.ephemeralFor !== null || stored.message.channel_id !== param(call, 'channel')) throw refusal('unknownMessage');
	return stored;
}
