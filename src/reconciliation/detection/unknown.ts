import { MAX_UNKNOWN_LISTED, type UnknownMembers, type UnknownReason } from '../domain/unknown.js';
import { adviseOnLink, describeLink } from './link-problems.js';

/** What is unknown about members, for operators. */

/** What is unknown, as a sentence without its full stop. */
export function describeUnknown(reason: UnknownReason): string {
	switch (reason.kind) {
		case 'status':
			return `Stripe gives the status "${reason.status}", which Reeve does not know`;
		case 'price':
			return `they pay for ${reason.price}, which no setting lists`;
		case 'object':
			return `${reason.id} in Stripe ${reason.problem}`;
		case 'link':
			return describeLink(reason);
		case 'rule':
			return describeRule(reason);
	}
}

function describeRule({ problem, detail }: Extract<UnknownReason, { readonly kind: 'rule' }>): string {
	switch (problem) {
		case 'threw':
			return `this server's rule for roles failed: ${detail.replace(/[.\s]+$/, '')}`;
		case 'promise':
			return "this server's rule for roles is asynchronous, so it gives no answer in time";
		case 'answer':
			return `this server's rule for roles returned no role (${detail})`;
		case 'role':
			return `this server's rule for roles gives ${detail}, which Reeve does not manage`;
		case 'rows':
			return `they have several rows, which differ in ${detail}, so this server's rule for roles was not asked`;
	}
}

/** What an operator can do about it, as a sentence without its full stop. */
export function adviseOnUnknown(reason: UnknownReason): string {
	switch (reason.kind) {
		case 'status':
			return 'install the newest version of Reeve, which may know it; until then change these roles by hand';
		case 'price':
			return 'add it to STRIPE_…_PRICE_IDS of the tier that it buys, or to STRIPE_OTHER_PRICE_IDS if it buys no role';
		case 'object':
			return "look at it in the Stripe dashboard; if it is right there, look whether a proxy answers in Stripe's place, and update Reeve";
		case 'link':
			return adviseOnLink(reason.problem);
		case 'rule':
			return reason.problem === 'rows'
				? 'make their rows agree, or remove the wrong one'
				: "correct the function adjust in Reeve's options; a role that it gives must be a tier, Debtor or one of extraRoles";
	}
}

interface Group {
	readonly members: Set<string>;
	/** In JSON, to be sorted. */
	readonly reasons: Map<string, { readonly reason: UnknownReason; readonly discordId: string }>;
}

/** Collects the reasons of many members: one group for each, and one for all links, or answers of the server's own rule, with the same problem. */
export class UnknownCollector {
	public readonly discordIds = new Set<string>();
	private readonly groups = new Map<string, Group>();

	public add(discordId: string, reasons: readonly UnknownReason[]): void {
		if (reasons.length === 0) return;
		this.discordIds.add(discordId);
		for (const reason of reasons) {
			const key = reason.kind === 'link' || reason.kind === 'rule' ? `${reason.kind}:${reason.problem}` : JSON.stringify(reason);
			const group = this.groups.get(key) ?? { members: new Set(), reasons: new Map() };
			this.groups.set(key, group);
			group.members.add(discordId);
			if (reason.kind === 'link' || reason.kind === 'rule' || group.reasons.size === 0)
				group.reasons.set(JSON.stringify([reason, discordId]), { reason, discordId });
		}
	}

	/** In an order that does not depend on that of the members. */
	public get members(): readonly UnknownMembers[] {
		return [...this.groups].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, group]) => membersOf(group) ?? []);
	}
}

function membersOf({ members, reasons }: Group): UnknownMembers | null {
	const sorted = [...reasons].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
	const reason = sorted[0]?.reason;
	if (reason === undefined) return null;
	const discordIds = [...members].sort().slice(0, MAX_UNKNOWN_LISTED);
	const links = sorted
		.slice(0, MAX_UNKNOWN_LISTED)
		.flatMap(({ reason: each, discordId }) => (each.kind === 'link' ? { discordId, customerId: each.customerId } : []));
	return { reason, discordIds, count: members.size, ...(links.length === 0 ? {} : { links }) };
}
