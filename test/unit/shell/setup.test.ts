import { beforeEach, describe, expect, test } from 'vitest';
import type { CommandEnd, HttpOutcome } from '../../../src/core/ports.ts';
import type { ExitStatus } from '../../../src/shell/exit.ts';
import { type FakeCloudflare, twoZones } from '../../fakes/cloudflare.ts';
import type { FakeHost } from '../../fakes/host.ts';
import { failure } from '../../fakes/replies.ts';
import { A, address, HOME, recordSettings, ZONE } from '../../fakes/samples.ts';
import {
  CONFIG,
  FakeTerminal,
  GOOD,
  groundOf,
  NEW_CONFIG,
  playSetup,
  stationFor,
  TOKEN_FILE,
  UNATTENDED,
  type World,
} from './playing-setup.ts';

let cloudflare: FakeCloudflare;
let host: FakeHost;

beforeEach(() => {
  cloudflare = twoZones();
  host = stationFor(cloudflare);
});

const played = (world: World = {}) => playSetup(host, world);

/** What a check finds before it comes to the zones. */
const CHECKED = [
  'ok    settings                 1 name',
  'ok    CA bundle                /etc/ssl/certs/ca-certificates.crt, 142 root certificates',
  'ok    resolver                 knows api.cloudflare.com',
  'ok    API                      https://api.cloudflare.com/client/v4 answered in 0 ms, its certificate is good',
  'ok    clock                    plausible',
  'ok    token                    accepted',
];

