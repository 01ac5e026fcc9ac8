import type { ById } from '../domain/by-id.js';
import type { RosterMember } from '../domain/guild.js';
import type { RoleName } from '../domain/rules.js';
import { doubled, StringColumn } from './columns.js';

/** The hash table grows beyond this load, so that probe sequences stay short. */
const MAX_LOAD_FACTOR = 2 / 3;

const MIN_SLOTS = 16;

const MAX_ID = 2n ** 64n - 1n;
const DECIMAL = /^(?:0|[1-9]\d{0,19})$/;

/** Shared empty array: most members have no managed role. */
const NO_ROLES: readonly RoleName[] = [];

/**
 * All members of a guild in columns: about 40 bytes a member besides the name, where a Map of objects takes hundreds. Members are
 * views that read a field when it is accessed.
 */
export class CompactRoster implements ById<RosterMember> {
	/** One entry per member, in the order of insertion; so are the other columns. */
	private ids: BigUint64Array;
	/** Index of the member's role set; the lowest bit says whether it is a bot. */
	private traits: Uint32Array;
	/** When the member joined, in epoch milliseconds; 0 if it is not known. */
	private joined: Float64Array;
	/** Index of the member's name in {@link names}; the next two are their username and their global name. */
	private nameIndexes: Uint32Array;
	private count = 0;
	/** Indexes of deleted members. Their place in the columns stays. */
	private readonly deleted = new Set<number>();

	private readonly roleSets: (readonly RoleName[])[] = [NO_ROLES];
	private readonly roleSetIndexes = new Map<string, number>([['', 0]]);

	private readonly names = new StringColumn();

	/** Hash table with open addressing: the member's index in the columns plus one; 0 for a free slot. */
	private slots: Uint32Array;

	/** The ID being looked up. */
	private readonly key = new BigUint64Array(1);
	/** The same bits as two 32-bit numbers, because comparing BigInts would allocate. */
	private readonly keyHalves = new Uint32Array(this.key.buffer);
	private idHalves: Uint32Array;

	/** @param expected - approximate number of members: the initial capacity */
	public constructor(expected = 0) {
		const capacity = Math.max(1, expected);
		this.ids = new BigUint64Array(capacity);
		this.idHalves = new Uint32Array(this.ids.buffer);
		this.traits = new Uint32Array(capacity);
		this.joined = new Float64Array(capacity);
		this.nameIndexes = new Uint32Array(capacity);
		this.slots = new Uint32Array(slotCountFor(capacity));
	}

	public get size(): number {
		return this.count - this.deleted.size;
	}

	public has(id: string): boolean {
		return this.find(id) !== -1;
	}

	public get(id: string): RosterMember | undefined {
		const index = this.find(id);
		return index === -1
			? undefined
			: {
					id,
					name: this.nameAt(index),
					username: this.usernameAt(index),
					globalName: this.globalNameAt(index),
					bot: this.isBotAt(index),
					joinedAt: this.joinedAt(index),
					roles: this.rolesAt(index)
				};
	}

	/** Views instead of copies: of most members, a caller reads few fields. */
	public *values(): IterableIterator<RosterMember> {
		for (let index = 0; index < this.count; index += 1) if (!this.deleted.has(index)) yield new StoredMember(this, index);
	}

	/** @param index - in the columns */
	public idAt(index: number): string {
		return String(this.ids[index]);
	}

	public nameAt(index: number): string {
		return this.names.at(this.nameIndexes[index] ?? 0) ?? '';
	}

	public usernameAt(index: number): string | null {
		return this.names.at((this.nameIndexes[index] ?? 0) + 1);
	}

	public globalNameAt(index: number): string | null {
		return this.names.at((this.nameIndexes[index] ?? 0) + 2);
	}

	public joinedAt(index: number): Date | null {
		const milliseconds = this.joined[index] ?? 0;
		return milliseconds === 0 ? null : new Date(milliseconds);
	}

	public isBotAt(index: number): boolean {
		return (this.traits[index] ?? 0) % 2 === 1;
	}

	public rolesAt(index: number): readonly RoleName[] {
		return this.roleSets[(this.traits[index] ?? 0) >>> 1] ?? NO_ROLES;
	}

