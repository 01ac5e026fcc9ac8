import {
	type APIInteraction,
	ApplicationCommandType,
	ComponentType,
	GatewayDispatchEvents as Event,
	ApplicationCommandOptionType as Option,
	InteractionType as Type
} from 'discord-api-types/v10';
import { ControlError } from '../../core/control-error.js';
import type { DiscordContext } from '../context/context.js';
import { IDS } from '../core/identity.js';
import type { Member } from '../guild/members.js';
import type { Interaction, Location } from '../interactions/interactions.js';
import type { StoredMessage } from '../messages/messages.js';
import { componentData, usableComponent } from './components.js';
import { interactionContext, locationOf } from './location.js';
import { modalData } from './modals.js';
import { fillOptions, nest, resolveCommand, resolveTarget, type SentOption, title } from './options.js';

/**
 * What a user's Discord client does: each action creates an interaction and sends it to the bot. No permission check here: Discord hides
 * commands from members without the permission, but an administrator can override that, so the bot must check.
 */

const ATTACHMENT_SIZE_LIMIT = 10 * 1024 * 1024;

export interface CommandCall {
	user: string;
	command: string;
	options?: Record<string, unknown>;
	/** Given for a command in the context menu of this user, or of the message with this ID. */
	target?: string;
	channel?: string;
	guildId?: string;
}

export function sendCommand(context: DiscordContext, call: CommandCall): Interaction {
	const member = memberOf(context, call.user);
	if (call.target !== undefined) return sendMenuCommand(context, member, call, call.target);
	const invocation = resolveCommand(context, call.command);
	const { values, resolved } = fillOptions(context, invocation, call.options ?? {});
	const location = locationOf(context, member, call.channel, call.guildId);
	const data = commandData(invocation.command, nest(invocation.path, values));
	const interaction = context.interactions.open({
		type: Type.ApplicationCommand,
		userId: member.id,
		location,
		command: title(invocation),
		sourceId: null
	});
	return send(context, member, interaction, { ...data, ...(Object.keys(resolved).length > 0 ? { resolved } : {}) });
}

function sendMenuCommand(context: DiscordContext, member: Member, call: CommandCall, reference: string): Interaction {
	const message = context.messages.find(reference);
	const menu = message ? ApplicationCommandType.Message : ApplicationCommandType.User;
	const command = context.commands.usable(context.guild.id, menu).find(({ name }) => name === call.command);
	if (command === undefined)
		throw new ControlError(404, `there is no command "${call.command}" in the context menu of ${message ? 'messages' : 'users'}`);
	const target = message ? resolveMessage(member, message) : resolveTarget(context, reference);
	const interaction = context.interactions.open({
		type: Type.ApplicationCommand,
		userId: member.id,
		location: message
			? locationOfMessage(context, member, message.message.channel_id)
			: locationOf(context, member, call.channel, call.guildId),
		command: command.name,
		sourceId: null,
		target: message ? { messageId: target.id } : { userId: target.id }
	});
	return send(context, member, interaction, { ...commandData(command, []), target_id: target.id, resolved: target.resolved });
}

function resolveMessage(member: Member, stored: StoredMessage) {
	requireVisible(stored, member);
	const { message } = stored;
	return { id: message.id, resolved: { messages: { [message.id]: message } } };
}

export interface AutocompleteCall {
	user: string;
	command: string;
	option: string;
	value: string;
	options?: Record<string, unknown>;
}

export function sendAutocomplete(context: DiscordContext, call: AutocompleteCall): Interaction {
	const member = memberOf(context, call.user);
	const invocation = resolveCommand(context, call.command);
	const focused = invocation.takes.find(({ name }) => name === call.option);
	if (!focused) throw new ControlError(400, `/${title(invocation)} has no option ${call.option}`);
	if (!('autocomplete' in focused) || focused.autocomplete !== true)
		throw new ControlError(400, `the option ${call.option} has no autocomplete`);
	// The user is still typing: no option is required yet.
	const others = {
		...invocation,
		takes: invocation.takes.filter(({ name }) => name !== call.option).map((option) => ({ ...option, required: false }))
	};
	const { values } = fillOptions(context, others, call.options ?? {});
	const asked: SentOption = { name: focused.name, type: focused.type, value: call.value, focused: true };
	const interaction = context.interactions.open({
		type: Type.ApplicationCommandAutocomplete,
		userId: member.id,
		location: locationOf(context, member, undefined, undefined),
		command: title(invocation),
		sourceId: null
	});
	return send(context, member, interaction, commandData(invocation.command, nest(invocation.path, [...values, asked])));
}

export interface ClickCall {
	user: string;
	messageId: string;
	customId: string;
	values?: string[];
}