describe('setup: nobody is asked', () => {
  test('setup: token, name and --yes → tried, written, started, each said; 0', async () => {
    const { out, err, exits, written, ran, asked } = await played({ commandLine: UNATTENDED });
    expect(out).toEqual([
      'Trying the token at Cloudflare …',
      'The token is accepted. Its zones:',
      '  example.com',
      '  example.org',
      ...CHECKED,
      `ok    zone example.com         ${ZONE}`,
      `ok    record ${HOME}  no AAAA record; would create AAAA ${A}`,
      `ok    address                  ${A}, reached from the API`,
      expect.stringMatching(new RegExp(`^${A} is published: `)),
      '',
      'To be written:',
      `  ${TOKEN_FILE}: the token, for root alone`,
      `  ${CONFIG}: record_name = "${HOME}"; the rest of it stays`,
      'Written.',
      'The service runs. To see how it does: ipv6ddns status',
    ]);
    expect([err, exits, asked]).toEqual([[], [0], []]);
    expect(written).toEqual([
      { path: TOKEN_FILE, text: `${GOOD}\n`, mode: 0o600, keepsAccess: false },
      { path: CONFIG, text: `record_name = "${HOME}"\n${NEW_CONFIG}`, mode: 0o644, keepsAccess: true },
    ]);
    expect(ran).toEqual(['/usr/bin/systemctl enable ipv6ddns', '/usr/bin/systemctl restart ipv6ddns']);
    expect(host.commands.ran.map(({ limitMs, variables }) => [limitMs, variables])).toEqual([
      [120_000, {}],
      [120_000, {}],
    ]);
    expect(cloudflare.writes).toBe(0);
  });

  test('setup: the token of the command line → asked with that, never shown', async () => {
    const { out } = await played({
      commandLine: UNATTENDED,
      endings: [{ kind: 'unreachable', detail: `no ${GOOD}`, sent: false }],
    });
    expect(host.api.configured?.apiToken.reveal()).toBe(GOOD);
    expect([...out, ...host.output.err].join()).not.toContain(GOOD);
  });

  test('setup: Cloudflare cannot be reached → said to stderr, nothing written, 75', async () => {
    const { exits, written, err } = await played({
      commandLine: UNATTENDED,
      endings: [{ kind: 'unreachable', detail: `It timed out (${GOOD})`, sent: false }],
    });
    expect([exits, written]).toEqual([[75], []]);
    expect(err).toEqual([
      'ipv6ddns: Cloudflare could not be asked: It timed out ([hidden]).',
      'ipv6ddns: Nothing was written.',
    ]);
  });

  test('setup: the token is refused → 76', async () => {
    const reply = failure(403, [{ code: 9109, message: 'Invalid access token' }]);
    const { exits, written } = await played({ commandLine: UNATTENDED, endings: [{ kind: 'replied', reply }] });
    expect([exits, written]).toEqual([[76], []]);
  });

  test('setup: the zone of the name is not the token’s → what is wrong, 76', async () => {
    const { exits, written } = await played({ commandLine: { ...UNATTENDED, name: 'a.example.net' } });
    expect([exits, written]).toEqual([[76], []]);
  });

  test('setup: the check finds what no setting mends → 76, nothing written', async () => {
    cloudflare.putOther(HOME, 'CNAME');
    const { exits, written, err } = await played({ commandLine: UNATTENDED });
    expect([exits, written, err]).toEqual([[76], [], ['ipv6ddns: Nothing was written.']]);
  });

  test('setup: the check cannot be ended for now → 75', async () => {
    const trouble: HttpOutcome = { kind: 'replied', reply: failure(500, []) };
    const endings = [null, trouble, trouble, trouble, trouble, trouble];
    const { exits, err } = await played({ commandLine: UNATTENDED, endings });
    expect([exits, err[0]]).toEqual([[75], 'ipv6ddns: The lines with FAIL say what went wrong.']);
  });

  test('setup: no address of this machine may be published → all the reasons, 69', async () => {
    host.files.setAddresses(address('fd00::1'));
    const { exits, out, err } = await played({ commandLine: UNATTENDED });
    expect([exits, err]).toEqual([[69], ['ipv6ddns: Nothing was written.']]);
    expect(out.some((line) => /fd00::1.*unique local/.test(line))).toBe(true);
    expect(out.at(-1)).toBe('No address may be published.');
  });

  test.each<[string, string | null, RegExp]>([
    ['missing', null, /^ipv6ddns: --token-file: "\/none" cannot be read: No such file or directory$/],
    ['empty', '\n', /^ipv6ddns: --token-file: That is empty/],
  ])('setup: the file with the token is %s → 64', async (_, text, words) => {
    if (text !== null) host.files.texts.set('/none', text);
    const { exits, err } = await played({ commandLine: { ...UNATTENDED, tokenFile: '/none' } });
    expect([exits, err[0]]).toEqual([[64], expect.stringMatching(words)]);
  });

  test('setup: all is there already → tried, nothing written, started', async () => {
    host.files.texts.set(TOKEN_FILE, `${GOOD}\n`);
    const own = recordSettings(HOME, { zoneId: null });
    const ground = groundOf({ kept: [own], config: `record_name = "${HOME}"\n` });
    const { exits, written, out, ran } = await played({ commandLine: { yes: true }, ground });
    expect([exits, written, ran.length]).toEqual([[0], [], 2]);
    expect(out).toContain('The settings are there already; there is nothing to write.');
    expect(out.find((line) => line.includes(`record ${HOME}`))).toContain('would create');
  });

  test.each<[string, string, string]>([
    ['an empty one', '\n', 'There is no token in /etc/ipv6ddns/token.'],
    ['none that is a token', 'two words\n', '/etc/ipv6ddns/token: That is no token'],
  ])('setup: no token is given, the file has %s → 64', async (_, text, words) => {
    host.files.texts.set(TOKEN_FILE, text);
    const { exits, err } = await played({ commandLine: { yes: true, name: HOME } });
    expect([exits, err[0]]).toEqual([[64], expect.stringContaining(words)]);
  });

  test('setup: a token is there that cannot be read → said so, 64', async () => {
    const read: FakeHost['files']['read'] = (path) =>
      path === TOKEN_FILE
        ? { ok: false, error: { kind: 'denied', detail: 'Permission denied' } }
        : host.files.read(path);
    const ports = {
      ...host,
      files: { read },
      terminal: new FakeTerminal([]),
      settingsFiles: { replaceAll: () => null },
    };
    const { exits, err } = await played({ commandLine: { yes: true, name: HOME }, ports });
    expect(exits).toEqual([64]);
    expect(err[0]).toContain(`${TOKEN_FILE}: "${TOKEN_FILE}" cannot be read: Permission denied`);
  });

  test('setup: a zone id for this run alone → written, too', async () => {
    const { written, exits } = await played({ commandLine: UNATTENDED, ground: groundOf({ zoneId: ZONE }) });
    expect([exits, written.at(-1)?.text]).toEqual([[0], `zone_id = "${ZONE}"\nrecord_name = "${HOME}"\n${NEW_CONFIG}`]);
  });

  test('setup: a config file is there → the rest of it stays', async () => {
    host.files.texts.set(CONFIG, '# mine\ntimeout = 7\n');
    const { written } = await played({
      commandLine: UNATTENDED,
      ground: groundOf({ config: '# mine\ntimeout = 7\n' }),
    });
    expect(written.at(-1)?.text).toBe(`record_name = "${HOME}"\n# mine\ntimeout = 7\n`);
  });

  test.each<[string, string | null, string | null]>([
    ['was changed', 'a = 1\n', 'b = 1\n'],
    ['has come', null, 'b = 1\n'],
    ['is gone', 'a = 1\n', null],
  ])('setup: the config file %s meanwhile → nothing is overwritten, 75', async (_, config, now) => {
    if (now !== null) host.files.texts.set(CONFIG, now);
    const { exits, written, err, ran } = await played({ commandLine: UNATTENDED, ground: groundOf({ config }) });
    expect([exits, written, ran]).toEqual([[75], [], []]);
    expect(err).toEqual([
      `ipv6ddns: ${CONFIG} was changed by somebody else meanwhile; run setup again. Nothing was changed.`,
    ]);
  });

  test('setup: the files cannot be written → why, 75', async () => {
    const { exits, err } = await played({ commandLine: UNATTENDED, writeFailure: 'the disk is full' });
    expect([exits, err]).toEqual([[75], ['ipv6ddns: the disk is full. Nothing was changed.']]);
  });

  test.each<[string, CommandEnd, string]>([
    ['with words', { failure: 'status 1', output: 'no unit' }, 'no unit (status 1)'],
    ['without a word', { failure: 'status 1', output: '' }, 'status 1'],
  ])('setup: the service does not start, %s → which command failed, how to start it, 75', async (_, end, why) => {
    const { exits, err, ran } = await played({ commandLine: UNATTENDED, commandEnds: [end] });
    expect([exits, ran.length]).toEqual([[75], 1]);
    expect(err).toEqual([
      `ipv6ddns: The service could not be started: /usr/bin/systemctl enable ipv6ddns: ${why}`,
      'ipv6ddns: To start it: systemctl enable --now ipv6ddns',
    ]);
  });

  test('setup: no service manager → how to run it, 0', async () => {
    const { exits, out, ran } = await played({ commandLine: UNATTENDED, paths: [] });
    expect([exits, out.at(-1), ran]).toEqual([[0], 'To run it: ipv6ddns run', []]);
  });
});

