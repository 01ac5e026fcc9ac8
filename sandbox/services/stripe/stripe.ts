import type { Hono } from 'hono';
import type { Faults } from '../core/faults.js';
import type { RequestLog } from '../core/request-log.js';
import type { StripeWorld } from '../core/world.js';
import { answer } from './api.js';
import { type ControlKind, createObject, deleteObject, getObject, listObjects, type StripeState, updateObject } from './control.js';
import { Events } from './events.js';
import { stripeApp } from './middleware.js';
import type { ObjectContext } from './objects/subscription.js';
import { Permissions, type Resource } from './permissions.js';
import { Rate } from './rate.js';
import { StripeStore } from './store.js';

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
	}

	/** In the world's format, newest first. */
	public list(kind: ControlKind): unknown[] {
		return listObjects(this.state(), kind);
	}

	public get(kind: ControlKind, id: string): unknown {
		return getObject(this.state(), kind, id);
	}

	public create(kind: ControlKind, body: unknown): unknown {
		this.changeCount += 1;
		return createObject(this.state(), kind, body);
	}

	/** @param body - the changed fields; metadata is merged as Stripe merges it */
	public update(kind: ControlKind, id: string, body: unknown): unknown {
		this.changeCount += 1;
		return updateObject(this.state(), kind, id, body);
	}

	/** Cancels a subscription, or deletes a customer and cancels the customer's subscriptions. */
	public delete(kind: ControlKind, id: string): unknown {
		this.changeCount += 1;
		return deleteObject(this.state(), kind, id);
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

	private state(): StripeState {
		return { store: this.store, events: this.events, context: this.context() };
	}

	private context(): ObjectContext {
		return { catalog: this.store.catalog, livemode: this.livemode, now: this.seconds() };
	}

	private seconds(): number {
		return Math.floor(this.now().getTime() / 1000);
	}
}
