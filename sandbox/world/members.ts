import type { Drift, ExpectedIssue, ExpectedNotices, RoleName } from './drift.js';
import { company, username } from './names.js';
import { Random } from './random.js';
import type { World, WorldSubscription } from './world.js';

/** Builds a world together with its expected findings. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DISCORD_EPOCH_MS = 1_420_070_400_000;
/** Accounts of these years have 18-digit IDs. */
const FIRST_ACCOUNT_MS = Date.UTC(2015, 11, 1);
const LAST_ACCOUNT_MS = Date.UTC(2022, 5, 1);

export interface Person {
	readonly id: string;
	readonly username: string;
}

/** Deviations from the default subscription: active, Knight, some months old. */
export interface SubscriptionTraits {
	readonly status?: string;
	readonly price?: string;
	readonly items?: readonly { readonly price: string; readonly quantity: number }[];
	readonly quantity?: number;
	readonly ageDays?: number;
	/** Hours since its open invoice is unpaid. */
	readonly invoiceHours?: number;
	/** Whether an invoice of 200 days ago was left open, and one of 170 days ago paid. */
	readonly formerDebt?: boolean;
	readonly cancelAtPeriodEnd?: boolean;
	readonly collectionPaused?: boolean;
	readonly metadata?: Record<string, string>;
}

export class WorldBuilder {
	public readonly random: Random;
	public readonly world: World;
	public readonly expected: ExpectedIssue[] = [];
	/** Reeve is the first bot. */
	public readonly notices: ExpectedNotices = {
		unclaimed: 0,
		absent: 0,
		bots: 1,
		exempt: 0,
		overclaimedTeams: 0,
		malformedLinks: 0,
		contestedLinks: 0,
		unknownStatus: 0,
		unknownLinks: { overridden: 0, several: 0, unreadable: 0, rounded: 0 },
		unlistedPrice: 0
	};
	private readonly taken = new Set<string>(['operator', 'owner', 'reeve']);

	public constructor(
		seed: number,
		private readonly now: Date
	) {
		this.random = new Random(seed);
		this.world = {
			guild: { members: [] },
			stripe: { customers: [], subscriptions: [] },
			database: { teams: [], members: [], exemptions: [] }
		};
	}

	/** Adds a member whose roles are correct. */
	public correct(...roles: readonly string[]): Person {
		return this.addMember(roles);
	}

	/** Adds a member whose roles are wrong. */
	public drifting({ holds, ...issue }: Drift): Person {
		const person = this.addMember(holds);
		this.expected.push({ discordId: person.id, ...issue });
		return person;
	}

	/** Adds a member with the drift, or with the correct roles if it is null. */
	public correctOrDrifting(drift: Drift | null, ...correct: readonly RoleName[]): Person {
		return drift === null ? this.correct(...correct) : this.drifting(drift);
	}

	public bot(...roles: readonly RoleName[]): Person {
		this.notices.bots += 1;
		return this.addMember(roles, { bot: true });
	}

	public operator(): Person {
		return this.addMember([], { operator: true });
	}

	/** A user who is not in the guild. */
	public outsider(): Person {
		return { id: this.snowflake(), username: this.name() };
	}

	public customer(person: Person, metadata: Record<string, string> = {}): string {
		const id = this.unique(() => `cus_${this.letters(14)}`);
		this.world.stripe.customers.push({ id, email: `${person.username}@example.com`, name: null, metadata });
		return id;
	}

