import { beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../../src/core/config/secret.ts';
import type { HttpOutcome } from '../../../src/core/ports.ts';
import { type FakeCloudflare, twoZones } from '../../fakes/cloudflare.ts';
import type { FakeHost } from '../../fakes/host.ts';
import { failure, success, wireZone } from '../../fakes/replies.ts';
import { A, HOME, record, recordSettings, WWW, ZONE } from '../../fakes/samples.ts';
import { CONFIG, GOOD, groundOf, playSetup, stationFor, TOKEN_FILE, type World } from './playing-setup.ts';

let cloudflare: FakeCloudflare;
let host: FakeHost;

beforeEach(() => {
  cloudflare = twoZones();
  host = stationFor(cloudflare);
});

const played = (world: World = {}) => playSetup(host, world);

describe('setup: somebody is asked', () => {
  test('setup: a token, the suggested name, yes and yes → written, started, 0', async () => {
    host.files.texts.set('/proc/sys/kernel/hostname', 'box\n');
    const answers = [`  ${GOOD} `, '', '', ''];
    const { exits, written, asked, hidden, ran, out } = await played({ answers });
    expect([hidden, asked]).toEqual([
      ['API token (not shown while you paste it): '],
      [
        'Name to keep right [box.example.com]: ',
        'Write that? [Y/n] ',
        'Start the service now, and at every boot? [Y/n] ',
      ],
    ]);
    expect([exits, written.map(({ path }) => path), ran.length]).toEqual([[0], [TOKEN_FILE, CONFIG], 2]);
    expect(out.join('\n')).not.toContain(GOOD);
  });

  test('setup: the host has no name, the zone itself has the only record → the zone is suggested', async () => {
    cloudflare.put('example.com', record('r1', A));
    const { asked } = await played({ answers: [GOOD] });
    expect(asked).toEqual(['Name to keep right [example.com]: ']);
  });

  test('setup: the zone and the host have a record → the host is suggested', async () => {
    cloudflare.put('example.com', record('r1', A));
    cloudflare.put(HOME, record('r2', A));
    const { asked } = await played({ answers: [GOOD] });
    expect(asked).toEqual([`Name to keep right [${HOME}]: `]);
  });

  test('setup: records cannot be read → the host is suggested all the same', async () => {
    cloudflare.put('example.com', record('r1', A));
    const silent: HttpOutcome = { kind: 'unreachable', detail: 'It timed out', sent: false };
    const { asked } = await played({ answers: [GOOD], endings: [null, silent] });
    expect(asked).toEqual([`Name to keep right [${HOME}]: `]);
  });

  test('setup: more zones than a page holds → all pages are read', async () => {
    const zones = Array.from({ length: 40 }, (_, i) => wireZone(i.toString(16).padStart(32, '0'), `z${i}.example`));
    const page = (items: readonly unknown[]): HttpOutcome => ({ kind: 'replied', reply: success(items) });
    const endings = [page(zones), page([wireZone(ZONE, 'example.com')])];
    const { out } = await played({ answers: [GOOD], endings });
    expect(out).toContain('  and 21 more');
    expect(host.api.inFlight).toEqual([]);
  });

  test('setup: what was found out is not liked → no, nothing written, 75, and said where the answers are', async () => {
    const { exits, written, out, err } = await played({ answers: [GOOD, HOME, 'n'] });
    expect([exits, written, err]).toEqual([[75], [], []]);
    expect(out.at(-1)).toBe('Nothing was written.');
  });

  test('setup: nobody answers any more → the terminal as it was, nothing written, 75', async () => {
    const { exits, err, left } = await played({ answers: [GOOD, null] });
    expect([exits, err, left]).toEqual([[75], ['Nothing was written.'], 1]);
  });

  test('setup: nobody answers any more, the settings are written → said so', async () => {
    const { exits, err } = await played({ answers: [GOOD, HOME, 'y', null] });
    expect([exits, err]).toEqual([[75], ['The settings are written; the service was not started.']]);
  });

  test('setup: signals → SIGUSR1 is none of its own, any other ends it', async () => {
    const first = await played({ answers: [GOOD] });
    host.signals.raise('SIGUSR1');
    expect(first.exits).toEqual([]);
    host.signals.raise('SIGINT');
    expect([first.exits, host.output.err.at(-1)]).toEqual([[75], 'Nothing was written.']);
  });

  test('setup: a proxy with a password, which a server repeats → hidden, as is the token', async () => {
    const proxy = new Secret('http://u:pass@p:1');
    const { settings } = groundOf();
    const silent: HttpOutcome = { kind: 'unreachable', detail: `${proxy.reveal()} for ${GOOD}`, sent: false };
    const ground = groundOf({ settings: { ...settings, httpsProxy: proxy } });
    const { out } = await played({ answers: [GOOD], ground, endings: [silent] });
    expect(out).toContain('Cloudflare could not be asked: [hidden] for [hidden].');
  });

  test('setup: a proxy without a password → shown', async () => {
    const { settings } = groundOf();
    const ground = groundOf({ settings: { ...settings, httpsProxy: new Secret('http://p:1') } });
    const silent: HttpOutcome = { kind: 'unreachable', detail: 'no way to http://p:1', sent: false };
    const { out } = await played({ answers: [GOOD], ground, endings: [silent] });
    expect(out).toContain('Cloudflare could not be asked: no way to http://p:1.');
  });

  test('setup: the token is refused at first → another one is asked for and tried', async () => {
    const reply = failure(403, [{ code: 9109, message: 'Invalid access token' }]);
    const { hidden } = await played({ answers: [`${GOOD}x`, GOOD], endings: [{ kind: 'replied', reply }] });
    expect(hidden).toHaveLength(2);
    expect(host.api.configured?.apiToken.reveal()).toBe(GOOD);
  });

  test('setup: the settings have names already → those are kept and checked, with the zone id of this run', async () => {
    const kept = [recordSettings(HOME, { zoneId: null }), recordSettings(WWW, { zoneId: null })];
    const { out, written } = await played({ answers: [GOOD, '', ''], ground: groundOf({ kept }) });
    expect(out.filter((line) => /record (home|www)/.test(line))).toHaveLength(2);
    expect(written.map(({ path }) => path)).toEqual([TOKEN_FILE]);
  });
});
