import { html, nothing, render, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { InteractionView } from '../services/discord/discord.js';
import { act, onChange, refresh } from './actions.js';
import { commandBox } from './command-box.js';
import { messageElement, pendingElement } from './message.js';
import { modalElement, openModal } from './modal.js';
import { peopleMenu, readGuild } from './people.js';
import { channelTitle, isOperator, state } from './state.js';
import { applyTheme, onSystemTheme, themeSwitch } from './theme.js';

/** The page of the sandbox: the channel as Discord shows it, live. */

/** A message of the channel, or an answer that only this user sees. */
interface Entry {
	readonly id: string;
	readonly element: TemplateResult;
}

/** Messages in the channel. Older ones stay in the sandbox. */
const MAX_MESSAGES = 100;
/** How close to the end of the channel a reader has to be to follow new messages. */
const END_PIXELS = 80;

const app = document.getElementById('app') as HTMLElement;

function page(): TemplateResult {
	return html`<header class="top">
			<h1>#${channelTitle()}</h1>
			<div class="tools">${peopleMenu()} ${themeSwitch()} <a href="/api">For scripts</a></div>
		</header>
		<main id="channel" tabindex="0" aria-label="Messages in #${channelTitle()}">
			${isOperator() ? nothing : html`<p class="note">Members do not see #reeve-admin. This is #general.</p>`}
			${repeat(
				entries(),
				({ id }) => id,
				({ element }) => element
			)}
		</main>
		<footer>
			${state.connected ? nothing : html`<p class="problem" role="alert">The sandbox cannot be reached. Is <code>npm run sandbox</code> still running?</p>`}
			${state.problem ? html`<p class="problem" role="alert">${state.problem}</p>` : nothing} ${commandBox()}
		</footer>
		${modalElement()}`;
}

/** Messages and answers in the order in which they came. */
function entries(): Entry[] {
	const messages = state.messages.slice(-MAX_MESSAGES).map((message) => ({ id: message.id, element: messageElement(message) }));
	const answers = state.interactions.flatMap(answersTo);
	return [...messages, ...answers].sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
}

/** Public answers are among the channel's messages already. */
function answersTo(interaction: InteractionView): Entry[] {
	const { id, state: progress, ephemeral, responses, failure } = interaction;
	const own = responses.filter((each) => each.ephemeral).map((each) => ({ id: each.id, element: messageElement(each, true) }));
	const isWaiting = progress === 'failed' || (progress === 'deferred' && ephemeral && responses.length === 0);
	return isWaiting ? [...own, { id, element: pendingElement('Reeve', failure) }] : own;
}

function draw(): void {
	const before = document.getElementById('channel');
	const follows = !before || before.scrollHeight - before.scrollTop - before.clientHeight < END_PIXELS;
	render(page(), app);
	openModal();
	const channel = document.getElementById('channel');
	if (channel && follows) channel.scrollTop = channel.scrollHeight;
}

/** Listens to the sandbox. The browser connects again by itself after a break. */
function listen(): void {
	const events = new EventSource('/api/events');
	const reachable = (connected: boolean) => {
		state.connected = connected;
		draw();
	};
	events.addEventListener('open', () => reachable(true));
	events.addEventListener('error', () => reachable(false));
	events.addEventListener('messages', () => void act(refresh));
	events.addEventListener('guild', () => void act(readGuild));
}

applyTheme();
onChange(draw);
onSystemTheme(() => {
	applyTheme();
	draw();
});
await act(async () => {
	await readGuild();
	await refresh();
});
listen();
