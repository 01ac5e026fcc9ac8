import { parseEnv } from 'node:util';

/** Changes settings in the text of a `.env` file. Pure. */

/** Setting → its new value; null removes it. */
export type EnvChanges = ReadonlyMap<string, string | null>;

/** An assignment with its lines: a quoted value may have several. Matches as Node.js reads the file. */
const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*(?:'[^']*'|"[^"]*"|`[^`]*`|[^\n]*)[^\n]*(?:\n|$)/;
const COMMENTED = /^#[ \t]*([A-Z_][A-Z0-9_]*)=/;

/** The variables of a file. Node.js takes a comment for a variable if it is the last line and has no line break. */
export function parseEnvText(text: string): NodeJS.Dict<string> {
	return parseEnv(`${text}\n`);
}

interface Part {
	readonly text: string;
	/** Set by this part. */
	readonly name: string | null;
	/** Of a commented-out assignment, such as a default. */
	readonly commented: string | null;
}

/**
 * The text with the changes. Comments, blank lines and other variables stay as they are. A new setting comes after its commented-out
 * default, or else at the end.
 * @throws {Error} if a value cannot be written in this form, such as one with a line break and all three kinds of quotes
 */
export function changeEnvText(text: string, changes: EnvChanges): string {
	const before = parseEnvText(text);
	const parts = partsOf(text);
	const added = new Map<string, string>();
	for (const [name, value] of changes) if (value !== null) added.set(name, `${name}=${quoted(name, value)}\n`);
	const isLast = (part: Part) => parts.findLast(({ name }) => name === part.name) === part;
	const defined = new Set(parts.map(({ name }) => name));
	const lines = parts.map((part) => {
		if (part.name !== null && changes.has(part.name)) {
			const line = isLast(part) ? added.get(part.name) : undefined;
			if (line !== undefined) added.delete(part.name);
			return line ?? '';
		}
		const line = part.commented !== null && !defined.has(part.commented) ? added.get(part.commented) : undefined;
		if (line === undefined || part.commented === null) return part.text;
		added.delete(part.commented);
		return `${part.text.replace(/\n?$/, '\n')}${line}`;
	});
	const result = [lines.join('').replace(/(?<=.)\n?$/s, '\n'), ...added.values()].join('');
	assertOnlyChanged(before, changes, result);
	return result;
}

function partsOf(text: string): readonly Part[] {
	const parts: Part[] = [];
	for (let rest = text.replaceAll('\r\n', '\n'); rest !== ''; ) {
		const [assignment, name = null] = ASSIGNMENT.exec(rest) ?? [];
		const line = assignment ?? rest.slice(0, rest.indexOf('\n') + 1 || rest.length + 1);
		const commented = assignment === undefined ? (COMMENTED.exec(line)?.[1] ?? null) : null;
		parts.push({ text: line, name, commented });
		rest = rest.slice(line.length);
	}
	return parts;
}

/** Single quotes where they can be: Node.js, Docker Compose and systemd read them alike, without replacing anything inside. */
function quoted(name: string, value: string): string {
	if (/^[\w@%+=:,./ -]*$/.test(value) && value === value.trim()) return value;
	const quote = ["'", '"', '`'].find((mark) => !value.includes(mark) && !(mark === '"' && value.includes('\\n')));
	if (quote === undefined) throw new Error(`${name} cannot be written to the file: its value has all kinds of quotes.`);
	return `${quote}${value}${quote}`;
}

/** What a later start reads differs in the changed settings alone. */
function assertOnlyChanged(before: NodeJS.Dict<string>, changes: EnvChanges, text: string): void {
	const after = parseEnvText(text);
	for (const name of new Set([...Object.keys(before), ...Object.keys(after), ...changes.keys()])) {
		const wanted = changes.has(name) ? (changes.get(name) ?? undefined) : before[name];
		if (after[name] !== wanted) throw new Error(`${name} cannot be written to the file: it would be read as another value.`);
	}
}
