import { expect, test } from 'vitest';
import { changedSettings } from '../../../src/core/config/changes.ts';
import { BASE, settings, TOKEN, withBase } from './loading.ts';

test('changedSettings: the same settings read twice → nothing changed', () => {
  expect(changedSettings(settings(BASE), settings(BASE))).toEqual([]);
});

test('changedSettings: other values → named as in the config file, values and secrets left out', () => {
  const token = TOKEN.toUpperCase();
  const after = settings(withBase('timeout = 7\nverbose = true'), { CLOUDFLARE_API_TOKEN: token });
  expect(changedSettings(settings(BASE), after)).toEqual(['api_token', 'timeout', 'verbose']);
});

test('changedSettings: another name → the records changed', () => {
  const after = settings(BASE, { CLOUDFLARE_RECORD_NAME: 'other.example.com' });
  expect(changedSettings(settings(BASE), after)).toEqual(['records']);
});
