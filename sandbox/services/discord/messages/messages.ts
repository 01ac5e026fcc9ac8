import {
	type APIAttachment,
	type APIDMChannel,
	type APIMessage,
	type ChannelFlags,
	ChannelType,
	GatewayDispatchEvents as Event,
	MessageFlags,
	MessageType
} from 'discord-api-types/v10';
import { refusal } from '../core/errors.js';
import type { Emit } from '../core/events.js';
import type { UploadedFile } from '../core/files.js';
import type { Clock } from '../core/identity.js';
import type { Guild } from '../guild/guild.js';
import { type Member, toMemberOnly, toUser } from '../guild/members.js';
import { Form } from '../validate/form.js';
import type { MessageInput } from '../validate/message.js';
import { Attachments } from './attachments.js';
import { composeParts } from './compose.js';
import { NO_PINGS, type Pings, pingsOf, textOf } from './pings.js';

const NONCE_TTL_MS = 5 * 60_000;
const EDITABLE = MessageFlags.SuppressEmbeds | MessageFlags.IsComponentsV2;

/** A message with the state that Discord keeps but does not return. */
export interface StoredMessage {
	message: APIMessage;
	/** The only user who can see it. */
	ephemeralFor: string | null;
	/** Set if the message responds to an interaction. */
	interactionId: string | null;
}

export interface NewMessage {
	channelId: string;
	input: MessageInput;
	files: readonly UploadedFile[];
	ephemeralFor?: string | null;
	interactionId?: string | null;
	/** Fields of an interaction response. */
	more?: Partial<APIMessage>;
	/** Whether the message may be empty, as a deferred response is. */
	empty?: boolean;
}

/** All messages in all channels. The bot is the only author. */
export class Messages {
	public readonly attachments: Attachments;
	private readonly stored = new Map<string, StoredMessage>();
	private readonly dmChannels = new Map<string, APIDMChannel>();
	private readonly nonces = new Map<string, { id: string; at: number }>();
	private readonly pinged = new Map<string, Pings>();

	public constructor(
		private readonly clock: Clock,
		private readonly emit: Emit,
		private readonly guild: Guild,
		origin: () => string
	) {
		this.attachments = new Attachments(clock, origin);
	}

	public find(id: string): StoredMessage | undefined {
		return this.stored.get(id);
	}

	/** Messages visible to everyone in the channel, oldest first. */
	public inChannel(channelId: string): APIMessage[] {
		return [...this.stored.values()]
			.filter(({ message, ephemeralFor }) => message.channel_id === channelId && ephemeralFor === null)
			.map(({ message }) => message);
	}

	/** Direct messages the bot sent outside of interactions. */
	public dms(): APIMessage[] {
		const channels = new Set([...this.dmChannels.values()].map(({ id }) => id));
		return [...this.stored.values()]
			.filter(({ message, interactionId }) => channels.has(message.channel_id) && interactionId === null)
			.map(({ message }) => message);
	}

	public pings(id: string): Pings {
		return this.pinged.get(id) ?? NO_PINGS;
	}

	public openDm(member: Member): APIDMChannel {
		const known = this.dmChannels.get(member.id);
		if (known) return known;
		// discord-api-types has a name, Discord sends none.
		const channel = {
			id: this.clock.snowflake(),
			type: ChannelType.DM,
			last_message_id: null,
			flags: 0 as ChannelFlags,
			recipients: [toUser(member)]
		} as unknown as APIDMChannel;
		this.dmChannels.set(member.id, channel);
		return channel;
	}

	public dmChannel(id: string): APIDMChannel | undefined {
		return [...this.dmChannels.values()].find((channel) => channel.id === id);
	}

	public create(made: NewMessage): APIMessage {
		const { channelId, input, files, ephemeralFor = null, interactionId = null } = made;
		const findByNonce = this.findByNonce(channelId, input);
		if (findByNonce) return findByNonce;
		const descriptions = new Map(input.attachments?.map(({ id, description }) => [String(id), description]));
		const added = files.map((file) => this.attachments.add(channelId, file, descriptions.get(file.index), ephemeralFor !== null));
		const composed = composeParts(input.embeds ?? [], input.components ?? [], added, this.clock);
		const content = (input.content ?? '').trim();
		if (!made.empty && content === '' && composed.embeds.length + composed.components.length + added.length === 0)
			throw refusal('emptyMessage');
		const message: APIMessage = {
			id: this.clock.snowflake(),
			type: MessageType.Default,
			channel_id: channelId,
			author: toUser(this.guild.bot),
			content,
			timestamp: this.clock.stamp(),
			edited_timestamp: null,
			tts: input.tts ?? false,
			mention_everyone: false,
			mentions: [],
			mention_roles: [],
			...composed,
			pinned: false,
			flags: (input.flags ?? 0) as MessageFlags,
			...(input.nonce === undefined || input.nonce === null ? {} : { nonce: input.nonce }),
			...made.more
		};
		this.call(message, input, true);
		this.stored.set(message.id, { message, ephemeralFor, interactionId });
		if (input.enforce_nonce && message.nonce !== undefined)
			this.nonces.set(`${channelId} ${message.nonce}`, { id: message.id, at: this.clock.milliseconds() });
		const channel = this.guild.channels.get(channelId) ?? this.dmChannel(channelId);
		if (channel && ephemeralFor === null) channel.last_message_id = message.id;
		this.announce(Event.MessageCreate, message, ephemeralFor);
		return message;
	}

