import { type APIApplicationCommandBasicOption, ApplicationCommandOptionType as Type } from 'discord-api-types/v10';
import { html, nothing, type TemplateResult } from 'lit';
import { act, follow, redraw } from '../client/actions.js';
import { api, type OptionValue } from '../client/api.js';
import { channelTitle, state } from '../client/state.js';
import { type KnownCommand, knownCommands, readText, type Suggestion, suggestNames, suggestValues, type Typed } from './completion.js';

/** The box at the bottom of the channel, which completes commands as Discord's does. */

const MAX_SUGGESTIONS = 25;
const AUTOCOMPLETE_POLLS = 60;
const POLL_MS = 50;

type Choice = { name: string; value: string | number };

const box = {
	text: '',
	suggestions: [] as Suggestion[],
	/** Index of the highlighted suggestion; -1: none, so Enter sends. */
	active: -1,
	/** Values of accepted choices, by option and label. */
	accepted: new Map<string, string | number>(),
	files: new Map<string, File>(),
	/** Counts keystrokes, so that a late answer to an old one is dropped. */
	generation: 0
};

export function commandBox(): TemplateResult {
	const typed = readText(box.text, commands());
	const isOpen = box.suggestions.length > 0;
	return html`<form class="command-box" @submit=${send}>
		${isOpen ? suggestionList() : nothing} ${hint(typed)}
		${fileInputs(typed)}
		<div class="command-row">
			<input
				id="command"
				role="combobox"
				aria-label="Command"
				aria-expanded=${isOpen}
				aria-controls="suggestions"
				aria-autocomplete="list"
				aria-activedescendant=${box.active >= 0 ? `suggestion-${box.active}` : nothing}
				autocomplete="off"
				spellcheck="false"
				placeholder="Type / to give a command in #${channelTitle()}"
				.value=${box.text}
				@input=${(event: InputEvent) => type((event.target as HTMLInputElement).value)}
				@focus=${() => type(box.text)}
				@keydown=${onKey}
			/>
			<button class="button primary">Send</button>
		</div>
	</form>`;
}

function suggestionList(): TemplateResult {
	return html`<ul id="suggestions" role="listbox" aria-label="Suggestions">
		${box.suggestions.map(
			(each, index) => html`<li
				id="suggestion-${index}"
				role="option"
				aria-selected=${index === box.active}
				@pointerdown=${(event: Event) => {
					event.preventDefault();
					accept(each);
				}}
			>
				<strong>${each.label}</strong> <span>${each.description}</span>
			</li>`
		)}
	</ul>`;
}

function hint({ command, focused }: Typed): TemplateResult | typeof nothing {
	if (!command) return nothing;
	return html`<p class="hint">${focused ? `${focused.name}: ${focused.description}` : command.description}</p>`;
}

function fileInputs({ command }: Typed): TemplateResult[] {
	return (command?.options ?? [])
		.filter(({ type }) => type === Type.Attachment)
		.map(
			({ name, description }) => html`<label class="hint"
				>${name}: ${description}
				<input
					type="file"
					@change=${(event: Event) => {
						const file = (event.target as HTMLInputElement).files?.[0];
						if (file) box.files.set(name, file);
					}}
			/></label>`
		);
}

function commands(): KnownCommand[] {
	return knownCommands(state.commands);
}

function onKey(event: KeyboardEvent): void {
	const { suggestions, active } = box;
	const count = suggestions.length;
	if (count > 0 && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
		event.preventDefault();
		const from = active < 0 && event.key === 'ArrowUp' ? 0 : active;
		box.active = (from + (event.key === 'ArrowDown' ? 1 : count - 1)) % count;
		redraw();
		document.getElementById(`suggestion-${box.active}`)?.scrollIntoView({ block: 'nearest' });
		return;
	}
	const chosen = suggestions[Math.max(active, 0)];
	if (chosen && ((event.key === 'Tab' && !event.shiftKey) || (event.key === 'Enter' && active >= 0))) {
		event.preventDefault();
		accept(chosen);
	} else if (event.key === 'Escape') {
		close();
		redraw();
	}
}

