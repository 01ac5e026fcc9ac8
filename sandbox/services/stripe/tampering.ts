import { noSuch } from './errors.js';
import type { Source } from './lists.js';
import type { Parameters } from './parameters.js';
import { type Key, type Page, paginate } from './records/sorted-index.js';

/** How a fault tampers with a list. */
export type Tampering = 'truncate' | 'repeat' | 'empty' | 'endless';

/** A page of a list, as a fault may have changed it. */
export function tampered<T extends Key>(source: Source<T>, parameters: Parameters, tampering: readonly Tampering[]): Page<T> {
	const { limit, startingAfter, endingBefore } = parameters.paging();
	const cursor = (id: string | undefined, name: string): T | undefined => {
		if (id === undefined) return undefined;
		const found = source.cursor(id);
		if (!found) throw noSuch(source.what, id, name);
		return found;
	};
	const { base, invented } = parseInvented(startingAfter);
	const after = cursor(base, 'starting_after');
	const before = cursor(endingBefore, 'ending_before');
	const whole = { limit, ...source.created, ...(source.keep ? { keep: source.keep } : {}) };
	if (after && tampering.includes('repeat')) {
		// The cursor is the last item of the previous page.
		const { data } = paginate(source.sources, { ...whole, limit: limit - 1, before: after });
		return { data: [...data, after], more: true };
	}
	const found = paginate(source.sources, { ...whole, ...(after ? { after } : {}), ...(before ? { before } : {}) });
	if (tampering.includes('empty')) return { data: [], more: false };
	if (tampering.includes('endless')) return fillUp(found, after, invented, limit);
	if (tampering.includes('truncate')) return { data: found.data.slice(0, Math.floor(found.data.length / 2)), more: false };
	return found;
}

/** Splits an ID that {@link fillUp} invented into that of the copied object and a number. */
function parseInvented(id: string | undefined): { readonly base: string | undefined; readonly invented: number } {
	const [, base = id, invented = '0'] = /^(.+)_endless_(\d+)$/.exec(id ?? '') ?? [];
	return { base, invented: Number(invented) };
}

/** Fills a page with copies of its last object, each with an ID of its own, and says that there is more. */
function fillUp<T extends Key>({ data, more }: Page<T>, after: T | undefined, invented: number, limit: number): Page<T> {
	const model = data.at(-1) ?? after;
	if (more || model === undefined) return { data, more };
	const copies = Array.from({ length: limit - data.length }, (_, index) => ({
		...model,
		id: `${model.id}_endless_${invented + index + 1}`
	}));
	return { data: [...data, ...copies], more: true };
}
