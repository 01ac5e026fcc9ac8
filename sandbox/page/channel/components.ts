import {
	type APIButtonComponent,
	type APIMessage,
	type APIMessageComponentEmoji,
	type APISelectMenuComponent,
	ButtonStyle,
	ComponentType
} from 'discord-api-types/v10';
import { html, nothing, type TemplateResult } from 'lit';
import { act, click } from '../client/actions.js';
import { state } from '../client/state.js';

/** Buttons and menus of a message. */

interface MenuOption {
	readonly label: string;
	readonly value: string;
	readonly description?: string | undefined;
}

const STYLES: Readonly<Record<number, string>> = {
	[ButtonStyle.Primary]: 'primary',
	[ButtonStyle.Secondary]: 'secondary',
	[ButtonStyle.Success]: 'success',
	[ButtonStyle.Danger]: 'danger'
};

/** Members in a menu of members: the page has no search in it, unlike Discord's client. */
const MAX_MEMBERS = 100;

export function components(message: APIMessage): TemplateResult[] {
	return (message.components ?? []).flatMap((row) =>
		row.type === ComponentType.ActionRow
			? [
					html`<div class="row">
						${row.components.map((each) => (each.type === ComponentType.Button ? button(message, each) : menu(message, each)))}
					</div>`
				]
			: []
	);
}

function button(message: APIMessage, component: APIButtonComponent): TemplateResult {
	const label = html`${emoji('emoji' in component ? component.emoji : undefined)}${'label' in component ? component.label : ''}`;
	if (component.style === ButtonStyle.Link)
		return html`<a class="button secondary" href=${component.url} target="_blank" rel="noopener noreferrer">${label} ↗</a>`;
	if (!('custom_id' in component)) return html``;
	return html`<button
		class="button ${STYLES[component.style] ?? 'secondary'}"
		?disabled=${component.disabled === true}
		@click=${() => act(() => click(message, component.custom_id))}
	>
		${label}
	</button>`;
}

function emoji(given: APIMessageComponentEmoji | undefined): string {
	return given?.name ? `${given.name} ` : '';
}

function menu(message: APIMessage, component: APISelectMenuComponent): TemplateResult {
	const max = component.max_values ?? 1;
	const placeholder = component.placeholder ?? 'Make a selection';
	const options = optionsOf(component);
	if (component.disabled) return html`<button class="menu-head" disabled>${placeholder}</button>`;
	const choose = (event: Event, values: readonly string[]) => {
		(event.target as HTMLElement).closest('details')?.removeAttribute('open');
		return act(() => click(message, component.custom_id, values));
	};
	return html`<details class="menu">
		<summary class="menu-head">${placeholder}</summary>
		${
			max > 1
				? html`<form
						@submit=${(event: SubmitEvent) => {
							event.preventDefault();
							const form = event.target as HTMLFormElement;
							void choose(event, new FormData(form).getAll('value').map(String));
						}}
					>
						${options.map(
							({ label, value, description }) => html`<label class="menu-option"
								><input type="checkbox" name="value" value=${value} /> ${label}${description ? html`<small>${description}</small>` : nothing}</label
							>`
						)}
						<button class="button primary">Choose</button>
					</form>`
				: options.map(
						({ label, value, description }) => html`<button class="menu-option" @click=${(event: Event) => choose(event, [value])}>
							${label}${description ? html`<small>${description}</small>` : nothing}
						</button>`
					)
		}
	</details>`;
}

/** What the menu offers. Discord fills menus of roles, members and channels itself. */
function optionsOf(component: APISelectMenuComponent): readonly MenuOption[] {
	switch (component.type) {
		case ComponentType.StringSelect:
			return component.options;
		case ComponentType.RoleSelect:
			return state.guild.roles.map(({ id, name }) => ({ label: `@${name}`, value: id }));
		case ComponentType.ChannelSelect:
			return state.guild.channels.map(({ id, name }) => ({ label: `#${name}`, value: id }));
		default:
			return state.guild.members.slice(0, MAX_MEMBERS).map(({ id, username }) => ({ label: username, value: id }));
	}
}
