import type { ById } from '../domain/by-id.js';
import type { RosterMember } from '../domain/guild.js';
import type { RoleName } from '../domain/rules.js';
import { doubled, StringColumn } from './columns.js';

/** The index is kept at least this empty, so that a search ends soon. */
const MAX_LOAD_FACTOR = 2 / 3;

const MIN_INDEX_SIZE = 16;

const MAX_ID = 2n ** 64n - 1n;
const DECIMAL = /^(?:0|[1-9]\d{0,19})$/;

/** What nearly everybody holds. */
const NO_ROLES: readonly RoleName[] = [];

/**
 * Everybody in a guild of any size, for what their IDs, role bits and names cost: some 30 bytes a member and the bytes of the name,
 * where a Map of objects takes hundreds. It is columns of numbers, and members are made from them when somebody asks.
 */
export class CompactRoster implements ById<RosterMember> {
	/** Member by member, in the order in which they came. */
	private ids: BigUint64Array;
	/** The index of their set of roles, and in the lowest bit whether it is a bot. */
	private traits: Uint32Array;
	/** Where their name is among the names. */
	private nameIndexes: Uint32Array;
	private count = 0;

	private readonly roleSets: (readonly RoleName[])[] = [NO_ROLES];
	private readonly roleSetIndexes = new Map<string, number>([['', 0]]);

	private readonly names = new StringColumn();

	/** A hash table with open addressing: where in the columns a member is, plus one; 0 for a free slot. */
	private index: Uint32Array;

	/** The ID that is looked for. */
	private readonly sought = new BigUint64Array(1);
	/** The same bits as two numbers each: a comparison of BigInts would make objects. */
	private readonly soughtHalves = new Uint32Array(this.sought.buffer);
	private idHalves: Uint32Array;

	/** @param expected - about how many there will be; more may come */
	public constructor(expected = 0) {
		const room = Math.max(1, expected);
		this.ids = new BigUint64Array(room);
		this.idHalves = new Uint32Array(this.ids.buffer);
		this.traits = new Uint32Array(room);
		this.nameIndexes = new Uint32Array(room);
		this.index = new Uint32Array(slotsFor(room));
	}

	public get size(): number {
		return this.count;
	}

	public has(id: string): boolean {
		return this.find(id) !== -1;
	}

	public get(id: string): RosterMember | undefined {
		const at = this.find(id);
		return at === -1 ? undefined : { id, name: this.nameAt(at), bot: this.isBotAt(at), roles: this.rolesAt(at) };
	}

	/** What is asked for is read from the columns then: of most, that is little. */
	public *values(): IterableIterator<RosterMember> {
		for (let at = 0; at < this.count; at += 1) yield new StoredMember(this, at);
	}

	/** @param at - in the columns */
	public idAt(at: number): string {
		return String(this.ids[at]);
	}

	public nameAt(at: number): string {
		return this.names.at(this.nameIndexes[at] ?? 0) ?? '';
	}

	public isBotAt(at: number): boolean {
		return (this.traits[at] ?? 0) % 2 === 1;
	}

	public rolesAt(at: number): readonly RoleName[] {
		return this.roleSets[(this.traits[at] ?? 0) >>> 1] ?? NO_ROLES;
	}

	/**
	 * Adds somebody, or puts what is known of them by now in the place of what was.
	 * @throws {RangeError} for an ID that is no number of 64 bits
	 */
	public set({ id, name, bot, roles }: RosterMember): void {
		const slot = this.seek(id);
		if (slot === -1) throw new RangeError(`${JSON.stringify(id)} is no Discord ID`);
		const known = (this.index[slot] ?? 0) - 1;
		const at = known === -1 ? this.append(slot) : known;
		this.traits[at] = this.roleSetIndex(roles) * 2 + (bot ? 1 : 0);
		this.nameIndexes[at] = this.names.add(name);
	}

	/** Where in the columns somebody is; -1 for whoever is not there. */
	private find(id: string): number {
		const slot = this.seek(id);
		return slot === -1 ? -1 : (this.index[slot] ?? 0) - 1;
	}

	/** The slot that somebody has, or would get; -1 for what is no ID. */
	private seek(id: string): number {
		if (!isId(id)) return -1;
		this.sought[0] = BigInt(id);
		return this.slotOfSought();
	}

	private slotOfSought(): number {
		const low = this.soughtHalves[0] ?? 0;
		const high = this.soughtHalves[1] ?? 0;
		const mask = this.index.length - 1;
		for (let slot = hash(low, high) & mask; ; slot = (slot + 1) & mask) {
			const at = (this.index[slot] ?? 0) - 1;
			if (at === -1 || (this.idHalves[at * 2] === low && this.idHalves[at * 2 + 1] === high)) return slot;
		}
	}

	/** Gives whoever is sought a place, and the free slot that was found for them. */
	private append(slot: number): number {
		const at = this.count;
		if (at === this.ids.length) this.growColumns();
		this.ids[at] = this.sought[0] ?? 0n;
		this.index[slot] = at + 1;
		this.count += 1;
		if (this.count > this.index.length * MAX_LOAD_FACTOR) this.growIndex();
		return at;
	}

	private growColumns(): void {
		this.ids = doubled(this.ids);
		this.idHalves = new Uint32Array(this.ids.buffer);
		this.traits = doubled(this.traits);
		this.nameIndexes = doubled(this.nameIndexes);
	}

	private growIndex(): void {
		this.index = new Uint32Array(this.index.length * 2);
		for (let at = 0; at < this.count; at += 1) {
			this.sought[0] = this.ids[at] ?? 0n;
			this.index[this.slotOfSought()] = at + 1;
		}
	}

	private roleSetIndex(roles: readonly RoleName[]): number {
		if (roles.length === 0) return 0;
		const key = JSON.stringify(roles);
		const known = this.roleSetIndexes.get(key);
		if (known !== undefined) return known;
		this.roleSetIndexes.set(key, this.roleSets.length);
		return this.roleSets.push([...roles]) - 1;
	}
}

/** Somebody in the columns. */
class StoredMember implements RosterMember {
	readonly #roster: CompactRoster;
	readonly #at: number;
	#id: string | undefined;

	public constructor(roster: CompactRoster, at: number) {
		this.#roster = roster;
		this.#at = at;
	}

	public get id(): string {
		this.#id ??= this.#roster.idAt(this.#at);
		return this.#id;
	}

	public get name(): string {
		return this.#roster.nameAt(this.#at);
	}

	public get bot(): boolean {
		return this.#roster.isBotAt(this.#at);
	}

	public get roles(): readonly RoleName[] {
		return this.#roster.rolesAt(this.#at);
	}
}

/** Whether it is a number of 64 bits as Discord writes it. */
function isId(id: string): boolean {
	return DECIMAL.test(id) && (id.length < 20 || BigInt(id) <= MAX_ID);
}

/** IDs are times and counters: their bits are mixed, so that neighbours do not crowd together. */
function hash(low: number, high: number): number {
	let mixed = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
	mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35);
	return mixed ^ (mixed >>> 16);
}

/** A power of two with room for so many. */
function slotsFor(members: number): number {
	let slots = MIN_INDEX_SIZE;
	while (members > slots * MAX_LOAD_FACTOR) slots *= 2;
	return slots;
}
