import type { APIApplicationCommand, APIMessage } from 'discord-api-types/v10';
import type { LoggedRequest } from '../../services/core/request-log.js';
import type { GuildView, InteractionView } from '../../services/discord/discord.js';

/** The sandbox's control API, as the page uses it. */

export type { LoggedRequest };

/** What a user attaches to a command. */
export interface AttachedFile {
	readonly name: string;
	readonly content: string;
}

export type OptionValue = string | number | boolean | AttachedFile;

/** The channels a user of the page can look at. */
export type ChannelName = 'admin' | 'general';

export const api = {
	guild: () => get<GuildView>('/api/guild'),
	commands: () => get<APIApplicationCommand[]>('/api/commands'),
	/** The newest, oldest first. */
	messages: (channel: ChannelName, limit: number) =>
		get<APIMessage[]>(`/api/messages?limit=${limit}${channel === 'admin' ? '' : '&channel=general'}`),
	/** Null if the world has changed since. */
	interaction: (id: string) => get<InteractionView>(`/api/interactions/${id}`).catch(() => null),
	/** The newest, oldest first. */
	requests: (limit: number) => get<LoggedRequest[]>(`/api/requests?limit=${limit}`),
	join: (member: { id: string; username: string; operator: boolean }) => post('/api/guild', { action: 'join', member }),
	command: (user: string, command: string, options: Record<string, OptionValue>) =>
		open('/api/command', { user, command, ...(Object.keys(options).length > 0 ? { options } : {}) }),
	/** A command of the context menu of the target. */
	userCommand: (user: string, command: string, target: string) => open('/api/command', { user, command, target }),
	click: (user: string, messageId: string, customId: string, values?: readonly string[]) =>
		open('/api/click', { user, messageId, customId, ...(values ? { values } : {}) }),
	modal: (user: string, interactionId: string, fields: Record<string, string>) => open('/api/modal', { user, interactionId, fields }),
	autocomplete: (user: string, command: string, option: string, value: string) =>
		open('/api/autocomplete', { user, command, option, value })
};

/** @returns the ID of the interaction that the request opened */
async function open(path: string, body: object): Promise<string> {
	return (await post<{ interactionId: string }>(path, body)).interactionId;
}

function get<T>(path: string): Promise<T> {
	return send<T>(path, {});
}

function post<T = unknown>(path: string, body: object): Promise<T> {
	return send<T>(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

/** @throws Error with the sandbox's reason if it refuses */
async function send<T>(path: string, init: RequestInit): Promise<T> {
	const response = await fetch(path, init);
	const body = (await response.json()) as T & { error?: string };
	if (!response.ok) throw new Error(body.error ?? `The sandbox answered ${response.status}.`);
	return body;
}
