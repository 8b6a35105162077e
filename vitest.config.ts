import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'src/**/*.test.ts',
      'tests/**/*.test.ts',
      'tests/web/*.test.js',
      'examples/**/*.test.ts',
      'bench/**/*.test.ts',
    ],
    // A bound for what hangs, not a measure: the machine may be busy.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Real processes share two cores in CI: files run two at a time.
    maxWorkers: 2,
  },
});
