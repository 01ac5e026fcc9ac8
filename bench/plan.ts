import type { CaseName, Scope } from './arguments.js';
import { detectCases } from './cases/detect.js';
import { fixCases } from './cases/fix.js';
import { growthCases } from './cases/growth.js';
import { memoryCases } from './cases/memory.js';
import { searchCases } from './cases/search.js';
import { secondsCases } from './cases/seconds.js';
import { startCases } from './cases/start.js';
import { storeCases } from './cases/store.js';
import { type ReadingPlan, stripeCases } from './cases/stripe.js';
import type { CaseResult } from './lib/result.js';

/** The sizes of every case by scope. */

interface Sizes {
	readonly stripe: readonly ReadingPlan[];
	readonly detect: Parameters<typeof detectCases>[0];
	readonly store: Parameters<typeof storeCases>[0];
	readonly search: Parameters<typeof searchCases>[0];
	readonly growth: Parameters<typeof growthCases>[0];
	readonly start: Parameters<typeof startCases>[0];
	readonly fix: Parameters<typeof fixCases>[0];
	readonly memory: Parameters<typeof memoryCases>[0];
	readonly seconds: Parameters<typeof secondsCases>[0];
}

const SMALL = [100, 1_000, 10_000];
const LARGE = [...SMALL, 100_000];
const HUGE = [...LARGE, 1_000_000];
const MEASURED = { rereadUpTo: 100_000, paginated: 1_000, lookedUp: 50, lookedUpSleeping: 10 };

const SIZES: Readonly<Record<Scope, Sizes>> = {
	tiny: {
		stripe: [{ latencyMs: 10, sizes: [100, 300], rereadUpTo: 300, paginated: 300, lookedUp: 3, lookedUpSleeping: 1 }],
		detect: { sizes: [100], scanned: 100 },
		store: { sizes: [100], lookups: 20 },
		search: { sizes: [100] },
		growth: { members: 100, openShare: 0.1, days: 2 },
		start: { size: 100 },
		fix: { members: 60 },
		memory: { sizes: [100] },
		seconds: { changes: 2, settleSeconds: 1, idleSeconds: 2 }
	},
	quick: {
		stripe: [{ latencyMs: 100, sizes: SMALL, rereadUpTo: 1_000, paginated: 1_000, lookedUp: 5, lookedUpSleeping: 1 }],
		detect: { sizes: LARGE.slice(1), scanned: 1_000 },
		store: { sizes: [10_000], lookups: 200 },
		search: { sizes: [10_000] },
		growth: { members: 20_000, openShare: 0.1, days: 14 },
		start: { size: 1_000 },
		fix: { members: 240 },
		memory: { sizes: [10_000] },
		seconds: { changes: 4, settleSeconds: 30, idleSeconds: 60 }
	},
	full: {
		stripe: [
			{ latencyMs: 50, sizes: LARGE, ...MEASURED },
			// At 20 requests per second, a million subscriptions take 500 s.
			{ latencyMs: 200, sizes: HUGE, ...MEASURED },
			{ latencyMs: 400, sizes: LARGE, ...MEASURED }
		],
		detect: { sizes: HUGE, scanned: 2_000 },
		store: { sizes: HUGE.slice(1), lookups: 1_000 },
		search: { sizes: [1_000, 10_000, 50_000] },
		growth: { members: 20_000, openShare: 0.1, days: 365 },
		start: { size: 10_000 },
		fix: { members: 2_000 },
		memory: { sizes: HUGE.slice(2) },
		seconds: { changes: 40, settleSeconds: 30, idleSeconds: 60 }
	}
};

/** The cases of a name, in order, to be started one at a time. */
export function casesOf(name: CaseName, scope: Scope): readonly (() => Promise<CaseResult[]>)[] {
	const { stripe, detect, store, search, growth, start, fix, memory, seconds } = SIZES[scope];
	switch (name) {
		case 'stripe':
			return stripe.map((plan) => () => stripeCases(plan));
		case 'detect':
			return [() => detectCases(detect)];
		case 'store':
			return [() => storeCases(store)];
		case 'search':
			return [() => searchCases(search)];
		case 'growth':
			return [() => growthCases(growth)];
		case 'start':
			return [() => startCases(start)];
		case 'fix':
			return [() => fixCases(fix)];
		case 'memory':
			return [() => memoryCases(memory)];
		case 'seconds':
			return [() => secondsCases(seconds)];
	}
}
