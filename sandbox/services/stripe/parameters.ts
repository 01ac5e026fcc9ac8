import { badRequest, bothCursors, emptyParameter, invalidInteger, missingParameter, unknownParameters } from './errors.js';

/** Reads a query as strictly as Stripe: unknown parameters are rejected. */

export type Query = Record<string, string | string[]>;

/** The query; a repeated key holds a list. */
export function readQuery(search: string): Query {
	const query: Query = {};
	for (const [key, value] of new URLSearchParams(search)) {
		const before = query[key];
		if (before === undefined) query[key] = value;
		else if (Array.isArray(before)) before.push(value);
		else query[key] = [before, value];
	}
	return query;
}

/** Bounds of a time, both inclusive. */
export interface Range {
	readonly from?: number;
	readonly to?: number;
}

export interface Paging {
	readonly limit: number;
	readonly startingAfter?: string;
	readonly endingBefore?: string;
}

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 100;
const BOUNDS = ['gt', 'gte', 'lt', 'lte'];

export class Parameters {
	private readonly values = new Map<string, string[]>();

	/**
	 * @param kinds - the endpoint's parameters: single values, ranges such as `created[gte]`, and lists such as `expand[]`. `unsupported`
	 * are parameters of Stripe's endpoint that the sandbox lacks: rejected instead of ignored.
	 */
	public constructor(
		query: Query,
		kinds: { texts?: readonly string[]; ranges?: readonly string[]; lists?: readonly string[]; unsupported?: readonly string[] }
	) {
		const unknown: string[] = [];
		for (const [key, given] of Object.entries(query)) {
			const values = Array.isArray(given) ? given : [given];
			const [, name = key, inner] = /^([^[]+)\[([^\]]*)\]$/.exec(key) ?? [];
			if (kinds.unsupported?.includes(name)) throw badRequest(`The sandbox does not support this parameter of Stripe's: ${name}`, name);
			const isList = kinds.lists?.includes(name) === true;
			const isRange = kinds.ranges?.includes(name) === true;
			if (isList && inner === undefined) throw badRequest('Invalid array', name);
			const fits = isList
				? inner === '' || /^\d+$/.test(inner ?? '')
				: isRange
					? inner === undefined || BOUNDS.includes(inner)
					: inner === undefined && kinds.texts?.includes(name);
			if (!fits) {
				unknown.push(key);
				continue;
			}
			for (const value of values) if (value === '') throw emptyParameter(key);
			const slot = isList ? name : key;
			this.values.set(slot, [...(this.values.get(slot) ?? []), ...values]);
		}
		if (unknown.length > 0) throw unknownParameters(unknown);
	}

	public text(name: string): string | undefined {
		return this.values.get(name)?.at(-1);
	}

	public required(name: string): string {
		const value = this.text(name);
		if (value === undefined) throw missingParameter(name);
		return value;
	}

	public oneOf(name: string, words: readonly string[]): string | undefined {
		const value = this.text(name);
		if (value === undefined || words.includes(value)) return value;
		throw badRequest(`Invalid ${name}: must be one of ${words.slice(0, -1).join(', ')}, or ${words.at(-1)}`, name);
	}

	public list(name: string): readonly string[] {
		return this.values.get(name) ?? [];
	}

	public range(name: string): Range {
		const exact = this.integer(name);
		if (exact !== undefined) return { from: exact, to: exact };
		const [gt, gte, lt, lte] = BOUNDS.map((bound) => this.integer(`${name}[${bound}]`));
		const from = greatest(gt === undefined ? undefined : gt + 1, gte);
		const to = least(lt === undefined ? undefined : lt - 1, lte);
		return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
	}

	public paging(): Paging {
		const limit = this.integer('limit') ?? DEFAULT_LIMIT;
		if (limit < 1) throw invalidInteger('This value must be greater than or equal to 1.', 'limit');
		if (limit > MAX_LIMIT) throw invalidInteger(`This value must be less than or equal to ${MAX_LIMIT}.`, 'limit');
		const startingAfter = this.text('starting_after');
		const endingBefore = this.text('ending_before');
		if (startingAfter !== undefined && endingBefore !== undefined) throw bothCursors();
		return { limit, ...(startingAfter === undefined ? {} : { startingAfter }), ...(endingBefore === undefined ? {} : { endingBefore }) };
	}

	private integer(name: string): number | undefined {
		const value = this.text(name);
		if (value === undefined) return undefined;
		if (!/^-?\d{1,15}$/.test(value)) throw invalidInteger(`Invalid integer: ${value}`, name);
		return Number(value);
	}
}

export const within = (value: number, { from, to }: Range) => (from === undefined || value >= from) && (to === undefined || value <= to);

function greatest(a: number | undefined, b: number | undefined): number | undefined {
	return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}

function least(a: number | undefined, b: number | undefined): number | undefined {
	return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
