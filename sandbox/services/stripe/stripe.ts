import type { Hono } from 'hono';
import type { Faults } from '../core/faults.js';
import type { RequestLog } from '../core/request-log.js';
import type { StripeWorld } from '../core/world.js';
import { answer } from './api.js';
import { createCustomer, deleteCustomer, showCustomer, updateCustomer } from './control/customers.js';
import { closeDispute, dispute, failPayment, listDisputes, listRefunds, refund } from './control/payments.js';
import { requireCustomer, requireSubscription } from './control/read.js';
import { cancelSubscription, createSubscription, showSubscription, updateSubscription } from './control/subscriptions.js';
import { advanceAll, advanceClock, advanceSubscription, createClock, deleteClock, getClock, listClocks } from './control/time.js';
import { stripeApp } from './middleware.js';
import type { ObjectContext } from './objects/subscription.js';
import { Permissions, type Resource } from './permissions.js';
import { Rate } from './rate.js';
import type { PriceRecord, ProductRecord } from './records/records.js';
import { Events } from './state/events.js';
import { type BillingSettings, DEFAULT_SETTINGS, type StripeState } from './state/state.js';
import { StripeStore } from './state/store.js';

export interface StripeOptions {
	readonly log: RequestLog;
	readonly faults: Faults;
	/** The only secret key accepted; others get a 401. */
	readonly key: string;
	readonly now?: () => Date;
	readonly latencyMs?: number;
	/** Per endpoint; no limit when absent. */
	readonly ratePerSecond?: number;
}

export type ControlKind = 'customers' | 'subscriptions';

/** A price with the name of its product. */
export type PriceView = Omit<PriceRecord, 'product'> & Pick<ProductRecord, 'name'>;

/** Emulates Stripe's API for subscriptions, customers, invoices, events, prices and products. */
export class SandboxStripe {
	/** Serves `/v1/…`. Mount it at the root. */
	public readonly app: Hono;
	private readonly permissions = new Permissions();
	private readonly now: () => Date;
	private store: StripeStore;
	private events = new Events();
	private latencyMs: number;
	private livemode = false;
	private settings = DEFAULT_SETTINGS;
	private readonly rate: Rate;
	private changeCount = 0;

	public constructor({ log, faults, key, now = () => new Date(), latencyMs = 0, ratePerSecond }: StripeOptions) {
		this.now = now;
		this.latencyMs = latencyMs;
		this.rate = new Rate(ratePerSecond);
		this.store = StripeStore.of({ customers: [], subscriptions: [] }, this.seconds());
		this.app = stripeApp({
			log,
			faults,
			key,
			rate: this.rate,
			latency: () => this.latencyMs,
			answer: (method, path, query, tampering) =>
				answer({ ...this.state(), permissions: this.permissions, key }, method, path, query, tampering)
		});
	}

	/** Grows with every change of the data. */
	public get changes(): number {
		return this.changeCount;
	}

	public load(world: StripeWorld): void {
		this.changeCount += 1;
		this.store = StripeStore.of(world, this.seconds());
		this.events = new Events();
		this.settings = DEFAULT_SETTINGS;
	}

	/** In the world's format, newest first. */
	public list(kind: ControlKind): unknown[] {
		const state = this.state();
		return kind === 'customers'
			? state.store.customers().all().map(showCustomer)
			: state.store
					.subscriptions('all')
					.all()
					.map((record) => showSubscription(state, record));
	}

	public get(kind: ControlKind, id: string): unknown {
		const state = this.state();
		return kind === 'customers'
			? showCustomer(requireCustomer(state.store, id))
			: showSubscription(state, requireSubscription(state.store, id));
	}

	public create(kind: ControlKind, body: unknown): unknown {
		return (kind === 'customers' ? createCustomer : createSubscription)(this.changing(), body);
	}

	/** @param body - the changed fields; metadata is merged as Stripe merges it */
	public update(kind: ControlKind, id: string, body: unknown): unknown {
		return (kind === 'customers' ? updateCustomer : updateSubscription)(this.changing(), id, body);
	}

	/** Cancels a subscription, or deletes a customer and cancels the customer's subscriptions. */
	public delete(kind: ControlKind, id: string): unknown {
		return (kind === 'customers' ? deleteCustomer : cancelSubscription)(this.changing(), id);
	}

	/** A payment of the subscription fails now. */
	public failPayment(subscription: string): unknown {
		return failPayment(this.changing(), subscription);
	}

	/** @param body - charge?, amount? in the currency's smallest unit, reason? */
	public refund(subscription: string, body?: unknown): unknown {
		return refund(this.changing(), subscription, body);
	}

	/** @param body - charge?, reason? */
	public dispute(subscription: string, body?: unknown): unknown {
		return dispute(this.changing(), subscription, body);
	}

	/** @param body - status: won or lost */
	public closeDispute(id: string, body: unknown): unknown {
		return closeDispute(this.changing(), id, body);
	}

	public refunds(): unknown[] {
		return listRefunds(this.state());
	}

	public disputes(): unknown[] {
		return listDisputes(this.state());
	}

	/** Lets time pass for a subscription without a test clock. @param body - days?; default: until its next payment is collected */
	public advance(subscription: string, body?: unknown): unknown {
		return advanceSubscription(this.changing(), subscription, body);
	}

	/** Lets time pass for every subscription without a test clock. @param body - days @returns their number */
	public advanceAll(body: unknown): unknown {
		return advanceAll(this.changing(), body);
	}

	public clocks(): unknown[] {
		return listClocks(this.state());
	}

	public clock(id: string): unknown {
		return getClock(this.state(), id);
	}

	/** @param body - frozen_time?, name?, customer? */
	public createClock(body?: unknown): unknown {
		return createClock(this.changing(), body);
	}

	/** @param body - frozen_time or days */
	public advanceClock(id: string, body: unknown): unknown {
		return advanceClock(this.changing(), id, body);
	}

	public deleteClock(id: string): unknown {
		return deleteClock(this.changing(), id);
	}

	/** Sets what Stripe does to a subscription after failed retries and disputes. */
	public setBilling(settings: Partial<BillingSettings>): void {
		this.settings = { ...this.settings, ...settings };
	}

	public setLatency(ms: number): void {
		this.latencyMs = ms;
	}

	/** Requests per second and endpoint; null for no limit. */
	public setRate(perSecond: number | null): void {
		this.rate.set(perSecond ?? undefined);
	}

	public setLivemode(on: boolean): void {
		this.livemode = on;
	}

	/** Sets whether the restricted key may read the resource. */
	public setPermission(resource: Resource, allowed: boolean): void {
		this.permissions.set(resource, allowed);
	}

	/** Whether the restricted key may read each resource. */
	public get allowed(): Readonly<Record<Resource, boolean>> {
		return this.permissions.list();
	}

	/** The recurring prices that exist, as a person sees them in Stripe's dashboard. */
	public prices(): PriceView[] {
		return this.store.catalog.prices.all().map(({ product, ...price }) => ({ ...price, name: product.name }));
	}

	private changing(): StripeState {
		this.changeCount += 1;
		return this.state();
	}

	private state(): StripeState {
		const { store, events, settings } = this;
		return { store, events, context: this.context(), settings, eventsAt: this.seconds() };
	}

	private context(): ObjectContext {
		return { catalog: this.store.catalog, payments: this.store.payments, livemode: this.livemode, now: this.seconds() };
	}

	private seconds(): number {
		return Math.floor(this.now().getTime() / 1000);
	}
}
