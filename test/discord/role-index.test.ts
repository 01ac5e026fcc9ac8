import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RoleIndex } from '../../src/discord/role-index.js';

const [KNIGHT, LORD, OTHER] = ['1', '2', '9'] as const;

/** An index after a complete listing. */
function listed(members: Readonly<Record<string, readonly string[]>> = {}): RoleIndex {
	const index = new RoleIndex();
	index.setManagedRoles([KNIGHT, LORD]);
	index.startListing();
	for (const [id, roles] of Object.entries(members)) index.list(id, roles);
	index.completeListing();
	return index;
}

describe('RoleIndex', () => {
	it('counts changes of managed roles, and of no others', () => {
		const index = listed({ ada: [OTHER, KNIGHT], bob: [] });
		expect(index.update('ada', [KNIGHT])).toBe(false);
		expect(index.update('bob', [OTHER])).toBe(false);
		expect(index.update('carl', [])).toBe(false);
		expect(index.update('ada', [])).toBe(true);
		expect(index.update('bob', [LORD, OTHER])).toBe(true);
		expect(index.update('bob', [OTHER, LORD])).toBe(false);
	});

	it('counts what it does not know as changed: before a listing, after missed events, with other managed roles', () => {
		const index = new RoleIndex();
		expect(index.update('ada', [])).toBe(true);
		expect(index.update('ada', [])).toBe(false);
		const known = listed({ ada: [KNIGHT] });
		known.forget();
		expect(known.update('ada', [KNIGHT])).toBe(true);
		const other = listed({ ada: [KNIGHT] });
		other.setManagedRoles([LORD, KNIGHT]);
		expect(other.update('ada', [KNIGHT])).toBe(false);
		other.setManagedRoles([LORD, OTHER]);
		expect(other.update('ada', [KNIGHT])).toBe(true);
	});

	it('keeps what changes during a listing', () => {
		const index = listed({ ada: [KNIGHT] });
		index.startListing();
		index.list('ada', [KNIGHT]);
		expect(index.update('ada', [])).toBe(true);
		index.list('bob', [LORD]);
		index.leave('bob');
		index.completeListing();
		expect(index.update('ada', [])).toBe(false);
		expect(index.update('bob', [])).toBe(false);
	});

	it('does not count a change of its own, whether its event comes before the answer or after it', async () => {
		const index = listed({ ada: [KNIGHT] });
		const grant = { userId: 'ada', roleId: LORD, grants: true };
		await index.duringOwnCall(grant, async () => {
			expect(index.update('ada', [KNIGHT, LORD])).toBe(false);
		});
		await index.duringOwnCall({ userId: 'ada', roleId: KNIGHT, grants: false }, async () => {});
		expect(index.update('ada', [LORD])).toBe(false);
		expect(index.update('ada', [KNIGHT, LORD])).toBe(true);
	});

	it('counts what others change at the same time, and the same change after a call that failed', async () => {
		const index = listed({ ada: [] });
		const grant = { userId: 'ada', roleId: KNIGHT, grants: true };
		await index.duringOwnCall(grant, async () => {
			expect(index.update('ada', [KNIGHT, LORD])).toBe(true);
		});
		const fresh = listed({ ada: [] });
		await expect(fresh.duringOwnCall(grant, () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
		expect(fresh.update('ada', [KNIGHT])).toBe(true);
	});

	it('counts every change by others in any order of events, calls and listings', async () => {
		const roles = fc.subarray([KNIGHT, LORD]);
		const step = fc.oneof(
			fc.record({ kind: fc.constant('others' as const), roles }),
			fc.record({ kind: fc.constant('own' as const), roleId: fc.constantFrom(KNIGHT, LORD), grants: fc.boolean(), late: fc.boolean() }),
			fc.record({ kind: fc.constant('listing' as const) })
		);
		await fc.assert(
			fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
				const index = listed();
				let held: string[] = [];
				for (const each of steps) {
					const before = held.join(' ');
					if (each.kind === 'others') {
						held = [...each.roles];
						expect(index.update('ada', held)).toBe(held.join(' ') !== before);
					} else if (each.kind === 'own') {
						held = [...held.filter((id) => id !== each.roleId), ...(each.grants ? [each.roleId] : [])].sort();
						// Discord sends no event for a change that changes nothing.
						const event = () => {
							if (held.join(' ') !== before) expect(index.update('ada', held)).toBe(false);
						};
						await index.duringOwnCall({ userId: 'ada', ...each }, async () => {
							if (!each.late) event();
						});
						if (each.late) event();
					} else {
						index.startListing();
						index.list('ada', held);
						index.completeListing();
					}
				}
			})
		);
	});
});