	public subscription(customer: string, traits: SubscriptionTraits = {}): void {
		const { status = 'active', price = 'price_knight', quantity = 1, items, invoiceHours, metadata = {} } = traits;
		const ageDays = traits.ageDays ?? this.random.int(120, 900);
		const bought: Pick<WorldSubscription, 'price' | 'quantity' | 'items'> = items ? { items: [...items] } : { price, quantity };
		this.world.stripe.subscriptions.push({
			id: this.unique(() => `sub_${this.letters(14)}`),
			customer,
			status,
			...bought,
			created: this.seconds(ageDays * DAY_MS),
			metadata,
			failedAt: invoiceHours === undefined ? null : this.seconds(invoiceHours * HOUR_MS),
			...(traits.formerDebt && {
				invoices: [
					{ created: this.seconds(200 * DAY_MS), status: 'open' as const },
					{ created: this.seconds(170 * DAY_MS), status: 'paid' as const }
				]
			}),
			cancel_at_period_end: traits.cancelAtPeriodEnd ?? false,
			pause_collection: traits.collectionPaused ? { behavior: 'void', resumes_at: null } : null
		});
	}

	public memberRow(
		person: Person | null,
		fields: { customer?: string; team?: string; seat?: 'OWNER' | 'TEAM_MEMBER'; failedHours?: number } = {}
	): void {
		this.world.database.members.push({
			id: `member_${this.world.database.members.length + 1}`,
			discordId: person?.id ?? null,
			stripeCustomerId: fields.customer ?? null,
			email: null,
			seatTier: fields.seat ?? 'INDIVIDUAL',
			teamId: fields.team ?? null,
			paymentFailedAt: fields.failedHours === undefined ? null : this.ago(fields.failedHours * HOUR_MS)
		});
	}

	/** A team that pays for its seats. @param fields - `failedHours` dates the payment failure in the team's row */
	public team(fields: { owners: number; members: number; failedHours?: number }, traits: SubscriptionTraits = {}): string {
		const n = this.world.database.teams.length;
		const customer = this.customer(this.outsider());
		this.subscription(customer, { quantity: fields.owners + fields.members, ...traits });
		const id = `team_${n + 1}`;
		this.world.database.teams.push({
			id,
			name: company(n),
			stripeCustomerId: customer,
			ownerSeatCount: fields.owners,
			teamSeatCount: fields.members,
			paymentFailedAt: fields.failedHours === undefined ? null : this.ago(fields.failedHours * HOUR_MS)
		});
		return id;
	}

	public exempt(person: Person, reason: string, expiresInDays: number | null): void {
		const expiresAt = expiresInDays === null ? null : this.ago(-expiresInDays * DAY_MS);
		this.world.database.exemptions.push({ discordId: person.id, reason, createdBy: 'operator', expiresAt });
	}

	/** Shuffles every list, so that the order reveals nothing about the members. */
	public shuffle(): void {
		const { guild, stripe, database } = this.world;
		for (const list of [guild.members, stripe.customers, stripe.subscriptions, database.members]) this.random.shuffle(list);
	}

	/** Gives a member a role that Reeve does not manage. */
	public addUnmanagedRole(person: Person, role: string): void {
		this.world.guild.members.find((member) => member.id === person.id)?.roles.push(role);
	}

	private addMember(roles: readonly string[], { bot = false, operator = false } = {}): Person {
		const person = this.outsider();
		this.world.guild.members.push({ ...person, bot, operator, roles: [...roles] });
		return person;
	}

	private name(): string {
		return this.unique(() => username(this.random));
	}

	private snowflake(): string {
		return this.unique(() => {
			const created = this.random.int(FIRST_ACCOUNT_MS, LAST_ACCOUNT_MS) - DISCORD_EPOCH_MS;
			return ((BigInt(created) << 22n) | BigInt(this.random.int(0, 4_194_303))).toString();
		});
	}

	private letters(length: number): string {
		const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789';
		return Array.from({ length }, () => alphabet[this.random.int(0, alphabet.length - 1)]).join('');
	}

	private unique(make: () => string): string {
		for (;;) {
			const made = make();
			if (this.taken.has(made)) continue;
			this.taken.add(made);
			return made;
		}
	}

	private ago(ms: number): Date {
		return new Date(this.now.getTime() - ms);
	}

	private seconds(ms: number): number {
		return Math.floor(this.ago(ms).getTime() / 1000);
	}
}
