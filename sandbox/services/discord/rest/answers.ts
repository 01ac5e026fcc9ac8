import { InteractionResponseType as Answer, type APIMessage, MessageFlags, InteractionType as Type } from 'discord-api-types/v10';
import type { DiscordContext } from '../context/context.js';
import { notEmulated, refusal } from '../core/errors.js';
import type { UploadedFile } from '../core/files.js';
import type { Interaction } from '../interactions/interactions.js';
import type { StoredMessage } from '../messages/messages.js';
import { checkChoices } from '../validate/command.js';
import { type Field, Form } from '../validate/form.js';
import { checkMessage, type MessageInput } from '../validate/message.js';
import { checkModal } from '../validate/modal.js';
import { answerFields } from './answer-fields.js';

/** The bot's responses to an interaction: the first one, edits and follow-ups. */

const PREFIX = ['data'];
const REPLY_FLAGS = MessageFlags.Ephemeral | MessageFlags.SuppressNotifications;

/** The response types valid for an interaction: a modal cannot answer a modal, and an update needs a source message. */
function allowedAnswers(interaction: Interaction): readonly Answer[] {
	if (interaction.type === Type.ApplicationCommandAutocomplete) return [Answer.ApplicationCommandAutocompleteResult];
	return [
		Answer.ChannelMessageWithSource,
		Answer.DeferredChannelMessageWithSource,
		...(interaction.sourceId === null ? [] : [Answer.DeferredMessageUpdate, Answer.UpdateMessage]),
		...(interaction.type === Type.ModalSubmit ? [] : [Answer.Modal])
	];
}

/** @throws DiscordError if the response is late, repeated or invalid */
export function answerInteraction(context: DiscordContext, interaction: Interaction, body: unknown, files: readonly UploadedFile[]): void {
	if (interaction.answer !== null) throw refusal('acknowledged');
	if (context.interactions.isTooLate(interaction)) throw refusal('unknownInteraction');
	const form = new Form();
	const root = form.field(body);
	if (root.at('type').value === Answer.LaunchActivity) throw notEmulated('activities', 400);
	const type = root.model() ? root.at('type').oneOf(allowedAnswers(interaction), true) : undefined;
	form.check();
	const data = root.at('data');
	switch (type) {
		case Answer.ChannelMessageWithSource:
			reply(context, interaction, data, files);
			break;
		case Answer.DeferredChannelMessageWithSource:
			defer(context, interaction, data);
			break;
		case Answer.UpdateMessage:
			update(context, interaction, data, files);
			break;
		case Answer.DeferredMessageUpdate:
			interaction.originalId = interaction.sourceId;
			interaction.ephemeral = isEphemeral(context, interaction.sourceId);
			break;
		case Answer.Modal: {
			const modal = checkModal(data);
			form.check();
			interaction.modal = modal;
			interaction.modalOpen = true;
			break;
		}
		case Answer.ApplicationCommandAutocompleteResult: {
			if (data.model()) checkChoices(data.at('choices'));
			form.check();
			interaction.choices = (data.at('choices').value as Interaction['choices']) ?? [];
			break;
		}
		default:
			throw refusal('internal');
	}
	interaction.answer = type;
}

function reply(context: DiscordContext, interaction: Interaction, data: Field, files: readonly UploadedFile[]): void {
	const input = checkMessage(data.value, { prefix: PREFIX, flags: REPLY_FLAGS, files });
	interaction.ephemeral = ((input.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
	interaction.originalId = post(context, interaction, input, files, interaction.ephemeral).id;
}

/** A deferral decides whether the response will be ephemeral. */
function defer(context: DiscordContext, interaction: Interaction, data: Field): void {
	const form = new Form();
	const field = form.field(data.value, PREFIX);
	const flags = field.model(false) ? (field.at('flags').integer({ min: 0 }) ?? 0) : 0;
	if ((flags & ~MessageFlags.Ephemeral) !== 0)
		field.at('flags').fail('MESSAGE_FLAGS_INVALID', 'Only the EPHEMERAL flag can be set on a deferred answer.');
	form.check();
	interaction.ephemeral = (flags & MessageFlags.Ephemeral) !== 0;
	interaction.originalId = post(context, interaction, { flags: flags | MessageFlags.Loading }, [], interaction.ephemeral, {
		empty: true
	}).id;
}

function update(context: DiscordContext, interaction: Interaction, data: Field, files: readonly UploadedFile[]): void {
	const stored = interaction.sourceId === null ? undefined : context.messages.find(interaction.sourceId);
	if (!stored) throw refusal('unknownMessage');
	editStored(context, stored, data.value, files, PREFIX);
	interaction.originalId = stored.message.id;
	interaction.ephemeral = stored.ephemeralFor !== null;
}

export function editStored(
	context: DiscordContext,
	stored: StoredMessage,
	body: unknown,
	files: readonly UploadedFile[],
	prefix: readonly string[] = []
): APIMessage {
	const { flags = 0, attachments } = stored.message;
	const before = { flags, attachments: attachments.map(({ id }) => id) };
	const input = checkMessage(body, { prefix, before, files });
	return context.messages.edit(stored, input, files, (flags & MessageFlags.Loading) !== 0);
}

/** Creates a follow-up. After a deferral the first one replaces the deferred message and keeps its visibility. */
export function followUp(context: DiscordContext, interaction: Interaction, body: unknown, files: readonly UploadedFile[]): APIMessage {
	const original = interaction.originalId === null ? undefined : context.messages.find(interaction.originalId);
	const input = checkMessage(body, { flags: REPLY_FLAGS, files });
	interaction.continued = true;
	if (original && ((original.message.flags ?? 0) & MessageFlags.Loading) !== 0) {
		const { flags: _flags, ...rest } = input;
		return context.messages.edit(
			original,
			{
				content: null,
				...rest,
				...(((input.flags ?? 0) & MessageFlags.IsComponentsV2) !== 0 ? { flags: MessageFlags.IsComponentsV2 } : {})
			},
			files,
			true
		);
	}
	const ephemeral = ((input.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
	const message = post(context, interaction, input, files, ephemeral, original ? { originalId: original.message.id } : {});
	interaction.followUps.push(message.id);
	return message;
}

function post(
	context: DiscordContext,
	interaction: Interaction,
	input: MessageInput,
	files: readonly UploadedFile[],
	ephemeral: boolean,
	{ originalId, empty = false }: { originalId?: string; empty?: boolean } = {}
): APIMessage {
	return context.messages.create({
		channelId: interaction.location.channelId,
		input,
		files,
		ephemeralFor: ephemeral ? interaction.userId : null,
		interactionId: interaction.id,
		empty,
		more: answerFields(context, interaction, originalId)
	});
}

function isEphemeral(context: DiscordContext, id: string | null): boolean {
	return id !== null && (context.messages.find(id)?.ephemeralFor ?? null) !== null;
}