	/**
	 * Adds or replaces a member.
	 * @throws {RangeError} for an ID that is not a 64-bit decimal number
	 */
	public set({ id, name, username = null, globalName = null, bot, joinedAt = null, roles }: RosterMember): void {
		const slot = this.slotOf(id);
		if (slot === -1) throw new RangeError(`${JSON.stringify(id)} is not a Discord ID`);
		const known = (this.slots[slot] ?? 0) - 1;
		const index = known === -1 ? this.append(slot) : known;
		this.traits[index] = this.roleSetIndex(roles) * 2 + (bot ? 1 : 0);
		this.joined[index] = joinedAt?.getTime() ?? 0;
		this.nameIndexes[index] = this.names.add(name);
		this.names.add(username === name ? null : username);
		this.names.add(globalName === name || globalName === username ? null : globalName);
		this.deleted.delete(index);
	}

	/** Deletes a member, if it is there. */
	public delete(id: string): void {
		const index = this.find(id);
		if (index !== -1) this.deleted.add(index);
	}

	/** Index of a member in the columns; -1 if there is none. */
	private find(id: string): number {
		const slot = this.slotOf(id);
		const index = slot === -1 ? -1 : (this.slots[slot] ?? 0) - 1;
		return this.deleted.has(index) ? -1 : index;
	}

	/** The slot that an ID has or would get; -1 for an invalid ID. */
	private slotOf(id: string): number {
		if (!isId(id)) return -1;
		this.key[0] = BigInt(id);
		return this.slotOfKey();
	}

	private slotOfKey(): number {
		const low = this.keyHalves[0] ?? 0;
		const high = this.keyHalves[1] ?? 0;
		const mask = this.slots.length - 1;
		for (let slot = hash(low, high) & mask; ; slot = (slot + 1) & mask) {
			const index = (this.slots[slot] ?? 0) - 1;
			if (index === -1 || (this.idHalves[index * 2] === low && this.idHalves[index * 2 + 1] === high)) return slot;
		}
	}

	/** Appends a member with the ID being looked up. @param slot - the free slot found for it @returns the index */
	private append(slot: number): number {
		const index = this.count;
		if (index === this.ids.length) this.growColumns();
		this.ids[index] = this.key[0] ?? 0n;
		this.slots[slot] = index + 1;
		this.count += 1;
		if (this.count > this.slots.length * MAX_LOAD_FACTOR) this.growSlots();
		return index;
	}

	private growColumns(): void {
		this.ids = doubled(this.ids);
		this.idHalves = new Uint32Array(this.ids.buffer);
		this.traits = doubled(this.traits);
		this.joined = doubled(this.joined);
		this.nameIndexes = doubled(this.nameIndexes);
	}

	private growSlots(): void {
		this.slots = new Uint32Array(this.slots.length * 2);
		for (let index = 0; index < this.count; index += 1) {
			this.key[0] = this.ids[index] ?? 0n;
			this.slots[this.slotOfKey()] = index + 1;
		}
	}

	private roleSetIndex(roles: readonly RoleName[]): number {
		if (roles.length === 0) return 0;
		const roleKey = JSON.stringify(roles);
		const known = this.roleSetIndexes.get(roleKey);
		if (known !== undefined) return known;
		this.roleSetIndexes.set(roleKey, this.roleSets.length);
		return this.roleSets.push([...roles]) - 1;
	}
}

/** A view of a member in the columns. */
class StoredMember implements RosterMember {
	readonly #roster: CompactRoster;
	readonly #index: number;
	#id: string | undefined;

	public constructor(roster: CompactRoster, index: number) {
		this.#roster = roster;
		this.#index = index;
	}

	public get id(): string {
		this.#id ??= this.#roster.idAt(this.#index);
		return this.#id;
	}

	public get name(): string {
		return this.#roster.nameAt(this.#index);
	}

	public get username(): string | null {
		return this.#roster.usernameAt(this.#index);
	}

	public get joinedAt(): Date | null {
		return this.#roster.joinedAt(this.#index);
	}

	public get globalName(): string | null {
		return this.#roster.globalNameAt(this.#index);
	}

	public get bot(): boolean {
		return this.#roster.isBotAt(this.#index);
	}

	public get roles(): readonly RoleName[] {
		return this.#roster.rolesAt(this.#index);
	}
}

/** Whether the ID is a 64-bit decimal number without leading zeros. */
function isId(id: string): boolean {
	return DECIMAL.test(id) && (id.length < 20 || BigInt(id) <= MAX_ID);
}

/** Mixes the bits: IDs are timestamps and counters, and neighbours would cluster. */
function hash(low: number, high: number): number {
	let mixed = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
	mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35);
	return mixed ^ (mixed >>> 16);
}

/** The smallest power of two that holds this many members below the maximum load. */
function slotCountFor(members: number): number {
	let slots = MIN_SLOTS;
	while (members > slots * MAX_LOAD_FACTOR) slots *= 2;
	return slots;
}
