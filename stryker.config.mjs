/** Mutation testing of the rooms that decide about access: `npm run test:mutants`. docs/mutants.md explains the survivors. */
export default {
	testRunner: 'vitest',
	vitest: { configFile: 'vitest.mutants.config.ts' },
	plugins: ['@stryker-mutator/vitest-runner'],
	mutate: ['src/reconciliation/{policy,detection,fixes}/*.ts', '!src/reconciliation/*/service.ts'],
	coverageAnalysis: 'perTest',
	// Without a tsconfig, Stryker does not need the JavaScript API of TypeScript, which TypeScript 7 does not have.
	tsconfigFile: 'none',
	concurrency: 2,
	reporters: ['clear-text', 'progress'],
	thresholds: { high: 95, low: 90, break: 90 },
	tempDirName: '.stryker',
	// Mutants of module constants would run every test each; reading the constants is covered by the other mutants.
	ignoreStatic: true,
	// A mutant that loops for ever is killed by this; a busy machine must not be.
	timeoutMS: 60_000
};
