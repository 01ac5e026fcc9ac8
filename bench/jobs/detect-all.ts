import { usage } from '../../sandbox/bot/usage.js';
import { metropolis } from '../../sandbox/world/metropolis.js';
import { SETTINGS, snapshotOf } from '../../sandbox/world/snapshot.js';
import type { World } from '../../sandbox/world/world.js';
import { detect, type Snapshot } from '../../src/reconciliation/detection/detect.js';
import { linearScan } from '../baselines/linear-scan.js';
import { minimalJoin } from '../baselines/minimal-join.js';
import { resetPeakRss } from './reset-peak-rss.js';

/** Small worlds are repeated more often, so that JIT warm-up is not measured. */
const MIN_TOTAL_MS = 200;
const MIN_ROUNDS = 5;
const MAX_ROUNDS = 50;

export interface Detected {
	readonly wallMs: number;
	/** See `minimalJoin`. */
	readonly minimalJoinMs: number;
	/** The lookups of `minimalJoin` only. */
	readonly lookupsMs: number;
	/** See `linearScan`; null if not measured. */
	readonly scanMs: number | null;
	/** Peak memory above the input, issues included. */
	readonly allocatedBytes: number;
	readonly subscriptions: number;
	readonly issues: number;
	readonly expected: number;
}

/** Detects drift among `size` members with as many subscriptions. Times are the shortest of several rounds, in milliseconds. */
export async function detectAll({ size, scan }: { readonly size: number; readonly scan: boolean }): Promise<Detected> {
	const now = new Date();
	const prepared = prepare(size, now, scan);
	resetPeakRss();
	const before = usage().rssBytes;
	let issues = 0;
	const wallMs = shortestOf(() => {
		issues = detect(prepared.snapshot, SETTINGS, now).issues.length;
	});
	const { snapshot: _, ...rest } = prepared;
	return { ...rest, wallMs, issues, allocatedBytes: usage().peakRssBytes - before };
}

/** A function of its own, so that the world it builds can be collected before measuring. */
function prepare(
	size: number,
	now: Date,
	scan: boolean
): { readonly snapshot: Snapshot } & Omit<Detected, 'wallMs' | 'issues' | 'allocatedBytes'> {
	const { world, expected } = metropolis(size, { subscriptions: size, now });
	return {
		...measureBaselines(world, scan),
		subscriptions: world.stripe.subscriptions.length,
		expected: expected.length,
		snapshot: snapshotOf(world)
	};
}

function measureBaselines(world: World, scan: boolean): Pick<Detected, 'minimalJoinMs' | 'lookupsMs' | 'scanMs'> {
	let lookupsMs = Number.POSITIVE_INFINITY;
	const minimalJoinMs = shortestOf(() => {
		lookupsMs = Math.min(lookupsMs, minimalJoin(world).lookupsMs);
	});
	return { minimalJoinMs, lookupsMs, scanMs: scan ? shortestOf(() => linearScan(world)) : null };
}

function shortestOf(work: () => unknown): number {
	let shortest = Number.POSITIVE_INFINITY;
	// Once, not per round: a collection shrinks the young generation, and the next round would pay for that.
	globalThis.gc?.();
	const startedAt = performance.now();
	for (let round = 0; round < MAX_ROUNDS && (round < MIN_ROUNDS || performance.now() - startedAt < MIN_TOTAL_MS); round += 1) {
		const start = performance.now();
		work();
		shortest = Math.min(shortest, performance.now() - start);
	}
	return shortest;
}
