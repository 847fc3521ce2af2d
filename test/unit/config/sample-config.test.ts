import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { NOTIFY_KEYS, RECORD_KEYS, TOP_LEVEL_KEYS, VARIABLES } from '../../../src/core/config/schema.ts';
import { BASE, problems, settings } from './loading.ts';

describe('packaging/config.toml', () => {
  const sample = readFileSync('packaging/config.toml', 'utf8');
  const uncommented = sample.replace(/^#(?=[a-z_]+ = |\[\[record\]\]$|\[notify\]$)/gm, '');

  test('sample config: as it is → sets nothing', () => {
    expect(problems(sample)).toEqual(problems(''));
  });

  test('sample config: every example uncommented → loads', () => {
    const { records, statusFile, notify } = settings(uncommented);
    expect(records.map(({ name }) => name)).toEqual([
      'home.example.com',
      '*.home.example.com',
      'www.example.com',
      'nas.example.com',
    ]);
    expect(notify?.hook).toMatchObject({ origin: 'https://hc-ping.com', format: 'json', heartbeatMs: null });
    expect(notify).toMatchObject({ exec: ['/usr/local/bin/tell', '--quietly'], errorAfterMs: 300_000 });
    expect(statusFile.path).toBe('/run/ipv6ddns/status.json');
  });

  test('sample config: the defaults it shows → those of the program', () => {
    const defaults = settings(BASE);
    const shown = settings(
      `${BASE}${sample
        .match(/^#(timeout|poll_interval|verify_interval|verbose|multi_record) = .*/gm)
        ?.map((line) => line.slice(1))
        .join('\n')}`,
    );
    expect(JSON.stringify(shown)).toBe(JSON.stringify(defaults));
  });

  test('sample config: keys and variables → all of them are shown', () => {
    const keys = [...uncommented.matchAll(/^([a-z_]+) = /gm)].map(([, key]) => key);
    const known = [...TOP_LEVEL_KEYS, ...RECORD_KEYS, ...NOTIFY_KEYS].filter(
      (key) => key !== 'record' && key !== 'notify',
    );
    expect(new Set(keys)).toEqual(new Set(known));
    for (const name of Object.keys(VARIABLES)) {
      if (!/BASE_URL|SSL_|PROXY/i.test(name)) expect(sample).toContain(name);
    }
  });
});
