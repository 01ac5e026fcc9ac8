import {
	type APIApplicationCommand,
	type APIApplicationCommandBasicOption,
	type APIApplicationCommandOption,
	ApplicationCommandType,
	ApplicationCommandOptionType as Type
} from 'discord-api-types/v10';

/** What the command box knows about the text that a user types: `/reconcile member user:ada`. */

/** A command with its subcommand, as it is typed. */
export interface KnownCommand {
	/** Without the slash, such as `reconcile run`. */
	readonly name: string;
	readonly description: string;
	readonly options: readonly APIApplicationCommandBasicOption[];
}

export interface Suggestion {
	readonly label: string;
	readonly description: string;
	/** The whole text once it is accepted. */
	readonly text: string;
	/** For a choice whose label differs from what is sent. */
	readonly value?: string | number;
}

export interface Typed {
	readonly command: KnownCommand | null;
	/** Option values by name, as typed. */
	readonly values: Readonly<Record<string, string>>;
	/** The option at the end of the text, whose value is being typed. */
	readonly focused: APIApplicationCommandBasicOption | null;
	/** The text up to the value of that option. */
	readonly before: string;
}

/** Every command that can be typed, subcommands one by one. */
export function knownCommands(commands: readonly APIApplicationCommand[]): KnownCommand[] {
	return commands
		.filter(({ type }) => type === ApplicationCommandType.ChatInput)
		.flatMap(({ name, description, options = [] }) => flatten(name, description, options));
}

function flatten(name: string, description: string, options: readonly APIApplicationCommandOption[]): KnownCommand[] {
	const nested = options.filter((each) => each.type === Type.Subcommand || each.type === Type.SubcommandGroup);
	if (nested.length === 0) return [{ name, description, options: options as readonly APIApplicationCommandBasicOption[] }];
	return nested.flatMap((each) => flatten(`${name} ${each.name}`, each.description, each.options ?? []));
}

export function readText(text: string, commands: readonly KnownCommand[]): Typed {
	const typed = text.replace(/^\//, '');
	const command =
		commands
			.filter(({ name }) => typed.trimEnd() === name || typed.startsWith(`${name} `))
			.sort((a, b) => b.name.length - a.name.length)[0] ?? null;
	if (!command) return { command: null, values: {}, focused: null, before: text };
	const found = [...text.matchAll(/(?<=\s)([\w-]+):/g)].filter(([, name]) => command.options.some((each) => each.name === name));
	const values: Record<string, string> = {};
	found.forEach((match, index) => {
		const end = found[index + 1]?.index ?? text.length;
		values[match[1] ?? ''] = text.slice(match.index + match[0].length, end).trim();
	});
	const last = found.at(-1);
	const focused = last ? (command.options.find((each) => each.name === last[1]) ?? null) : null;
	return { command, values, focused, before: last ? text.slice(0, last.index + last[0].length) : text };
}

/** Commands and options that fit the text. Values of an option: see `suggestValues`. */
export function suggestNames(text: string, typed: Typed, commands: readonly KnownCommand[]): Suggestion[] {
	if (!text.startsWith('/')) return [];
	if (!typed.command) {
		const wanted = text.slice(1).toLowerCase();
		return commands
			.filter(({ name }) => name.includes(wanted))
			.map(({ name, description, options }) => ({
				label: `/${name}`,
				description,
				text: options.length > 0 ? `/${name} ` : `/${name}`
			}));
	}
	const isAtName = text.endsWith(' ') || typed.focused === null;
	if (!isAtName) return [];
	const wanted = typed.focused === null ? text.slice(typed.command.name.length + 1).trim() : '';
	return typed.command.options
		.filter(({ name }) => typed.values[name] === undefined && name.startsWith(wanted))
		.sort((a, b) => Number(b.required ?? false) - Number(a.required ?? false))
		.map(({ name, description, required }) => ({
			label: `${name}${required ? ' (required)' : ''}`,
			description,
			text: `/${typed.command?.name} ${filled(typed.values)}${name}:`
		}));
}

/** Choices for the focused option. @param choices - what Discord offers for it */
export function suggestValues(typed: Typed, choices: readonly { name: string; value: string | number }[]): Suggestion[] {
	const { focused } = typed;
	if (!focused) return [];
	return choices.map(({ name, value }) => ({
		label: name,
		description: focused.description,
		text: `${typed.before}${name}`,
		value
	}));
}

function filled(values: Readonly<Record<string, string>>): string {
	return Object.entries(values)
		.map(([name, value]) => `${name}:${value} `)
		.join('');
}
