import { describe, expect, test } from 'vitest';
import { answerTo, type Machine } from '../../../src/core/config/answer.ts';
import { type Files, reader, TOKEN } from './loading.ts';

const CONFIG = '/srv/ddns/config.toml';
const SETTINGS = `api_token_file = "/srv/secret/token"\nrecord_name = "home.example.com"\n`;
const FILES: Files = { [CONFIG]: SETTINGS, '/srv/secret/token': TOKEN };

const machine = (files: Files): Machine => ({
  readFile: reader(files),
  processAgeMs: () => null,
  ageMs: () => 0,
  realPath: (path) => path,
  readLink: () => null,
  list: () => [],
  landlockAbi: 7,
});

const answer = (files: Files, changes: Partial<Parameters<typeof answerTo>[0]> = {}) =>
  answerTo({ argv: ['-c', CONFIG], environment: {}, version: '1', inForce: null, ...changes }, machine(files));

const READ = 0b1100;

describe('answer: confinement', () => {
  test('answer: settings in several files → the folder of each is open', () => {
    expect(answer(FILES)).toMatchObject({
      confinement: {
        rules: expect.arrayContaining([
          ['/srv/ddns', READ],
          ['/srv/secret', READ],
        ]),
      },
    });
  });

  test('answer: IPV6DDNS_CONFINE is 0 → none, without a warning', () => {
    const unconfined = { environment: { IPV6DDNS_CONFINE: '0' } };
    expect(answer(FILES, unconfined)).toMatchObject({ confinement: null, warnings: [] });
  });

  test('answer: the token file cannot be read, its folder is closed since the start → says that a restart is needed', () => {
    const files = { ...FILES, '/srv/secret/token': null };
    const inForce = ['/etc', '/run', '/srv/ddns'].map((folder) => [folder, -1] as const);
    expect(answer(files, { inForce })).toMatchObject({
      kind: 'refused',
      problems: [
        expect.stringMatching(/cannot read the token from "\/srv\/secret\/token": Permission denied/),
        expect.stringMatching(/^the folder "\/srv\/secret" is closed .* restart it/),
      ],
    });
  });

  test('answer: a folder of certificates is closed since the start → says that a restart is needed', () => {
    const files = { ...FILES, '/etc/default/ipv6ddns': 'SSL_CERT_DIR=/srv/ca' };
    const inForce = ['/etc', '/run', '/srv/ddns', '/srv/secret'].map((folder) => [folder, -1] as const);
    const problems = answerTo(
      { argv: ['-c', CONFIG], environment: {}, version: '1', inForce },
      { ...machine(files), list: () => null },
    );
    expect(problems).toMatchObject({
      kind: 'refused',
      problems: [
        '/etc/default/ipv6ddns:1: SSL_CERT_DIR: "/srv/ca" is no folder that can be read',
        expect.stringMatching(/^the folder "\/srv\/ca" is closed .* restart it/),
      ],
    });
  });

  test('answer: all folders are open → no word of it', () => {
    expect(answer(FILES, { inForce: [['/', -1]] })).toMatchObject({ warnings: [] });
  });
});
