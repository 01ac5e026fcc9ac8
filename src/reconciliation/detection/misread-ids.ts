import { type Cooperative, forEachYielding } from '../../async/cooperative.js';
import type { Notices } from '../domain/detection.js';
import { isRoundingOf, looksRounded, SNOWFLAKE } from '../domain/discord-id.js';
import type { Roster, RosterMember } from '../domain/guild.js';
import type { UnknownReason } from '../domain/unknown.js';
import type { PersonEvaluator } from './evaluate-person.js';
import type { LinkedPerson } from './link-index.js';

/** Members who are perhaps meant by a linked ID that no member of the guild has, or by a text that is no ID. */

type LinkReason = Extract<UnknownReason, { readonly kind: 'link' }>;

/** If more members fit a value, it says nothing about any of them. A rounded ID fits one: those of real accounts are far apart. */
const MAX_MEANT = { rounded: 1, unreadable: 3 };

/** A program keeps at least the digits before these. */
const ROUNDED_DIGITS = 4;

/** Customers that may pay for a member whom a value fits. */
export interface Suspect {
	readonly customerIds: readonly string[];
	/** Why it is unknown what the member should have, while it {@link mayEntitle}. */
	readonly reason: LinkReason;
	/** Whether one of the customers has a subscription that gives something now, or may give something. */
	mayEntitle(): boolean;
}

interface Indexed {
	readonly suspect: Suspect;
	readonly value: string;
	/** Members whom the value fits. */
	readonly meant: string[];
}

/** Values with an index to find the members whom they fit. */
export class MisreadIds {
	private readonly suspects: Indexed[] = [];
	/** `length:first digits` of the IDs that a number fits → the suspects. */
	private readonly byDigits = new Map<string, Indexed[]>();
	/** Length of an ID → how many first digits are keys. */
	private readonly keyLengths = new Map<number, Set<number>>();
	private readonly byName = new Map<string, Indexed[]>();

	public constructor(private readonly evaluator: Pick<PersonEvaluator, 'mayEntitle' | 'mayEntitleBy'>) {}

	/** Adds a linked user whom the guild does not have. */
	public addAbsent(person: LinkedPerson): void {
		const { discordId: value, customerIds, seats } = person;
		if (!looksRounded(value)) return;
		const all = [...customerIds, ...seats.flatMap(({ team }) => team.stripeCustomerId ?? [])];
		const [customerId] = all;
		if (customerId === undefined) return;
		const reason = { kind: 'link', customerId, problem: 'rounded', value } as const;
		const indexed = this.add({ customerIds: all, reason, mayEntitle: () => this.evaluator.mayEntitle(person) }, value);
		this.addDigits(value.length, value.slice(0, -ROUNDED_DIGITS), indexed);
	}

	/** Adds a value that is no Discord ID. */
	public addUnreadable({ customerId, value, rowId }: Notices['malformedLinks'][number]): void {
		const isRow = rowId !== undefined;
		const reason = { kind: 'link', customerId, problem: isRow ? 'unreadable-row' : 'unreadable', value } as const;
		const mayEntitle = () => this.evaluator.mayEntitleBy(customerId, value, isRow);
		const indexed = this.add({ customerIds: [customerId], reason, mayEntitle }, value.trim());
		const [, first = '', rest = '', exponent = ''] = /^(\d)(?:[.,](\d{1,17}))?E\+?(\d{2})$/i.exec(value.trim()) ?? [];
		if (exponent !== '') this.addDigits(Number(exponent) + 1, first + rest, indexed);
		else addTo(this.byName, nameKey(value), indexed);
	}

	/** Whether any value fits the member. */
	public fits(member: RosterMember): boolean {
		this.addFitting(member);
		return this.suspects.some(({ meant }) => meant.includes(member.id));
	}

	/** Adds a value that an earlier reading found, of whichever kind it is. */
	public addPayer(value: string, customerId: string): void {
		if (!SNOWFLAKE.test(value)) {
			this.addUnreadable({ customerId, value });
			return;
		}
		const reason = { kind: 'link', customerId, problem: 'rounded', value } as const;
		this.addDigits(
			value.length,
			value.slice(0, -ROUNDED_DIGITS),
			this.add({ customerIds: [customerId], reason, mayEntitle: () => true }, value)
		);
	}

	/** Those who may pay for each member, in one pass over the guild. */
	public *findIn(roster: Roster): Cooperative<ReadonlyMap<string, readonly Suspect[]>> {
		const found = new Map<string, Suspect[]>();
		if (this.suspects.length === 0) return found;
		yield* forEachYielding(roster.members.values(), (member) => {
			if (!member.bot) this.addFitting(member);
		});
		for (const { suspect, meant } of this.suspects) {
			if (meant.length > MAX_MEANT[suspect.reason.problem === 'rounded' ? 'rounded' : 'unreadable']) continue;
			for (const id of meant) addTo(found, id, suspect);
		}
		return found;
	}

	/** The values, by the customers that may pay for whom they mean. */
	public values(): readonly { readonly name: string; readonly customerId: string }[] {
		return this.suspects.flatMap(({ suspect, value }) => suspect.customerIds.map((customerId) => ({ name: value, customerId })));
	}

	private addFitting({ id, name, username }: RosterMember): void {
		const lengths = this.keyLengths.get(id.length);
		if (lengths !== undefined)
			for (const digits of lengths) {
				const fitting = this.byDigits.get(`${id.length}:${id.slice(0, digits)}`);
				if (fitting !== undefined) for (const { value, meant } of fitting) if (isRoundingOf(value, id)) meant.push(id);
			}
		if (this.byName.size === 0) return;
		const names = new Set([nameKey(name), nameKey(username ?? name)]);
		for (const key of names) for (const { meant } of this.byName.get(key) ?? []) meant.push(id);
	}

	private add(suspect: Suspect, value: string): Indexed {
		const indexed = { suspect, value, meant: [] };
		this.suspects.push(indexed);
		return indexed;
	}

	/** Registers the first digits of the IDs that a number fits: its own, and one less, of IDs that were rounded up. */
	private addDigits(length: number, digits: string, indexed: Indexed): void {
		this.keyLengths.set(length, (this.keyLengths.get(length) ?? new Set()).add(digits.length));
		for (const key of new Set([digits, String(BigInt(digits) - 1n)])) addTo(this.byDigits, `${length}:${key}`, indexed);
	}
}

/** A name as it is compared: `@Ada#1234` and `ada` are the same. */
function nameKey(name: string): string {
	return name
		.trim()
		.toLowerCase()
		.replace(/^@/, '')
		.replace(/#\d{1,4}$/, '');
}

function addTo<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
	const list = lists.get(key);
	if (list === undefined) lists.set(key, [value]);
	else list.push(value);
}
