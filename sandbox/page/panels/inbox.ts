import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { messageTime } from '../channel/time.js';
import { oneAtATime, redraw } from '../client/actions.js';
import { api, type Mail } from '../client/api.js';
import type { Panel } from './panel.js';

/** The mails that the bot sent, and the one that is opened as a mail program shows it. */

let mails: readonly Mail[] = [];
/** The ID of the opened mail; empty if none is. */
let opened = '';
let asText = false;

export const inboxPanel: Panel = {
	id: 'inbox',
	title: 'Inbox',
	events: ['inbox'],
	read: oneAtATime(async () => {
		mails = await api.inbox();
	}),
	element() {
		const mail = mails.find(({ id }) => id === opened);
		return mail ? mailElement(mail) : listElement();
	}
};

function listElement(): TemplateResult {
	if (mails.length === 0) return html`<p class="note">No mail yet. Reeve mails a report after a run that found issues.</p>`;
	return html`<ul class="items">
		${repeat(
			mails.toReversed(),
			({ id }) => id,
			({ id, at, subject, to }) => html`<li>
				<button class="mail" @click=${() => open(id)}>
					<strong>${subject}</strong><small>To ${to.join(', ')} · <time datetime=${at}>${messageTime(new Date(at))}</time></small>
				</button>
			</li>`
		)}
	</ul>`;
}

function mailElement({ id, from, to, at, subject, text, html: content }: Mail): TemplateResult {
	const isText = asText || content === null;
	const choice = (title: string, value: boolean) =>
		html`<button class="button secondary" aria-pressed=${isText === value} @click=${() => show(value)}>${title}</button>`;
	return html`<div class="between">
			<button class="button secondary" @click=${() => open('')}>◀ All mails</button>
			${content === null ? nothing : html`<div class="buttons">${choice('HTML', false)} ${choice('Text', true)}</div>`}
		</div>
		<h2>${subject}</h2>
		<dl class="facts">
			<dt>From</dt>
			<dd>${from}</dd>
			<dt>To</dt>
			<dd>${to.join(', ')}</dd>
			<dt>Sent</dt>
			<dd><time datetime=${at}>${messageTime(new Date(at))}</time></dd>
		</dl>
		${
			isText
				? html`<pre class="mail-text" tabindex="0" aria-label="Text of the mail">${text ?? 'This mail has no text part.'}</pre>`
				: repeat(
						[id],
						(key) => key,
						() => htmlPart(content ?? '')
					)
		}`;
}

/**
 * The HTML part runs no script, and the page's policy lets it load nothing. It has the page's origin only so that its height can be
 * measured.
 */
function htmlPart(content: string): TemplateResult {
	const settle = ({ target }: Event) => {
		const frame = target as HTMLIFrameElement;
		const inside = frame.contentDocument;
		if (!inside) return;
		frame.style.height = `${inside.documentElement.scrollHeight}px`;
		for (const link of inside.links) link.target = '_blank';
	};
	return html`<iframe
		class="mail-html"
		title="The mail, rendered"
		sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
		.srcdoc=${content}
		@load=${settle}
	></iframe>`;
}

function open(id: string): void {
	opened = id;
	redraw();
}

function show(text: boolean): void {
	asText = text;
	redraw();
}
