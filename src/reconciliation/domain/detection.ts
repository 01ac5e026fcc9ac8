import type { OddObject } from './billing.js';
import type { CountMismatch } from './guild.js';
import type { DriftIssue } from './issue.js';
import type { Exemption } from './links.js';
import type { MonthlyAmounts } from './money.js';
import type { Coverage } from './onboarding.js';
import type { RoleName, UnlistedPrices } from './rules.js';
import type { UnknownMembers } from './unknown.js';

/** A member with a subscription status that the policy does not know. */
export interface UnknownStatus {
	readonly discordId: string;
	/** As Stripe reports it. */
	readonly status: string;
}

/** A price that is sold and that no setting lists. */
export interface UnlistedPrice {
	readonly price: string;
	/** Number of subscriptions that are for it and not over. */
	readonly subscriptions: number;
	/** What it counted as in this run. */
	readonly counts: UnlistedPrices;
}

/** What a run over one member found about them. */
export interface MemberFinding {
	/** The managed roles held; null for someone who is not in the server. */
	readonly held: readonly RoleName[] | null;
	/** The managed roles that the policy gives, as far as it is known. */
	readonly expected: readonly RoleName[];
	/** What decides that, in a few words. */
	readonly cause: string;
	/** False without any link. */
	readonly linked: boolean;
	/** In force; of several, the longest. */
	readonly exemption: Exemption | null;
}

/** A customer who pays and is not a member of the server, as far as Reeve knows. */
export interface ListedPayer {
	/** Null for one whom nothing links to a user. */
	readonly discordId: string | null;
	/** Of several customers, the one that decides what they get. */
	readonly customerId: string;
	readonly money: MonthlyAmounts;
	/** When the oldest of the subscriptions began that give something now, epoch milliseconds. */
	readonly since: number;
}

/** Findings that are not issues: counts, and details where an operator can correct something. */
export interface Notices {
	/** Paying customers that neither a row nor metadata assigns to a user. */
	readonly unclaimed: number;
	/** Linked users who pay and are not in the guild. */
	readonly absent: number;
	/** The first of {@link unclaimed} and of {@link absent}, the longest subscribed first. Absent if there are none, in runs over some members, and in runs stored before it was kept. */
	readonly payers?: { readonly unclaimed: readonly ListedPayer[]; readonly absent: readonly ListedPayer[] };
	/** Of a run over one member; everything else then concerns them alone. Absent in runs stored before it was kept. */
	readonly member?: MemberFinding;
	readonly bots: number;
	readonly exempt: number;
	/** Members skipped because something of theirs changed while the run was reading. */
	readonly leftToNextRun: number;
	/** Set if Discord counts more members than two lists that agree contain. */
	readonly countMismatch?: CountMismatch;
	/** Members of whom something is unknown, by reason: nothing is revoked from them. Sorted. Absent in runs stored before it was kept. */
	readonly unknown?: readonly UnknownMembers[];
	/** Those of {@link unknown} with an unknown subscription status; a number in runs stored before details were kept. */
	readonly unknownStatus: readonly UnknownStatus[] | number;
	/** Prices that no setting lists and current subscriptions are for, sorted. Absent in runs stored before it was kept. */
	readonly unlistedPrices?: readonly UnlistedPrice[];
	/** Objects in Stripe that lack something Reeve needs; the first of them, by ID. Absent in runs stored before it was kept. */
	readonly oddObjects?: { readonly count: number; readonly first: readonly Omit<OddObject, 'couldBeAnyones'>[] };
	/** Teams with more claimed seats than they pay for. */
	readonly overclaimedTeams: readonly { readonly teamId: string; readonly name: string; readonly claimed: number; readonly paid: number }[];
	/** Values that are not Discord IDs, in Stripe's metadata or, with `rowId`, in the database. */
	readonly malformedLinks: readonly { readonly customerId: string; readonly value: string; readonly rowId?: string }[];
	/** Exemptions that end within the next two daily reports. */
	readonly expiringExemptions: readonly Exemption[];
	/**
	 * Customers of which it is not clear whom they pay for: metadata names several users and not all subscriptions say for whom they are;
	 * or, `byRows`, the database gives the customer to several users, or to one and a team.
	 */
	readonly contestedLinks: readonly { readonly customerId: string; readonly values: readonly string[]; readonly byRows?: boolean }[];
}

/** The result of comparing a snapshot with the policy. */
export interface Detection {
	/** Most severe first. */
	readonly issues: readonly DriftIssue[];
	readonly notices: Notices;
	/** Discord IDs of the members compared, in the guild or not, if the comparison was about a change; null if it was about all. */
	readonly compared: readonly string[] | null;
	/** Values that may mean a member of the guild, a rounded ID or a text that is none, by the customers that have them. */
	readonly misread: readonly { readonly name: string; readonly customerId: string }[];
	/** Whether something that was read may concern any member, linked or not. */
	readonly mayConcernAnyone: boolean;
	/** Discord IDs of members that this run could not evaluate, or not completely, and found no issue of: their open issues stay open. */
	readonly skipped: ReadonlySet<string>;
	/** Discord IDs of members of whom something is unknown: their issues revoke nothing. */
	readonly unknown: ReadonlySet<string>;
	readonly membersChecked: number;
	readonly teamsChecked: number;
	/** Customers with a subscription that gives a tier now; a sudden drop means implausible data. */
	readonly payingCustomers: number;
	/** Members with a managed role: the denominator of the safety check. */
	readonly roleHolders: number;
	readonly coverage: Coverage;
	/** IDs of subscriptions that became past due at an unknown time: their grace period starts with this run. */
	readonly newlyUnpaid: readonly string[];
	/** IDs of subscriptions whose remembered debt is over; with a new one, they are also {@link newlyUnpaid}. */
	readonly clearedDebts: readonly string[];
}
