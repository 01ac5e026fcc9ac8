import { invoicesOf } from './invoicing.js';
import type { ChargeRecord, DisputeRecord, InvoiceRecord, RefundRecord, SubscriptionRecord } from './records.js';
import { SortedIndex } from './sorted-index.js';

/** Charges of later invoices, refunds and disputes. The charges of first invoices are derived, as these are. */
export class Payments {
	public charges = new SortedIndex<ChargeRecord>();
	public readonly refunds = new SortedIndex<RefundRecord>();
	public readonly disputes = new SortedIndex<DisputeRecord>();

	/** @param findInvoice - an invoice by its ID */
	public constructor(private readonly findInvoice: (id: string) => InvoiceRecord | undefined) {}

	public load(charges: readonly ChargeRecord[]): void {
		this.charges = SortedIndex.sorted(charges);
	}

	public charge(id: string): ChargeRecord | undefined {
		const [, first = ''] = /^ch_(.+)$/.exec(id) ?? [];
		const invoice = this.findInvoice(`in_${first}`) ?? this.findInvoice(`in_${first.replace(/_\d+$/, '')}`);
		return invoice?.charges.find((charge) => charge.id === id);
	}

	public succeeded(id: string): ChargeRecord | undefined {
		const charge = this.charge(id);
		return charge?.failed ? undefined : charge;
	}

	public refund(id: string): RefundRecord | undefined {
		return this.refunds.all().find((refund) => refund.id === id);
	}

	public dispute(id: string): DisputeRecord | undefined {
		return this.disputes.all().find((dispute) => dispute.id === id);
	}

	/** The newest first. */
	public refundsOf(charge: ChargeRecord): RefundRecord[] {
		return this.refunds.all().filter((refund) => refund.charge.id === charge.id);
	}

	public disputeOf(charge: ChargeRecord): DisputeRecord | undefined {
		return this.disputes.all().find((dispute) => dispute.charge.id === charge.id);
	}

	/** In the currency's smallest unit. */
	public refunded(charge: ChargeRecord): number {
		return this.refundsOf(charge).reduce((sum, { amount }) => sum + amount, 0);
	}
}

/** A subscription's charges, the newest first. */
export function chargesOf(subscription: SubscriptionRecord): ChargeRecord[] {
	return [...SortedIndex.sorted(invoicesOf(subscription).flatMap((invoice) => invoice.charges)).all()];
}
