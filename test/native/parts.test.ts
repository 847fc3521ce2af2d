import * as parts from 'parts';
import { describe, expect, test } from 'vitest';

describe('parts', () => {
  test.each(['check', 'another'])(
    'parts: %s, which this executable comes without → says so, and leaves nothing',
    (name) => {
      expect(() => parts.load(name as 'check')).toThrow(/^load: No such file or directory$/);
      expect('part' in globalThis).toBe(false);
    },
  );
});
