import type { Accounts, MissingCustomers, Subscription } from '../domain/billing.js';
import type { RosterMember } from '../domain/guild.js';
import type { PolicySettings } from '../domain/rules.js';
import type { UnknownReason } from '../domain/unknown.js';
import { adjustEvaluation, type MemberEvaluation } from '../policy/adjust.js';
import { type Evaluation, evaluate, type PaymentSource } from '../policy/entitlement.js';
import type { PaymentFailures } from '../policy/payment-failure.js';
import type { LinkDoubt, LinkedPerson } from './link-index.js';
import { mayPayFor, type Payee, payeesOf, subscriptionsFor } from './payees.js';

const NO_REASONS: readonly never[] = [];
const NO_SOURCES: readonly never[] = [];
const NO_ROWS: readonly never[] = [];

/** What people should have, by their links and by what their customers' subscriptions give. */
export class PersonEvaluator {
	public constructor(
		private readonly accounts: Accounts,
		private readonly missing: MissingCustomers,
		private readonly failures: PaymentFailures,
		private readonly settings: PolicySettings,
		private readonly now: Date
	) {}

	/**
	 * @param person - their links, by the index; undefined without any
	 * @param reasons - why more is unknown about them than their links show
	 */
	public evaluate(person: LinkedPerson | undefined, reasons: readonly UnknownReason[] = NO_REASONS): Evaluation {
		if (person === undefined) return evaluate(NO_SOURCES, this.settings, this.now, reasons);
		const missing = this.missing.size === 0 || person.rows.length === 0 ? NO_REASONS : this.missingCustomers(person);
		const isCertain = person.doubts.length === 0 && missing.length === 0;
		const unknown = isCertain ? reasons : [...this.effectiveDoubts(person), ...missing, ...reasons];
		return evaluate(this.paymentSources(person), this.settings, this.now, unknown);
	}

	/** What a member should have, by the server's own rule as well. @param reasons - as for {@link evaluate} */
	public evaluateMember(
		{ id, roles }: Pick<RosterMember, 'id' | 'roles'>,
		person: LinkedPerson | undefined,
		reasons: readonly UnknownReason[] = NO_REASONS
	): MemberEvaluation {
		return adjustEvaluation(this.evaluate(person, reasons), this.settings, { discordId: id, roles, rows: person?.rows ?? NO_ROWS });
	}

	/** Whether the person should have something, or perhaps. */
	public mayEntitle(person: LinkedPerson): boolean {
		const { entitlement, unknown } = this.evaluate(person);
		return entitlement.kind !== 'none' || unknown.length > 0;
	}

	/** Whether a value that cannot be read, of a row or of metadata, stands between a subscription that may entitle now and its member. */
	public mayEntitleBy(customerId: string, value: string, isRow: boolean): boolean {
		const account = this.accounts.get(customerId);
		if (account === undefined) return false;
		if (isRow) return account.subscriptions.some((subscription) => this.mayGive(subscription, 'TEAM_MEMBER'));
		const payees = payeesOf(account);
		return account.subscriptions.some((subscription, index) => {
			const payee = payees[index];
			return payee?.kind === 'uncertain' && payee.values.includes(value) && this.mayGive(subscription, null);
		});
	}

	/** Whether a subscription gives something now, or may give something. */
	private mayGive(subscription: Subscription, seat: PaymentSource['seat']): boolean {
		const source = { subscription, seat, unpaidSince: this.failures.since(subscription, []) };
		const { entitlement, unknown } = evaluate([source], this.settings, this.now);
		return entitlement.kind !== 'none' || unknown.length > 0;
	}

	/** Customers that rows give to the person or to their team, and that Stripe does not have. A deleted one pays for nothing. */
	private missingCustomers({ rows, seats }: LinkedPerson): readonly UnknownReason[] {
		const byRows = [...rows, ...seats.map(({ team }) => team)].flatMap(({ stripeCustomerId }) => stripeCustomerId ?? []);
		return [...new Set(byRows)]
			.sort()
			.flatMap((customerId) => (this.missing.get(customerId) === 'unknown' ? { kind: 'link', customerId, problem: 'missing' } : []));
	}

	/** The doubts about subscriptions that would entitle the person to something. */
	private effectiveDoubts({ discordId, doubts }: LinkedPerson): readonly UnknownReason[] {
		return doubts.flatMap(({ customerId, kind, seat }) => {
			const account = this.accounts.get(customerId);
			if (account === undefined) return [];
			const payees = kind === 'disputed' || kind === 'unreadable-row' ? null : payeesOf(account);
			const reasons = new Map<string, UnknownReason>();
			account.subscriptions.forEach((subscription, index) => {
				const payee = payees?.[index];
				// A subscription that clearly pays for the person is in no doubt beside one that may.
				if (kind === 'unclear' && payee?.kind !== 'uncertain') return;
				if ((payee !== undefined && !mayPayFor(payee, discordId)) || !this.mayGive(subscription, seat)) return;
				const reason = reasonFor(customerId, kind, payee);
				reasons.set(JSON.stringify(reason), reason);
			});
			return [...reasons].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, reason]) => reason);
		});
	}

	/** All subscriptions that can pay for a person, each with the seat it pays for. */
	private paymentSources({ discordId, customerIds, shared, rows, seats }: LinkedPerson): readonly PaymentSource[] {
		const { accounts, failures } = this;
		const sources: PaymentSource[] = [];
		for (const customerId of customerIds) {
			// A team's subscription pays for seats, even if a row names the team's customer as the person's own.
			if (seats.some(({ team }) => team.stripeCustomerId === customerId)) continue;
			const account = accounts.get(customerId);
			if (account === undefined) continue;
			const relevant =
				rows.length === 0 ? rows : rows.filter((row) => row.stripeCustomerId === customerId || row.stripeCustomerId === null);
			for (const subscription of shared.includes(customerId) ? subscriptionsFor(discordId, account) : account.subscriptions)
				sources.push({ subscription, seat: null, unpaidSince: failures.since(subscription, relevant) });
		}
		for (const { row, team } of seats) {
			// A row in a team that does not own it is a member's seat, whatever its `seatTier`.
			const seat = row.seatTier === 'OWNER' ? 'OWNER' : 'TEAM_MEMBER';
			const account = team.stripeCustomerId === null ? undefined : accounts.get(team.stripeCustomerId);
			for (const subscription of account?.subscriptions ?? [])
				sources.push({ subscription, seat, unpaidSince: failures.since(subscription, [team]) });
		}
		return sources;
	}
}

function reasonFor(customerId: string, kind: LinkDoubt['kind'], payee: Payee | undefined): UnknownReason {
	if (kind !== 'unclear') return { kind: 'link', customerId, problem: kind };
	const value = payee?.kind === 'uncertain' ? payee.values[0] : undefined;
	return value === undefined
		? { kind: 'link', customerId, problem: 'several' }
		: { kind: 'link', customerId, problem: 'unreadable', value };
}
