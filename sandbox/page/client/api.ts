import type { APIApplicationCommand, APIMessage } from 'discord-api-types/v10';
import type { LogLine } from '../../bot/log.js';
import type { FoundSubscription, FoundSubscriptions } from '../../control/found-subscriptions.js';
import type { SandboxState } from '../../environment/state.js';
import type { Fault } from '../../services/core/faults.js';
import type { RequestCount } from '../../services/core/request-count.js';
import type { LoggedRequest } from '../../services/core/request-log.js';
import type { GuildView, InteractionView } from '../../services/discord/discord.js';
import type { Mail } from '../../services/mail/mail.js';
import type { Resource } from '../../services/stripe/permissions.js';
import type { PriceView } from '../../services/stripe/stripe.js';
import type { ScenarioChoice } from '../../world/scenario.js';

/** The sandbox's control API, as the page uses it. */

export type { Fault, FoundSubscription, FoundSubscriptions, LoggedRequest, LogLine, Mail, RequestCount, SandboxState, ScenarioChoice };

export type Price = PriceView;

interface RequestFilter {
	readonly limit: number;
	/** Empty for all. */
	readonly target: LoggedRequest['target'] | '';
	/** In the method, the path or the status. */
	readonly text: string;
}

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
	/** Those that the world has: it may have changed since. */
	interactions: async (ids: readonly string[]) => (ids.length > 0 ? get<InteractionView[]>(`/api/interactions?ids=${ids.join(',')}`) : []),
	/** Null if the world has changed since. */
	interaction: (id: string) => get<InteractionView>(`/api/interactions/${id}`).catch(() => null),
	/** The newest, oldest first. */
	requests: ({ limit, target, text }: RequestFilter) =>
		get<LoggedRequest[]>(`/api/requests?limit=${limit}${target && `&target=${target}`}&text=${encodeURIComponent(text)}`),
	requestCounts: () => get<RequestCount[]>('/api/requests/count'),
	inbox: () => get<Mail[]>('/api/inbox'),
	state: () => get<SandboxState>('/api/state'),
	/** The newest lines, oldest first. */
	log: (limit: number) => get<LogLine[]>(`/api/log?limit=${limit}`),
	/** Resolves when the bot is ready in the new world. */
	reset: (choice: ScenarioChoice) => post('/api/reset', choice),
	/** @param env - settings to change */
	restart: (signal: 'SIGTERM' | 'SIGKILL', env: Record<string, string> = {}) => post('/api/restart', { signal, env }),
	/** As stored, newest first, without their issues. */
	runs: <Run>(limit: number) => get<Run[]>(`/api/runs?limit=${limit}&issues=false`),
	issues: <Issue>(query: { status?: string; member?: string; limit: number }) => {
		const given = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]);
		return get<Issue[]>(`/api/issues?${new URLSearchParams(given)}`);
	},
	faults: () => get<Fault[]>('/api/faults'),
	addFault: (fault: Omit<Fault, 'id'>) => post('/api/faults', fault),
	removeFault: (id: string) => remove(`/api/faults/${id}`),
	clearFaults: () => remove('/api/faults'),
	stripeSettings: () => get<{ permissions: Record<Resource, boolean> }>('/api/stripe/settings'),
	/** Whether the bot's key may read the resource. */
	setPermission: (resource: Resource, allowed: boolean) => post('/api/stripe/settings', { permissions: { [resource]: allowed } }),
	/** @param change.by - who does it, for the audit log */
	changeRoles: (change: { user: string; add?: string[]; remove?: string[]; by: string }) => post('/api/roles', change),
	/** @param text - part of an ID, an email, or the name of a customer or a member; empty for all */
	subscriptions: (text: string, limit: number) =>
		get<FoundSubscriptions>(`/api/subscriptions?text=${encodeURIComponent(text)}&limit=${limit}`),
	prices: () => get<Price[]>('/api/stripe/prices'),
	/** @returns its ID */
	createCustomer: async (customer: { email: string; metadata: Record<string, string> }) =>
		(await post<{ id: string }>('/api/stripe/customers', customer)).id,
	createSubscription: (subscription: { customer: string; price: string; status: string }) =>
		post('/api/stripe/subscriptions', subscription),
	changeSubscription: (id: string, change: { price?: string; status?: string; cancel_at_period_end?: boolean }) =>
		sendBody('PATCH', `/api/stripe/subscriptions/${id}`, change),
	cancelSubscription: (id: string) => remove(`/api/stripe/subscriptions/${id}`),
	subscriptionAction: (id: string, action: 'fail-payment' | 'refund' | 'dispute' | 'advance') =>
		post(`/api/stripe/subscriptions/${id}/${action}`, {}),
	leave: (user: string) => post('/api/guild', { action: 'leave', user }),
	join: (member: { id: string; username: string; bot?: boolean; operator?: boolean }) => post('/api/guild', { action: 'join', member }),
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
	return sendBody<T>('POST', path, body);
}

function sendBody<T = unknown>(method: 'POST' | 'PATCH', path: string, body: object): Promise<T> {
	return send<T>(path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

function remove(path: string): Promise<unknown> {
	return send(path, { method: 'DELETE' });
}

/** @throws Error with the sandbox's reason if it refuses */
async function send<T>(path: string, init: RequestInit): Promise<T> {
	const response = await fetch(path, init);
	const body = (await response.json()) as T & { error?: string };
	if (!response.ok) throw new Error(body.error ?? `The sandbox answered ${response.status}.`);
	return body;
}
