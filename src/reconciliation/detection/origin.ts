import type { DriftIssue } from '../domain/issue.js';
import type { LinkEvent, Origin, RoleChange } from '../domain/origin.js';
import { DEBTOR, type PolicySettings, type RoleName } from '../domain/rules.js';
import { debtPeriods, type EvaluatedSource, isPastDue } from '../policy/entitlement.js';
import { purchaseOf } from '../policy/purchase.js';

/** Finds how drift came about, from what is known for sure; `unknown` where that does not suffice. Pure. */

/** A change of a managed role, by its name. */
export type NamedRoleChange = Pick<RoleChange, 'granted' | 'by' | 'byBot' | 'at'> & { readonly role: RoleName };

export interface OriginFacts {
	readonly issue: Pick<DriftIssue, 'plan' | 'discordRoles'>;
	/** When the member joined the server, for the last time; null if it is not known. */
	readonly joinedAt: Date | null;
	/** The member's, oldest first. */
	readonly changes: readonly NamedRoleChange[];
	/** Since then, no change is missing from them. */
	readonly coveredSince: Date;
	/** Of the subscriptions that can pay for the member, as far as their dates are known. */
	readonly periods: readonly PaidPeriod[];
	/** The member's, oldest first. */
	readonly links: readonly LinkEvent[];
	/** Reeve's own Discord ID. */
	readonly reeveId: string;
}

/** For which time a subscription gives a role. */
export interface PaidPeriod {
	readonly subscriptionId: string;
	/** Roles of the tier that it buys now. Its price may have changed. */
	readonly roles: readonly RoleName[];
	readonly from: Date;
	/** Null while it goes on; `unknown` if Stripe does not say. */
	readonly until: Date | null | 'unknown';
	/** When the payment failed that ended it; null if none did. */
	readonly failedAt: Date | null;
}

const UNKNOWN: Origin = { kind: 'unknown' };

/** The newest event that explains the issue's difference; of several roles, that of the access they give. */
export function findOrigin(facts: OriginFacts): Origin {
	const { add, remove } = facts.issue.plan;
	const roles = [...remove.map((role) => ({ role, isHeld: true })), ...add.map((role) => ({ role, isHeld: false }))];
	const access = roles.filter(({ role }) => role !== DEBTOR);
	const origins = (access.length > 0 ? access : roles).map(({ role, isHeld }) => (isHeld ? whyHeld(role, facts) : whyMissing(role, facts)));
	if (origins.length === 0 || origins.some(({ kind }) => kind === 'unknown')) return UNKNOWN;
	return origins.reduce((newest, origin) => (timeOf(origin) > timeOf(newest) ? origin : newest));
}

const timeOf = (origin: Origin): number => ('at' in origin ? Date.parse(origin.at) : 0);

/** Why a member holds a role that is not due. */
function whyHeld(role: RoleName, facts: OriginFacts): Origin {
	const grant = lastChange(role, facts);
	// An entry is missing: Discord's log is not always complete.
	if (grant?.granted === false) return UNKNOWN;
	// Without an entry, it was granted before the log begins.
	if (grant === null && isCovered(facts.joinedAt, facts)) return UNKNOWN;
	const giving = facts.periods.filter(({ roles }) => roles.includes(role));
	const others = facts.periods.filter(({ roles }) => !roles.includes(role));
	if (giving.some(({ until }) => until === 'unknown' || until === null)) return UNKNOWN;
	const heldBy = grant?.at ?? facts.coveredSince;
	const end = newestOf(giving.flatMap((period) => (period.until instanceof Date ? [{ period, at: period.until }] : [])));
	const unlink = newestOf(facts.links.filter(({ kind }) => kind === 'unlinked'));
	const dueUntil = Math.max(end?.at.getTime() ?? 0, unlink?.at.getTime() ?? 0);
	// Another subscription may have given the role until its price was changed.
	if (others.some(({ from, until }) => until === null || until === 'unknown' || (from <= heldBy && until > heldBy))) return UNKNOWN;
	if (dueUntil > heldBy.getTime()) {
		if (unlink !== null && unlink.at.getTime() === dueUntil) return { kind: 'unlinked', by: unlink.by, at: iso(unlink.at) };
		return end === null ? UNKNOWN : endOf(end.period, end.at);
	}
	return grant === null ? UNKNOWN : changeOf(grant, facts);
}

function endOf({ subscriptionId, failedAt }: PaidPeriod, at: Date): Origin {
	return failedAt === null ? { kind: 'ended', subscriptionId, at: iso(at) } : { kind: 'payment-failed', subscriptionId, at: iso(failedAt) };
}

