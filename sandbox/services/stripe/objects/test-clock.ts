import type Stripe from 'stripe';
import type { TestClockRecord } from '../records/records.js';

/** Stripe deletes a clock after this time. */
const LIFETIME_SECONDS = 30 * 86_400;

export function testClockObject({ id, created, name, frozenTime, target }: TestClockRecord): Stripe.TestHelpers.TestClock {
	return {
		id,
		object: 'test_helpers.test_clock',
		created,
		deletes_after: created + LIFETIME_SECONDS,
		frozen_time: frozenTime,
		// Clocks exist in test mode only.
		livemode: false,
		name,
		status: target === null ? 'ready' : 'advancing',
		status_details: target === null ? {} : { advancing: { target_frozen_time: target } }
	};
}
