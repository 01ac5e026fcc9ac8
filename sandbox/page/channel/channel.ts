import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { InteractionView } from '../../services/discord/discord.js';
import { channelTitle, isOperator, state } from '../client/state.js';
import { commandBox } from './command-box.js';
import { messageElement, pendingElement } from './message.js';

/** The messages of the channel with the answers that only this user sees, and the box for commands. */

/** A message of the channel, or an answer that only this user sees. */
interface Entry {
	readonly id: string;
	readonly element: TemplateResult;
}

/** How close to the end of the channel a reader has to be to follow new messages. */
const END_PIXELS = 80;

export function channel(): TemplateResult {
	return html`<div class="channel">
		<main id="channel" tabindex="0" aria-label="Messages in #${channelTitle()}">
			${isOperator() ? nothing : html`<p class="note">Members do not see #reeve-admin. This is #general.</p>`}
			${repeat(
				entries(),
				({ id }) => id,
				({ element }) => element
			)}
		</main>
		<footer>${commandBox()}</footer>
	</div>`;
}

/** Messages and answers in the order in which they came. */
function entries(): Entry[] {
	const messages = state.messages.map((message) => ({ id: message.id, element: messageElement(message) }));
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

/**
 * Shows new messages to a reader who is at the end of the channel, each from its start.
 * @param draw - draws the page
 */
export function followEnd(draw: () => void): void {
	const before = document.getElementById('channel');
	const last = before && lastMessage(before);
	const follows = !before || before.scrollTop > endOf(before) - END_PIXELS;
	// Inside of a message that is longer than the channel.
	const isReading = before !== null && before.scrollTop > endOf(before) + 1;
	draw();
	const channel = document.getElementById('channel');
	if (!channel || !follows || (isReading && lastMessage(channel) === last)) return;
	channel.scrollTop = endOf(channel);
}

function lastMessage(channel: HTMLElement): HTMLElement | null {
	return channel.querySelector('article:last-of-type');
}

/** The lowest position that shows the newest message from its start. */
function endOf(channel: HTMLElement): number {
	const start = (lastMessage(channel)?.offsetTop ?? 0) - channel.offsetTop;
	return Math.min(start, channel.scrollHeight - channel.clientHeight);
}
