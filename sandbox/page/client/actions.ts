import type { APIMessage } from 'discord-api-types/v10';
import { api } from './api.js';
import { channelName, state } from './state.js';

/** What a user of the page does. */

/** Interactions whose answers the page shows. Older ones are forgotten, as Discord forgets ephemeral messages. */
const MAX_INTERACTIONS = 20;

/** Messages of the channel on the page. Older ones stay in the sandbox. */
const MAX_MESSAGES = 100;

let changed: () => void = () => undefined;

/** @param listener - called after anything that the page shows has changed */
export function onChange(listener: () => void): void {
	changed = listener;
}

export function redraw(): void {
	changed();
}

/** Does what the user asked for, and shows what went wrong, if anything did. */
export async function act(what: () => Promise<unknown>): Promise<void> {
	state.problem = '';
	await attempt(what);
}

/** Reads something without being asked: what went wrong before stays on the page. */
export async function attempt(what: () => Promise<unknown>): Promise<void> {
	try {
		await what();
	} catch (error) {
		state.problem = error instanceof Error ? error.message : String(error);
	}
	changed();
}

/** @returns a function that attempts it once at a time: calls while it runs become one more at its end */
export function oneAtATime(what: () => Promise<unknown>): () => void {
	let running = false;
	let again = false;
	const run = async () => {
		running = true;
		do {
			again = false;
			await attempt(what);
		} while (again);
		running = false;
	};
	return () => {
		again = true;
		if (!running) void run();
	};
}

export async function click(message: APIMessage, customId: string, values?: readonly string[]): Promise<void> {
	await follow(await api.click(state.user, message.id, customId, values));
}

/** Shows the answers to an interaction of this user, also after the page is loaded again. */
export async function follow(id: string): Promise<void> {
	remember([...followed(), id]);
	await refresh();
}

/** Reads the channel and the answers to this user's interactions. */
export async function refresh(): Promise<void> {
	const { user } = state;
	const [messages, interactions] = await Promise.all([api.messages(channelName(), MAX_MESSAGES), api.interactions(followed())]);
	// Another user was chosen while this was read.
	if (state.user !== user) return;
	state.messages = messages;
	state.interactions = interactions;
	changed();
}

const key = () => `interactions of ${state.user}`;

function followed(): string[] {
	return JSON.parse(sessionStorage.getItem(key()) ?? '[]') as string[];
}

function remember(ids: readonly string[]): void {
	sessionStorage.setItem(key(), JSON.stringify(ids.slice(-MAX_INTERACTIONS)));
}
