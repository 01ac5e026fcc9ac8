import type { Books } from './books.js';
import { badRequest } from './errors.js';
import { customerObject } from './objects/customer.js';
import { type Scene, subscriptionObject } from './objects/subscription.js';
import { Parameters, type Query } from './parameters.js';
import { cut, type Key, type Ordered } from './records/ordered.js';

/** Stripe's search, as far as the sandbox understands its language: by metadata alone, clauses joined by OR. */

/** One clause, the only kind that is understood. */
const METADATA_CLAUSE = /^metadata\['((?:[^'\\]|\\.)+)'\]:'((?:[^'\\]|\\.)*)'$/;

type Metadata = Readonly<Record<string, string>>;

/** `GET /v1/customers/search` */
export function searchCustomers(books: Books, { livemode }: Scene, query: Query): object {
	return search(
		'customers',
		query,
		books.customers(),
		(record) => !record.deleted,
		(record) => customerObject(record, livemode)
	);
}

/** `GET /v1/subscriptions/search`: the ended ones too, unlike the list. */
export function searchSubscriptions(books: Books, scene: Scene, query: Query): object {
	return search(
		'subscriptions',
		query,
		books.subscriptions('all'),
		() => true,
		(record) => subscriptionObject(record, scene)
	);
}

function search<T extends Key & { readonly metadata: Metadata }>(
	resource: string,
	query: Query,
	records: Ordered<T>,
	isThere: (record: T) => boolean,
	build: (record: T) => object
): object {
	const parameters = new Parameters(query, { texts: ['query', 'limit', 'page'] });
	const text = parameters.text('query');
	if (text === undefined) throw badRequest('Missing required param: query.');
	const clauses = text.split(' OR ').map((clause) => {
		const [, key, value] = METADATA_CLAUSE.exec(clause.trim()) ?? [];
		if (key === undefined || value === undefined) throw badRequest(`The sandbox does not understand this part of the search: ${clause}`);
		return { key: unescaped(key), value: unescaped(value) };
	});
	const { limit } = parameters.paging();
	const found = cut([records], {
		limit,
		keep: (record) => isThere(record) && clauses.some(({ key, value }) => record.metadata[key] === value)
	});
	return { object: 'search_result', data: found.data.map(build), has_more: found.more, next_page: null, url: `/v1/${resource}/search` };
}

function unescaped(text: string): string {
	return text.replaceAll(/\\(.)/g, '$1');
}
