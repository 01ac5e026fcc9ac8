import { describe, expect, it } from 'vitest';
import { council } from '../../../sandbox/world/council.js';
import { SETTINGS, snapshotOf } from '../../../sandbox/world/snapshot.js';
import { worldSchema } from '../../../sandbox/world/world.js';
import { detect } from '../../../src/reconciliation/detection/detect.js';
import type { UnknownStatus } from '../../../src/reconciliation/domain/detection.js';

const NOW = new Date('2026-03-01T12:00:00Z');

describe('council scenario', () => {
	const { world, expected, notices } = council(1, NOW);

	it('is a valid world, also after a JSON round trip', () => {
		expect(worldSchema.parse(world)).toEqual(world);
		expect(worldSchema.parse(JSON.parse(JSON.stringify(world)))).toEqual(world);
	});

	it('is deterministic by seed', () => {
		expect(council(1, NOW)).toEqual({ world, expected, notices });
		expect(council(2, NOW).world.guild).not.toEqual(world.guild);
	});

	it('has 250 members by default, most without drift', () => {
		expect(world.guild.members).toHaveLength(250);
		expect(expected.length).toBeGreaterThan(35);
		expect(expected.length).toBeLessThan(80);
		expect(council(1, NOW, 1000).world.guild.members).toHaveLength(1000);
	});

	it('has every kind of drift in every severity', () => {
		const kinds = new Set(expected.map(({ type, severity }) => `${type} ${severity}`));
		expect([...kinds].sort()).toEqual([
			'DEBTOR_MISMATCH LOW',
			'DEBTOR_MISMATCH MEDIUM',
			'MISSING_ACCESS HIGH',
			'ROLE_MISMATCH MEDIUM',
			'UNAUTHORIZED_ACCESS HIGH',
			'UNAUTHORIZED_ACCESS LOW'
		]);
	});

	it('has every Stripe status and an unknown one', () => {
		const statuses = new Set(world.stripe.subscriptions.map(({ status }) => status));
		expect([...statuses].sort()).toEqual([
			'active',
			'canceled',
			'incomplete',
			'incomplete_expired',
			'past_due',
			'paused',
			'trialing',
			'under_review',
			'unpaid'
		]);
	});

	it('gives every member an 18-digit ID, a unique username and at most one issue', () => {
		for (const { id } of world.guild.members) expect(id).toMatch(/^\d{18}$/);
		expect(new Set(world.guild.members.map(({ username }) => username)).size).toBe(world.guild.members.length);
		expect(new Set(expected.map(({ discordId }) => discordId)).size).toBe(expected.length);
	});

	it.each([1, 2, 3])('produces exactly the expected issues and notices (seed %i)', (seed) => {
		const scenario = council(seed, NOW);
		const found = detect(snapshotOf(scenario.world), SETTINGS, NOW);
		const actual = found.issues.map(({ discordId, type, severity, plan }) => ({ discordId, type, severity, ...plan }));
		const byId = (a: { discordId: string }, b: { discordId: string }) => (a.discordId < b.discordId ? -1 : 1);
		expect(actual.sort(byId)).toEqual([...scenario.expected].sort(byId));
		const {
			overclaimedTeams,
			malformedLinks,
			contestedLinks,
			unknown,
			unlistedPrices,
			oddObjects,
			unknownStatus,
			expiringExemptions,
			leftToNextRun,
			payers,
			...counts
		} = found.notices;
		const { unknownLinks, ...expectedCounts } = scenario.notices;
		const links = unknown?.flatMap(({ reason, count }) => (reason.kind === 'link' ? [[reason.problem, count]] : [])) ?? [];
		expect(Object.fromEntries(links)).toEqual(unknownLinks);
		expect(unknown?.filter(({ reason }) => reason.kind !== 'link')).toMatchObject([
			{ reason: { kind: 'price', price: 'price_newsletter' }, count: scenario.notices.unlistedPrice },
			{ reason: { kind: 'status', status: 'under_review' }, count: scenario.notices.unknownStatus }
		]);
		expect(oddObjects).toEqual({ count: 0, first: [] });
		expect(unlistedPrices).toEqual([
			{ price: 'price_newsletter', subscriptions: scenario.notices.unlistedPrice, counts: { buy: 'unknown' } }
		]);
		expect(expiringExemptions).toEqual([]);
		expect([payers?.unclaimed.length, payers?.absent.length]).toEqual([counts.unclaimed, counts.absent]);
		expect({
			...counts,
			overclaimedTeams: overclaimedTeams.length,
			malformedLinks: malformedLinks.length,
			contestedLinks: contestedLinks.length,
			unknownStatus: (unknownStatus as UnknownStatus[]).length,
			unlistedPrice: unlistedPrices?.[0]?.subscriptions
		}).toEqual(expectedCounts);
		expect(leftToNextRun).toBe(0);
	});
});
