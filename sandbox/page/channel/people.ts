import { html, type TemplateResult } from 'lit';
import { act, refresh } from '../client/actions.js';
import { api } from '../client/api.js';
import { state } from '../client/state.js';

/** Who the user of the page is: an operator, a second one, or an ordinary member. */

const SECOND_OPERATOR = { id: '900000000000000002', username: 'second-operator', operator: true };

/** Members in the list. The others are reached by their card. */
const MAX_MEMBERS = 200;

export function peopleMenu(): TemplateResult {
	const people = state.guild.members.filter(({ bot }) => !bot);
	const operators = people.filter(({ operator }) => operator);
	const members = people.filter(({ operator, id }, index) => !operator && (index < MAX_MEMBERS || id === state.user));
	const option = ({ id, username }: { id: string; username: string }) =>
		html`<option value=${id} ?selected=${id === state.user}>${username}</option>`;
	return html`<label class="who"
		>You are
		<select id="who" @change=${(event: Event) => act(() => become((event.target as HTMLSelectElement).value))}>
			<optgroup label="Operators: they run Reeve">
				${operators.map(option)}
				${operators.some(({ id }) => id === SECOND_OPERATOR.id) ? '' : option({ ...SECOND_OPERATOR })}
			</optgroup>
			<optgroup label="Members: they pay for their roles">${members.map(option)}</optgroup>
		</select>
	</label>`;
}

/** Reads the guild's members, roles and commands. */
export async function readGuild(): Promise<void> {
	const [guild, commands] = await Promise.all([api.guild(), api.commands()]);
	state.guild = guild;
	state.commands = commands;
	state.people = new Map(guild.members.map((each) => [each.id, each]));
	state.roles = new Map(guild.roles.map((each) => [each.id, each]));
	state.channels = new Map(guild.channels.map(({ id, name }) => [id, name]));
	if (state.people.has(state.user)) return;
	const remembered = guild.members.find(({ id }) => id === sessionStorage.getItem('user'));
	state.user = (remembered ?? guild.members.find(({ username }) => username === 'operator'))?.id ?? '';
}

/** Number of choices made: only the newest takes effect. */
let choices = 0;

/** The page is that user's from now on. */
export async function become(id: string): Promise<void> {
	choices += 1;
	const choice = choices;
	if (id === SECOND_OPERATOR.id && !state.people.has(id)) {
		await api.join(SECOND_OPERATOR);
		await readGuild();
	}
	if (choice !== choices) return;
	state.user = id;
	sessionStorage.setItem('user', id);
	await refresh();
}
