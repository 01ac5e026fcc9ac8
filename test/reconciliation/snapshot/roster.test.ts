import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runToCompletion } from '../../../src/async/cooperative.js';
import { analyzeLinks, detect, type Snapshot, unlinkedHolders } from '../../../src/reconciliation/detection/detect.js';
import type { RosterMember } from '../../../src/reconciliation/domain/guild.js';
import { CompactRoster } from '../../../src/reconciliation/snapshot/roster.js';
import { inGuild, MANAGED, MAPPED, NOW, snapshot, userId } from '../builders.js';

const LARGEST = 2n ** 64n - 1n;

/** From a small pool, so that the same person comes again; from the whole range; and as Discord makes them, close together. */
const id = fc.oneof(
	fc.integer({ min: 0, max: 30 }).map(String),
	fc.bigInt({ min: 0n, max: LARGEST }).map(String),
	fc.integer({ min: 0, max: 200 }).map((number) => String(1_100_000_000_000_000_000n + (BigInt(number) << 22n)))
);
const name = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ unit: 'grapheme', maxLength: 2000 }), fc.constant(''));
const members = fc.array(
	fc.record({ id, name, bot: fc.boolean(), roles: fc.subarray([...MANAGED, 'Rôle 🗡', 'a","b']) }) satisfies fc.Arbitrary<RosterMember>,
	{ maxLength: 120 }
);

function compact(all: readonly RosterMember[], expected?: number): CompactRoster {
	const roster = new CompactRoster(expected);
	for (const member of all) roster.set(member);
	return roster;
}

const mapOf = (all: readonly RosterMember[]) => new Map(all.map((member) => [member.id, member]));
/** Whoever is gone through shows what is asked for. */
const asSeen = ({ id, name, bot, roles }: RosterMember): RosterMember => ({ id, name, bot, roles });
const byId = (a: RosterMember, b: RosterMember) => (a.id < b.id ? -1 : 1);

describe('the compact roster', () => {
	test('is what a Map of the same people is, however many were expected', () => {
		fc.assert(
			fc.property(members, fc.array(id), fc.integer({ min: 0, max: 200 }), (all, others, expected) => {
				const [roster, map] = [compact(all, expected), mapOf(all)];
				expect(roster.size).toBe(map.size);
				for (const someone of [...map.keys(), ...others]) {
					expect(roster.has(someone)).toBe(map.has(someone));
					expect(roster.get(someone)).toEqual(map.get(someone));
				}
				expect([...roster.values()].map(asSeen).sort(byId)).toEqual([...map.values()].sort(byId));
			})
		);
	});

	test('finds the same people at every size that it grows through', () => {
		const ids = Array.from({ length: 5000 }, (_, index) => String(1_000_000_000_000_000_000n + BigInt(index) * 4_194_304n));
		const roster = new CompactRoster();
		for (const [index, each] of ids.entries()) {
			roster.set({ id: each, name: `p${index}`, bot: index % 7 === 0, roles: index % 3 === 0 ? ['Knight'] : [] });
			expect(roster.size).toBe(index + 1);
		}
		expect(ids.every((each, index) => roster.get(each)?.name === `p${index}`)).toBe(true);
		expect(roster.has(`${ids[0]}0`)).toBe(false);
	});

	test('has nobody under what is no ID, and takes nobody in under it', () => {
		const roster = compact([inGuild('1'), inGuild(String(LARGEST))]);
		expect(roster.get(String(LARGEST))?.id).toBe('18446744073709551615');
		const none = [
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
		for (const each of none) {
			expect([each, roster.has(each), roster.get(each)]).toEqual([each, false, undefined]);
			expect(() => roster.set(inGuild(each))).toThrow(RangeError);
		}
		expect(roster.size).toBe(2);
	});

	test('shows a name with half a character in it as anything else does that writes it down', () => {
		expect(compact([{ ...inGuild('1'), name: 'a\uD83Db' }]).get('1')?.name).toBe('a\uFFFDb');
	});

	test('gives the same issues as a Map, whoever came first', () => {
		const people = fc.array(fc.record({ index: fc.integer({ min: 0, max: 12 }), roles: fc.subarray(MANAGED), bot: fc.boolean() }));
		fc.assert(
			fc.property(people, (some) => {
				const guild = some.map(({ index, roles, bot }) => ({ ...inGuild(userId(index), ...roles), bot }));
				const plain = snapshot({ guild });
				const packed = { ...plain, roster: { members: compact([...plain.roster.members.values()].reverse()) } };
				expect(detect(packed, MAPPED, NOW)).toEqual(detect(plain, MAPPED, NOW));
				const unlinked = (seen: Snapshot) =>
					[...runToCompletion(unlinkedHolders(seen, runToCompletion(analyzeLinks(seen, MAPPED, NOW))))].sort();
				expect(unlinked(packed)).toEqual(unlinked(plain));
			})
		);
	});
});
