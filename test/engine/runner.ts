import type { VitestRunner } from '@vitest/runner';
import { files } from 'test-files';

/** A runner of the bundled tests. @param timeoutMs for a test or a hook; 0 = none */
export const runnerOf = (timeoutMs: number): VitestRunner => ({
  config: {
    root: '/',
    setupFiles: [],
    passWithNoTests: false,
    sequence: { seed: 0, hooks: 'stack', setupFiles: 'list' },
    maxConcurrency: 1,
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    retry: 0,
    includeTaskLocation: false,
    diffOptions: {},
  },
  importFile: (path) => files[path]?.(),
});
