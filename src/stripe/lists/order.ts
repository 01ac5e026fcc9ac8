import type { Resource } from '../api/errors.js';
import { endless, incomplete } from './paginate.js';

/** What every listed object has. Stripe lists the newest first. */
export interface Listed {
	readonly id: string;
	/** Epoch seconds. */
	readonly created: number;
}

/** Stripe accepts some hundred requests in a second. A list with more objects of one second is made up and may never end. */
const MAX_SAME_SECOND = 10_000;

/** Checks that the pages of a range come newest first, without duplicates, and that they get older. */
export class NewestFirstValidator {
	private previousPage: ReadonlySet<string> = new Set();
	private readonly sameSecond = new Set<string>();

	/** @param last - no object may be newer than this. Epoch seconds */
	public constructor(
		private readonly resource: Resource,
		private last: number
	) {}

	/** @throws {SourceError} */
	public check(items: readonly Listed[]): void {
		const page = new Set<string>();
		for (const { id, created } of items) {
			if (this.previousPage.has(id) || page.has(id) || this.sameSecond.has(id)) throw incomplete(this.resource, `a page repeated ${id}`);
			if (created > this.last) throw incomplete(this.resource, `${id} came out of order`);
			if (created < this.last) this.sameSecond.clear();
			this.sameSecond.add(id);
			if (this.sameSecond.size > MAX_SAME_SECOND) throw endless(this.resource, this.sameSecond.size);
			page.add(id);
			this.last = created;
		}
		this.previousPage = page;
	}
}
