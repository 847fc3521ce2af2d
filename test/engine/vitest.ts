/** Stands in for the package `vitest` inside the engine: its own runner and matchers, without the Node parts
 *  (no mocks, spies, snapshots, fake timers). */
import './platform.ts';

export {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  it,
  onTestFailed,
  onTestFinished,
  suite,
  test,
} from '@vitest/runner';
export { expect } from './matchers.ts';
