import { badRequest } from './errors.js';
import { customerObject } from './objects/customer.js';
import { type ObjectContext, subscriptionObject } from './objects/subscription.js';
import { Parameters, type Query } from './parameters.js';
import { type Key, type Ordered, paginate, SortedIndex } from './records/sorted-index.js';
import type { StripeStore } from './state/store.js';

/** Stripe's search: metadata, and for customers also email and name. Other syntax is rejected. */

interface Searchable {
	readonly metadata: Readonly<Record<string, string>>;
	readonly email?: string | null;
	readonly name?: string | null;
}

type Clause = (record: Searchable) => boolean;

interface ParsedSearch {
	readonly matches: Clause;
	/** If the query is a disjunction of metadata clauses only: one of these pairs must match. Null otherwise. */
	readonly metadata: readonly (readonly [key: string, value: string])[] | null;
}

/** Stripe rejects shorter substrings. */
const MIN_SUBSTRING_LENGTH = 3;
const MAX_CLAUSES = 10;

const QUOTED = String.raw`"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'`;
const METADATA_CLAUSE = new RegExp(String.raw`^metadata\[(?:${QUOTED})\]\s*:\s*(?:${QUOTED})`);
/** Records that have the key. */
const METADATA_KEY_CLAUSE = new RegExp(String.raw`^-metadata\[(?:${QUOTED})\]\s*:\s*null`);
const FIELD_CLAUSE = new RegExp(String.raw`^(email|name)\s*([:~])\s*(?:${QUOTED})`);
const OPERATOR = /^\s+(AND|OR|and|or)\s+/;

/** A response, newest first, and the paths still to be expanded. */
interface Found {
	readonly body: object;
	readonly expand: readonly string[];
}

/** `GET /v1/customers/search` */
export function searchCustomers(store: StripeStore, context: ObjectContext, query: Query): Found {
	return search(
		'customers',
		query,
		({ metadata }) =>
			metadata === null
				? store.customers()
				: SortedIndex.sorted([...new Set(metadata.flatMap(([key, value]) => store.customersWithMetadata(key, value)))]),
		(record) => !record.deleted && record.clock === null,
		(record) => customerObject(record, context)
	);
}

/** `GET /v1/subscriptions/search`: unlike the list, includes ended subscriptions. */
export function searchSubscriptions(store: StripeStore, context: ObjectContext, query: Query): Found {
	return search(
		'subscriptions',
		query,
		() => store.subscriptions('all'),
		(record) => record.customer.clock === null,
		(record) => subscriptionObject(record, context)
	);
}

function search<T extends Key & Searchable>(
	resource: 'customers' | 'subscriptions',
	query: Query,
	candidates: (parsedSearch: ParsedSearch) => Ordered<T>,
	isListed: (record: T) => boolean,
	build: (record: T) => object
): Found {
	const parameters = new Parameters(query, { texts: ['query', 'limit', 'page'], lists: ['expand'] });
	const text = parameters.text('query');
	if (text === undefined) throw badRequest('Missing required param: query.');
	const parsedSearch = readSearch(text, resource === 'customers');
	const { limit } = parameters.paging();
	const found = paginate([candidates(parsedSearch)], { limit, keep: (record) => isListed(record) && parsedSearch.matches(record) });
	const body = {
		object: 'search_result',
		data: found.data.map(build),
		has_more: found.more,
		next_page: null,
		url: `/v1/${resource}/search`
	};
	return { body, expand: parameters.list('expand') };
}

/** Parses clauses joined by AND or by OR: Stripe does not allow both. */
function readSearch(text: string, hasNames: boolean): ParsedSearch {
	const clauses: Clause[] = [];
	const metadata: (readonly [string, string])[] = [];
	const operators = new Set<string>();
	for (let rest = text.trim(); ; ) {
		const { clause, length, asks } = readClause(rest, hasNames);
		clauses.push(clause);
		if (asks) metadata.push(asks);
		rest = rest.slice(length);
		if (rest.trim() === '') break;
		const [separator = '', word = ''] = OPERATOR.exec(rest) ?? [];
		if (separator === '') throw notUnderstood(rest);
		operators.add(word.toUpperCase());
		rest = rest.slice(separator.length);
	}
	if (operators.size > 1) throw badRequest('We do not support mixing AND and OR in a search query.', 'query');
	if (clauses.length > MAX_CLAUSES) throw badRequest(`A search query can have at most ${MAX_CLAUSES} clauses.`, 'query');
	const isAnd = operators.has('AND');
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
	const present = METADATA_KEY_CLAUSE.exec(text);
	if (present) {
		const [all, inDouble, inSingle] = present;
		const key = unescaped(inDouble ?? inSingle);
		return { clause: (record) => Object.hasOwn(record.metadata, key), length: all.length };
	}
	const field = FIELD_CLAUSE.exec(text);
	if (!field || !hasNames) throw notUnderstood(text);
	const [all, name, operator, inDouble, inSingle] = field;
	// Stripe's search ignores case.
	const value = unescaped(inDouble ?? inSingle).toLowerCase();
	const isPart = operator === '~';
	if (isPart && value.length < MIN_SUBSTRING_LENGTH)
		throw badRequest(`The search clause \`${all}\` must have a value of at least ${MIN_SUBSTRING_LENGTH} characters.`, 'query');
	const held = (record: Searchable) => (name === 'email' ? record.email : record.name)?.toLowerCase();
	const clause: Clause = (record) => (isPart ? (held(record)?.includes(value) ?? false) : held(record) === value);
	return { clause, length: all.length };
}

function notUnderstood(text: string) {
	return badRequest(`The sandbox does not understand this part of the search: ${text}`, 'query');
}

function unescaped(text = ''): string {
	return text.replaceAll(/\\(.)/g, '$1');
}
