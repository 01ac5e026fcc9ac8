import { badRequest } from './errors.js';
import { customerObject } from './objects/customer.js';
import { type Scene, subscriptionObject } from './objects/subscription.js';
import { Parameters, type Query } from './parameters.js';
import { cut, type Key, type Ordered, SortedIndex } from './records/sorted-index.js';
import type { StripeStore } from './store.js';

/** Stripe's search by metadata, and of customers also by email and name; what else its language knows is refused. */

/** What can be searched for. */
interface Searched {
	readonly metadata: Readonly<Record<string, string>>;
	readonly email?: string | null;
	readonly name?: string | null;
}

type Clause = (record: Searched) => boolean;

/** A search as it is understood. */
interface Understood {
	readonly matches: Clause;
	/** What metadata must have, where that alone is asked for: one of these. */
	readonly metadata: readonly (readonly [key: string, value: string])[] | null;
}

/** Stripe takes no shorter text for a part. */
const SHORTEST_PART = 3;
const MOST_CLAUSES = 10;

const QUOTED = String.raw`"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'`;
const METADATA_CLAUSE = new RegExp(String.raw`^metadata\[(?:${QUOTED})\]\s*:\s*(?:${QUOTED})`);
const FIELD_CLAUSE = new RegExp(String.raw`^(email|name)\s*([:~])\s*(?:${QUOTED})`);
const JOINT = /^\s+(AND|OR|and|or)\s+/;

/** An answer, newest first, and what is still to be expanded in it. */
interface Found {
	readonly body: object;
	readonly expand: readonly string[];
}

/** `GET /v1/customers/search` */
export function searchCustomers(books: StripeStore, { livemode }: Scene, query: Query): Found {
	return search(
		'customers',
		query,
		({ metadata }) =>
			metadata === null
				? books.customers()
				: SortedIndex.sorted([...new Set(metadata.flatMap(([key, value]) => books.customersWithMetadata(key, value)))]),
		(record) => !record.deleted,
		(record) => customerObject(record, livemode)
	);
}

/** `GET /v1/subscriptions/search`: the ended ones too, unlike the list. */
export function searchSubscriptions(books: StripeStore, scene: Scene, query: Query): Found {
	return search(
		'subscriptions',
		query,
		() => books.subscriptions('all'),
		() => true,
		(record) => subscriptionObject(record, scene)
	);
}

function search<T extends Key & Searched>(
	resource: 'customers' | 'subscriptions',
	query: Query,
	candidates: (understood: Understood) => Ordered<T>,
	isThere: (record: T) => boolean,
	build: (record: T) => object
): Found {
	const parameters = new Parameters(query, { texts: ['query', 'limit', 'page'], lists: ['expand'] });
	const text = parameters.text('query');
	if (text === undefined) throw badRequest('Missing required param: query.');
	const understood = readSearch(text, resource === 'customers');
	const { limit } = parameters.paging();
	const found = cut([candidates(understood)], { limit, keep: (record) => isThere(record) && understood.matches(record) });
	const body = {
		object: 'search_result',
		data: found.data.map(build),
		has_more: found.more,
		next_page: null,
		url: `/v1/${resource}/search`
	};
	return { body, expand: parameters.list('expand') };
}

/** Clauses joined by AND, or by OR: Stripe allows no mixture. */
function readSearch(text: string, hasNames: boolean): Understood {
	const clauses: Clause[] = [];
	const metadata: (readonly [string, string])[] = [];
	const joints = new Set<string>();
	for (let rest = text.trim(); ; ) {
		const { clause, length, asks } = readClause(rest, hasNames);
		clauses.push(clause);
		if (asks) metadata.push(asks);
		rest = rest.slice(length);
		if (rest.trim() === '') break;
		const [joint = '', word = ''] = JOINT.exec(rest) ?? [];
		if (joint === '') throw notUnderstood(rest);
		joints.add(word.toUpperCase());
		rest = rest.slice(joint.length);
	}
	if (joints.size > 1) throw badRequest('We do not support mixing AND and OR in a search query.', 'query');
	if (clauses.length > MOST_CLAUSES) throw badRequest(`A search query can have at most ${MOST_CLAUSES} clauses.`, 'query');
	const isAnd = joints.has('AND');
	return {
		matches: (record) => (isAnd ? clauses.every((clause) => clause(record)) : clauses.some((clause) => clause(record))),
		metadata: !isAnd && metadata.length === clauses.length ? metadata : null
	};
}

function readClause(text: string, hasNames: boolean): { clause: Clause; length: number; asks?: readonly [string, string] } {
	const metadata = METADATA_CLAUSE.exec(text);
	if (metadata) {
		const [all, keyInDouble, keyInSingle, inDouble, inSingle] = metadata;
		const [key, value] = [unescaped(keyInDouble ?? keyInSingle), unescaped(inDouble ?? inSingle)];
		return { clause: (record) => record.metadata[key] === value, length: all.length, asks: [key, value] };
	}
	const field = FIELD_CLAUSE.exec(text);
	if (!field || !hasNames) throw notUnderstood(text);
	const [all, name, operator, inDouble, inSingle] = field;
	// Upper and lower case are one to Stripe's search.
	const value = unescaped(inDouble ?? inSingle).toLowerCase();
	const isPart = operator === '~';
	if (isPart && value.length < SHORTEST_PART)
		throw badRequest(`The search clause \`${all}\` must have a value of at least ${SHORTEST_PART} characters.`, 'query');
	const held = (record: Searched) => (name === 'email' ? record.email : record.name)?.toLowerCase();
	const clause: Clause = (record) => (isPart ? (held(record)?.includes(value) ?? false) : held(record) === value);
	return { clause, length: all.length };
}

function notUnderstood(text: string) {
	return badRequest(`The sandbox does not understand this part of the search: ${text}`, 'query');
}

function unescaped(text = ''): string {
	return text.replaceAll(/\\(.)/g, '$1');
}
