import { usage } from '../../sandbox/bot/usage.js';
import { metropolis } from '../../sandbox/world/metropolis.js';
import { SETTINGS, snapshotOf } from '../../sandbox/world/snapshot.js';
import type { World } from '../../sandbox/world/world.js';
import { detect, type Snapshot } from '../../src/reconciliation/detection/detect.js';
import { bareLoop } from '../baselines/bare-loop.js';
import { searchLists } from '../baselines/search-lists.js';
import { resetPeak } from './peak.js';

/** Small worlds are gone through often, so that it is not the compiler's warming up that is measured. */
const AT_LEAST_MS = 200;
const AT_LEAST = 5;
const AT_MOST = 50;

export interface Detected {
	readonly wallMs: number;
	/** The loop that builds the two maps which any look-up needs, and looks everybody up. */
	readonly bareLoopMs: number;
	/** The look-ups alone. */
	readonly lookUpsMs: number;
	/** Everybody found by going through the lists; null if it was not measured. */
	readonly searchMs: number | null;
	/** What comparing needed besides what it compared, the issues included. */
	readonly addedBytes: number;
	readonly subscriptions: number;
	readonly issues: number;
	readonly expected: number;
}

/** Compares so many members with as many subscriptions; each time is the shortest of several. */
export async function detectAll({ size, search }: { readonly size: number; readonly search: boolean }): Promise<Detected> {
	const now = new Date();
	const made = make(size, now, search);
	resetPeak();
	const before = usage().rssBytes;
	let issues = 0;
	const wallMs = best(() => {
		issues = detect(made.picture, SETTINGS, now).issues.length;
	});
	const { picture: _, ...rest } = made;
	return { ...rest, wallMs, issues, addedBytes: usage().peakRssBytes - before };
}

/** What is needed to prepare is left behind here. */
function make(
	size: number,
	now: Date,
	search: boolean
): { readonly picture: Snapshot } & Omit<Detected, 'wallMs' | 'issues' | 'addedBytes'> {
	const { world, expected } = metropolis(size, { subscriptions: size, now });
	return {
		...bare(world, search),
		subscriptions: world.stripe.subscriptions.length,
		expected: expected.length,
		picture: snapshotOf(world)
	};
}

function bare(world: World, search: boolean): Pick<Detected, 'bareLoopMs' | 'lookUpsMs' | 'searchMs'> {
	let lookUpsMs = Number.POSITIVE_INFINITY;
	const bareLoopMs = best(() => {
		lookUpsMs = Math.min(lookUpsMs, bareLoop(world).lookUpsMs);
	});
	return { bareLoopMs, lookUpsMs, searchMs: search ? best(() => searchLists(world)) : null };
}

function best(work: () => unknown): number {
	let shortest = Number.POSITIVE_INFINITY;
	// Before all, and not before each: a collection makes the room for what is new small, and the next round pays for it.
	globalThis.gc?.();
	const began = performance.now();
	for (let round = 0; round < AT_MOST && (round < AT_LEAST || performance.now() - began < AT_LEAST_MS); round += 1) {
		const start = performance.now();
		work();
		shortest = Math.min(shortest, performance.now() - start);
	}
	return shortest;
}
