import { MAX_UNKNOWN_LISTED, type UnknownMembers, type UnknownReason } from '../domain/unknown.js';

/** What is unknown about members, for operators. */

/** What is unknown, as a sentence without its full stop. */
export function describeUnknown(reason: UnknownReason): string {
	switch (reason.kind) {
		case 'status':
			return `Stripe gives the status "${reason.status}", which Reeve does not know`;
		case 'price':
			return `they pay for ${reason.price}, which no setting lists`;
		case 'link':
			return `the customer ${reason.customerId} ${reason.problem}`;
	}
}

/** What an operator can do about it, as a sentence without its full stop. */
export function adviseOnUnknown(reason: UnknownReason): string {
	switch (reason.kind) {
		case 'status':
			return 'install the newest version of Reeve, which may know it; until then change these roles by hand';
		case 'price':
			return 'add it to STRIPE_…_PRICE_IDS of the tier that it buys, or to STRIPE_OTHER_PRICE_IDS if it buys no role';
		case 'link':
			return 'correct the metadata in Stripe, or use `/reconcile link`';
	}
}

/** Collects the reasons of many members. */
export class UnknownCollector {
	public readonly discordIds = new Set<string>();
	/** By the reason's JSON. */
	private readonly groups = new Map<string, { readonly reason: UnknownReason; readonly members: Set<string> }>();

	public add(discordId: string, reasons: readonly UnknownReason[]): void {
		if (reasons.length === 0) return;
		this.discordIds.add(discordId);
		for (const reason of reasons) {
			const key = JSON.stringify(reason);
			const group = this.groups.get(key);
			if (group === undefined) this.groups.set(key, { reason, members: new Set([discordId]) });
			else group.members.add(discordId);
		}
	}

	/** In an order that does not depend on that of the members. */
	public get members(): readonly UnknownMembers[] {
		return [...this.groups]
			.sort(([a], [b]) => (a < b ? -1 : 1))
			.map(([, { reason, members }]) => ({
				reason,
				discordIds: [...members].sort().slice(0, MAX_UNKNOWN_LISTED),
				count: members.size
			}));
	}
}
