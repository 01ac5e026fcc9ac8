import type { CaseName, Scope } from './arguments.js';
import { detectCases } from './cases/detect.js';
import { fixCases } from './cases/fix.js';
import { memoryCases } from './cases/memory.js';
import { storeCases } from './cases/store.js';
import { type ReadingPlan, stripeCases } from './cases/stripe.js';
import type { CaseResult } from './lib/result.js';

/** What is measured, and at which sizes. */

interface Sizes {
	readonly stripe: readonly ReadingPlan[];
	readonly detect: Parameters<typeof detectCases>[0];
	readonly store: Parameters<typeof storeCases>[0];
	readonly fix: Parameters<typeof fixCases>[0];
	readonly memory: Parameters<typeof memoryCases>[0];
}

const SMALL = [100, 1_000, 10_000];
const LARGE = [...SMALL, 100_000];
const HUGE = [...LARGE, 1_000_000];
const MEASURED = { againUpTo: 100_000, paginated: 1_000, lookedUp: 50, lookedUpSleeping: 10 };

const SIZES: Readonly<Record<Scope, Sizes>> = {
	tiny: {
		stripe: [{ latencyMs: 10, sizes: [100, 300], againUpTo: 300, paginated: 300, lookedUp: 3, lookedUpSleeping: 1 }],
		detect: { sizes: [100], searched: 100 },
		store: { sizes: [100], lookUps: 20 },
		fix: { members: 60 },
		memory: { sizes: [100] }
	},
	quick: {
		stripe: [{ latencyMs: 100, sizes: SMALL, againUpTo: 1_000, paginated: 1_000, lookedUp: 5, lookedUpSleeping: 1 }],
		detect: { sizes: LARGE.slice(1), searched: 1_000 },
		store: { sizes: [10_000], lookUps: 200 },
		fix: { members: 240 },
		memory: { sizes: [10_000] }
	},
	full: {
		stripe: [
			{ latencyMs: 50, sizes: LARGE, ...MEASURED },
			// At 20 requests a second a million take 500 s.
			{ latencyMs: 200, sizes: HUGE, ...MEASURED },
			{ latencyMs: 400, sizes: LARGE, ...MEASURED }
		],
		detect: { sizes: HUGE, searched: 2_000 },
		store: { sizes: HUGE.slice(1), lookUps: 1_000 },
		fix: { members: 2_000 },
		memory: { sizes: HUGE.slice(2) }
	}
};

/** The cases in order, each a promise of its results once it is asked for. */
export function casesOf(name: CaseName, extent: Scope): readonly (() => Promise<CaseResult[]>)[] {
	const { stripe, detect, store, fix, memory } = SIZES[extent];
	switch (name) {
		case 'stripe':
			return stripe.map((plan) => () => stripeCases(plan));
		case 'detect':
			return [() => detectCases(detect)];
		case 'store':
			return [() => storeCases(store)];
		case 'fix':
			return [() => fixCases(fix)];
		case 'memory':
			return [() => memoryCases(memory)];
	}
}