function accept({ text, label, value }: Suggestion): void {
	const { focused } = readText(box.text, commands());
	if (focused && value !== undefined) box.accepted.set(`${focused.name}:${label}`, value);
	type(value === undefined ? text : `${text} `);
	document.getElementById('command')?.focus();
}

function close(): void {
	box.suggestions = [];
	box.active = -1;
}

/** Takes the text and looks for what fits it. */
function type(text: string): void {
	box.text = text;
	box.generation += 1;
	const typed = readText(text, commands());
	show(suggestNames(text, typed, commands()), typed);
	if (typed.focused && !text.endsWith(' ')) void suggestFor(typed, typed.focused, box.generation);
}

function show(suggestions: Suggestion[], typed: Typed): void {
	box.suggestions = suggestions.slice(0, MAX_SUGGESTIONS).filter(({ text }) => text !== box.text);
	// A command that can be sent as it is: Enter sends it.
	const isComplete = typed.command?.options.every(
		({ name, required, type }) => !required || type === Type.Attachment || typed.values[name]
	);
	box.active = box.suggestions.length > 0 && !isComplete ? 0 : -1;
	redraw();
}

async function suggestFor(typed: Typed, option: APIApplicationCommandBasicOption, generation: number): Promise<void> {
	const choices = await choicesOf(typed, option).catch(() => []);
	if (generation !== box.generation) return;
	show(suggestValues(typed, choices), typed);
	const [first] = box.suggestions;
	if (first) box.active = 0;
	redraw();
}

async function choicesOf({ command, values }: Typed, option: APIApplicationCommandBasicOption): Promise<Choice[]> {
	const wanted = (values[option.name] ?? '').toLowerCase().replace(/^@/, '');
	const fitting = (all: readonly Choice[]) => all.filter(({ name }) => name.toLowerCase().includes(wanted));
	if ('choices' in option && option.choices) return fitting(option.choices);
	if ('autocomplete' in option && option.autocomplete) return autocomplete(command?.name ?? '', option.name, values[option.name] ?? '');
	if (option.type === Type.Boolean) return fitting(['True', 'False'].map((name) => ({ name, value: name.toLowerCase() })));
	if (option.type === Type.User) return fitting(state.guild.members.map(({ username, id }) => ({ name: username, value: id })));
	if (option.type === Type.Role) return fitting(state.guild.roles.map(({ name, id }) => ({ name, value: id })));
	return [];
}

/** Asks the bot, as Discord does while a user types. */
async function autocomplete(command: string, option: string, value: string): Promise<Choice[]> {
	const id = await api.autocomplete(state.user, command, option, value);
	for (let poll = 0; poll < AUTOCOMPLETE_POLLS; poll += 1) {
		const found = await api.interaction(id);
		if (found?.choices) return found.choices;
		if (!found || found.state === 'failed') return [];
		await new Promise((resolve) => setTimeout(resolve, POLL_MS));
	}
	return [];
}

function send(event: Event): void {
	event.preventDefault();
	const { command, values } = readText(box.text, commands());
	void act(async () => {
		if (!command) throw new Error('Commands begin with a slash. Type / and choose one from the list.');
		const options: Record<string, OptionValue> = {};
		for (const [name, value] of Object.entries(values)) if (value !== '') options[name] = box.accepted.get(`${name}:${value}`) ?? value;
		for (const { name, type } of command.options) {
			const file = type === Type.Attachment ? box.files.get(name) : undefined;
			if (file) options[name] = { name: file.name, content: await file.text() };
		}
		const missing = command.options.find(({ name, required }) => required && options[name] === undefined);
		if (missing) throw new Error(`/${command.name} needs ${missing.name}: ${missing.description}`);
		const id = await api.command(state.user, command.name, options);
		box.text = '';
		box.accepted.clear();
		box.files.clear();
		close();
		await follow(id);
	});
}
