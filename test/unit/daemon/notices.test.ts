import { describe, expect, test } from 'vitest';
import {
  describeNotice,
  describeOperation,
  describePlanRefusal,
  type LogEntry,
  listNames,
  type Notice,
} from '../../../src/core/daemon/notices.ts';
import type { Trouble } from '../../../src/core/daemon/trouble.ts';
import type { Operation } from '../../../src/core/dns/plan.ts';
import { A, B, C } from '../../fakes/samples.ts';

const NAME = 'home.example.com';

const trouble = (own: Partial<Trouble>): Trouble => ({
  what: 'it broke',
  permanent: false,
  failures: 1,
  retryAtMs: 0,
  ray: null,
  scope: 'name',
  ...own,
});

const synced = (own: Partial<Extract<Notice, { kind: 'synced' }>>): Notice => ({
  kind: 'synced',
  name: NAME,
  address: A,
  was: null,
  how: 'update',
  tookMs: 48.4,
  ...own,
});

describe('describeNotice', () => {
  test.each<[Notice, string]>([
    [{ kind: 'detected', name: NAME, address: A, was: null }, `info ${NAME}: detected ${A}`],
    [{ kind: 'detected', name: NAME, address: A, was: A }, `info ${NAME}: detected ${A}`],
    [{ kind: 'detected', name: NAME, address: A, was: B }, `info ${NAME}: detected ${A} (record says ${B})`],
    [synced({ was: B }), `info ${NAME}: AAAA ${A} (was ${B}), updated in 48 ms`],
    [synced({ was: A }), `info ${NAME}: AAAA ${A}, updated in 48 ms`],
    [synced({ how: 'create' }), `info ${NAME}: AAAA ${A}, created in 48 ms`],
    [synced({ how: 'delete', was: B }), `info ${NAME}: AAAA ${A} (was ${B}), updated in 48 ms`],
    [synced({ how: 'found' }), `info ${NAME}: AAAA ${A}, already right`],
    [
      synced({ how: 'foundReadOnly' }),
      `info ${NAME}: AAAA ${A}, already right in a record of another product of Cloudflare`,
    ],
    [
      { kind: 'drifted', name: NAME, address: A, found: [B, null], dryRun: false },
      `warning ${NAME}: the record was changed to ${B}, (no IPv6 address) by somebody else; setting it back`,
    ],
    [
      { kind: 'drifted', name: NAME, address: A, found: [], dryRun: false },
      `warning ${NAME}: the record was deleted by somebody else; setting it back`,
    ],
    [
      { kind: 'drifted', name: NAME, address: A, found: [A], dryRun: false },
      `warning ${NAME}: an attribute that the settings enforce was changed by somebody else; setting it back`,
    ],
    [
      { kind: 'drifted', name: NAME, address: A, found: [B], dryRun: true },
      `warning ${NAME}: the record was changed to ${B} by somebody else`,
    ],
    [
      { kind: 'rehearsed', name: NAME, operation: { op: 'delete', id: 'r1', was: B } },
      `info ${NAME}: would delete AAAA ${B}`,
    ],
    [
      { kind: 'bucketEmpty', waitMs: 5_900 },
      'warning the address changes too often: next write in 5.9 s, with the newest address',
    ],
    [{ kind: 'oddZone', zone: 'example.com', what: 'it is paused' }, 'warning zone example.com: it is paused'],
  ])('describeNotice: %j → %s', (notice, line) => {
    const { level, msg } = describeNotice(notice);
    expect(`${level} ${msg}`).toBe(line);
  });

  test.each<[Partial<Trouble>, string]>([
    [{ retryAtMs: 1_450 }, `${NAME}: it broke. AAAA ${B} when last seen. Next try in 0.5 s (failure 1).`],
    [{ retryAtMs: 31_400, failures: 5 }, `${NAME}: it broke. AAAA ${B} when last seen. Next try in 30 s (failure 5).`],
    [
      { retryAtMs: 301_000, ray: '8f-FRA' },
      `${NAME}: it broke. AAAA ${B} when last seen. Next try in 5 min (failure 1, cf-ray 8f-FRA).`,
    ],
    [{ what: 'is it up?' }, `${NAME}: is it up? AAAA ${B} when last seen. Next try in 0.0 s (failure 1).`],
  ])('describeNotice: trouble %j → what, what holds meanwhile, what comes next', (own, msg) => {
    const notice: Notice = {
      kind: 'nameTrouble',
      name: NAME,
      trouble: trouble(own),
      published: B,
      nowMs: 1_000,
      repeated: false,
    };
    expect(describeNotice(notice).msg).toBe(msg);
  });

  test.each([
    [false, false, 'warning'],
    [false, true, 'warning'],
    [true, false, 'error'],
    [true, true, 'debug'],
  ])('describeNotice: trouble, permanent %j, the same as before %j → %s', (permanent, repeated, level) => {
    const common = { trouble: trouble({ permanent }), published: null, nowMs: 0, repeated };
    expect(describeNotice({ kind: 'nameTrouble', name: NAME, ...common }).level).toBe(level);
    expect(describeNotice({ kind: 'zoneTrouble', names: [NAME], unsure: false, ...common }).level).toBe(level);
  });

  test.each([
    [null, `${NAME}: it broke.`],
    ['8f1', `${NAME}: it broke. (cf-ray 8f1).`],
  ])('describeNotice: trouble where nothing is tried again, cf-ray %j → no promise of another try', (ray, msg) => {
    const common = { trouble: trouble({ ray }), published: null, nowMs: 0, repeated: false };
    expect(describeNotice({ kind: 'nameTrouble', name: NAME, ...common }, true).msg).toBe(msg);
    expect(describeNotice({ kind: 'zoneTrouble', names: [NAME], unsure: true, ...common }, true).msg).toBe(msg);
  });

  test('describeNotice: trouble of no name in particular → so it is said', () => {
    const common = { trouble: trouble({}), published: null, nowMs: 0, repeated: false, unsure: false };
    const { msg } = describeNotice({ kind: 'zoneTrouble', names: [], ...common });
    expect(msg).toBe('no name: it broke. Next try in 0.0 s (failure 1).');
  });

  test('describeNotice: trouble of several names → the first and how many more, all of them in the fields', () => {
    const names = [NAME, 'www.example.com', 'mail.example.com'];
    const entry = describeNotice({
      kind: 'zoneTrouble',
      names,
      trouble: trouble({}),
      published: null,
      nowMs: 0,
      repeated: false,
      unsure: false,
    });
    expect(entry.msg).toBe(`${NAME} and 2 more: it broke. Next try in 0.0 s (failure 1).`);
    expect(entry.fields).toEqual({ name: names.join(','), state: 'error', failures: 1 });
  });

  test('describeNotice: what became of a record → name, address and state as fields', () => {
    expect(describeNotice(synced({})).fields).toEqual({ name: NAME, address: A, state: 'synced' });
    expect(describeNotice({ kind: 'detected', name: NAME, address: A, was: null }).fields).toEqual({
      name: NAME,
      address: A,
      state: 'detected',
    });
  });
});

