import { describe, expect, test } from 'vitest';
import { type Disk, type Reading, SettingsFiles } from '../../../src/core/config/files.ts';
import { loadSettings } from '../../../src/core/config/load.ts';
import { describeProblem } from '../../../src/core/config/problem.ts';
import { failed, ok } from '../../../src/core/result.ts';
import { BASE, CONFIG, disk, ENV_FILE, type Files, TOKEN } from './loading.ts';

const TOKEN_FILE = '/etc/ipv6ddns/token';
const FOLDER = '/run/credentials/ipv6ddns.service';
const COPIES = {
  config: `${FOLDER}/config`,
  variables: `${FOLDER}/variables`,
  token: `${FOLDER}/cloudflare_api_token`,
};
/** What the unit hands over where there is no such file. */
const NOTHING: Files = { [COPIES.config]: '\n', [COPIES.variables]: '\n', [COPIES.token]: '\n' };
const NAME = 'record_name = "home.example.com"\n';

/** What a daemon under the shipped unit makes of these files. */
function daemon(
  files: Files,
  { isReload = false, changed = {} }: { isReload?: boolean; changed?: Readonly<Record<string, number>> } = {},
  environment: Record<string, string> = {},
) {
  const made = Object.fromEntries(Object.values(COPIES).map((path) => [path, 1000]));
  const times: Readonly<Record<string, number>> = { ...made, ...changed };
  const request = { configFile: null, environmentFile: null, verbose: false, isReload };
  const all = { ...environment, CREDENTIALS_DIRECTORY: FOLDER };
  const loaded = loadSettings(
    { ...request, environment: all },
    disk({ ...NOTHING, ...files }, (path) => times[path] ?? null),
  );
  if (!loaded.ok) return { problems: loaded.error.map(describeProblem) };
  const { apiToken, records, timeoutMs } = loaded.value.settings;
  const warnings = loaded.value.warnings.map(describeProblem);
  return { token: apiToken.reveal(), name: records[0]?.name, timeoutMs, warnings };
}

/** A file as root keeps it for itself, and the copy that the unit hands over. */
const closed = (path: string, copy: string, text: string): Files => ({ [path]: null, [copy]: text });

