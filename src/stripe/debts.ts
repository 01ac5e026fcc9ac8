import type Stripe from 'stripe';
import { forEachConcurrent } from '../async/concurrency.js';
import type { ReadDebt } from '../reconciliation/domain/billing.js';
import type { OnProgress } from '../reconciliation/domain/ports.js';
import type { StripeRequest } from './api/request.js';
import { dueAt, idOf, paidAt } from './convert.js';
import { sortablePage } from './inspect.js';
import { readList } from './lists/paginate.js';
import { type ParallelListOptions, readParallelList } from './lists/parallel-list.js';

/**
 * Since when subscriptions are unpaid. Stripe has no field for it; the status follows the newest invoice. So a debt began with the oldest
 * open invoice that is newer than the last paid one: one that was left open before that belongs to a former debt.
 */

const RESOURCE = 'Invoices';

/** Of one subscription, the invoices since its last payment are few. */
const PAGE_SIZE = 20;

/** A subscription that is past due, and what shows which invoice is its newest. */
export interface PastDue {
	readonly id: string;
	readonly latestInvoiceId: string | null;
	/** The number of the customer's next invoice. Null if the account does not number its invoices by customer. */
	readonly nextNumber: InvoiceNumber | null;
}

interface InvoiceNumber {
	readonly prefix: string;
	readonly sequence: number;
}

export function toPastDue(
	{ id, latest_invoice: latest }: Stripe.Subscription,
	customer: Pick<Stripe.Customer, 'invoice_prefix' | 'next_invoice_sequence'>
): PastDue {
	const { invoice_prefix: prefix, next_invoice_sequence: sequence } = customer;
	return { id, latestInvoiceId: latest && idOf(latest), nextNumber: prefix && sequence ? { prefix, sequence } : null };
}

/** An open invoice, reduced to what dates a debt: an account may have a hundred thousand. */
interface OpenInvoice {
	readonly id: string;
	/** Epoch seconds. */
	readonly created: number;
	readonly number: InvoiceNumber | null;
	/** Null for an invalid date. */
	readonly dueAt: Date | null;
}

/** Subscription ID → its open invoices. */
export type OpenInvoices = ReadonlyMap<string, readonly OpenInvoice[]>;

type ReadingOptions = Pick<ParallelListOptions<Stripe.Invoice>, 'request' | 'rateLimiter' | 'now' | 'cache' | 'nowSeconds'>;

/** Reads all open invoices. @throws {SourceError} */
export async function listOpenInvoices(options: ReadingOptions, onProgress: OnProgress): Promise<OpenInvoices> {
	const open = new Map<string, OpenInvoice[]>();
	const undated = new Set<string | null>();
	let done = 0;
	await readParallelList<Stripe.Invoice>({
		...options,
		// Open invoices are usually few and recent.
		initialSplits: [],
		resource: RESOURCE,
		listPage: async (stripe, page) => {
			const list = await stripe.invoices.list({ ...page, status: 'open' });
			return sortablePage(list, page.created?.lte ?? options.nowSeconds, (id) => undated.add(id));
		},
		onItems: (invoices) => {
			for (const invoice of invoices) {
				const subscription = invoice.parent?.subscription_details?.subscription;
				// A one-off purchase has none.
				if (!subscription) continue;
				const id = idOf(subscription);
				open.set(id, [...(open.get(id) ?? []), toOpenInvoice(invoice, undated)]);
			}
			done += invoices.length;
			onProgress({ source: 'invoices', done, total: null, finished: false });
		}
	});
	if (done > 0) onProgress({ source: 'invoices', done, total: done, finished: true });
	return open;
}

/** Debts of the last reading that took a request, by subscription ID. */
export interface DebtCache {
	debts: ReadonlyMap<string, { readonly invoiceIds: string; readonly debt: ReadDebt }>;
}

/**
 * Dates debts. Most open invoices prove by themselves that none was paid since. Otherwise the subscription's invoices are read, unless they
 * are the same as at the last reading.
 * @returns by subscription ID
 * @throws {SourceError}
 */
