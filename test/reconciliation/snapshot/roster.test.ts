import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runToCompletion } from '../../../src/async/cooperative.js';
import { analyzeLinks, detect, type Snapshot, unlinkedHolders } from '../../../src/reconciliation/detection/detect.js';
import type { RosterMember } from '../../../src/reconciliation/domain/guild.js';
import { CompactRoster } from '../../../src/reconciliation/snapshot/roster.js';
import { inGuild, MANAGED, MAPPED, NOW, snapshot, userId } from '../builders.js';

const LARGEST = 2n ** 64n - 1n;

/** From a small pool, so that IDs repeat; from the whole range; and close together, as Discord assigns them. */
const id = fc.oneof(
	fc.integer({ min: 0, max: 30 }).map(String),
	fc.bigInt({ min: 0n, max: LARGEST }).map(String),
	fc.integer({ min: 0, max: 200 }).map((number) => String(1_100_000_000_000_000_000n + (BigInt(number) << 22n)))
);
const name = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ unit: 'grapheme', maxLength: 2000 }), fc.constant(''));
const members = fc.array(
	fc.record({
		id,
		name,
		username: fc.option(name),
		globalName: fc.option(name),
		bot: fc.boolean(),
		joinedAt: fc.option(fc.integer({ min: 1, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1000))),
		roles: fc.subarray([...MANAGED, 'Rôle 🗡', 'a","b'])
	}) satisfies fc.Arbitrary<RosterMember>,
	{ maxLength: 120 }
);

function compact(all: readonly RosterMember[], expected?: number): CompactRoster {
	const roster = new CompactRoster(expected);
	for (const member of all) roster.set(member);
	return roster;
}

/** The username and the global name are stored only if they differ. */
const asStored = ({ name, username, globalName, joinedAt = null, ...member }: RosterMember): RosterMember => ({
	...member,
	name,
	username: username && username !== name ? username : null,
	globalName: globalName && globalName !== name && globalName !== username ? globalName : null,
	joinedAt
});
const mapOf = (all: readonly RosterMember[]) => new Map(all.map((member) => [member.id, asStored(member)]));
/** Copies the fields of a view. */
const copyOf = ({ id, name, username, globalName, bot, joinedAt, roles }: RosterMember): RosterMember =>
	asStored({ id, name, username: username ?? null, globalName: globalName ?? null, bot, joinedAt: joinedAt ?? null, roles });
const byId = (a: RosterMember, b: RosterMember) => (a.id < b.id ? -1 : 1);

describe('CompactRoster', () => {
	it('reads back the same members as a Map, whatever its initial capacity', () => {
		fc.assert(
			fc.property(members, fc.array(id), fc.integer({ min: 0, max: 200 }), (all, others, expected) => {
				const [roster, map] = [compact(all, expected), mapOf(all)];
				expect(roster.size).toBe(map.size);
				for (const memberId of [...map.keys(), ...others]) {
					expect(roster.has(memberId)).toBe(map.has(memberId));
					expect(roster.get(memberId)).toEqual(map.get(memberId));
				}
				expect([...roster.values()].map(copyOf).sort(byId)).toEqual([...map.values()].sort(byId));
			})
		);
	});

	it('deletes members as a Map does, and takes them back', () => {
		fc.assert(
			fc.property(members, fc.array(id), members, (all, gone, back) => {
				const [roster, map] = [compact(all), mapOf(all)];
				for (const memberId of [...gone, ...all.slice(0, 5).map((member) => member.id)]) {
					roster.delete(memberId);
					map.delete(memberId);
				}
				for (const member of back) {
					roster.set(member);
					map.set(member.id, asStored(member));
				}
				expect(roster.size).toBe(map.size);
				for (const { id: memberId } of all)
					expect([roster.has(memberId), roster.get(memberId)]).toEqual([map.has(memberId), map.get(memberId)]);
				expect([...roster.values()].map(copyOf).sort(byId)).toEqual([...map.values()].sort(byId));
			})
		);
	});

	it('finds all members at every size that it grows through', () => {
		const ids = Array.from({ length: 5000 }, (_, index) => String(1_000_000_000_000_000_000n + BigInt(index) * 4_194_304n));
		const roster = new CompactRoster();
		for (const [index, each] of ids.entries()) {
			roster.set({ id: each, name: `p${index}`, bot: index % 7 === 0, roles: index % 3 === 0 ? ['Knight'] : [] });
			expect(roster.size).toBe(index + 1);
		}
		expect(ids.every((each, index) => roster.get(each)?.name === `p${index}`)).toBe(true);
		expect(roster.has(`${ids[0]}0`)).toBe(false);
	});

	it('finds nothing under an invalid ID, and rejects it', () => {
		const roster = compact([inGuild('1'), inGuild(String(LARGEST))]);
		expect(roster.get(String(LARGEST))?.id).toBe('18446744073709551615');
		const invalid = [
			'',
			' 1',
			'1 ',
			'01',
			'+1',
			'-1',
			'1n',
			'0x1',
			'1e0',
			'1.0',
			'١',
			'ada',
			String(LARGEST + 1n),
			String(LARGEST + 2n),
			'9'.repeat(25)
		];
		for (const each of invalid) {
			expect([each, roster.has(each), roster.get(each)]).toEqual([each, false, undefined]);
			expect(() => roster.set(inGuild(each))).toThrow(RangeError);
		}
		expect(roster.size).toBe(2);
	});

	it('replaces a lone surrogate in a name, as UTF-8 does', () => {
		expect(compact([{ ...inGuild('1'), name: 'a\uD83Db' }]).get('1')?.name).toBe('a\uFFFDb');
	});

	it('gives the same issues as a Map, in whatever order', () => {
		const people = fc.array(fc.record({ index: fc.integer({ min: 0, max: 12 }), roles: fc.subarray(MANAGED), bot: fc.boolean() }));
		fc.assert(
			fc.property(people, (some) => {
				const guild = some.map(({ index, roles, bot }) => ({ ...inGuild(userId(index), ...roles), bot }));
				const plain = snapshot({ guild });
				const packed = { ...plain, roster: { members: compact([...plain.roster.members.values()].reverse()) } };
				expect(detect(packed, MAPPED, NOW)).toEqual(detect(plain, MAPPED, NOW));
				const unlinked = (read: Snapshot) =>
					[...runToCompletion(unlinkedHolders(read, runToCompletion(analyzeLinks(read, MAPPED, NOW))))].sort();
				expect(unlinked(packed)).toEqual(unlinked(plain));
			})
		);
	});
});
