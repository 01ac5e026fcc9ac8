import { z } from 'zod';
import { ControlError } from '../../core/control-error.js';
import { discountSchema } from '../../core/world.js';
import { emitCustomer } from '../billing/emit.js';
import { customerObject } from '../objects/customer.js';
import { type CustomerRecord, hasEnded } from '../records/records.js';
import type { StripeState } from '../state/state.js';
import { mergedMetadata, metadataChange, nextFreeId, read, requireClock, requireCustomer, unchanged } from './read.js';
import { updateSubscription } from './subscriptions.js';

/** Customers in the world's format. */

const change = z.strictObject({
	id: z.string().optional(),
	created: z.int().optional(),
	email: z.string().nullish(),
	name: z.string().nullish(),
	discount: discountSchema.nullish(),
	/** Whether charges succeed. */
	card: z.enum(['valid', 'declined']).optional(),
	/** ID of the clock, which cannot be changed. */
	test_clock: z.string().optional(),
	metadata: metadataChange
});
const newCustomer = change.extend({ id: z.string().min(1).optional() });

export function showCustomer({ id, email, name, discount, metadata, created, deleted, cardDeclined, clock }: CustomerRecord): unknown {
	if (deleted) return { id, deleted };
	return {
		id,
		email,
		name,
		...(discount && { discount }),
		metadata,
		created,
		...(cardDeclined && { card: 'declined' }),
		...(clock && { test_clock: clock.id })
	};
}

export function createCustomer(state: StripeState, given: unknown): unknown {
	const { store, context } = state;
	const body = read(newCustomer, given);
	const id = body.id ?? nextFreeId('cus_new', (name) => store.customer(name) !== undefined);
	if (store.customer(id)) throw new ControlError(409, `customer ${id} already exists`);
	const clock = body.test_clock === undefined ? null : requireClock(store, body.test_clock);
	const record: CustomerRecord = {
		id,
		created: body.created ?? clock?.frozenTime ?? context.now,
		email: body.email ?? null,
		name: body.name ?? null,
		metadata: mergedMetadata({}, body.metadata),
		discount: body.discount ?? null,
		deleted: false,
		cardDeclined: body.card === 'declined',
		clock,
		subscriptions: null
	};
	store.addCustomer(record);
	emitCustomer(state, 'customer.created', record);
	return showCustomer(record);
}

export function updateCustomer(state: StripeState, id: string, given: unknown): unknown {
	const record = requireCustomer(state.store, id);
	const body = read(change, given);
	if (record.deleted) throw new ControlError(409, `customer ${record.id} is deleted`);
	unchanged('id', record.id, body.id);
	unchanged('created', record.created, body.created);
	unchanged('test_clock', record.clock?.id, body.test_clock);
	const before = customerObject(record, state.context);
	state.store.changeCustomer(record, () => {
		if (body.email !== undefined) record.email = body.email;
		if (body.name !== undefined) record.name = body.name;
		if (body.discount !== undefined) record.discount = body.discount;
		if (body.card !== undefined) record.cardDeclined = body.card === 'declined';
		record.metadata = mergedMetadata(record.metadata, body.metadata);
	});
	emitCustomer(state, 'customer.updated', record, before);
	return showCustomer(record);
}

/** Stripe cancels the subscriptions of a deleted customer. */
export function deleteCustomer(state: StripeState, id: string): unknown {
	const record = requireCustomer(state.store, id);
	if (record.deleted) return showCustomer(record);
	for (const subscription of [...(record.subscriptions?.all() ?? [])]) {
		if (!hasEnded(subscription.status)) updateSubscription(state, subscription.id, { status: 'canceled' });
	}
	const last = customerObject(record, state.context);
	state.store.changeCustomer(record, () => {
		record.deleted = true;
	});
	state.events.add('customer.deleted', last, { created: state.eventsAt, livemode: state.context.livemode });
	return showCustomer(record);
}
