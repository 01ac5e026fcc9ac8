import { parse } from 'discord-markdown-parser';
import { html, type TemplateResult } from 'lit';
import { state } from '../client/state.js';
import { fullTime, relativeTime } from './time.js';
import { openCard } from './user-card.js';

/** Discord's markdown as elements. */

interface Node {
	readonly type: string;
	readonly content?: string | readonly Node[];
	readonly id?: string;
	readonly target?: string;
	readonly timestamp?: string;
	readonly format?: string;
	readonly name?: string;
	readonly fullName?: string;
	readonly level?: number;
}

type Part = TemplateResult | string;

const MESSAGE_LINK = /^https:\/\/discord\.com\/channels\/\d+\/(\d+)\/(\d+)$/;

/** @param kind - `plain` for titles and labels, which have no links */
export function markdown(text: string, kind: 'plain' | 'full' = 'full'): Part[] {
	const nodes = parse(withBullets(text), kind === 'full' ? 'extended' : 'normal') as unknown as Node[];
	return nodes.map(toElement);
}

/** Lists, which the parser does not know. Code blocks stay. */
function withBullets(text: string): string {
	return text
		.split(/(```[\s\S]*?```)/)
		.map((part) => (part.startsWith('```') ? part : part.replace(/^( *)[-*] /gm, '$1• ')))
		.join('');
}

function inside(node: Node): Part[] {
	const { content } = node;
	return content === undefined ? [] : typeof content === 'string' ? [content] : content.map(toElement);
}

function toElement(node: Node): Part {
	switch (node.type) {
		case 'strong':
			return html`<strong>${inside(node)}</strong>`;
		case 'em':
			return html`<em>${inside(node)}</em>`;
		case 'underline':
			return html`<u>${inside(node)}</u>`;
		case 'strikethrough':
			return html`<s>${inside(node)}</s>`;
		case 'inlineCode':
			return html`<code>${inside(node)}</code>`;
		case 'codeBlock':
			return html`<pre tabindex="0"><code>${inside(node)}</code></pre>`;
		case 'br':
		case 'newline':
			return html`<br />`;
		case 'subtext':
			return html`<small class="subtext">${inside(node)}</small>`;
		case 'heading':
			return html`<span class="heading h${node.level ?? 3}">${inside(node)}</span>`;
		case 'blockQuote':
			return html`<blockquote>${inside(node)}</blockquote>`;
		case 'spoiler':
			return html`<span class="spoiler" tabindex="0">${inside(node)}</span>`;
		case 'link':
		case 'url':
		case 'autolink':
			return link(node);
		case 'user':
			return userMention(node.id ?? '');
		case 'role':
			return mention(`@${state.roles.get(node.id ?? '')?.name ?? 'deleted-role'}`);
		case 'channel':
			return mention(`#${state.channels.get(node.id ?? '') ?? 'unknown'}`);
		case 'everyone':
		case 'here':
			return mention(`@${node.type}`);
		case 'slashCommand':
			return mention(`/${node.fullName ?? node.name ?? ''}`);
		case 'timestamp':
			return time(Number(node.timestamp), node.format ?? 'f');
		case 'twemoji':
		case 'emoji':
			return node.name ?? '';
		default:
			return typeof node.content === 'string' ? node.content : html`${inside(node)}`;
	}
}

function mention(text: string): TemplateResult {
	return html`<span class="mention">${text}</span>`;
}

function userMention(id: string): TemplateResult {
	const person = state.people.get(id);
	if (!person) return mention('@unknown-user');
	return html`<button class="mention" @click=${() => openCard(id)}>@${person.username}</button>`;
}

function link(node: Node): Part {
	const target = node.target ?? '';
	if (!/^https?:\/\//i.test(target)) return html`${inside(node)}`;
	const [, channel, message] = MESSAGE_LINK.exec(target) ?? [];
	if (channel !== undefined && message !== undefined) return messageLink(channel, message, node);
	return html`<a href=${target} target="_blank" rel="noopener noreferrer">${inside(node)}</a>`;
}

/** Shows the message that the link leads to. A link without a text of its own is shown as Discord shows it. */
function messageLink(channel: string, message: string, node: Node): TemplateResult {
	const text = node.type === 'link' ? html`${inside(node)}` : `#${state.channels.get(channel) ?? 'unknown'} › message`;
	const show = () => document.querySelector(`article[data-message="${message}"]`)?.scrollIntoView({ block: 'start' });
	return html`<button class="mention" @click=${show}>${text}</button>`;
}

function time(seconds: number, format: string): TemplateResult {
	const date = new Date(seconds * 1_000);
	if (Number.isNaN(date.getTime())) return html`Invalid date`;
	const text = format === 'R' ? relativeTime(date) : new Intl.DateTimeFormat('en-GB', FORMATS[format] ?? FORMATS.f).format(date);
	return html`<time class="timestamp" datetime=${date.toISOString()} title=${fullTime(date)}>${text}</time>`;
}

const FORMATS: Readonly<Record<string, Intl.DateTimeFormatOptions>> = {
	t: { timeStyle: 'short' },
	T: { timeStyle: 'medium' },
	d: { dateStyle: 'short' },
	D: { dateStyle: 'long' },
	f: { dateStyle: 'long', timeStyle: 'short' },
	F: { dateStyle: 'full', timeStyle: 'short' }
};
