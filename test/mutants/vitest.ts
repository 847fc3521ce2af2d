/** Stands in for the package `vitest` in the bundle of mutants: as test/engine/vitest.ts, on Node's own platform. */
export { afterEach, beforeEach, describe, test } from '@vitest/runner';
export { expect } from '../engine/matchers.ts';
