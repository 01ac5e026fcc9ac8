import type { Scenario } from './council.js';
import {
	bothTiers,
	type Drift,
	debtorAndOtherTier,
	debtorBesides,
	debtorWith,
	type ExpectedIssue,
	nothingHeld,
	notYetDebtor,
	otherTier,
	type RoleName,
	stillDebtor,
	type TierName,
	unlinkedWith,
	unpaidFor
} from './drift.js';
import { company } from './names.js';
import { Random } from './random.js';
import type { World } from './world.js';

/** A guild of any size: plain arrays filled in one pass, so that a million members fit into memory. Fewer kinds than `council`. */

const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;
const SEATS_PER_TEAM = 20;
/** Cumulative shares of the kinds of member; the rest pays for a tier. */
const CUMULATIVE_SHARES = { lurker: 0.35, seat: 0.45, debt: 0.5, former: 0.55 } as const;
/** Payers outside the guild, as shares of the member count. */
const UNCLAIMED_SHARE = 0.02;
const ABSENT_SHARE = 0.01;

/** The role a member should hold; `unlinked` members should hold none. */
type ExpectedRole = TierName | 'Debtor' | 'nothing' | 'unlinked';

const TIER_DRIFTS = [nothingHeld, nothingHeld, otherTier, bothTiers, stillDebtor, debtorBesides, debtorAndOtherTier];
const DEBTOR_DRIFTS = [notYetDebtor('Knight'), notYetDebtor('Lord'), notYetDebtor(), debtorWith('Knight')];
const NOTHING_DRIFTS = [unpaidFor('Knight'), unpaidFor('Lord'), unpaidFor('Debtor')];
const UNLINKED_DRIFTS = [unlinkedWith('Knight'), unlinkedWith('Lord')];

/**
 * @param size - members besides the owner, the operator and Reeve
 * @param options.drift - the share of members with wrong roles
 * @param options.subscriptions - minimum number of subscriptions; unclaimed ones are added
 */
export function metropolis(size: number, { drift = 0.05, seed = 1, now = new Date(), subscriptions = 0 } = {}): Scenario {
	const builder = new MetropolisBuilder(seed, Math.floor(now.getTime() / 1000));
	const { world, random } = builder;
	const expected: ExpectedIssue[] = [];
	for (let i = 0; i < size; i += 1) {
		const id = snowflake(i, size);
		const expectedRole = builder.addMember(id);
		// Spreads the drifting members evenly.
		const drifting = Math.floor((i + 1) * drift) > Math.floor(i * drift) ? driftFrom(expectedRole, random) : null;
		if (drifting)
			expected.push({ discordId: id, type: drifting.type, severity: drifting.severity, add: drifting.add, remove: drifting.remove });
		world.guild.members.push({
			id,
			username: `citizen_${i + 1}`,
			bot: false,
			operator: false,
			roles: [...(drifting?.holds ?? rolesOf(expectedRole))]
		});
	}
	const absent = Math.floor(size * ABSENT_SHARE);
	const missing = subscriptions - absent - world.stripe.subscriptions.length;
	const unclaimed = Math.max(Math.floor(size * UNCLAIMED_SHARE), missing);
	for (let i = 0; i < unclaimed; i += 1) builder.addPayer(null, 'active', 'Knight');
	for (let i = 0; i < absent; i += 1) builder.addPayer((ABSENT_IDS + BigInt(i)).toString(), 'active', 'Knight');

	const notices = {
		unclaimed,
		absent,
		bots: 1,
		exempt: 0,
		overclaimedTeams: 0,
		malformedLinks: 0,
		contestedLinks: 0,
		unknownStatus: 0,
		unknownLinks: { overridden: 0, several: 0, unreadable: 0, rounded: 0 },
		unlistedPrice: 0
	};
	return { world, expected, notices };
}

/** Collects customers, subscriptions and database rows. */
class MetropolisBuilder {
	public readonly random: Random;
	public readonly world: World = {
		guild: { members: [] },
		stripe: { customers: [], subscriptions: [] },
		database: { teams: [], members: [], exemptions: [] }
	};
	private freeSeats = 0;

	public constructor(
		seed: number,
		private readonly nowSeconds: number
	) {
		this.random = new Random(seed);
	}

