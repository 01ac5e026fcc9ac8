import type { Books } from './books.js';
import { badRequest } from './errors.js';
import { customerObject } from './objects/customer.js';
import { Parameters, type Query } from './parameters.js';
import { cut } from './records/ordered.js';

/** One clause of Stripe's search language, the only kind that the sandbox understands. */
const METADATA_CLAUSE = /^metadata\['((?:[^'\\]|\\.)+)'\]:'((?:[^'\\]|\\.)*)'$/;

/** `GET /v1/customers/search`, by metadata alone: clauses joined by OR. */
export function searchCustomers(books: Books, livemode: boolean, query: Query): object {
	const parameters = new Parameters(query, { texts: ['query', 'limit', 'page'] });
	const text = parameters.text('query');
	if (text === undefined) throw badRequest('Missing required param: query.');
	const clauses = text.split(' OR ').map((clause) => {
		const [, key, value] = METADATA_CLAUSE.exec(clause.trim()) ?? [];
		if (key === undefined || value === undefined) throw badRequest(`The sandbox does not understand this part of the search: ${clause}`);
		return { key: unescaped(key), value: unescaped(value) };
	});
	const { limit } = parameters.paging();
	const found = cut([books.customers()], {
		limit,
		keep: (record) => !record.deleted && clauses.some(({ key, value }) => record.metadata[key] === value)
	});
	return {
		object: 'search_result',
		data: found.data.map((record) => customerObject(record, livemode)),
		has_more: found.more,
		next_page: null,
		url: '/v1/customers/search'
	};
}

function unescaped(text: string): string {
	return text.replaceAll(/\\(.)/g, '$1');
}
