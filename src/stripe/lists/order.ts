import type { Resource } from '../api/errors.js';
import { incomplete } from './paginate.js';

/** What is listed: Stripe gives the newest first. */
export interface Listed {
	readonly id: string;
	/** Epoch seconds. */
	readonly created: number;
}

/** Sees to it that a slice comes newest first, and nothing in it twice. */
export class NewestFirstValidator {
	private page: ReadonlySet<string> = new Set();
	private readonly sameSecond = new Set<string>();

	public constructor(
		private readonly resource: Resource,
		private last: number
	) {}

	/** @throws {SourceError} */
	public check(items: readonly Listed[]): void {
		const before = this.page;
		const ids = new Set<string>();
		for (const { id, created } of items) {
			if (before.has(id) || ids.has(id) || this.sameSecond.has(id)) throw incomplete(this.resource, `a page repeated ${id}`);
			if (created > this.last) throw incomplete(this.resource, `${id} came out of order`);
			if (created < this.last) this.sameSecond.clear();
			this.sameSecond.add(id);
			ids.add(id);
			this.last = created;
		}
		this.page = ids;
	}
}
