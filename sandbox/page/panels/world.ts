import { html, nothing, type TemplateResult } from 'lit';
import { readGuild } from '../channel/people.js';
import { act, follow, oneAtATime, redraw, refresh } from '../client/actions.js';
import { api, type LogLine, type SandboxState, type ScenarioChoice } from '../client/api.js';
import { isOperator, state } from '../client/state.js';
import { logPart, processPart } from './bot.js';
import type { Panel } from './panel.js';

/** Which world is loaded, and the process of the bot in it. */

/** The page lists all members. */
const MAX_SIZE = 50_000;
const SIZES: Record<ScenarioChoice['scenario'], number> = { council: 250, metropolis: 10_000 };
const LOG_LINES = 50;

let sandbox: SandboxState | null = null;
let log: readonly LogLine[] = [];
let isLoading = false;
let scenario: ScenarioChoice['scenario'] | null = null;

export const worldPanel: Panel = {
	id: 'world',
	title: 'World',
	events: ['bot', 'log'],
	read: oneAtATime(async () => {
		[sandbox, log] = await Promise.all([api.state(), api.log(LOG_LINES)]);
	}),
	element: () => html`${loadedLine()} ${scenarioForm()} ${sandbox ? processPart(sandbox, isLoading) : nothing} ${logPart(log)}`
};

function loadedLine(): TemplateResult | typeof nothing {
	if (!sandbox) return nothing;
	if (!sandbox.scenario) return html`<p>A world of a script is loaded: ${state.guild.members.length} members.</p>`;
	const { scenario: name, seed = 1 } = sandbox.scenario;
	const members = new Intl.NumberFormat('en').format(state.guild.members.length);
	return html`<p>
		<strong>${name}</strong> is loaded, with seed ${seed}: ${members} members.
		<a href="/api/expected" download="expected-issues.json">Download the issues that Reeve must find</a>
	</p>`;
}

function scenarioForm(): TemplateResult {
	const chosen = scenario ?? sandbox?.scenario?.scenario ?? 'council';
	const choose = (event: Event) => {
		scenario = (event.target as HTMLSelectElement).value as ScenarioChoice['scenario'];
		redraw();
	};
	const option = (value: ScenarioChoice['scenario'], title: string) =>
		html`<option value=${value} ?selected=${value === chosen}>${title}</option>`;
	return html`<h2>Load another world</h2>
		<form class="form" @submit=${submit}>
			<label class="field"
				>Scenario
				<select name="scenario" @change=${choose}>
					${option('council', 'council: every case, correct and wrong')} ${option('metropolis', 'metropolis: a large server')}
				</select></label
			>
			<label class="field"
				>Members, at least
				<input name="size" type="number" min="1" max=${MAX_SIZE} placeholder=${SIZES[chosen]} />
			</label>
			<label class="field">Seed: another one makes other people <input name="seed" type="number" min="0" placeholder="1" /></label>
			<button class="button danger" ?disabled=${isLoading}>Load</button>
			<small>This world is forgotten, with its members, messages, mails and issues. Then <code>/reconcile run</code> is given.</small>
			<p role="status">${isLoading ? 'Loading. This takes seconds, for a large server a minute…' : ''}</p>
		</form>`;
}

function submit(event: SubmitEvent): void {
	event.preventDefault();
	const data = new FormData(event.target as HTMLFormElement);
	const number = (name: string) => (data.get(name) === '' ? {} : { [name]: Number(data.get(name)) });
	const choice = { scenario: data.get('scenario') as ScenarioChoice['scenario'], ...number('size'), ...number('seed') };
	void load(choice);
}

async function load(choice: ScenarioChoice): Promise<void> {
	isLoading = true;
	redraw();
	await act(async () => {
		await api.reset(choice);
		await readGuild();
		await refresh();
		if (isOperator()) await follow(await api.command(state.user, 'reconcile run', {}));
	});
	isLoading = false;
	worldPanel.read();
}
