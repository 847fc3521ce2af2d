import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ApiFailure } from '../../../src/core/cloudflare/failure.ts';
import type { HttpReply } from '../../../src/core/cloudflare/http.ts';
import { readRecord } from '../../../src/core/cloudflare/replies.ts';
import { fail } from '../../../src/core/daemon/failed-call.ts';
import { aimed, holding } from '../../../src/core/daemon/name-life.ts';
import { type Call, newZone, type ZoneState } from '../../../src/core/daemon/zone-state.ts';
import { chain, failure, textReply } from '../../fakes/replies.ts';
import { A, B, HOME, record, recordSettings, ZONE } from '../../fakes/samples.ts';

const PAGE = 'src/core/daemon/failures.md';

/** The cells of each row of the table below a heading. */
function rowsUnder(heading: string): string[][] {
  const [, section = ''] = readFileSync(PAGE, 'utf8').split(`\n## ${heading}\n`);
  const [table = ''] = section.split('\n## ');
  const rows = table.split('\n').filter((line) => line.startsWith('| '));
  return rows.slice(1).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function replyOf(words: string): HttpReply {
  const [, status, code, html, retry] =
    /^HTTP (\d+)(?:, code (\d+)|(, HTML))?(?:, x-should-retry: (\w+))?$/.exec(words) ?? [];
  const headers = retry === undefined ? {} : { 'x-should-retry': retry };
  if (html !== undefined) return textReply(Number(status), '<!DOCTYPE html><title>Blocked</title>', headers);
  return failure(Number(status), code === undefined ? [] : [chain(Number(code))], headers);
}

const answer = { what: 'HTTP 400', ray: null, retryAfterMs: null };
const remedy = { kind: 'words', words: 'do something' } as const;

/** One of each kind; a new one does not compile until it is here. */
const FAILURES: { readonly [Kind in ApiFailure['kind']]: Extract<ApiFailure, { kind: Kind }> } = {
  unreachable: { kind: 'unreachable', detail: 'refused', sent: false },
  unavailable: { kind: 'unavailable', ...answer },
  throttled: { kind: 'throttled', ...answer, retryAfterMs: 300_000 },
  denied: { kind: 'denied', ...answer, remedy, zoneUnknown: false, everywhere: false },
  refused: { kind: 'refused', ...answer, remedy, passing: false, incomplete: false },
  outdated: { kind: 'outdated', ...answer },
};

const WRITE: Call = {
  kind: 'write',
  steps: [{ index: 0, operation: { op: 'update', id: 'r1', was: B, changes: { content: A } } }],
};

/** Whose trouble it is, and the first and the longest wait, when the same fails again and again and chance is at its worst. */
function courseOf(one: ApiFailure): { whose: string; firstSec: number; lastSec: number } {
  const empty = newZone(ZONE, [recordSettings(HOME)], false, 0);
  const names = empty.names.map((name) =>
    holding(aimed(name, { address: A, equallyGood: [], sinceMs: 0 }), [record('r1', B)]),
  );
  let zone: ZoneState = { ...empty, names };
  const waits = [];
  for (let nowMs = 0; waits.length < 20; nowMs += 10_000_000) {
    zone = fail(zone, WRITE, one, { nowMs, draw: 1, overtaken: false }, []);
    const trouble = zone.trouble ?? zone.names[0]?.trouble;
    waits.push(((trouble?.retryAtMs ?? Number.NaN) - nowMs) / 1000);
  }
  return { whose: zone.trouble === null ? 'name' : 'zone', firstSec: waits[0] ?? 0, lastSec: waits.at(-1) ?? 0 };
}

describe('failures.md', () => {
  test.each(rowsUnder('What a reply is taken for'))('reply to a write: %s → %s', (words, kind) => {
    const read = readRecord(replyOf(words));
    expect(read.ok ? 'a success' : read.error.kind).toBe(kind);
  });

  test('failures: the table → every kind that there is', () => {
    const kinds = Object.keys(FAILURES).sort();
    expect(
      rowsUnder('What follows from a failure')
        .map(([kind]) => kind)
        .sort(),
    ).toEqual(kinds);
    expect([...new Set(rowsUnder('What a reply is taken for').map(([, kind]) => kind))].sort()).toEqual(
      kinds.filter((kind) => kind !== 'unreachable'),
    );
  });

  test.each(rowsUnder('What follows from a failure'))('%s: again and again → trouble of the %s, %s to %s', (...row) => {
    const [kind = '', whose, first, last] = row;
    const course = courseOf(FAILURES[kind as keyof typeof FAILURES]);
    expect([course.whose, `${course.firstSec} s`, `${course.lastSec} s`]).toEqual([whose, first, last]);
  });

  test.each(rowsUnder('Where else something fails'))('%s: %s → the file has that name', (_, where) => {
    const [, file = '', name = ''] = /^`([^`]+)` `([^`]+)`$/.exec(where) ?? [];
    expect(readFileSync(file, 'utf8').split(/\W+/)).toContain(name);
  });
});
