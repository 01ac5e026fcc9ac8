import { z } from 'zod';
import { ControlError } from '../../core/control-error.js';
import { emitClock } from '../billing/emit.js';
import { moveBack } from '../billing/move-back.js';
import { passTime } from '../billing/pass-time.js';
import { DRAFT_SECONDS } from '../objects/invoice.js';
import { currentPeriod } from '../objects/subscription.js';
import { testClockObject } from '../objects/test-clock.js';
import { addIntervals, addMonths } from '../records/periods.js';
import { hasEnded, type SubscriptionRecord, type TestClockRecord } from '../records/records.js';
import type { StripeState } from '../state/state.js';
import { deleteCustomer } from './customers.js';
import { nextFreeId, read, requireClock, requireCustomer, requireSubscription } from './read.js';
import { showSubscription } from './subscriptions.js';

/** Lets time pass: for the customers of a test clock, or for one subscription. */

const DAY = 86_400;
/** Of a clock without subscriptions, and of a subscription: two years. */
const MAX_MONTHS = 24;
const MAX_DAYS = 731;
/** Stripe advances a clock by this many billing periods at once. */
const MAX_PERIODS = 2;

const clockBody = z.strictObject({
	/** Epoch seconds; default: now. */
	frozen_time: z.int().optional(),
	name: z.string().max(300).optional(),
	/** ID of a customer without a clock. */
	customer: z.string().min(1).optional()
});
const advanceClockBody = z.strictObject({ frozen_time: z.int().optional(), days: z.number().positive().optional() });
const advanceAllBody = z.strictObject({ days: z.number().positive().max(MAX_DAYS) });
const advanceBody = z.strictObject({ days: z.number().positive().max(MAX_DAYS).optional() });

export const listClocks = ({ store }: StripeState): unknown[] => [...store.clocks.values()].map((clock) => showClock(store, clock));

export const getClock = ({ store }: StripeState, id: string): unknown => showClock(store, requireClock(store, id));

export function createClock(state: StripeState, given: unknown): unknown {
	const { store, context } = state;
	const body = read(clockBody, given);
	if (context.livemode) throw new ControlError(409, 'Stripe has test clocks in test mode only');
	const customer = body.customer === undefined ? null : requireCustomer(store, body.customer);
	if (customer?.clock) throw new ControlError(409, `customer ${customer.id} already has test clock ${customer.clock.id}`);
	const frozenTime = body.frozen_time ?? context.now;
	if (customer && frozenTime < context.now) throw new ControlError(400, 'frozen_time must not be before now: the customer already exists');
	const id = nextFreeId('clock', (name) => store.clocks.has(name));
	const clock: TestClockRecord = {
		id,
		created: context.now,
		name: body.name ?? null,
		frozenTime: customer ? context.now : frozenTime,
		target: null
	};
	store.clocks.set(id, clock);
	if (customer)
		store.changeCustomer(customer, () => {
			customer.clock = clock;
		});
	emitClock(state, 'test_helpers.test_clock.created', clock);
	if (frozenTime > clock.frozenTime) advance(state, clock, frozenTime);
	return showClock(store, clock);
}

/** What happens until then has happened when this returns. */
export function advanceClock(state: StripeState, id: string, given: unknown): unknown {
	const { store } = state;
	const clock = requireClock(store, id);
	const body = read(advanceClockBody, given);
	if ((body.frozen_time === undefined) === (body.days === undefined)) throw new ControlError(400, 'give either frozen_time or days');
	advance(state, clock, body.frozen_time ?? clock.frozenTime + Math.round((body.days ?? 0) * DAY));
	return showClock(store, clock);
}

/** Stripe deletes a clock with its customers and their subscriptions. */
export function deleteClock(state: StripeState, id: string): unknown {
	const clock = requireClock(state.store, id);
	for (const customer of state.store.customersOf(clock)) deleteCustomer(state, customer.id);
	state.store.clocks.delete(id);
	emitClock(state, 'test_helpers.test_clock.deleted', clock);
	return { id, deleted: true };
}

/**
 * Lets time pass for a subscription that has no clock. This machine's time stays: every date of the subscription moves into the past instead,
 * and what was due until then happens. So a bot that lists subscriptions sees the effect, which it does not of a clock's.
 */
export function advanceSubscription(state: StripeState, id: string, given: unknown): unknown {
	const { store, context } = state;
	const record = requireSubscription(store, id);
	const { days } = read(advanceBody, given);
	const { clock } = record.customer;
	if (clock) throw new ControlError(409, `time passes for ${id} by its test clock: advance ${clock.id}`);
	if (hasEnded(record.status)) throw new ControlError(409, `${id} has ended: nothing is due any more`);
	// Stripe collects the payment an hour after the renewal.
	const end = currentPeriod(record, context).end + DRAFT_SECONDS;
	letPass(state, record, days === undefined ? Math.max(DRAFT_SECONDS, end - context.now) : Math.round(days * DAY));
	return showSubscription(state, record);
}

/** The same for every subscription that has no clock and has not ended. */
export function advanceAll(state: StripeState, given: unknown): unknown {
	const { days } = read(advanceAllBody, given);
	const records = [...state.store.subscriptions(undefined).all()].filter(({ customer }) => customer.clock === null);
	for (const record of records) letPass(state, record, Math.round(days * DAY));
	return { subscriptions: records.length };
}

function letPass(state: StripeState, record: SubscriptionRecord, seconds: number): void {
	const { store, context } = state;
	const { now } = context;
	moveBack(store, record, seconds, now);
	const passing = { ...context };
	passTime({ ...state, context: passing }, [record], {
		from: now - seconds,
		to: now,
		setTime: (at) => {
			passing.now = at;
		}
	});
}

function advance(state: StripeState, clock: TestClockRecord, to: number): void {
	const from = clock.frozenTime;
	if (to <= from) throw new ControlError(400, `a test clock only moves forward: it is at ${from}`);
	const subscriptions = state.store
		.customersOf(clock)
		.flatMap((customer) => customer.subscriptions?.all().filter(({ status }) => !hasEnded(status)) ?? []);
	const latest = latestTarget(state, from, subscriptions);
	if (to > latest)
		throw new ControlError(
			400,
			subscriptions.length > 0
				? `Stripe advances a test clock by two billing periods of its shortest subscription at once: to ${latest} at most`
				: `Stripe advances a test clock without subscriptions by two years at once: to ${latest} at most`
		);
	clock.target = to;
	emitClock(state, 'test_helpers.test_clock.advancing', clock);
	passTime(state, subscriptions, {
		from,
		to,
		setTime: (at) => {
			clock.frozenTime = at;
		}
	});
	clock.target = null;
	emitClock(state, 'test_helpers.test_clock.ready', clock);
}

function latestTarget({ store }: StripeState, from: number, subscriptions: readonly SubscriptionRecord[]): number {
	if (subscriptions.length === 0) return addMonths(from, MAX_MONTHS);
	return Math.min(...subscriptions.map(({ items }) => addIntervals(from, store.catalog.intervalOf(items), MAX_PERIODS)));
}

function showClock(store: StripeState['store'], clock: TestClockRecord): unknown {
	const { id, name, created, frozen_time, status } = testClockObject(clock);
	return { id, name, created, frozen_time, status, customers: store.customersOf(clock).map((customer) => customer.id) };
}
