import { setImmediate } from 'node:timers/promises';
import { YIELD_EVERY } from '../../async/cooperative.js';
import { membersIn } from '../detection/payees.js';
import type { Accounts } from '../domain/billing.js';
import type { Detection } from '../domain/detection.js';
import type { Payer } from '../domain/ports.js';

/**
 * Which customers name which members, in batches: by metadata, and by values that may mean another member. What rows say is in the
 * database anyway.
 */
export async function* payersIn(accounts: Accounts, { misread }: Pick<Detection, 'misread'>): AsyncIterable<readonly Payer[]> {
	const uncertain = new Set(misread.map(({ name, customerId }) => key(name, customerId)));
	let batch: Payer[] = [];
	let visited = 0;
	for (const account of accounts.values()) {
		const customerId = account.customer.id;
		for (const name of new Set(membersIn(account)))
			if (!uncertain.has(key(name, customerId))) batch.push({ name, customerId, misread: false });
		visited += 1;
		if (visited % YIELD_EVERY !== 0) continue;
		yield batch;
		batch = [];
		await setImmediate();
	}
	yield [...batch, ...misread.map(({ name, customerId }) => ({ name, customerId, misread: true }))];
}

function key(name: string, customerId: string): string {
	return `${customerId} ${name}`;
}
