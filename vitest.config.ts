import { defineConfig } from 'vitest/config';

/** End-to-end tests start processes and databases: a loaded machine needs the room. Nothing waits for it to pass. */
const PATIENCE_MS = 120_000;

/** Hundreds of cases in one test. */
const FAULTS_PATIENCE_MS = 600_000;

/** End-to-end tests mostly wait, for processes and for sockets: two at a time are quicker also where there are two processors. */
const AT_A_TIME = 2;

export default defineConfig({
	test: {
		maxWorkers: AT_A_TIME,
		projects: [
			{
				test: {
					name: 'unit',
					include: ['test/**/*.test.ts'],
					setupFiles: ['test/setup.ts'],
					exclude: ['test/end-to-end/**', 'test/faults/**', 'test/crash/**', 'test/services/**'],
					testTimeout: 60_000,
					hookTimeout: 60_000
				}
			},
			{
				test: {
					name: 'end-to-end',
					include: ['test/end-to-end/**/*.test.ts'],
					globalSetup: ['test/end-to-end/template.ts'],
					testTimeout: PATIENCE_MS,
					hookTimeout: PATIENCE_MS
				}
			},
			{
				test: {
					name: 'faults',
					include: ['test/faults/**/*.test.ts'],
					globalSetup: ['test/faults/fault-matrix.ts'],
					// The heap is looked at.
					execArgv: ['--expose-gc'],
					testTimeout: FAULTS_PATIENCE_MS,
					hookTimeout: FAULTS_PATIENCE_MS
				}
			},
			// Half of it needs DATABASE_URL.
			{ test: { name: 'crash', include: ['test/crash/**/*.test.ts'], globalSetup: ['test/end-to-end/template.ts'] } },
			// Needs DATABASE_URL.
			{ test: { name: 'services', include: ['test/services/**/*.test.ts'], testTimeout: PATIENCE_MS, hookTimeout: PATIENCE_MS } }
		]
	}
});
