import { forEachConcurrent } from '../async/concurrency.js';
import { mayMean } from '../reconciliation/domain/discord-id.js';
import type { StripeRequest } from './api/request.js';
import { readLinkChanges } from './events.js';
import { metadataValue } from './inspect.js';
import { readCustomer } from './read-customer.js';

/** How long a reading is continued: longer than most bulk fixes, and far shorter than the 30 days for which Stripe keeps events. */
const KEEP_MS = 3_600_000;

/** The link events since a moment, as far as they have been read. */
interface Reading {
	readonly since: Date;
	/** ID of the newest event; null if there was none. */
	newest: string | null;
	/** Customer ID → the Discord ID values in its metadata and that of its subscriptions, before and after each change. */
	readonly customers: Map<string, Set<string>>;
	/** Customers with a new subscription and no event of their own → the value in their metadata. A later change of it is an event. */
	readonly newlySubscribed: Map<string, string | null>;
}

/**
 * Customers that changed lately and name a member. Events are read once, and then only newer ones: a bulk fix asks for every member, and
 * thousands of events can have happened since its run.
 */
export class LinkChanges {
	private reading: Reading | null = null;
	private updating: Promise<unknown> = Promise.resolve();
	/** The next update. */
	private waiting: { readonly since: Date; readonly update: Promise<Reading> } | null = null;

	public constructor(
		private readonly request: StripeRequest,
		private readonly discordIdKey: string
	) {}

	/**
	 * IDs of customers that changed since that moment and name the user, or have a value that may mean them. May include customers that named the user only for a while, or
	 * that changed somewhat earlier: the caller reads them again.
	 * @throws {SourceError} also if Stripe no longer has events that old
	 */
	public async customersNaming(discordId: string, since: Date): Promise<readonly string[]> {
		const { customers, newlySubscribed } = await this.update(since);
		const changed = [...customers].filter(([, values]) => [...values].some((value) => mayMean(value, discordId)));
		const subscribed = [...newlySubscribed].filter(([, value]) => value !== null && mayMean(value, discordId));
		return [...new Set([...changed, ...subscribed].map(([id]) => id))];
	}

	/** Reads what is new. One at a time; a call joins the next update, since the current one may have begun before the change it needs. */
	private update(since: Date): Promise<Reading> {
		if (this.waiting !== null && this.waiting.since <= since) return this.waiting.update;
		const update = this.updating.then(() => {
			if (this.waiting?.update === update) this.waiting = null;
			return this.read(since);
		});
		this.waiting = { since, update };
		this.updating = update.catch(() => {});
		return update;
	}

	private async read(since: Date): Promise<Reading> {
		const reading = this.reading !== null && this.reading.since <= since ? this.reading : this.begin(since);
		const { changes, newest } = await readLinkChanges(this.request, reading, this.discordIdKey);
		// Everything is read before anything is stored: after a failure, the next update reads it again.
		const metadata = new Map<string, string | null>();
		await forEachConcurrent(
			changes.newlySubscribed.filter((id) => !reading.newlySubscribed.has(id)),
			async (id) => metadata.set(id, metadataValue(await readCustomer(this.request, id), this.discordIdKey))
		);
		for (const [id, discordIds] of changes.customers)
			reading.customers.set(id, new Set([...(reading.customers.get(id) ?? []), ...discordIds]));
		for (const [id, value] of metadata) reading.newlySubscribed.set(id, value);
		reading.newest = newest ?? reading.newest;
		return reading;
	}

	private begin(since: Date): Reading {
		const reading: Reading = { since, newest: null, customers: new Map(), newlySubscribed: new Map() };
		this.reading = reading;
		setTimeout(() => {
			if (this.reading === reading) this.reading = null;
		}, KEEP_MS).unref();
		return reading;
	}
}