describe('settings under the shipped unit', () => {
  const variables = `export CLOUDFLARE_API_TOKEN="${TOKEN}"\nexport CLOUDFLARE_RECORD_NAME="home.example.com"\n`;
  const right = { token: TOKEN, name: 'home.example.com', timeoutMs: 30_000, warnings: [] };

  test('settings: Environment= lines and nothing else → used', () => {
    const environment = { CLOUDFLARE_API_TOKEN: TOKEN, CLOUDFLARE_RECORD_NAME: 'home.example.com' };
    expect(daemon({}, {}, environment)).toEqual(right);
  });

  test.each<[string, Files]>([
    ['environment file that everybody may read', { [ENV_FILE]: variables }],
    ['environment file that root alone may read', closed(ENV_FILE, COPIES.variables, variables)],
    ['config that everybody may read', { [CONFIG]: BASE }],
    ['config that root alone may read', closed(CONFIG, COPIES.config, BASE)],
    ['token file that everybody may read', { [CONFIG]: NAME, [TOKEN_FILE]: TOKEN, [COPIES.token]: TOKEN }],
    ['token file that root alone may read', { [CONFIG]: NAME, ...closed(TOKEN_FILE, COPIES.token, TOKEN) }],
    [
      'token file that root alone may read and the config names',
      { [CONFIG]: `${NAME}api_token_file = "${TOKEN_FILE}"`, ...closed(TOKEN_FILE, COPIES.token, TOKEN) },
    ],
  ])('settings: %s → used', (_, files) => {
    expect(daemon(files)).toEqual(right);
  });

  test('settings: every file at once, all of them root’s alone → in the order of their rank', () => {
    const files = {
      ...closed(ENV_FILE, COPIES.variables, 'IPV6DDNS_TIMEOUT=7'),
      ...closed(CONFIG, COPIES.config, `api_token = "of-the-config"\n${NAME}timeout = 8`),
      ...closed(TOKEN_FILE, COPIES.token, 'of-the-token-file'),
    };
    expect(daemon(files)).toMatchObject({ token: 'of-the-token-file', timeoutMs: 7000 });
    expect(daemon(files, {}, { CLOUDFLARE_API_TOKEN: 'of-the-unit' })).toMatchObject({ token: 'of-the-unit' });
  });

  test('settings: nothing at all → what to set', () => {
    expect(daemon({})).toEqual({
      problems: [
        `no API token; set CLOUDFLARE_API_TOKEN or, in ${CONFIG}, api_token, or write it into ${TOKEN_FILE}`,
        `no record name; set CLOUDFLARE_RECORD_NAME or, in ${CONFIG}, record_name or a [[record]] table`,
      ],
    });
  });

  test('settings: a fault in a copy → file and line of what was copied', () => {
    expect(daemon(closed(CONFIG, COPIES.config, `${BASE}timeout = 0`))).toEqual({
      problems: [`${CONFIG}:3: timeout: found 0; allowed are 1–300 seconds`],
    });
  });

  test('settings: a drop-in took the copies away and root alone may read the config → an error, not an empty config', () => {
    const text = `let its user read the file, or put LoadCredential=config:${CONFIG} into its unit`;
    expect(daemon({ [CONFIG]: null }, {}, { CLOUDFLARE_API_TOKEN: TOKEN })).toEqual({
      problems: [`${CONFIG}: cannot be read: Permission denied; ${text}`],
    });
  });

  test('settings: a file that the unit does not hand over → what to put into the unit', () => {
    const text = `let its user read the file, or put LoadCredential=config:${CONFIG} into its unit`;
    const own = {
      readFile: disk({ [CONFIG]: null }).readFile,
      changedMs: () => null,
      isFolder: () => false,
      hasCertificate: () => false,
    };
    expect(new SettingsFiles(own, FOLDER, false).read(CONFIG)).toMatchObject({
      error: { kind: 'denied', detail: `Permission denied; ${text}` },
    });
  });
});

describe('settings read again under the shipped unit', () => {
  const changedToken = closed(TOKEN_FILE, COPIES.token, TOKEN);

  test('reload: a file that may be read has changed → as it is now, not as the copy is', () => {
    const files = { [CONFIG]: `${BASE}timeout = 9`, [COPIES.config]: BASE };
    expect(daemon(files, { isReload: true, changed: { [CONFIG]: 2000 } })).toMatchObject({ timeoutMs: 9000 });
  });

  test('reload: a token file that may be read has changed → the new token', () => {
    const files = { [CONFIG]: NAME, [TOKEN_FILE]: 'new-token', [COPIES.token]: TOKEN };
    const reload = { isReload: true, changed: { [TOKEN_FILE]: 2000 } };
    expect(daemon(files, reload)).toMatchObject({ token: 'new-token' });
  });

  test('reload: the credential is from elsewhere, beside an old token file → the credential', () => {
    const files = { [CONFIG]: NAME, [TOKEN_FILE]: 'old-token', [COPIES.token]: TOKEN };
    const reload = { isReload: true, changed: { [TOKEN_FILE]: 500 } };
    expect(daemon(files, reload)).toMatchObject({ token: TOKEN });
  });

  test('reload: files of root’s alone as they were → their copies', () => {
    const files = { ...closed(CONFIG, COPIES.config, NAME), ...changedToken };
    const changed = { [CONFIG]: 900, [TOKEN_FILE]: 900 };
    expect(daemon(files, { isReload: true, changed })).toMatchObject({ token: TOKEN, warnings: [] });
  });

  test.each([
    [CONFIG, closed(CONFIG, COPIES.config, BASE), `${CONFIG}: cannot be read: `],
    [ENV_FILE, { [CONFIG]: BASE, ...closed(ENV_FILE, COPIES.variables, '') }, `${ENV_FILE}: cannot be read: `],
    [TOKEN_FILE, { [CONFIG]: NAME, ...changedToken }, `cannot read the token from "${TOKEN_FILE}": `],
    // Made after the start: its copy is empty.
    [TOKEN_FILE, { [CONFIG]: BASE, [TOKEN_FILE]: null }, `cannot read the token from "${TOKEN_FILE}": `],
  ])('reload: %s, which root alone may read, has changed → a restart will take it over', (path, files, start) => {
    const detail = 'only root may read it, and it has changed since this process was started';
    expect(daemon(files, { isReload: true, changed: { [path]: 2000 } })).toEqual({
      problems: [`${start}${detail}: restart ipv6ddns to take it over`],
    });
  });

  test('reload: a changed token file that the environment overrides → not looked at', () => {
    const files = { [CONFIG]: NAME, ...changedToken };
    const reload = { isReload: true, changed: { [TOKEN_FILE]: 2000 } };
    expect(daemon(files, reload, { CLOUDFLARE_API_TOKEN: 'of-the-unit' })).toMatchObject({ token: 'of-the-unit' });
  });
});

