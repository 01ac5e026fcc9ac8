import { ApplicationCommandType } from 'discord-api-types/v10';
import { html, nothing, type TemplateResult } from 'lit';
import { act, follow, redraw } from '../client/actions.js';
import { api } from '../client/api.js';
import { state } from '../client/state.js';
import { become } from './people.js';

/** What opens when a mention of a user is pressed: who it is, their roles, and the commands of their context menu. */

export function openCard(id: string): void {
	state.card = id;
	redraw();
}

export function userCard(): TemplateResult | typeof nothing {
	const person = state.people.get(state.card);
	if (!person) return nothing;
	const { id, username, roles, bot } = person;
	const give = (command: string) =>
		act(async () => {
			close();
			await follow(await api.userCommand(state.user, command, id));
		});
	return html`<dialog class="modal card" aria-label=${username} @close=${close}>
		<h2>${username}</h2>
		<p>${roles.length > 0 ? roles.map((name) => html`<span class="role">${name}</span>`) : 'No roles'}</p>
		<small>ID ${id}</small>
		${state.commands
			.filter(({ type }) => type === ApplicationCommandType.User)
			.map(({ name }) => html`<button class="button secondary" @click=${() => give(name)}>Apps › ${name}</button>`)}
		${
			bot || id === state.user
				? nothing
				: html`<button
						class="button secondary"
						@click=${() => {
							close();
							void act(() => become(id));
						}}
					>
						Use this page as ${username}
					</button>`
		}
		<button class="button primary" autofocus @click=${close}>Close</button>
	</dialog>`;
}

function close(): void {
	state.card = '';
	redraw();
}
