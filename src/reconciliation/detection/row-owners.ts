import { isBlank, parseDiscordId } from '../domain/discord-id.js';
import type { MemberRow, TeamRow } from '../domain/links.js';

/** Stands for the Discord user of a row whose ID cannot be read: no user has it. */
const UNREADABLE = '';

/** The Discord user of a row; null if the row has none, or one that cannot be read. */
export function discordIdOf({ discordId }: Pick<MemberRow, 'discordId'>): string | null {
	return discordId === null ? null : parseDiscordId(discordId);
}

/** Whether the row has a Discord ID that cannot be read. */
export function isUnreadable({ discordId }: Pick<MemberRow, 'discordId'>): boolean {
	return discordId !== null && !isBlank(discordId) && parseDiscordId(discordId) === null;
}

/** A member; all of them, if rows disagree; or a team. */
type Owner = string | readonly string[] | typeof TEAM;

const TEAM = Symbol('team');

/** Whose customers are, by rows. A customer belongs to one member or to one team. */
export class RowOwners {
	private readonly teams: ReadonlyMap<string, TeamRow>;
	/** By customer ID. */
	private readonly owners = new Map<string, Owner>();
	/** Customers of teams with at least one claimed seat. */
	private readonly seated = new Set<string>();
	/** Customers that rows give to several members, or to members and a team → the members. */
	private readonly disputed = new Map<string, readonly string[]>();

	public constructor(teams: readonly TeamRow[]) {
		this.teams = new Map(teams.map((team) => [team.id, team]));
		for (const { stripeCustomerId } of teams) if (stripeCustomerId) this.owners.set(stripeCustomerId, TEAM);
	}

	public add(row: MemberRow): void {
		if (row.discordId === null || isBlank(row.discordId)) return;
		const { stripeCustomerId } = row;
		const seat = this.teamOf(row)?.stripeCustomerId;
		if (seat) this.seated.add(seat);
		if (!stripeCustomerId || stripeCustomerId === seat) return;
		const discordId = discordIdOf(row) ?? UNREADABLE;
		const owner = this.owners.get(stripeCustomerId);
		if (owner === undefined) this.owners.set(stripeCustomerId, discordId);
		else if (owner !== discordId) {
			const members = this.membersOf(stripeCustomerId, owner);
			if (members.includes(discordId)) return;
			this.disputed.set(stripeCustomerId, [...members, discordId]);
			if (owner !== TEAM) this.owners.set(stripeCustomerId, [...members, discordId]);
		}
	}

	public teamOf({ teamId }: Pick<MemberRow, 'teamId'>): TeamRow | undefined {
		return teamId === null ? undefined : this.teams.get(teamId);
	}

	/** Whether a row gives the customer to a member or a team: then its metadata does not count. */
	public has(customerId: string): boolean {
		return this.owners.has(customerId);
	}

	/** Whether a row gives the customer to a team. */
	public isTeams(customerId: string): boolean {
		return this.owners.get(customerId) === TEAM;
	}

	/** Whether a row links the customer to a user, or to a team that has one. */
	public isClaimed(customerId: string): boolean {
		return this.isTeams(customerId) ? this.seated.has(customerId) || this.disputed.has(customerId) : this.has(customerId);
	}

	/** Whether rows give the customer to this member and to no other, and not to a team. */
	public isSole(customerId: string, discordId: string): boolean {
		return this.owners.get(customerId) === discordId;
	}

	/** Whether a row names this member for the customer, alone or not. */
	public names(customerId: string, discordId: string): boolean {
		const owner = this.owners.get(customerId);
		return owner !== undefined && this.membersOf(customerId, owner).includes(discordId);
	}

	/** Customers that rows give to several members, or to members and a team; with the members, sorted. */
	public get disputes(): readonly { readonly customerId: string; readonly values: readonly string[] }[] {
		return [...this.disputed].map(([customerId, values]) => ({ customerId, values: values.filter((id) => id !== UNREADABLE).toSorted() }));
	}

	private membersOf(customerId: string, owner: Owner): readonly string[] {
		if (owner === TEAM) return this.disputed.get(customerId) ?? [];
		return typeof owner === 'string' ? [owner] : owner;
	}
}
