import type { APIApplicationCommand, APIMessage } from 'discord-api-types/v10';
import type { GuildView, InteractionView } from '../../services/discord/discord.js';
import type { ChannelName } from './api.js';

type Person = GuildView['members'][number];

/** Everything the page shows. `render` reads it; only `main` and the handlers change it. */
export const state = {
	guild: { id: '', name: '', members: [], departed: [], roles: [], channels: [], auditLog: [] } as GuildView,
	people: new Map<string, Person>(),
	roles: new Map<string, GuildView['roles'][number]>(),
	channels: new Map<string, string>(),
	commands: [] as APIApplicationCommand[],
	messages: [] as APIMessage[],
	/** Interactions of the user in this tab, oldest first. */
	interactions: [] as InteractionView[],
	/** The ID of who uses the page. */
	user: '',
	/** The ID of the user whose card is open; empty if none is. */
	card: '',
	/** What went wrong last; empty if nothing did. */
	problem: '',
	/** False while the sandbox cannot be reached. */
	connected: true
};

export function isOperator(): boolean {
	return state.people.get(state.user)?.operator ?? true;
}

/** Operators look at the admin channel, which members cannot see. */
export function channelName(): ChannelName {
	return isOperator() ? 'admin' : 'general';
}

const CHANNELS: Record<ChannelName, string> = { admin: 'reeve-admin', general: 'general' };

export function channelTitle(): string {
	return CHANNELS[channelName()];
}
