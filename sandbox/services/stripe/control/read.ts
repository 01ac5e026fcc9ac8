import { z } from 'zod';
import { ControlError } from '../../core/control-error.js';
import type { CustomerRecord, DisputeRecord, SubscriptionRecord, TestClockRecord } from '../records/records.js';
import type { StripeStore } from '../state/store.js';

/** What the control methods are given: bodies, and IDs of objects. */

/** @throws {ControlError} 400 */
export function read<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
	const result = schema.safeParse(body ?? {});
	if (result.success) return result.data;
	throw new ControlError(400, z.prettifyError(result.error));
}

/** @throws {ControlError} 404 */
export const requireCustomer = (store: StripeStore, id: string): CustomerRecord => found('customer', id, store.customer(id));

/** @throws {ControlError} 404 */
export const requireSubscription = (store: StripeStore, id: string): SubscriptionRecord =>
	found('subscription', id, store.subscription(id));

/** @throws {ControlError} 404 */
export const requireClock = (store: StripeStore, id: string): TestClockRecord => found('test clock', id, store.clocks.get(id));

/** @throws {ControlError} 404 */
export const requireDispute = (store: StripeStore, id: string): DisputeRecord => found('dispute', id, store.payments.dispute(id));

function found<T>(what: string, id: string, record: T | undefined): T {
	if (record === undefined) throw new ControlError(404, `there is no ${what} ${id}`);
	return record;
}

/** @throws {ControlError} 400 if a field that cannot change was given another value */
export function unchanged<T>(name: string, is: T, given: T | undefined): void {
	if (given !== undefined && given !== is) throw new ControlError(400, `${name} cannot be changed`);
}

export function nextFreeId(stem: string, taken: (name: string) => boolean): string {
	for (let number = 1; ; number++) if (!taken(`${stem}_${number}`)) return `${stem}_${number}`;
}

/** As Stripe merges it. */
export const metadataChange = z
	.union([z.literal(''), z.record(z.string(), z.union([z.string(), z.number().transform(String)]).nullable())])
	.nullish();

/** Merges metadata as Stripe does: null or '' removes a key, an empty change removes all. */
export function mergedMetadata(
	before: Readonly<Record<string, string>>,
	change: z.output<typeof metadataChange>
): Readonly<Record<string, string>> {
	if (change === undefined) return before;
	if (change === null || change === '' || Object.keys(change).length === 0) return {};
	const after = new Map(Object.entries(before));
	for (const [key, value] of Object.entries(change)) {
		if (value === null || value === '') after.delete(key);
		else after.set(key, value);
	}
	return Object.fromEntries(after);
}
