import { chargeObject } from '../objects/charge.js';
import { customerObject } from '../objects/customer.js';
import { disputeObject } from '../objects/dispute.js';
import { invoiceObject } from '../objects/invoice.js';
import { refundObject } from '../objects/refund.js';
import { subscriptionObject } from '../objects/subscription.js';
import { testClockObject } from '../objects/test-clock.js';
import type {
	ChargeRecord,
	CustomerRecord,
	DisputeRecord,
	InvoiceRecord,
	RefundRecord,
	SubscriptionRecord,
	TestClockRecord
} from '../records/records.js';
import type { EventType } from '../state/events.js';
import type { StripeState } from '../state/state.js';

/** The events that follow from changes. */

type CustomerEvent = Extract<EventType, 'customer.created' | 'customer.updated'>;
type SubscriptionEvent = Extract<EventType, `customer.subscription.${string}`>;
type InvoiceEvent = Extract<EventType, `invoice.${string}`>;
type DisputeEvent = Extract<EventType, `charge.dispute.${string}`>;
type ChargeEvent = Extract<EventType, 'charge.succeeded' | 'charge.failed' | 'charge.refunded'>;
type ClockEvent = Extract<EventType, `test_helpers.${string}`>;

const circumstances = ({ eventsAt, context }: StripeState) => ({ created: eventsAt, livemode: context.livemode });

/** @param before - the customer before the change; there is no event if nothing has changed */
export function emitCustomer(state: StripeState, type: CustomerEvent, record: CustomerRecord, before?: object): void {
	const object = customerObject(record, state.context);
	if (before && JSON.stringify(before) === JSON.stringify(object)) return;
	state.events.add(type, object, { ...circumstances(state), ...(before && { before }) });
}

export function emitSubscription(state: StripeState, type: SubscriptionEvent, record: SubscriptionRecord, before?: object): void {
	state.events.add(type, subscriptionObject(record, state.context), { ...circumstances(state), ...(before && { before }) });
}

/**
 * The events of a changed subscription.
 * @param was - its status before the change
 * @param before - the subscription before the change
 */
export function emitSubscriptionChange(state: StripeState, record: SubscriptionRecord, was: string, before: object): void {
	const { status } = record;
	if (status === 'canceled' && was !== 'canceled') {
		emitSubscription(state, 'customer.subscription.deleted', record);
		return;
	}
	if (JSON.stringify(before) !== JSON.stringify(subscriptionObject(record, state.context)))
		emitSubscription(state, 'customer.subscription.updated', record, before);
	if (status === 'paused' && was !== 'paused') emitSubscription(state, 'customer.subscription.paused', record);
	if (was === 'paused' && status !== 'paused') emitSubscription(state, 'customer.subscription.resumed', record);
}

export function emitInvoice(state: StripeState, type: InvoiceEvent, record: InvoiceRecord): void {
	state.events.add(type, invoiceObject(record, state.context), circumstances(state));
}

export function emitCharge(state: StripeState, type: ChargeEvent, record: ChargeRecord, before?: object): void {
	state.events.add(type, chargeObject(record, state.context), { ...circumstances(state), ...(before && { before }) });
}

export function emitRefund(state: StripeState, record: RefundRecord): void {
	state.events.add('refund.created', refundObject(record, state.context), circumstances(state));
}

export function emitDispute(state: StripeState, type: DisputeEvent, record: DisputeRecord): void {
	state.events.add(type, disputeObject(record, state.context), circumstances(state));
}

export function emitClock(state: StripeState, type: ClockEvent, record: TestClockRecord): void {
	state.events.add(type, testClockObject(record), circumstances(state));
}
