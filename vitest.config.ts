import { defineConfig } from 'vitest/config';

/** Ends a test that hangs. No assertion depends on it: on a busy machine tests only take longer. */
const TIMEOUT_MS = 300_000;

/** One fault test runs hundreds of cases. */
const FAULTS_TIMEOUT_MS = 600_000;

/** Tests that wait for processes and sockets leave a processor idle, so two workers pay off on two processors as well. */
const MAX_WORKERS = 2;

const limits = { testTimeout: TIMEOUT_MS, hookTimeout: TIMEOUT_MS };

export default defineConfig({
	test: {
		maxWorkers: MAX_WORKERS,
		projects: [
			{
				test: {
					name: 'unit',
					include: ['test/**/*.test.ts'],
					exclude: ['test/**/*.integration.test.ts', 'test/{smoke.test.ts,end-to-end/**,faults/**,services/**,crash/**,page/**}'],
					setupFiles: ['test/setup.ts', 'test/no-io.ts'],
					// Each worker loads a module once for all its test files. Loading took longer than testing.
					isolate: false,
					...limits
				}
			},
			{ test: { name: 'smoke', include: ['test/smoke.test.ts'], ...limits } },
			{ test: { name: 'integration', include: ['test/**/*.integration.test.ts'], setupFiles: ['test/setup.ts'], ...limits } },
			{
				test: {
					name: 'end-to-end',
					include: ['test/end-to-end/**/*.test.ts'],
					globalSetup: ['test/end-to-end/template.ts'],
					...limits
				}
			},
			{
				test: {
					name: 'faults',
					include: ['test/faults/**/*.test.ts'],
					globalSetup: ['test/faults/fault-matrix.ts'],
					// The memory tests collect garbage before they measure the heap.
					execArgv: ['--expose-gc'],
					testTimeout: FAULTS_TIMEOUT_MS,
					hookTimeout: FAULTS_TIMEOUT_MS
				}
			},
			{ test: { name: 'page', include: ['test/page/**/*.test.ts'], globalSetup: ['test/end-to-end/template.ts'], ...limits } },
			// Needs DATABASE_URL.
			{ test: { name: 'services', include: ['test/services/**/*.test.ts'], ...limits } },
			// Skips PostgreSQL without DATABASE_URL.
			{ test: { name: 'crash', include: ['test/crash/**/*.test.ts'], globalSetup: ['test/end-to-end/template.ts'], ...limits } }
		]
	}
});
