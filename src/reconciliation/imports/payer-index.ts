import { membersIn, unreadableValues } from '../detection/payees.js';
import { discordIdOf } from '../detection/row-owners.js';
import type { Account } from '../domain/billing.js';
import type { MemberRow, TeamRow } from '../domain/links.js';
import type { SeatTier } from '../domain/rules.js';
import type { ImportLine } from './file.js';
import type { ImportConflict, ImportLink, ImportOutcome } from './result.js';

/** Finds the customers and teams that the lines of a file name, and what conflicts with a link to them. */

/** The customers that a file names. */
export interface ImportCustomers {
	/** By ID, with the subscriptions that have not ended. */
	readonly byId: ReadonlyMap<string, Account | 'missing' | 'deleted'>;
	/** By email in lower case. */
	readonly byEmail: ReadonlyMap<string, readonly Account[]>;
}

const CUSTOMER_ID = /^cus_\w{1,36}$/;
/** Enough to tell an address from a name; Stripe knows whether it exists. */
const EMAIL = /^[^\s@]{1,200}@[^\s@]{1,200}$/;

const SEATS: Readonly<Record<string, SeatTier>> = { owner: 'OWNER', member: 'TEAM_MEMBER', team_member: 'TEAM_MEMBER', '': 'TEAM_MEMBER' };

/** The customer IDs, and the emails in lower case, that Stripe has to be asked for. */
export function namedCustomers(lines: readonly ImportLine[]): { readonly ids: readonly string[]; readonly emails: readonly string[] } {
	const ids = new Set<string>();
	const emails = new Set<string>();
	for (const { customer, email, team } of lines) {
		if (team !== '') continue;
		if (CUSTOMER_ID.test(customer)) ids.add(customer);
		else if (customer === '' && EMAIL.test(email)) emails.add(email.toLowerCase());
	}
	return { ids: [...ids], emails: [...emails] };
}

/** The payer that a line names, and what becomes of the line. */
export interface Payer {
	/** Null if it is unknown. */
	readonly link: ImportLink | null;
	readonly outcome: ImportOutcome;
}

export class PayerIndex {
	private readonly rowsOfCustomer = new Map<string, MemberRow[]>();
	private readonly teamOfCustomer = new Map<string, TeamRow>();
	/** By name, and by customer ID. */
	private readonly teamsNamed = new Map<string, TeamRow[]>();
	/** `team:member` → row. */
	private readonly seats = new Map<string, MemberRow>();

	public constructor(
		members: readonly MemberRow[],
		teams: readonly TeamRow[],
		private readonly customers: ImportCustomers
	) {
		for (const row of members) {
			const discordId = discordIdOf(row);
			if (row.stripeCustomerId) addTo(this.rowsOfCustomer, row.stripeCustomerId, row);
			if (row.teamId !== null && discordId !== null) this.seats.set(`${row.teamId}:${discordId}`, row);
		}
		for (const team of teams) {
			addTo(this.teamsNamed, team.name.trim().toLowerCase(), team);
			if (!team.stripeCustomerId) continue;
			addTo(this.teamsNamed, team.stripeCustomerId.toLowerCase(), team);
			this.teamOfCustomer.set(team.stripeCustomerId, team);
		}
	}

	public find(line: ImportLine, discordId: string): Payer {
		if (line.team !== '') return this.seatIn(line, discordId);
		if (line.seat !== '') return failed({ kind: 'seat-without-team' });
		const account = this.accountOf(line);
		return 'kind' in account ? failed(account) : this.customerOf(account, discordId);
	}

	private accountOf({ customer, email }: ImportLine): Account | ImportConflict {
		if (customer !== '') {
			if (!CUSTOMER_ID.test(customer)) return { kind: 'malformed-customer', value: customer };
			const found = this.customers.byId.get(customer) ?? 'missing';
			if (typeof found !== 'string') return found;
			return { kind: found === 'deleted' ? 'deleted-customer' : 'unknown-customer', customerId: customer };
		}
		if (email === '') return { kind: 'no-payer' };
		if (!EMAIL.test(email)) return { kind: 'malformed-email', value: email };
		const found = this.customers.byEmail.get(email.toLowerCase()) ?? [];
		const [only] = found;
		if (only === undefined) return { kind: 'unknown-email', value: email };
		return found.length === 1
			? only
			: { kind: 'ambiguous-email', value: email, customerIds: found.map(({ customer: { id } }) => id).sort() };
	}

	private customerOf(account: Account, discordId: string): Payer {
		const customerId = account.customer.id;
		const link: ImportLink = { discordId, customerId, teamId: null, seatTier: 'INDIVIDUAL' };
		const team = this.teamOfCustomer.get(customerId);
		if (team !== undefined) return failed({ kind: 'team-customer', customerId, team: team.name }, link);
		const owners = (this.rowsOfCustomer.get(customerId) ?? []).map(discordIdOf);
		const other = owners.find((owner) => owner !== null && owner !== discordId);
		if (other) return failed({ kind: 'linked-elsewhere', customerId, discordId: other }, link);
		if (owners.includes(discordId)) return { link, outcome: { kind: 'unchanged', by: 'row' } };
		const named = membersIn(account);
		const others = [...new Set(named)].filter((id) => id !== discordId).sort();
		if (others.length > 0) return failed({ kind: 'metadata-names-others', customerId, discordIds: others }, link);
		const isClear = unreadableValues(account).length === 0 && named.includes(discordId);
		return { link, outcome: isClear ? { kind: 'unchanged', by: 'metadata' } : { kind: 'link', link } };
	}

	private seatIn({ team: value, seat, customer, email }: ImportLine, discordId: string): Payer {
		const seatTier = SEATS[seat.toLowerCase().replaceAll(/[\s-]/g, '_')];
		if (seatTier === undefined) return failed({ kind: 'malformed-seat', value: seat });
		const [team, ...others] = [...new Set(this.teamsNamed.get(value.toLowerCase()) ?? [])];
		if (team === undefined) return failed({ kind: 'unknown-team', value });
		if (others.length > 0) return failed({ kind: 'ambiguous-team', value, teams: others.length + 1 });
		if ((customer !== '' && customer !== team.stripeCustomerId) || (customer === '' && email !== '')) return failed({ kind: 'two-payers' });
		const link: ImportLink = { discordId, customerId: null, teamId: team.id, seatTier };
		const row = this.seats.get(`${team.id}:${discordId}`);
		if (row === undefined) return { link, outcome: { kind: 'link', link } };
		// A row in a team that does not own it is a member's seat.
		const has = row.seatTier === 'OWNER' ? 'OWNER' : 'TEAM_MEMBER';
		return has === seatTier ? { link, outcome: { kind: 'unchanged', by: 'row' } } : failed({ kind: 'other-seat', team: team.name }, link);
	}
}

function failed(conflict: ImportConflict, link: ImportLink | null = null): Payer {
	return { link, outcome: { kind: 'conflict', conflict } };
}

function addTo<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
	const list = lists.get(key);
	if (list === undefined) lists.set(key, [value]);
	else list.push(value);
}
