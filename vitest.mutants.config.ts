import { defineConfig } from 'vitest/config';

/** The tests that mutants of the policy, detection, safety and fix rooms are run against. */
export default defineConfig({ test: { include: ['test/reconciliation/**/*.test.ts'], testTimeout: 60_000 } });
