import {
	type APIMessage,
	type APIMessageInteractionMetadata,
	MessageReferenceType,
	MessageType,
	InteractionType as Type
} from 'discord-api-types/v10';
import type { DiscordContext } from '../context/context.js';
import { IDS } from '../core/identity.js';
import { toUser } from '../guild/members.js';
import type { Interaction } from '../interactions/interactions.js';

/** The fields by which a message says which interaction it answers. */

/** @param originalId - of the first response, for a follow-up */
export function answerFields(context: DiscordContext, interaction: Interaction, originalId?: string): Partial<APIMessage> {
	return {
		webhook_id: IDS.application,
		application_id: IDS.application,
		interaction_metadata: metadataOf(context, interaction, originalId),
		...(originalId === undefined ? firstFields(context, interaction) : replyTo(context, originalId))
	};
}

function metadataOf(context: DiscordContext, interaction: Interaction, originalId?: string): APIMessageInteractionMetadata {
	const { id, type, userId, location, sourceId, openerId, target } = interaction;
	const opener = openerId === null ? undefined : context.interactions.find(openerId);
	return {
		id,
		type,
		user: userOf(context, userId),
		authorizing_integration_owners: { 0: location.guildId ?? '0' },
		...(originalId === undefined ? {} : { original_response_message_id: originalId }),
		...(target && 'userId' in target ? { target_user: userOf(context, target.userId) } : {}),
		...(target && 'messageId' in target ? { target_message_id: target.messageId } : {}),
		...(type === Type.MessageComponent ? { interacted_message_id: sourceId } : {}),
		...(opener ? { triggering_interaction_metadata: metadataOf(context, opener) } : {})
	} as APIMessageInteractionMetadata;
}

function userOf({ guild }: DiscordContext, id: string) {
	return toUser(guild.members.get(id) ?? guild.departed.get(id) ?? { id, username: 'unknown', bot: false });
}

function firstFields(context: DiscordContext, { type, sourceId, target }: Interaction): Partial<APIMessage> {
	if (sourceId !== null && context.messages.find(sourceId)) return replyTo(context, sourceId);
	if (type !== Type.ApplicationCommand) return {};
	return { type: target === null ? MessageType.ChatInputCommand : MessageType.ContextMenuCommand };
}

function replyTo(context: DiscordContext, id: string): Partial<APIMessage> {
	const message = context.messages.find(id)?.message;
	if (!message) return {};
	const guild = context.guild.channels.has(message.channel_id) ? { guild_id: context.guild.id } : {};
	const reference = { type: MessageReferenceType.Default, channel_id: message.channel_id, message_id: message.id, ...guild };
	return { type: MessageType.Reply, message_reference: reference };
}
