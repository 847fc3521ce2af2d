import { expect, test } from 'vitest';
import { formatTraceEvent, parseTrace, socketName, type TraceEvent, toHex } from '../../../src/core/wire/trace.ts';

const EVENTS: TraceEvent[] = [
  { atMs: 12.5, kind: 'datagram', socket: '1,9', bytes: Uint8Array.of(0, 15, 255) },
  { atMs: 13, kind: 'overrun', socket: '-' },
  { atMs: 13.25, kind: 'broken', socket: '9' },
  { atMs: 14, kind: 'jump' },
];

test('formatTraceEvent: every kind → a line', () => {
  expect(EVENTS.map(formatTraceEvent)).toEqual([
    '12.500 1,9 000fff',
    '13.000 - overrun',
    '13.250 9 broken',
    '14.000 jump',
  ]);
});

test('parseTrace: lines of formatTraceEvent among comments and empty lines → the events', () => {
  expect(parseTrace(`# Linux 6.18\n\n${EVENTS.map(formatTraceEvent).join('\n')}\n`)).toEqual(EVENTS);
});

test.each([
  '1.0 9 0',
  '1.0 9 0g',
  '1. 9 00',
  '1.0  9 00',
  'a1.0 9 00',
  '1.0 -1 00',
  '1.0 9 00 x',
  '1.0 9 Overrun',
  '1.0 9',
  'x 9 00',
  '1.0 jump 9',
  '1.0 9 overrun 00',
])('parseTrace: "%s" → SyntaxError that names the line', (line) => {
  expect(() => parseTrace(`# comment\n${line}`)).toThrow(new SyntaxError('line 2 is no line of a trace'));
});

test('parseTrace: blanks around a line, whole milliseconds, a line of blanks → read all the same', () => {
  expect(parseTrace('  12 - 00ff \n   \n#\n')).toEqual([
    { atMs: 12, kind: 'datagram', socket: '-', bytes: Uint8Array.of(0, 255) },
  ]);
});

test('socketName: groups → their numbers, "-" for none', () => {
  expect([socketName([1, 9]), socketName([])]).toEqual(['1,9', '-']);
});

test('toHex: every byte → two lower-case digits', () => {
  expect(toHex([0, 9, 10, 16, 255])).toBe('00090a10ff');
});
