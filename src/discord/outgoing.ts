/** Changes texts on their way to Discord: in a bot with its own client there is no other place for all of them. */

type ChangeText = (text: string) => string;

/** Texts that Discord limits, by key: the highest limit where there are several. A longer text is sent as it was. */
const MAX_LENGTHS: Readonly<Record<string, number>> = {
	content: 2000,
	title: 256,
	description: 4096,
	name: 256,
	value: 1024,
	text: 2048,
	label: 80,
	placeholder: 100
};

/** Of all texts of a message together, as of its embeds. */
const MAX_TOTAL = 6000;

/** Parts with other limits, whose texts stay as they are: suggestions, and options of menus. */
const UNCHANGED: ReadonlySet<string> = new Set(['options', 'files', 'custom_id', 'customId', 'nonce', 'url']);

/**
 * Changes the texts of a message: its content, embeds, labels, and forms. Texts that would become too long stay as they are, and so does a
 * message whose texts would together. Files and options of menus are left alone.
 */
export function changeTexts<Message>(message: Message, change: ChangeText): Message {
	let total = 0;
	const changed = (value: unknown, key: string): unknown => {
		if (typeof value === 'string') {
			const text = change(value);
			const kept = text.length > value.length && text.length > (MAX_LENGTHS[key] ?? 0) ? value : text;
			total += kept.length;
			return kept;
		}
		if (Array.isArray(value)) return value.map((entry) => changed(entry, key));
		if (!isPlainObject(value)) return value;
		return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, UNCHANGED.has(name) ? part : changed(part, name)]));
	};
	const result = changed(message, 'content');
	return total > MAX_TOTAL ? message : (result as Message);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
	if (typeof value !== 'object' || value === null) return false;
	const prototype: unknown = Object.getPrototypeOf(value);
	return prototype === Object.prototype || prototype === null;
}

/** Methods of discord.js that send a message. */
const SENDING: ReadonlySet<PropertyKey> = new Set(['send', 'edit', 'reply', 'editReply', 'followUp', 'update', 'showModal']);
/** Through these a client reaches a message. */
const LEADING: ReadonlySet<PropertyKey> = new Set(['channels', 'messages']);

/**
 * A view of a client, a channel, a message or an interaction of discord.js: what is sent through it, and through what it sends or fetches,
 * has its texts changed.
 */
export function withChangedTexts<Target extends object>(target: Target, change: ChangeText): Target {
	const view = (value: unknown): unknown => (typeof value === 'object' && value !== null ? withChangedTexts(value, change) : value);
	return new Proxy(target, {
		get: (object, property) => {
			const value: unknown = Reflect.get(object, property, object);
			if (LEADING.has(property)) return view(value);
			if (typeof value !== 'function') return value;
			if (SENDING.has(property))
				return async (...args: readonly unknown[]) =>
					view(
						await Reflect.apply(
							value,
							object,
							args.map((message) => changeTexts(message, change))
						)
					);
			if (property === 'fetch') return async (...args: readonly unknown[]) => view(await Reflect.apply(value, object, args));
			return value.bind(object);
		}
	});
}
