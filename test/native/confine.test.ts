import * as confine from 'confine';
import * as os from 'os';
import { expect, test } from 'vitest';
import { setup } from './client.ts';

// What would bind this process itself is tried on a running daemon: test/e2e/confinement.test.ts.

const READ_FILE = 1 << 2;
const PR_SET_DUMPABLE = 4;

test('confine: value that prctl does not know → EINVAL', () => {
  expect(() => confine.prctl(PR_SET_DUMPABLE, 99)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
});

test('confine: ruleset that does not exist → EBADF', () => {
  expect(() => confine.landlockAllow(-1, setup.folder, READ_FILE)).toThrow();
  expect(() => confine.landlockRestrict(-1)).toThrow();
});

test.skipIf(confine.landlockAbi() === 0)(
  'confine: rules of a ruleset → taken, a bad one refused with the reason',
  () => {
    const ruleset = confine.landlockCreate(READ_FILE, 0, 0);
    confine.landlockAllow(ruleset, setup.folder, READ_FILE);
    const code = (path: string, rights: number): unknown => {
      try {
        confine.landlockAllow(ruleset, path, rights);
        return null;
      } catch (error) {
        return error instanceof Error && 'code' in error ? error.code : error;
      }
    };
    expect(code(`${setup.folder}/missing`, READ_FILE)).toBe('ENOENT');
    expect(code(setup.folder, READ_FILE | 1)).toBe('EINVAL');
    expect(os.close(ruleset)).toBe(0);
    expect(() => confine.landlockCreate(0x40000000, 0, 0)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  },
);
