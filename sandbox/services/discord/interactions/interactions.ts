import { randomBytes } from 'node:crypto';
import {
	InteractionResponseType as Answer,
	type APIApplicationCommandOptionChoice,
	type APIDMChannel,
	type APIMessage,
	type APIModalInteractionResponseCallbackData,
	type APITextChannel,
	type InteractionType,
	MessageFlags
} from 'discord-api-types/v10';
import type { Clock } from '../core/identity.js';
import type { Limits } from '../core/options.js';
import type { Messages } from '../messages/messages.js';

/** Where an interaction happens: a channel of the guild, a channel of another guild, or a DM with the bot. */
export interface Location {
	readonly guildId: string | null;
	readonly channelId: string;
	readonly channel: APITextChannel | APIDMChannel;
}

/** A user's action and the bot's responses to it. */
export interface Interaction {
	readonly id: string;
	readonly token: string;
	readonly type: InteractionType;
	readonly userId: string;
	readonly location: Location;
	/** The command text, for commands. */
	readonly command: string | null;
	/** The message whose component was used. */
	readonly sourceId: string | null;
	/** The interaction that opened the modal, for a modal submission. */
	readonly openerId: string | null;
	/** The user or the message in whose context menu a command was used. */
	readonly target: { readonly userId: string } | { readonly messageId: string } | null;
	readonly at: number;
	answer: Answer | null;
	ephemeral: boolean;
	/** The message that `@original` refers to. */
	originalId: string | null;
	readonly followUps: string[];
	/** Whether any response followed a deferred update. */
	continued: boolean;
	/** Whether the deferred update was carried out. */
	updated: boolean;
	modal: APIModalInteractionResponseCallbackData | null;
	modalOpen: boolean;
	choices: APIApplicationCommandOptionChoice[] | null;
}

export type InteractionState = 'pending' | 'deferred' | 'answered' | 'failed';

/** An interaction as its user sees it. */
export interface InteractionView {
	id: string;
	type: InteractionType;
	/** User ID. */
	user: string;
	command: string | null;
	channelId: string;
	state: InteractionState;
	/** Whether the response, or the deferral, is visible to the user only. */
	ephemeral: boolean;
	responses: (APIMessage & { ephemeral: boolean })[];
	modal: APIModalInteractionResponseCallbackData | null;
	choices: APIApplicationCommandOptionChoice[] | null;
	failure: string | null;
}

export class Interactions {
	private readonly byId = new Map<string, Interaction>();
	private readonly byToken = new Map<string, Interaction>();

	public constructor(
		private readonly clock: Clock,
		private readonly limits: Limits,
		private readonly messages: Messages
	) {}

	public open(
		what: Pick<Interaction, 'type' | 'userId' | 'location' | 'command' | 'sourceId'> & Partial<Pick<Interaction, 'openerId' | 'target'>>
	): Interaction {
		const interaction: Interaction = {
			openerId: null,
			target: null,
			...what,
			id: this.clock.snowflake(),
			token: randomBytes(32).toString('base64url'),
			at: this.clock.milliseconds(),
			answer: null,
			ephemeral: false,
			originalId: null,
			followUps: [],
			continued: false,
			updated: false,
			modal: null,
			modalOpen: false,
			choices: null
		};
		this.byId.set(interaction.id, interaction);
		this.byToken.set(interaction.token, interaction);
		return interaction;
	}

	public find(id: string): Interaction | undefined {
		return this.byId.get(id);
	}

	public withToken(token: string): Interaction | undefined {
		return this.byToken.get(token);
	}

	/** Whether the deadline of the first response has passed without one. */
	public isTooLate(interaction: Interaction): boolean {
		return interaction.answer === null && this.age(interaction) > this.limits.interactionSeconds * 1_000;
	}

	/** Whether the token has expired. */
	public isExpired(interaction: Interaction): boolean {
		return this.age(interaction) > this.limits.tokenMinutes * 60_000;
	}

	public view(interaction: Interaction): InteractionView {
		const { state, failure } = this.stateOf(interaction);
		return {
			id: interaction.id,
			type: interaction.type,
			user: interaction.userId,
			command: interaction.command,
			channelId: interaction.location.channelId,
			state,
			ephemeral: interaction.ephemeral,
			responses: this.responses(interaction),
			modal: interaction.modal,
			choices: interaction.choices,
			failure
		};
	}

	private stateOf(interaction: Interaction): { state: InteractionState; failure: string | null } {
		const { answer } = interaction;
		if (this.isTooLate(interaction)) return { state: 'failed', failure: `no answer in ${this.limits.interactionSeconds} s` };
		if (answer === null) return { state: 'pending', failure: null };
		const waiting = answer === Answer.DeferredMessageUpdate ? !interaction.continued : this.isLoading(interaction.originalId);
		if (!waiting) return { state: 'answered', failure: null };
		if (answer === Answer.DeferredChannelMessageWithSource && this.isExpired(interaction)) {
			return { state: 'failed', failure: `deferred, and no answer in ${this.limits.tokenMinutes} min` };
		}
		return { state: 'deferred', failure: null };
	}

	private responses(interaction: Interaction): (APIMessage & { ephemeral: boolean })[] {
		const unchanged = interaction.answer === Answer.DeferredMessageUpdate && !interaction.updated;
		const first = unchanged || interaction.originalId === null || this.isLoading(interaction.originalId) ? [] : [interaction.originalId];
		return [...first, ...interaction.followUps].flatMap((id) => {
			const stored = this.messages.find(id);
			return stored ? [{ ...stored.message, ephemeral: stored.ephemeralFor !== null }] : [];
		});
	}

	private isLoading(id: string | null): boolean {
		const flags = id === null ? 0 : (this.messages.find(id)?.message.flags ?? 0);
		return (flags & MessageFlags.Loading) !== 0;
	}

	private age(interaction: Interaction): number {
		return this.clock.milliseconds() - interaction.at;
	}
}
