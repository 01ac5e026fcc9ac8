import { describe, expect, it } from 'vitest';
import { metropolis } from '../../../sandbox/world/metropolis.js';
import { SETTINGS, snapshotOf } from '../../../sandbox/world/snapshot.js';
import { worldSchema } from '../../../sandbox/world/world.js';
import { detect } from '../../../src/reconciliation/detection/detect.js';

const NOW = new Date('2026-03-01T12:00:00Z');

describe('metropolis scenario', () => {
	it('is a valid world of the requested size', () => {
		const { world } = metropolis(500, { now: NOW });
		expect(worldSchema.parse(world)).toEqual(world);
		expect(world.guild.members).toHaveLength(500);
		for (const { id } of world.guild.members) expect(id).toMatch(/^\d{18}$/);
	});

	it('is deterministic by seed', () => {
		expect(metropolis(200, { seed: 7, now: NOW })).toEqual(metropolis(200, { seed: 7, now: NOW }));
		expect(metropolis(200, { seed: 7, now: NOW })).not.toEqual(metropolis(200, { seed: 8, now: NOW }));
	});

	it.each([0, 0.05, 0.2, 1])('has exactly the requested share of drift (%d)', (drift) => {
		expect(metropolis(1000, { drift, now: NOW }).expected).toHaveLength(1000 * drift);
	});

	it('has the requested number of subscriptions without more members', () => {
		const { world, notices } = metropolis(1000, { now: NOW, subscriptions: 1500 });
		expect(world.stripe.subscriptions).toHaveLength(1500);
		expect(world.guild.members).toHaveLength(1000);
		const found = detect(snapshotOf(world), SETTINGS, NOW);
		expect(found.notices).toMatchObject({ unclaimed: notices.unclaimed, absent: notices.absent });
	});

	it('has every kind of drift', () => {
		const kinds = new Set(metropolis(2000, { now: NOW }).expected.map(({ type }) => type));
		expect([...kinds].sort()).toEqual(['DEBTOR_MISMATCH', 'MISSING_ACCESS', 'ROLE_MISMATCH', 'UNAUTHORIZED_ACCESS']);
	});

	it('produces exactly the expected issues and notices', () => {
		const { world, expected, notices } = metropolis(3000, { drift: 0.3, now: NOW });
		const found = detect(snapshotOf(world), SETTINGS, NOW);
		const actual = found.issues.map(({ discordId, type, severity, plan }) => ({ discordId, type, severity, ...plan }));
		const byId = (a: { discordId: string }, b: { discordId: string }) => (a.discordId < b.discordId ? -1 : 1);
		expect(actual.sort(byId)).toEqual([...expected].sort(byId));
		expect(found.notices).toMatchObject({ unclaimed: notices.unclaimed, absent: notices.absent, bots: notices.bots });
	});
});
