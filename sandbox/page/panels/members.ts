import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { readGuild } from '../channel/people.js';
import { act } from '../client/actions.js';
import { api } from '../client/api.js';
import { isOperator, state } from '../client/state.js';
import { joinForm } from './join-form.js';
import type { Panel } from './panel.js';
import { MAX_SHOWN, matches, type Search, searchField, shownLine } from './search.js';
import { showSubscriptions } from './subscriptions.js';

/** The members of the Discord server: what an administrator, or the members themselves, could do to them in Discord. */

type Member = (typeof state.guild.members)[number];

/** The roles that Reeve manages. */
const MANAGED_ROLES = ['Knight', 'Lord', 'Debtor'];

const search: Search = { text: '' };

export const membersPanel: Panel = {
	id: 'members',
	title: 'Members',
	// The page reads them by itself, for the channel.
	events: [],
	read: () => undefined,
	element() {
		const found = state.guild.members.filter(({ id, username }) => matches(search.text, id, username));
		return html`${searchField('Name or Discord ID', search)} ${shownLine(found.length, 'member')}
			<ul class="items">
				${repeat(found.slice(0, MAX_SHOWN), ({ id }) => id, memberItem)}
			</ul>
			${departedList()} ${joinForm()}`;
	}
};

function memberItem(member: Member): TemplateResult {
	const { id, username, roles, bot } = member;
	const managed = MANAGED_ROLES.filter((name) => state.guild.roles.some((role) => role.name === name));
	return html`<li>
		<details>
			<summary>
				<bdi>${username}</bdi>${bot ? ' (bot)' : ''}
				${roles.length > 0 ? roles.map((name) => html`<span class="role"><bdi>${name}</bdi></span>`) : html`<small>No roles</small>`}
			</summary>
			<small>ID ${id}</small>
			<div class="row">
				${managed.map((role) => roleButton(member, role))}
				<button class="button secondary" @click=${() => showSubscriptions(id)}>Subscriptions</button>
				<button class="button secondary" @click=${() => change(() => api.leave(id))}>Leave the server</button>
			</div>
			<small>Roles are changed by @<bdi>${administrator().username}</bdi>, as Discord’s audit log will say.</small>
		</details>
	</li>`;
}

function roleButton({ id, roles }: Member, role: string): TemplateResult {
	const has = roles.includes(role);
	const press = () => change(() => api.changeRoles({ user: id, [has ? 'remove' : 'add']: [role], by: administrator().id }));
	return html`<button class="button secondary" @click=${press}>${has ? 'Revoke' : 'Grant'} ${role}</button>`;
}

function departedList(): TemplateResult | typeof nothing {
	const found = state.guild.departed.filter(({ id, username }) => matches(search.text, id, username)).slice(-MAX_SHOWN);
	if (found.length === 0) return nothing;
	return html`<h2>Left the server</h2>
		<ul class="items">
			${found.toReversed().map(
				({ id, username, bot }) => html`<li class="between">
					<bdi>${username}</bdi>
					<button class="button secondary" @click=${() => change(() => api.join({ id, username, bot }))}>
						Rejoin<span class="unseen"> as <bdi>${username}</bdi></span>
					</button>
				</li>`
			)}
		</ul>`;
}

/** Who changes roles: members cannot, so then it is the first operator. */
function administrator(): { id: string; username: string } {
	const found = isOperator() ? state.people.get(state.user) : state.guild.members.find(({ username }) => username === 'operator');
	return found ?? { id: 'operator', username: 'operator' };
}

function change(what: () => Promise<unknown>): void {
	void act(async () => {
		await what();
		await readGuild();
	});
}
