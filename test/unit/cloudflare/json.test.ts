import { expect, test } from 'vitest';
import { parseJson } from '../../../src/core/cloudflare/json.ts';

const listOf = (count: number, member: string): string => `[${Array.from({ length: count }, () => member).join(',')}]`;

test.each([
  ['objects', '{}'],
  ['lists', '[]'],
])('parseJson: more %s than any reply has → no value, before they take memory', (_, member) => {
  expect(parseJson(listOf(80_000, member))).toBeNull();
  expect(parseJson(listOf(60_000, member))).toHaveLength(60_000);
});

test('parseJson: as many numbers → their list', () => {
  expect(parseJson(listOf(200_000, '1'))).toHaveLength(200_000);
});