/** Why a member lacks a role that is due. */
function whyMissing(role: RoleName, facts: OriginFacts): Origin {
	const { joinedAt, periods } = facts;
	const last = lastChange(role, facts);
	if (last?.granted === true) return UNKNOWN;
	const [period, ...more] = role === DEBTOR ? [] : periods.filter(({ roles }) => roles.includes(role));
	const link = newestOf(facts.links.filter(({ kind }) => kind === 'linked'));
	// Of several subscriptions it is not known which gave the role first.
	const begun = period === undefined || more.length > 0 ? null : period;
	const debt = role === DEBTOR ? debtOf(periods) : null;
	const since = Math.max(begun?.from.getTime() ?? 0, link?.at.getTime() ?? 0, debt?.at.getTime() ?? 0);
	const dueSince = (): Origin => {
		if (link !== null && link.at.getTime() === since) return { kind: 'linked', by: link.by, at: iso(link.at) };
		if (begun !== null && begun.from.getTime() === since)
			return { kind: 'subscribed', subscriptionId: begun.subscriptionId, at: iso(begun.from) };
		return debt === null ? UNKNOWN : endOf(debt.period, debt.at);
	};
	if (last !== null) return since > last.at.getTime() ? dueSince() : changeOf(last, facts);
	if (joinedAt === null) return UNKNOWN;
	if (since > joinedAt.getTime()) return isCovered(new Date(since), facts) ? dueSince() : UNKNOWN;
	if (!isCovered(joinedAt, facts)) return UNKNOWN;
	const before = facts.changes.findLast((change) => change.role === role && change.at < joinedAt);
	if (before?.granted) return { kind: 'rejoined', at: iso(joinedAt) };
	return { kind: 'joined', at: iso(joinedAt) };
}

/** The one debt that makes Debtor due, and since when; null if there is none, or several. */
function debtOf(periods: readonly PaidPeriod[]): { readonly period: PaidPeriod; readonly at: Date } | null {
	const [period, ...more] = periods.filter(({ failedAt }) => failedAt !== null);
	return period?.until instanceof Date && more.length === 0 ? { period, at: period.until } : null;
}

/** The newest change of the role since the member joined, which takes all roles; null if there is none. */
function lastChange(role: RoleName, { changes, joinedAt }: OriginFacts): NamedRoleChange | null {
	return changes.findLast((change) => change.role === role && (joinedAt === null || change.at >= joinedAt)) ?? null;
}

function changeOf({ role, granted, by, byBot, at }: NamedRoleChange, { reeveId }: OriginFacts): Origin {
	if (by === reeveId) return { kind: granted ? 'granted-by-reeve' : 'revoked-by-reeve', role, at: iso(at) };
	return { kind: granted ? 'granted' : 'revoked', role, by, byBot, at: iso(at) };
}

function isCovered(since: Date | null, { coveredSince }: OriginFacts): boolean {
	return since !== null && coveredSince <= since;
}

function newestOf<Dated extends { readonly at: Date }>(events: readonly Dated[]): Dated | null {
	return events.reduce<Dated | null>((newest, event) => (newest === null || event.at > newest.at ? event : newest), null);
}

const iso = (date: Date): string => date.toISOString();

/** For which time the subscriptions of a member give their roles. */
export function paidPeriods(sources: readonly EvaluatedSource[], settings: PolicySettings, now: Date): readonly PaidPeriod[] {
	return sources.flatMap(({ subscription, seat, unpaidSince }): PaidPeriod[] => {
		const { id, status, createdAt, endedAt, items, unreadable } = subscription;
		// Never paid, so it never gave anything.
		if (status === 'incomplete' || status === 'incomplete_expired') return [];
		const { tier, unknown } = purchaseOf(items, seat, settings);
		const period = { subscriptionId: id, roles: tier === null ? [] : [tier], from: createdAt, failedAt: null };
		if (unreadable !== null || unknown.length > 0) return [{ ...period, until: 'unknown' }];
		if (status === 'active' || status === 'trialing') return [{ ...period, until: null }];
		if (status === 'canceled') return [{ ...period, until: endedAt ?? 'unknown' }];
		if (!isPastDue(status)) return [{ ...period, until: 'unknown' }];
		const { graceUntil } = debtPeriods(unpaidSince, settings);
		return [graceUntil < now ? { ...period, until: graceUntil, failedAt: unpaidSince } : { ...period, until: null }];
	});
}
