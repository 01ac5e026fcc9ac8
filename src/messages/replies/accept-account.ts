import { ACCEPTED_BY_TYPING, type AccountChange } from '../../reconciliation/domain/account-change.js';
import type { AcceptAccountResult } from '../../reconciliation/runs/accept-account.js';
import { count } from '../format/format.js';
import { mention } from '../format/text.js';

/** Replies to `/reconcile accept-account`. */

const HAPPENED: Readonly<Record<AccountChange, string>> = {
	'test-data': 'STRIPE_SECRET_KEY gives test data, and the last good run read live data.',
	'new-account': 'STRIPE_SECRET_KEY gives no subscription at all.'
};

export function acceptAccountReply(result: AcceptAccountResult): string {
	switch (result.kind) {
		case 'accepted':
			return `You have accepted ${describe(result.change)}. No role was changed. Use \`/reconcile run\` now: it reports as usual, and what would take access stays on hold until you have looked at it.`;
		case 'not-confirmed':
			return [
				`${HAPPENED[result.change]} Then, it was ${count(result.subscriptionsBefore, 'subscription')}. Nearly always this is the wrong key: put the right one into STRIPE_SECRET_KEY and restart Reeve.`,
				`Only if Reeve is meant to work with this from now on, use \`/reconcile accept-account confirm:${ACCEPTED_BY_TYPING[result.change]}\`. Everyone who pays in the former account then counts as not paying.`
			].join('\n');
		case 'nothing-to-accept':
			return 'There is nothing to accept: the Stripe account gives what the last good run leads to expect.';
	}
}

/** The line in the admin channel. */
export function accountAcceptedAnnouncement(actor: string, change: AccountChange): string {
	return `${mention(actor)} accepted that Reeve works with ${describe(change)}. What would take access is on hold until an operator releases it.`;
}

function describe(change: AccountChange): string {
	return change === 'test-data' ? "Stripe's test data" : 'a Stripe account without subscriptions';
}