test.each<[Operation, string]>([
  [{ op: 'create', content: A, enforced: { ttlSec: null, proxied: null, comment: null } }, `create AAAA ${A}`],
  [{ op: 'delete', id: 'r1', was: null }, 'delete AAAA (no IPv6 address)'],
  [{ op: 'update', id: 'r1', was: B, changes: { content: A } }, `update AAAA ${B} to ${A}`],
  [{ op: 'update', id: 'r1', was: A, changes: { comment: 'mine' } }, `update AAAA ${A} with comment "mine"`],
  [
    { op: 'update', id: 'r1', was: B, changes: { content: A, ttlSec: 60, proxied: false } },
    `update AAAA ${B} to ${A}, with ttl 60, with proxied false`,
  ],
])('describeOperation: %j → %s', (operation, text) => {
  expect(describeOperation(operation)).toBe(text);
});

test('describePlanRefusal: several records → which, and both ways out', () => {
  expect(describePlanRefusal({ kind: 'severalRecords', contents: [B, C] }, A)).toBe(
    `the name has 2 AAAA records (${B}, ${C}) and multi_record is "error": ` +
      'delete the surplus ones, or set multi_record to "first" or "all"',
  );
});

test('describePlanRefusal: a record of another product → what could not be done, and what to do', () => {
  expect(describePlanRefusal({ kind: 'readOnly' }, A)).toBe(
    `its record belongs to another product of Cloudflare and cannot be set to ${A}: use another name`,
  );
  expect(describePlanRefusal({ kind: 'readOnly' }, null)).toBe(
    'its record belongs to another product of Cloudflare and cannot be set to an address: use another name',
  );
});

