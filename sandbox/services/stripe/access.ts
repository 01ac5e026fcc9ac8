import { noPermission } from './errors.js';
import { ACCOUNT } from './objects/account.js';
import type { ObjectContext } from './objects/subscription.js';
import type { Permissions, Resource } from './permissions.js';
import type { Events } from './state/events.js';
import type { StripeStore } from './state/store.js';

/** What a request is answered from. */
export interface Api {
	readonly store: StripeStore;
	readonly events: Events;
	readonly permissions: Permissions;
	readonly context: ObjectContext;
	readonly key: string;
}

/** @throws {StripeRefusal} if the key lacks the permission */
export function allow({ permissions, key }: Api, resource: Resource, write = false): void {
	const missing = permissions.missing(resource, write);
	if (missing !== undefined) throw noPermission(key, ACCOUNT, missing);
}
