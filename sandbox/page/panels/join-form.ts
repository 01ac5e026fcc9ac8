import { html, type TemplateResult } from 'lit';
import { readGuild } from '../channel/people.js';
import { act } from '../client/actions.js';
import { api } from '../client/api.js';

/** Lets a new person join the Discord server. */

const DISCORD_EPOCH = 1_420_070_400_000;

export function joinForm(): TemplateResult {
	const submit = (event: SubmitEvent) => {
		event.preventDefault();
		const form = event.target as HTMLFormElement;
		const data = new FormData(form);
		const username = String(data.get('username')).trim();
		const id = String(data.get('id')).trim() || newId();
		void act(async () => {
			await api.join({ id, username });
			form.reset();
			await readGuild();
		});
	};
	return html`<h2>New member</h2>
		<form class="form" @submit=${submit}>
			<label class="field">Name <input name="username" required maxlength="32" autocomplete="off" /></label>
			<label class="field">Discord ID, if it matters <input name="id" inputmode="numeric" pattern="[0-9]{15,20}" autocomplete="off" /></label>
			<button class="button primary">Join the server</button>
		</form>`;
}

/** The ID of an account that is created now, as Discord makes them. */
function newId(): string {
	return (BigInt(Date.now() - DISCORD_EPOCH) << 22n).toString();
}
