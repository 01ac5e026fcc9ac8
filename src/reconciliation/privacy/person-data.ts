import { SNOWFLAKE } from '../domain/discord-id.js';

/** What stored values say about a person: found for an export, and removed for an erasure. Pure. */

/** By what a person is recognised. */
export interface Person {
	readonly discordId: string;
	/** IDs in Stripe that are theirs alone. */
	readonly references: readonly string[];
}

/** In place of a text about a person who was forgotten. */
export const FORGOTTEN_TEXT = 'deleted';
/** In place of their name. */
export const FORGOTTEN_NAME = 'a forgotten person';

/** IDs of Stripe within a text. */
const STRIPE_ID = /\b(?:cus|sub|in)_\w+/g;

/** Fields with the name of a person. */
const NAMES: ReadonlySet<string> = new Set(['discordName', 'name', 'username', 'globalName', 'displayName']);

/** Fields that are no personal data on their own: kinds, states, dates, roles and Reeve's own IDs. */
const KEPT: ReadonlySet<string> = new Set(
	`id runId attemptId planHash type severity status effect kind outcome notJudged verdict seatTier scope
	firstSeenAt lastSeenAt cameBackAt at until expiresAt since
	from to held expected role tier roles add remove plan change discordRoles expectedRoles rolesBefore rolesAfter`.split(/\s+/)
);

/** Matches a person's IDs, in any text. As PostgreSQL writes it, too. */
export function patternOf({ discordId, references }: Person): string {
	const ids = [discordId, ...references].map((id) => id.replaceAll(/[^\w]/g, '\\$&'));
	return `(?<![A-Za-z0-9_])(${ids.join('|')})(?![A-Za-z0-9_])`;
}

/** The IDs of Stripe in what is stored about a person. */
export function stripeIdsIn(value: unknown): readonly string[] {
	return [...new Set(JSON.stringify(value ?? null).match(STRIPE_ID) ?? [])];
}

/** The objects that name a person: what a list or a snapshot says about them. */
export function partsAbout(value: unknown, person: Person): readonly unknown[] {
	const matches = matcher(person);
	const search = (part: unknown): readonly unknown[] => {
		if (Array.isArray(part)) return part.flatMap(search);
		if (!isObject(part)) return [];
		if (isAbout(part, matches)) return [part];
		return Object.values(part).flatMap(search);
	};
	return search(value);
}

/**
 * The value without the person: each object that names them keeps its form, so that counts stay right, and loses its texts. Anywhere else
 * their IDs are replaced.
 * @param substitute - in place of their IDs
 */
export function withoutPerson(value: unknown, person: Person, substitute: string): unknown {
	const matches = matcher(person);
	const pattern = new RegExp(patternOf(person), 'g');
	const replaceIds = (text: string) => text.replace(pattern, substitute);
	const redact = (part: unknown, key: string): unknown => {
		if (KEPT.has(key)) return walk(part);
		if (typeof part === 'string') return redactText(part, key);
		if (Array.isArray(part)) return part.map((item) => redact(item, key));
		return isObject(part) ? mapFields(part, redact) : part;
	};
	const redactText = (text: string, key: string): string => {
		if (NAMES.has(key)) return FORGOTTEN_NAME;
		// Another person of the same object keeps their ID.
		return matches(text) || SNOWFLAKE.test(text) ? replaceIds(text) : FORGOTTEN_TEXT;
	};
	/** The name of a field may be an ID, too. */
	const mapFields = (fields: Fields, change: (field: unknown, key: string) => unknown): Fields =>
		Object.fromEntries(Object.entries(fields).map(([key, field]) => [replaceIds(key), change(field, key)]));
	const walk = (part: unknown): unknown => {
		if (typeof part === 'string') return replaceIds(part);
		if (Array.isArray(part)) return part.map(walk);
		if (!isObject(part)) return part;
		return isAbout(part, matches) ? mapFields(part, redact) : mapFields(part, walk);
	};
	return walk(value);
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

function matcher(person: Person): (text: string) => boolean {
	const pattern = new RegExp(patternOf(person));
	return (text) => pattern.test(text);
}

/**
 * Whether a field of the object is or contains one of the person's IDs, or a list of texts in it does. An object with lists of objects is no
 * object about a person: what it says is in these.
 */
function isAbout(fields: Fields, matches: (text: string) => boolean): boolean {
	const has = (field: unknown) => typeof field === 'string' && matches(field);
	const values = Object.values(fields);
	if (values.some(has)) return true;
	const lists = values.filter((field) => Array.isArray(field));
	return lists.some((list) => list.some(has)) && !lists.some((list) => list.some(isObject));
}