describe('SettingsFiles', () => {
  /** A disk on which every path holds the same, and what was asked of it. */
  function recorded(): { disk: Disk; asked: [string, Reading | undefined][] } {
    const asked: [string, Reading | undefined][] = [];
    const readFile: Disk['readFile'] = (path, reading) => {
      asked.push([path, reading]);
      return ok('text');
    };
    return { disk: { readFile, changedMs: () => null, isFolder: () => false, hasCertificate: () => false }, asked };
  }

  /** Nothing on it may be read. */
  const closedDisk: Disk = {
    readFile: () => failed({ kind: 'denied', detail: 'Permission denied' } as const),
    changedMs: () => null,
    isFolder: () => false,
    hasCertificate: () => false,
  };
  const SUDO = 'Permission denied; run it with sudo, or let its user read the file';
  const PLAIN = 'Permission denied; let its user read the file';
  const handedOver = (name: string, path: string) =>
    `Permission denied; let its user read the file, or put LoadCredential=${name}:${path} into its unit`;

  test.each<[string, string, string, boolean, string]>([
    ['by hand', '/x', '', false, SUDO],
    ['a default file, by hand', CONFIG, '', false, SUDO],
    ['at a reload, without a unit', '/x', '', true, PLAIN],
    ['a default file at a reload, without a unit', CONFIG, '', true, PLAIN],
    ['another file under the unit', '/x', FOLDER, false, PLAIN],
    ['the config under the unit', CONFIG, FOLDER, false, handedOver('config', CONFIG)],
    ['the variables under the unit', ENV_FILE, FOLDER, true, handedOver('variables', ENV_FILE)],
    ['the token under the unit', TOKEN_FILE, FOLDER, false, handedOver('cloudflare_api_token', TOKEN_FILE)],
  ])('SettingsFiles: %s may not be read → what to do', (_, path, credentials, isReload, detail) => {
    for (const name of ['read', 'readNamed'] as const) {
      const read = new SettingsFiles(closedDisk, credentials, isReload)[name](path);
      expect(read).toEqual({ ok: false, error: { kind: 'denied', detail } });
    }
  });

  test('SettingsFiles: a file that is too long → said as it is, no copy is looked for', () => {
    const asked: string[] = [];
    const unfit: Disk = {
      ...closedDisk,
      readFile: (path) => {
        asked.push(path);
        return failed({ kind: 'unfit', detail: 'too long' });
      },
    };
    for (const name of ['read', 'readNamed'] as const) {
      const read = new SettingsFiles(unfit, FOLDER, false)[name](name === 'read' ? CONFIG : '/x');
      expect(read).toEqual({ ok: false, error: { kind: 'unfit', detail: 'too long' } });
    }
    expect(asked).toEqual([CONFIG, '/x']);
  });

  test('SettingsFiles: a default file that the command line names → its copy, too', () => {
    const own = disk({ [CONFIG]: null, [COPIES.config]: 'copy' });
    expect(new SettingsFiles(own, FOLDER, false).readNamed(CONFIG)).toEqual(ok('copy'));
  });

  test('SettingsFiles: no credentials → no copy is looked for, wherever', () => {
    const own = disk({ [CONFIG]: null, '/config': 'not a copy', '/x': null, [`${FOLDER}/undefined`]: 'neither' });
    expect(new SettingsFiles(own, '', false).read(CONFIG).ok).toBe(false);
    expect(new SettingsFiles(own, FOLDER, false).read('/x').ok).toBe(false);
  });

  test('SettingsFiles: which files are there → the path, also of one that may not be read', () => {
    const files = new SettingsFiles(disk({ '/a': '', '/b': null }), '', false);
    expect(['/a', '/b', '/c'].map((path) => files.existing(path))).toEqual(['/a', '/b', null]);
  });

  test('SettingsFiles: credentials → where they stand, but for empty and missing ones', () => {
    const found = disk({ '/c/full': 'x', '/c/blank': ' \n', '/c/closed': null, '/full': 'x' });
    const of = (credentials: string) => (name: string) => new SettingsFiles(found, credentials, false).credential(name);
    expect(['full', 'blank', 'closed', 'none'].map(of('/c'))).toEqual(['/c/full', null, '/c/closed', null]);
    expect(of('')('full')).toBeNull();
  });

  test.each<[string, boolean, number | null, number | null, boolean]>([
    ['a reload, the file is younger', true, 1000, 1001, true],
    ['a reload, as old as its copy', true, 1000, 1000, false],
    ['a reload, the file is older', true, 1000, 999, false],
    ['a reload, the age of the copy is not known', true, null, 1000, false],
    ['a reload, the age of the file is not known', true, 1000, null, false],
    ['the start, the file is younger', false, 1000, 1001, false],
  ])('SettingsFiles: %s → the copy counts, or not any more', (_, isReload, madeMs, changedMs, isOutdated) => {
    const times = (path: string) => (path === CONFIG || path === TOKEN_FILE ? changedMs : madeMs);
    const own = disk({ [CONFIG]: null, [TOKEN_FILE]: null, [COPIES.config]: 'copy', [COPIES.token]: 'copy' }, times);
    const files = new SettingsFiles(own, FOLDER, isReload);
    expect(files.read(CONFIG)).toMatchObject(isOutdated ? { error: { kind: 'outdated' } } : ok('copy'));
    expect(files.credential('cloudflare_api_token')).toBe(isOutdated ? TOKEN_FILE : COPIES.token);
  });

  test('SettingsFiles: a reload, the token file is away that the copy was made of → the copy', () => {
    const own = disk({ [COPIES.token]: 'copy' }, (path) => (path === TOKEN_FILE ? 2 : 1));
    expect(new SettingsFiles(own, FOLDER, true).credential('cloudflare_api_token')).toBe(COPIES.token);
  });

  test('SettingsFiles: a file is read twice → the disk is asked once', () => {
    const { disk: own, asked } = recorded();
    const files = new SettingsFiles(own, '', false);
    expect([files.readNamed('/dev/fd/63'), files.readNamed('/dev/fd/63')]).toEqual([ok('text'), ok('text')]);
    expect(asked).toHaveLength(1);
  });

  test.each([
    ['at the start', false, true],
    ['at a reload', true, false],
  ])('SettingsFiles: a file of the command line, %s → may be a pipe: %s', (_, isReload, pipe) => {
    const { disk: own, asked } = recorded();
    const files = new SettingsFiles(own, '', isReload);
    files.readNamed('/a');
    files.read('/b');
    expect(asked).toEqual([
      ['/a', { mostBytes: 262_144, pipe }],
      ['/b', { mostBytes: 262_144 }],
    ]);
  });
});