export async function datePastDue(
	request: StripeRequest,
	pastDue: readonly PastDue[],
	openInvoices: OpenInvoices,
	cache: DebtCache
): Promise<ReadonlyMap<string, ReadDebt>> {
	const debts = new Map<string, ReadDebt>();
	const read = new Map<string, { readonly invoiceIds: string; readonly debt: ReadDebt }>();
	await forEachConcurrent(pastDue, async (subscription) => {
		const { id, latestInvoiceId } = subscription;
		const open = (openInvoices.get(id) ?? []).toSorted((a, b) => a.created - b.created);
		if (areNewest(open, subscription)) {
			debts.set(id, debtSince(open, null));
			return;
		}
		const invoiceIds = [latestInvoiceId, ...open.map((invoice) => invoice.id)].join();
		const known = cache.debts.get(id);
		const debt = known?.invoiceIds === invoiceIds ? known.debt : await readDebt(request, id);
		read.set(id, { invoiceIds, debt });
		debts.set(id, debt);
	});
	cache.debts = read;
	return debts;
}

/**
 * Whether these are the newest invoices, so that none was paid since the oldest of them. Stripe numbers invoices without gaps, by customer
 * or by account, when it finalizes them; an unpaid subscription's drafts have no number yet.
 */
function areNewest(open: readonly OpenInvoice[], { latestInvoiceId, nextNumber }: PastDue): boolean {
	const newest = open.at(-1);
	if (newest === undefined) return false;
	const isUnbroken = open.every(({ number }, index) => index === 0 || isNext(open[index - 1]?.number ?? null, number));
	return isUnbroken && (newest.id === latestInvoiceId || isNext(newest.number, nextNumber));
}

/** @param undated - IDs of invoices without a creation time */
function toOpenInvoice(invoice: Stripe.Invoice, undated: ReadonlySet<string | null>): OpenInvoice {
	const { id, created, number } = invoice;
	return { id, created, number: parseNumber(number), dueAt: undated.has(id) ? null : dueAt(invoice) };
}

function parseNumber(number: unknown): InvoiceNumber | null {
	const [, prefix, sequence] = /^(.+)-(\d{1,15})$/.exec(String(number ?? '')) ?? [];
	return prefix === undefined ? null : { prefix, sequence: Number(sequence) };
}

function isNext(number: InvoiceNumber | null, next: InvoiceNumber | null): boolean {
	return number !== null && next !== null && number.prefix === next.prefix && number.sequence + 1 === next.sequence;
}

function debtSince(open: readonly Pick<OpenInvoice, 'id' | 'dueAt'>[], lastPaidAt: Date | null): ReadDebt {
	const undated = open.find(({ dueAt: due }) => due === null);
	if (undated !== undefined)
		return { unpaidSince: null, lastPaidAt, unreadable: `has the open invoice ${undated.id} with an invalid date` };
	const times = open.flatMap(({ dueAt: due }) => due?.getTime() ?? []);
	return { unpaidSince: times.length === 0 ? null : new Date(Math.min(...times)), lastPaidAt, unreadable: null };
}

/** Reads the invoices of a subscription back to the last paid one. @throws {SourceError} */
export async function readDebt(request: StripeRequest, subscriptionId: string): Promise<ReadDebt> {
	const undated = new Set<string | null>();
	const invoices = await readList<Stripe.Invoice>(request, {
		resource: RESOURCE,
		pageSize: PAGE_SIZE,
		listPage: async (stripe, page) => {
			const list = await stripe.invoices.list({ ...page, subscription: subscriptionId });
			return sortablePage(list, Math.floor(Date.now() / 1000), (id) => undated.add(id));
		},
		createdAt: ({ created }) => created,
		isLast: ({ status }) => status === 'paid'
	});
	const open = invoices.filter(({ status }) => status === 'open').map((invoice) => toOpenInvoice(invoice, undated));
	const paid = invoices.find(({ status }) => status === 'paid');
	if (paid === undefined) return debtSince(open, null);
	const lastPaidAt = undated.has(paid.id) ? null : paidAt(paid);
	if (lastPaidAt !== null) return debtSince(open, lastPaidAt);
	return { unpaidSince: null, lastPaidAt, unreadable: `has the paid invoice ${paid.id} with an invalid date` };
}