	/** @param first - whether this completes a deferred response, which pings as a new message does */
	public edit(stored: StoredMessage, input: MessageInput, files: readonly UploadedFile[], first = false): APIMessage {
		const before = stored.message;
		const flags = this.flagsAfter(before, input);
		const descriptions = new Map(input.attachments?.map(({ id, description }) => [String(id), description]));
		const kept = input.attachments === undefined ? before.attachments : before.attachments.filter(({ id }) => descriptions.has(id));
		const added = files.map((file) =>
			this.attachments.add(before.channel_id, file, descriptions.get(file.index), stored.ephemeralFor !== null)
		);
		const content = input.content === undefined ? before.content : (input.content ?? '').trim();
		const composed = composeParts(
			input.embeds === undefined ? before.embeds : (input.embeds ?? []),
			input.components === undefined ? (before.components ?? []) : (input.components ?? []),
			[...kept, ...added] satisfies APIAttachment[],
			this.clock
		);
		if (content === '' && composed.embeds.length + composed.components.length + kept.length + added.length === 0)
			throw refusal('emptyMessage');
		if ((flags & MessageFlags.IsComponentsV2) !== 0 && (content !== '' || composed.embeds.length > 0)) refuseMixture();
		const message: APIMessage = {
			...before,
			content,
			...composed,
			flags: first ? flags & ~MessageFlags.Loading : flags,
			edited_timestamp: first ? null : this.clock.stamp()
		};
		this.call(message, input, first);
		stored.message = message;
		this.announce(Event.MessageUpdate, message, stored.ephemeralFor);
		return message;
	}

	public delete({ message, ephemeralFor }: StoredMessage): void {
		this.stored.delete(message.id);
		if (ephemeralFor !== null) return;
		this.emit(Event.MessageDelete, { id: message.id, channel_id: message.channel_id, ...this.guildOf(message) });
	}

	/** Sets the message's mentions. @param calls - whether they ping */
	private call(message: APIMessage, input: MessageInput, calls: boolean): void {
		const pings = pingsOf(this.guild, textOf(message.content, message.components ?? []), input.allowed_mentions);
		message.mentions = pings.users.flatMap((id) => {
			const member = this.guild.members.get(id) ?? this.guild.departed.get(id);
			return member ? [toUser(member)] : [];
		});
		message.mention_roles = pings.roles;
		message.mention_everyone = pings.everyone;
		if (calls) this.pinged.set(message.id, pings);
	}

	private findByNonce(channelId: string, { nonce, enforce_nonce }: MessageInput): APIMessage | undefined {
		const known = enforce_nonce ? this.nonces.get(`${channelId} ${nonce}`) : undefined;
		const recent = known && this.clock.milliseconds() - known.at < NONCE_TTL_MS;
		return recent ? this.stored.get(known.id)?.message : undefined;
	}

	private flagsAfter(message: APIMessage, { flags }: MessageInput): MessageFlags {
		const before = message.flags ?? 0;
		if (flags === undefined || flags === null) return before as MessageFlags;
		return ((before & ~MessageFlags.SuppressEmbeds) | (flags & EDITABLE)) as MessageFlags;
	}

	private announce(event: Event.MessageCreate | Event.MessageUpdate, message: APIMessage, ephemeralFor: string | null): void {
		if (ephemeralFor !== null) return;
		const inGuild = this.guild.channels.has(message.channel_id);
		this.emit(event, { ...message, ...this.guildOf(message), ...(inGuild ? { member: toMemberOnly(this.guild.bot) } : {}) });
	}

	private guildOf(message: APIMessage): { guild_id?: string } {
		return this.guild.channels.has(message.channel_id) ? { guild_id: this.guild.id } : {};
	}
}

function refuseMixture(): void {
	const form = new Form();
	form.fail(
		['flags'],
		'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
		'The content and embeds must be taken away for MessageFlags.IS_COMPONENTS_V2'
	);
	form.check();
}