	/** Adds a member's subscription or seat, if any. @returns the role the member should hold */
	public addMember(discordId: string): ExpectedRole {
		const { random } = this;
		const tier = random.chance(0.3) ? 'Lord' : 'Knight';
		const roll = random.next();
		if (roll < CUMULATIVE_SHARES.lurker) return 'unlinked';
		if (roll < CUMULATIVE_SHARES.seat) return this.takeSeat(discordId);
		if (roll < CUMULATIVE_SHARES.debt) {
			const debts: [number, ExpectedRole][] = [
				[20, tier],
				[10 * 24, 'Debtor'],
				[60 * 24, 'nothing']
			];
			const [hours, expectedRole] = random.pick(debts);
			this.addPayer(discordId, random.pick(['past_due', 'unpaid']), tier, this.nowSeconds - hours * HOUR_S);
			return expectedRole;
		}
		const former = roll < CUMULATIVE_SHARES.former;
		this.addPayer(discordId, former ? 'canceled' : 'active', tier);
		return former ? 'nothing' : tier;
	}

	/** Adds a customer with a subscription. @param discordId - linked by a row or by metadata; null for no link */
	public addPayer(discordId: string | null, status: string, tier: TierName, failedAt: number | null = null): void {
		if (discordId === null) {
			this.subscribe(this.customer({}), status, tier, failedAt, {});
			return;
		}
		const link = this.random.pick(['row', 'customer', 'subscription'] as const);
		const customer = this.customer(link === 'customer' ? { discord_id: discordId } : {});
		this.subscribe(customer, status, tier, failedAt, link === 'subscription' ? { discord_id: discordId } : {});
		if (link === 'row') this.memberRow(discordId, customer, null, 'INDIVIDUAL');
	}

	/** Adds a seat in the newest team. The first seat is the owner's. */
	private takeSeat(discordId: string): TierName {
		const { teams } = this.world.database;
		const isOwner = this.freeSeats === 0;
		if (isOwner) {
			const stripeCustomerId = this.customer({});
			this.subscribe(stripeCustomerId, 'active', 'Knight', null, {});
			teams.push({
				id: `team_${teams.length + 1}`,
				name: company(teams.length),
				stripeCustomerId,
				ownerSeatCount: 1,
				teamSeatCount: SEATS_PER_TEAM - 1,
				paymentFailedAt: null
			});
			this.freeSeats = SEATS_PER_TEAM;
		}
		this.freeSeats -= 1;
		this.memberRow(discordId, null, `team_${teams.length}`, isOwner ? 'OWNER' : 'TEAM_MEMBER');
		return isOwner ? 'Lord' : 'Knight';
	}

	private customer(metadata: Record<string, string>): string {
		const { customers } = this.world.stripe;
		const id = `cus_${customers.length + 1}`;
		customers.push({ id, email: `${id}@example.com`, name: null, metadata });
		return id;
	}

	private subscribe(customer: string, status: string, tier: TierName, failedAt: number | null, metadata: Record<string, string>): void {
		const { subscriptions } = this.world.stripe;
		subscriptions.push({
			id: `sub_${subscriptions.length + 1}`,
			customer,
			status,
			price: tier === 'Lord' ? 'price_lord' : 'price_knight',
			quantity: 1,
			created: this.nowSeconds - this.random.int(120 * DAY_S, 900 * DAY_S),
			metadata,
			failedAt,
			cancel_at_period_end: false,
			pause_collection: null
		});
	}

	private memberRow(
		discordId: string,
		stripeCustomerId: string | null,
		teamId: string | null,
		seatTier: 'OWNER' | 'TEAM_MEMBER' | 'INDIVIDUAL'
	): void {
		const { members } = this.world.database;
		members.push({ id: `member_${members.length + 1}`, discordId, stripeCustomerId, email: null, seatTier, teamId, paymentFailedAt: null });
	}
}

const FIRST_ID = 200_000_000_000_000_000n;
const ID_RANGE = 700_000_000_000_000_000n;
const ABSENT_IDS = FIRST_ID + ID_RANGE;

/** The ID of the nth member: 18 digits, ascending, unique. */
function snowflake(n: number, size: number): string {
	return (FIRST_ID + (ID_RANGE / BigInt(size)) * BigInt(n)).toString();
}

function rolesOf(expectedRole: ExpectedRole): readonly RoleName[] {
	return expectedRole === 'nothing' || expectedRole === 'unlinked' ? [] : [expectedRole];
}

function driftFrom(expectedRole: ExpectedRole, random: Random): Drift {
	switch (expectedRole) {
		case 'Debtor':
			return random.pick(DEBTOR_DRIFTS);
		case 'nothing':
			return random.pick(NOTHING_DRIFTS);
		case 'unlinked':
			return random.pick(UNLINKED_DRIFTS);
		default:
			return random.pick(TIER_DRIFTS)(expectedRole);
	}
}