test.each([
  [1, 'h1'],
  [12, 'h1, h2, h3, h4, h5, h6, h7, h8, h9, h10, h11, h12'],
  [1000, 'h1, h2, h3, h4, h5, h6, h7, h8, h9, h10, h11, h12 and 988 more'],
])('listNames: %d names → %s', (count, text) => {
  expect(listNames(Array.from({ length: count }, (_, i) => `h${i + 1}`))).toBe(text);
});

test('describeNotice: trouble of a thousand names → the line stays short, its fields too', () => {
  const names = Array.from({ length: 1000 }, (_, i) => `host${i}.example.com`);
  const trouble = { what: 'no', permanent: false, failures: 1, retryAtMs: 0, ray: null, scope: 'name' as const };
  const notice = {
    kind: 'zoneTrouble',
    names,
    trouble,
    published: null,
    nowMs: 0,
    repeated: false,
    unsure: false,
  } as const;
  expect(JSON.stringify(describeNotice(notice)).length).toBeLessThan(600);
});

describe('lines with what goes beside their text', () => {
  const drifted = (found: Extract<Notice, { kind: 'drifted' }>['found']): Notice => ({
    kind: 'drifted',
    name: NAME,
    address: A,
    found,
    dryRun: false,
  });
  const rehearsed: Notice = { kind: 'rehearsed', name: NAME, operation: { op: 'delete', id: 'r1', was: B } };

  test.each<[string, Notice, LogEntry]>([
    [
      'somebody added a record',
      drifted([A, B]),
      {
        level: 'warning',
        msg: `${NAME}: the record was changed to ${A}, ${B} by somebody else; setting it back`,
        fields: { name: NAME, address: A },
      },
    ],
    ['a dry run', rehearsed, { level: 'info', msg: `${NAME}: would delete AAAA ${B}`, fields: { name: NAME } }],
    [
      'the server asks for silence',
      { kind: 'held', waitMs: 300_000 },
      { level: 'notice', msg: 'Cloudflare asks for a pause: next request in 5 min', fields: {} },
    ],
    [
      'an odd zone',
      { kind: 'oddZone', zone: 'example.com', what: 'it is paused' },
      { level: 'warning', msg: 'zone example.com: it is paused', fields: { zone: 'example.com' } },
    ],
    [
      'a reason with a question in it',
      {
        kind: 'nameTrouble',
        name: NAME,
        trouble: trouble({ what: 'is it? no' }),
        published: null,
        nowMs: 0,
        repeated: false,
      },
      {
        level: 'warning',
        msg: `${NAME}: is it? no. Next try in 0.0 s (failure 1).`,
        fields: { name: NAME, state: 'error', failures: 1 },
      },
    ],
  ])('describeNotice: %s → the whole line', (_, notice, expected) => {
    expect(describeNotice(notice)).toEqual(expected);
  });

  test.each([
    [-5, '0.0 s'],
    [9_999, '10.0 s'],
    [10_000, '10 s'],
    [119_999, '120 s'],
    [120_000, '2 min'],
  ])('describeNotice: a wait of %d ms → %s', (waitMs, words) => {
    expect(describeNotice({ kind: 'held', waitMs }).msg).toBe(`Cloudflare asks for a pause: next request in ${words}`);
  });
});
