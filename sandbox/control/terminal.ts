import { type APIEmbed, type APIMessage, ButtonStyle, ComponentType } from 'discord-api-types/v10';

/** Renders messages for a terminal, as an operator sees them in the channel. */

/** Names by ID. */
export interface Names {
	readonly users: ReadonlyMap<string, string>;
	readonly roles: ReadonlyMap<string, string>;
	readonly channels: ReadonlyMap<string, string>;
}

type Row = NonNullable<APIMessage['components']>[number];

const WIDTH = 110;

export function renderMessages(messages: readonly APIMessage[], names: Names): string {
	return messages.map((message) => renderMessage(message, names)).join('\n\n');
}

function renderMessage(message: APIMessage, names: Names): string {
	const lines = [stripControlCharacters(message.author.username) + (message.author.bot ? ' (bot)' : '')];
	if (message.content !== '') lines.push(...wrap(readable(message.content, names)));
	for (const embed of message.embeds) lines.push('', ...renderEmbed(embed, names).map((line) => `  ┃ ${line}`.trimEnd()));
	for (const attachment of message.attachments) lines.push(`  ⎙ ${stripControlCharacters(attachment.filename)}`);
	for (const row of message.components ?? []) {
		const line = renderRow(row, names);
		if (line !== '') lines.push(`  ${line}`);
	}
	return lines.join('\n');
}

function renderEmbed(embed: APIEmbed, names: Names): string[] {
	const parts: string[][] = [];
	if (embed.author) parts.push([readable(embed.author.name, names)]);
	if (embed.title) parts.push(wrap(readable(embed.title, names)));
	if (embed.description) parts.push(wrap(readable(embed.description, names)));
	let short: string[] | null = null;
	for (const field of embed.fields ?? []) {
		const [name, value] = [readable(field.name, names), readable(field.value, names)];
		const line = `${name}: ${value}`;
		if (value.includes('\n') || line.length > WIDTH) {
			parts.push([...wrap(name), ...wrap(value, WIDTH - 2).map((part) => `  ${part}`)]);
			short = null;
		} else if (short) {
			short.push(line);
		} else {
			short = [line];
			parts.push(short);
		}
	}
	if (embed.footer) parts.push(wrap(readable(embed.footer.text, names)));
	return parts.flatMap((part, index) => (index === 0 ? part : ['', ...part]));
}

function renderRow(row: Row, names: Names): string {
	if (row.type !== ComponentType.ActionRow) return '';
	return row.components
		.map((component) => {
			if (component.type !== ComponentType.Button) {
				const options = component.type === ComponentType.StringSelect ? component.options.map(({ label }) => label).join(' | ') : '';
				return `[ ${readable(component.placeholder ?? 'Choose', names)} ▾ ${readable(options, names)} ]`;
			}
			const label = 'label' in component && component.label ? component.label : '';
			const emoji = 'emoji' in component && component.emoji?.name ? component.emoji.name : '';
			const target = component.style === ButtonStyle.Link ? ` → ${component.url}` : '';
			const text = `${[emoji, label].filter(Boolean).join(' ')}${target}`;
			return component.disabled ? `( ${readable(text, names)} )` : `[ ${readable(text, names)} ]`;
		})
		.join(' ');
}

/** Resolves mentions and timestamps and removes Markdown. */
function readable(text: string, { users, roles, channels }: Names): string {
	// Escapes Markdown in names: there it is literal text.
	const mention = (sign: string, names: ReadonlyMap<string, string>) => (_: string, id: string) =>
		`${sign}${(names.get(id) ?? id).replace(/[\\*_~`]/g, '\\$&')}`;
	return stripControlCharacters(
		text
			.replace(/(?<!\\)<@!?(\d+)>/g, mention('@', users))
			.replace(/(?<!\\)<@&(\d+)>/g, mention('@', roles))
			.replace(/(?<!\\)<#(\d+)>/g, mention('#', channels))
			.replace(/(?<!\\)<t:(-?\d+)(?::[a-zA-Z])?>/g, (_, seconds: string) => moment(Number(seconds)))
			.replace(/(?<!\\)<a?(:\w+:)\d+>/g, '$1')
			.replace(/(?<!\\)\[([^\]]+)\]\(<?(https?:[^)>\s]+)>?\)/g, '$1 ($2)')
			.replace(/(?<!\\)(\*\*|__|~~|`+)/g, '')
			.replace(/^(#{1,3}|-#|>) /gm, '')
			.replace(/\\([^A-Za-z0-9\s])/g, '$1')
	);
}

function moment(seconds: number): string {
	const date = new Date(seconds * 1000);
	return Number.isNaN(date.getTime()) ? String(seconds) : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** Names are user input and may contain terminal control sequences. */
function stripControlCharacters(text: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: matches control characters on purpose
	return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '');
}

/** Wraps lines between words. */
function wrap(text: string, width = WIDTH): string[] {
	return text.split('\n').flatMap((line) => {
		const lines: string[] = [];
		let rest = line;
		while (rest.length > width) {
			const space = rest.lastIndexOf(' ', width);
			const cut = space > 0 ? space : width;
			lines.push(rest.slice(0, cut));
			rest = rest.slice(cut).trimStart();
		}
		return [...lines, rest];
	});
}