describe('setup: refused before anything is asked', () => {
  const NEEDS_ROOT = 'ipv6ddns: setup writes below /etc, and only root may: run "sudo ipv6ddns setup"';
  const NEEDS_TERMINAL =
    'ipv6ddns: there is no terminal to ask on: ' +
    'pass --token-file FILE --name NAME --yes (and --force to replace what is there)';
  const MEND_FIRST = 'ipv6ddns: correct the settings that are there, or move them away; then run setup again';

  test.each<[string, World, ExitStatus, string[]]>([
    ['not root', { isRoot: false, isThere: false, ground: null }, 77, [NEEDS_ROOT]],
    ['no terminal', { isThere: false, ground: null }, 64, [NEEDS_TERMINAL]],
    [
      'bad settings',
      { ground: null, problems: ['a is bad', 'b, too'] },
      78,
      ['ipv6ddns: a is bad', 'ipv6ddns: b, too', MEND_FIRST],
    ],
  ])('setup: %s → what to do, nothing is sent', async (_, world, status, lines) => {
    const { exits, err, out, connected } = await played(world);
    expect([exits, err, out, connected]).toEqual([[status], lines, [], []]);
    expect(cloudflare.requests).toEqual([]);
  });

  test('setup: no terminal, but nobody is to be asked → goes on, with the settings that are there', async () => {
    const ground = groundOf();
    const { exits, connected } = await played({ isThere: false, commandLine: UNATTENDED, ground });
    expect([exits, connected]).toEqual([[0], [ground.settings]]);
  });
});