export function clickComponent(context: DiscordContext, call: ClickCall): Interaction {
	const member = memberOf(context, call.user);
	const stored = context.messages.find(call.messageId);
	if (!stored) throw new ControlError(409, `there is no message ${call.messageId}`);
	requireVisible(stored, member);
	const { message } = stored;
	const data = componentData(context, usableComponent(message, call.customId), call.values);
	const interaction = context.interactions.open({
		type: Type.MessageComponent,
		userId: member.id,
		location: locationOfMessage(context, member, message.channel_id),
		command: null,
		sourceId: message.id
	});
	return send(context, member, interaction, data, { message });
}

export interface ForgedCall {
	user: string;
	messageId: string;
	customId: string;
	/** A select menu when given; otherwise a button, unless `fields` is given. */
	values?: string[];
	/** A modal submission when given. */
	fields?: Record<string, string>;
	/** A channel or `dm`. Default: the message's channel. */
	channel?: string;
	guildId?: string;
}

export function forgeComponent(
	context: DiscordContext,
	{ user, messageId, customId, values, fields, channel, guildId }: ForgedCall
): Interaction {
	const member = memberOf(context, user);
	const message = context.messages.find(messageId)?.message;
	if (!message) throw new ControlError(409, `there is no message ${messageId}`);
	const interaction = context.interactions.open({
		type: fields ? Type.ModalSubmit : Type.MessageComponent,
		userId: member.id,
		location: locationOf(context, member, channel ?? message.channel_id, guildId),
		command: null,
		sourceId: message.id
	});
	const input = (custom_id: string, value: string) => ({
		type: ComponentType.ActionRow,
		components: [{ type: ComponentType.TextInput, custom_id, value }]
	});
	const component = values ? { component_type: ComponentType.StringSelect, values } : { component_type: ComponentType.Button };
	const data = fields ? { components: Object.entries(fields).map(([id, value]) => input(id, value)) } : component;
	return send(context, member, interaction, { custom_id: customId, ...data }, { message });
}

export interface ModalCall {
	user: string;
	interactionId: string;
	fields: Record<string, string>;
}

export function submitModal(context: DiscordContext, call: ModalCall): Interaction {
	const member = memberOf(context, call.user);
	const opener = context.interactions.find(call.interactionId);
	if (!opener) throw new ControlError(404, `there is no interaction ${call.interactionId}`);
	if (opener.userId !== member.id) throw new ControlError(409, `the modal was not opened for ${member.username}`);
	if (!opener.modal || !opener.modalOpen)
		throw new ControlError(409, opener.modal ? 'the modal was already submitted' : 'that interaction opened no modal');
	const data = modalData(context, opener.modal, call.fields);
	opener.modalOpen = false;
	const source = opener.sourceId === null ? undefined : context.messages.find(opener.sourceId);
	const interaction = context.interactions.open({
		type: Type.ModalSubmit,
		userId: member.id,
		location: opener.location,
		command: opener.command,
		sourceId: source ? opener.sourceId : null,
		openerId: opener.id
	});
	return send(context, member, interaction, data, source ? { message: source.message } : {});
}

function memberOf({ guild }: DiscordContext, reference: string): Member {
	const member = guild.person(reference);
	if (!member) throw new ControlError(404, `there is no member ${reference} in the guild`);
	if (member.bot) throw new ControlError(400, `${member.username} is a bot`);
	return member;
}

function requireVisible({ ephemeralFor }: StoredMessage, member: Member): void {
	if (ephemeralFor === null || ephemeralFor === member.id) return;
	throw new ControlError(409, `${member.username} cannot see that message: it is ephemeral for another user`);
}

function locationOfMessage(context: DiscordContext, member: Member, channelId: string): Location {
	return context.guild.channels.has(channelId)
		? locationOf(context, member, channelId, undefined)
		: locationOf(context, member, 'dm', undefined);
}

function commandData(command: { id: string; name: string; type: number; guild_id?: string }, options: SentOption[]) {
	return {
		id: command.id,
		name: command.name,
		type: command.type,
		...(command.guild_id === undefined ? {} : { guild_id: command.guild_id }),
		...(options.length > 0 ? { options: options.map(clean) } : {})
	};
}

/** Only groups and subcommands have nested options. */
function clean(option: SentOption): SentOption {
	const nests = option.type === Option.Subcommand || option.type === Option.SubcommandGroup;
	return nests ? { ...option, options: (option.options ?? []).map(clean) } : option;
}

function send(context: DiscordContext, member: Member, interaction: Interaction, data: object, more: object = {}): Interaction {
	const payload = {
		id: interaction.id,
		application_id: IDS.application,
		type: interaction.type,
		token: interaction.token,
		version: 1,
		locale: 'en-US',
		entitlements: [],
		attachment_size_limit: ATTACHMENT_SIZE_LIMIT,
		...interactionContext(context, member, interaction.location),
		data,
		...more
	};
	context.gateway.emit(Event.InteractionCreate, payload as unknown as APIInteraction);
	return interaction;
}
