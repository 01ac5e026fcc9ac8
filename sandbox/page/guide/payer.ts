import type { FoundSubscription } from '../client/api.js';

/** Chooses whose subscription is cancelled: a member for whom everything is right, so that only the cancellation is reported. */

interface Member {
	readonly id: string;
	readonly username: string;
	readonly roles: readonly string[];
}

export interface Payer {
	readonly subscription: string;
	readonly member: string;
	readonly name: string;
	readonly role: string;
}

const ROLES: Readonly<Record<string, string>> = { price_knight: 'Knight', price_lord: 'Lord' };
const MANAGED = ['Knight', 'Lord', 'Debtor'];

/** @returns null if no member pays with one active subscription, alone, and holds its role alone */
export function choosePayer(subscriptions: readonly FoundSubscription[], members: readonly Member[]): Payer | null {
	for (const { id, username, roles } of members) {
		const [subscription, ...others] = subscriptions.filter(({ people }) => people.some((each) => each.id === id));
		const [item, ...otherItems] = subscription?.items ?? [];
		const role = ROLES[item?.price ?? ''];
		const managed = roles.filter((each) => MANAGED.includes(each));
		const isAlone = others.length === 0 && subscription?.people.length === 1 && otherItems.length === 0 && managed.length === 1;
		if (subscription?.status === 'active' && role !== undefined && isAlone && managed[0] === role)
			return { subscription: subscription.id, member: id, name: username, role };
	}
	return null;
}
