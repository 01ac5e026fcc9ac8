import { type APIAttachment, type APIEmbed, type APIMessage, MessageFlags } from 'discord-api-types/v10';
import { html, nothing, type TemplateResult } from 'lit';
import { styleMap } from 'lit/directives/style-map.js';
import { components } from './components.js';
import { markdown } from './markdown.js';
import { fullTime, messageTime } from './time.js';

/** A message with its embeds, attachments, buttons and menus. */

/** @param ephemeral - whether only the user of the page sees it */
export function messageElement(message: APIMessage, ephemeral = false): TemplateResult {
	const isThinking = ((message.flags ?? 0) & MessageFlags.Loading) !== 0;
	const edited = message.edited_timestamp ? html`<span class="edited">(edited)</span>` : nothing;
	return html`<article class="message ${ephemeral ? 'ephemeral' : ''}" data-message=${message.id}>
		${byline(message.author.username, message.author.bot === true, new Date(message.timestamp))}
		<div class="body">
			${isThinking ? thinking() : html`<div class="content">${markdown(message.content)}</div>`} ${message.content === '' ? nothing : edited}
			${message.embeds.map((embed) => embedElement(embed, message.attachments))}
			${message.attachments.filter((each) => !isInEmbed(each, message.embeds)).map(attachmentElement)}
			${message.content === '' ? edited : nothing} ${components(message)}
			${ephemeral ? html`<p class="note">Only you can see this</p>` : nothing}
		</div>
	</article>`;
}

/** The bot's answer that has not come yet, or never came. */
export function pendingElement(botName: string, failure: string | null): TemplateResult {
	return html`<article class="message ephemeral">
		${byline(botName, true, null)}
		<div class="body">
			${failure === null ? thinking() : html`<p class="failure">The application did not respond (${failure})</p>`}
			<p class="note">Only you can see this</p>
		</div>
	</article>`;
}

function thinking(): TemplateResult {
	return html`<p class="thinking">Thinking…</p>`;
}

function byline(name: string, bot: boolean, date: Date | null): TemplateResult {
	return html`<span class="avatar ${bot ? 'bot' : ''}" aria-hidden="true">${[...name][0]?.toUpperCase()}</span>
		<header>
			<strong class="author">${name}</strong>
			${bot ? html`<span class="app">APP</span>` : nothing}
			${date ? html`<time datetime=${date.toISOString()} title=${fullTime(date)}>${messageTime(date)}</time>` : nothing}
		</header>`;
}

function embedElement(embed: APIEmbed, attachments: readonly APIAttachment[]): TemplateResult {
	const color = embed.color === undefined ? {} : { borderLeftColor: `#${embed.color.toString(16).padStart(6, '0')}` };
	const image = embed.image ? localUrl(embed.image.url, attachments) : null;
	const footer = [embed.footer?.text, embed.timestamp ? messageTime(new Date(embed.timestamp)) : undefined].filter(Boolean).join(' • ');
	return html`<section class="embed" style=${styleMap(color)}>
		${embed.author ? html`<p class="embed-author">${embed.author.name}</p>` : nothing}
		${embed.title ? html`<p class="embed-title">${embed.url ? html`<a href=${embed.url} target="_blank" rel="noopener noreferrer">${markdown(embed.title, 'plain')}</a>` : markdown(embed.title, 'plain')}</p>` : nothing}
		${embed.description ? html`<div class="content">${markdown(embed.description)}</div>` : nothing}
		${
			embed.fields && embed.fields.length > 0
				? html`<div class="fields">
						${embed.fields.map(
							({ name, value, inline }) => html`<div class=${inline ? 'inline' : 'wide'}>
								<p class="field-name">${markdown(name, 'plain')}</p>
								<div class="content">${markdown(value)}</div>
							</div>`
						)}
					</div>`
				: nothing
		}
		${image ? html`<img class="embed-image" src=${image} alt=${altOf(embed, attachments)} />` : nothing}
		${footer ? html`<p class="embed-footer">${footer}</p>` : nothing}
	</section>`;
}

function attachmentElement(attachment: APIAttachment): TemplateResult {
	const url = localUrl(attachment.url, []) ?? '#';
	if (attachment.content_type?.startsWith('image/'))
		return html`<a class="picture" href=${url} target="_blank"
			><img src=${url} alt=${attachment.description ?? attachment.filename}
		/></a>`;
	return html`<p class="file"><a href=${url} download=${attachment.filename}>${attachment.filename}</a> <span>${kilobytes(attachment.size)}</span></p>`;
}

function kilobytes(bytes: number): string {
	return `${Math.max(1, Math.round(bytes / 1_024)).toLocaleString('en')} KB`;
}

/** The path on this server, since the page loads nothing from elsewhere; null for a picture of another server. */
function localUrl(url: string, attachments: readonly APIAttachment[]): string | null {
	const name = /^attachment:\/\/(.+)$/.exec(url)?.[1];
	const found = name === undefined ? url : attachments.find(({ filename }) => filename === name)?.url;
	if (found === undefined) return null;
	const { pathname, search } = new URL(found, location.origin);
	return pathname.startsWith('/attachments/') ? pathname + search : null;
}

function isInEmbed({ url, filename }: APIAttachment, embeds: readonly APIEmbed[]): boolean {
	return embeds.some(({ image }) => image !== undefined && (image.url === url || image.url === `attachment://${filename}`));
}

function altOf(embed: APIEmbed, attachments: readonly APIAttachment[]): string {
	return attachments.find((each) => isInEmbed(each, [embed]))?.description ?? 'Picture of the message';
}
