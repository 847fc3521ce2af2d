import { defineConfig } from 'vitest/config';

// A test that waits for something ends when it happens; this only ends what hangs, also on a machine that is busy.
const limits = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'core',
          include: ['test/{unit,property,scenario}/**/*.test.ts'],
          setupFiles: ['test/schemas/setup.ts'],
          ...limits,
        },
      },
      { test: { name: 'mutants', include: ['test/mutants/**/*.test.ts'], ...limits } },
      { test: { name: 'bench', include: ['bench/**/*.test.ts'], ...limits } },
      { test: { name: 'simulator', include: ['test/simulator/**/*.test.ts'], ...limits } },
      {
        // One file at a time: they call make.
        test: {
          name: 'packaging',
          include: ['test/packaging/**/*.test.ts'],
          poolOptions: { forks: { singleFork: true } },
          ...limits,
        },
      },
      {
        // They mostly wait for routers, each in namespaces of its own.
        test: {
          name: 'managers',
          include: ['test/managers/**/*.test.ts'],
          globalSetup: ['test/managers/harness/setup.ts'],
          maxConcurrency: 4,
          ...limits,
        },
      },
      {
        // The shipped executable in network namespaces: one at a time, so that timing faults are the daemon's own.
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          poolOptions: { forks: { singleFork: true } },
          ...limits,
        },
      },
      {
        // The executables for other machines, emulated, which is slow.
        test: {
          name: 'machines',
          include: ['test/machines/**/*.test.ts'],
          poolOptions: { forks: { singleFork: true } },
          testTimeout: 300_000,
          hookTimeout: 180_000,
        },
      },
      {
        // A booted Debian: one machine at a time.
        test: {
          name: 'booted',
          include: ['test/booted/**/*.test.ts'],
          globalSetup: ['test/booted/harness/setup.ts'],
          poolOptions: { forks: { singleFork: true } },
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
