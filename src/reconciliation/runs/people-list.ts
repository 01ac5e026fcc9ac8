import { isPseudonym } from '../domain/audit.js';
import type { ListedPayer, Notices } from '../domain/detection.js';
import type { MonthlyAmounts } from '../domain/money.js';
import type { IssueStore } from '../fixes/bulk-plan.js';

/** Lists of people that reports count: read from what is stored, never from Stripe or Discord. */

export const LIST_KINDS = ['unclaimed', 'absent', 'unlinked'] as const;
export type ListKind = (typeof LIST_KINDS)[number];

export interface ListEntry {
	readonly discordId: string | null;
	readonly customerId: string | null;
	/** What they pay; null for people who pay nothing that Reeve knows of. */
	readonly money: MonthlyAmounts | null;
	/** Of a payer, when their oldest subscription began; of a role holder, when Reeve first found them. */
	readonly since: Date;
	/** The managed roles held; empty for payers. */
	readonly roles: readonly string[];
}

export interface PeopleList {
	readonly kind: ListKind;
	/** When the newest run over all members began, which read the payers; null if none has completed. */
	readonly at: Date | null;
	/** May be more than the entries: only the first are stored, and none by older versions of Reeve. */
	readonly total: number;
	readonly entries: readonly ListEntry[];
}

export interface PeopleListStore {
	/** The notices of the newest completed run over all members; null if there is none. */
	newestNotices(): Promise<{ readonly at: Date; readonly notices: Pick<Notices, 'unclaimed' | 'absent' | 'payers'> } | null>;
}

export async function readPeopleList(store: PeopleListStore & IssueStore, kind: ListKind): Promise<PeopleList> {
	const newest = await store.newestNotices();
	const at = newest?.at ?? null;
	if (kind === 'unlinked') {
		const entries = (await store.openIssues('all'))
			.filter(({ linked }) => !linked)
			.map(({ discordId, discordRoles, firstSeenAt }) => ({
				discordId,
				customerId: null,
				money: null,
				since: firstSeenAt,
				roles: discordRoles
			}));
		return { kind, at, total: entries.length, entries };
	}
	const { payers, [kind]: total = 0 } = newest?.notices ?? {};
	return { kind, at, total, entries: (payers?.[kind] ?? []).filter(isKnown).map(toEntry) };
}

/** What was said about a forgotten person says nothing. */
function isKnown({ discordId, customerId }: ListedPayer): boolean {
	return !isPseudonym(discordId ?? '') && !isPseudonym(customerId);
}

function toEntry({ discordId, customerId, money, since }: ListedPayer): ListEntry {
	return { discordId, customerId, money, since: new Date(since), roles: [] };
}
