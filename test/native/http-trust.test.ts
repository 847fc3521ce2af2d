import type { Completed } from 'http';
import * as http from 'http';
import * as std from 'std';
import * as trials from 'trials';
import { describe, expect, test } from 'vitest';
import { setup, urlOf, useClient } from './client.ts';

/** CURLcode, <curl/curl.h>. */
const CURLE_PEER_FAILED_VERIFICATION = 60;
const CURLE_SSL_CACERT_BADFILE = 77;

const here = useClient();

const certificate = (name: string): string => std.open(`${setup.folder}/${name}.pem`, 'r')?.readAsString() ?? '';

/** Asks a server while the bundle of roots is `text`. */
function trusting(text: string, server = 'p256'): Promise<Completed> {
  return here.client.fetch(urlOf(server, '/hello'), { caFile: writeBundle(text) });
}

function writeBundle(text: string): string {
  const path = `${setup.folder}/bundle.pem`;
  const file = std.open(path, 'w');
  file?.puts(text);
  file?.close();
  return path;
}

describe('http: roots of trust', () => {
  const ca = certificate('ca');
  const cutShort = ca.slice(0, ca.length / 2);

  test.each([
    ['alone', ca],
    ['behind another', certificate('stranger') + ca],
    ['before another', ca + certificate('stranger')],
    ['behind one of the same name with another key', certificate('namesake') + ca],
    ['before one of the same name with another key', ca + certificate('namesake')],
    ['twice', ca + ca],
    ['with prose around it', `# Roots, as of today\n\n${ca}\nThe end`],
    ['with CRLF at the ends of lines', ca.replaceAll('\n', '\r\n')],
    ['with a mark of UTF-8 before it', `\ufeff${ca}`],
    ['with blanks around the lines', ca.replace(/^.*$/gm, ' \t$& \t')],
    ['with empty lines within', ca.replaceAll('\n', '\n\n')],
    ['on one line', ca.replace(/(?<=\w|[+/=])\n(?=\w|[+/=])/g, '')],
    ['called X509 CERTIFICATE', ca.replaceAll('CERTIFICATE', 'X509 CERTIFICATE')],
    ['called TRUSTED CERTIFICATE, with nothing more', ca.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE')],
    ['called TRUSTED CERTIFICATE, with a name', certificate('ca-named')],
    ['called TRUSTED CERTIFICATE, good for servers', certificate('ca-for-servers')],
    ['called TRUSTED CERTIFICATE, not good for e-mail', certificate('ca-not-for-email')],
    ['without a final end of line', ca.trimEnd()],
    ['behind one that is cut short', `${cutShort}\n${ca}`],
    ['behind one that is not base64', ca.replaceAll('A', '*') + ca],
    ['behind one that is no certificate', `-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n${ca}`],
    ['behind one that is too long', ca.replace('-----END', `${'QUJD'.repeat(16)}\n`.repeat(200)) + ca],
    ['behind a line that is too long', `${'x'.repeat(100_000)}\n${ca}`],
  ])('http: root in the bundle, %s → verified', async (_where, text) => {
    expect(await trusting(text)).toMatchObject({ detail: '', code: 0 });
  });

  test('http: certificate signed through an intermediate one that the server sends → verified', async () => {
    expect(await trusting(certificate('stranger') + ca, 'chain')).toMatchObject({ detail: '', code: 0 });
  });

  test('http: only the intermediate one in the bundle → verified', async () => {
    expect((await trusting(certificate('intermediate'), 'chain')).code).toBe(0);
  });

  test.each([
    ['nothing', ''],
    ['another root', certificate('stranger')],
    ['one of the same name with another key', certificate('namesake')],
    ['half of the root', cutShort],
    ['the root without its last line', ca.replace(/-----END.*/s, '')],
    ['bytes', '\0\x01\xff'.repeat(5000)],
    ['the root, which is not for servers,', certificate('ca-not-for-servers')],
    ['the root, which is for e-mail,', certificate('ca-for-email')],
    ['the root behind 16 MiB', `${`${'x'.repeat(1023)}\n`.repeat(16 * 1024)}${ca}`],
  ])('http: %s in the bundle → refused, nothing sent', async (_what, text) => {
    expect(await trusting(text)).toMatchObject({ code: CURLE_PEER_FAILED_VERIFICATION, status: 0, sentBytes: 0 });
  });

  test('http: root in a folder → verified', async () => {
    expect((await here.client.fetch(urlOf('p256', '/hello'), { caFile: null, caPath: setup.caPath })).code).toBe(0);
  });

  test.each([
    ['behind one without roots', `/sys/class:${setup.caPath}`],
    ['before one without roots', `${setup.caPath}:/sys/class`],
    ['between colons without a name', `::${setup.caPath}:`],
  ])('http: root in a folder %s → verified', async (_, caPath) => {
    expect((await here.client.fetch(urlOf('p256', '/hello'), { caFile: null, caPath })).code).toBe(0);
  });

  test('http: one of several folders does not exist → says which list and why, nothing sent', async () => {
    const caPath = `${setup.caPath}:${setup.folder}/missing`;
    const reply = await here.client.fetch(urlOf('p256', '/hello'), { caFile: null, caPath });
    expect(reply).toMatchObject({ code: CURLE_SSL_CACERT_BADFILE, sentBytes: 0 });
    expect(reply.detail).toBe(`${caPath}: No such file or directory`);
  });

  test('http: a folder whose name is longer than a path may be → not there, nothing sent', async () => {
    const caPath = `/${'x'.repeat(5000)}:${setup.caPath}`;
    const reply = await here.client.fetch(urlOf('p256', '/hello'), { caFile: null, caPath });
    expect(reply).toMatchObject({ code: CURLE_SSL_CACERT_BADFILE, sentBytes: 0 });
  });

  test('http: bundle with another root, folder with the right one → verified', async () => {
    const places = { caFile: `${setup.folder}/stranger.pem`, caPath: setup.caPath };
    expect((await here.client.fetch(urlOf('p256', '/hello'), places)).code).toBe(0);
  });

  test('http: no place for roots at all → refused', async () => {
    expect((await here.client.fetch(urlOf('p256', '/hello'), { caFile: null })).code).toBe(
      CURLE_PEER_FAILED_VERIFICATION,
    );
  });

  test('http: a pipe in the folder → passed over, not waited for', async () => {
    const reply = await here.client.fetch(urlOf('p256', '/hello'), { caFile: null, caPath: setup.oddPath });
    expect(reply).toMatchObject({ detail: '', code: 0 });
  });

  test.each([
    ['a device', '/dev/zero'],
    ['a pipe', `${setup.oddPath}/pipe`],
    ['a folder', setup.caPath],
  ])('http: %s as the bundle → says that it is no file, nothing sent', async (_what, caFile) => {
    const reply = await here.client.fetch(urlOf('p256', '/hello'), { caFile });
    expect(reply).toMatchObject({ code: CURLE_SSL_CACERT_BADFILE, sentBytes: 0, detail: `${caFile}: not a file` });
  });

  test.each(['caFile', 'caPath'])('http: %s that does not exist → says which and why, nothing sent', async (place) => {
    const missing = `${setup.folder}/missing`;
    const reply = await here.client.fetch(urlOf('p256', '/hello'), { caFile: null, [place]: missing });
    expect(reply).toMatchObject({ code: CURLE_SSL_CACERT_BADFILE, sentBytes: 0 });
    expect(reply.detail).toBe(`${missing}: No such file or directory`);
  });
});

describe('roots of trust', () => {
  const ca = certificate('ca');

  test.each(setup.bundles.map(({ name, ...rest }) => [name, rest] as const))(
    'roots of trust: every root of the bundle "%s" → read, counted, and found by its name',
    (_name, { bundle, files }) => {
      expect(files.length).toBeGreaterThan(100);
      expect(http.countRoots(bundle, null, 1000)).toBe(files.length);
      expect(files.filter((file) => trials.findRoots(file, bundle) !== 2)).toEqual([]);
    },
  );

  test('roots of trust: a root that another bundle has → not found', () => {
    const [first] = setup.bundles;
    expect(trials.findRoots(first?.files[0] ?? '', setup.caFile)).toBe(0);
  });

  test.each([
    ['none', '', 0],
    ['text alone', 'no certificates here\n', 0],
    ['one twice', ca + ca, 1],
    ['two', ca + certificate('stranger'), 2],
    ['one that cannot be read', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', 0],
    ['one that is not for servers', certificate('ca-not-for-servers'), 0],
  ])('countRoots: a bundle with %s → as many', (_what, text, count) => {
    expect(http.countRoots(writeBundle(text), null, 1000)).toBe(count);
  });

  test('countRoots: folders, one of them with a pipe → every certificate once', () => {
    expect(http.countRoots(null, `${setup.oddPath}:${setup.caPath}`, 1000)).toBe(1);
    expect(http.countRoots(`${setup.folder}/stranger.pem`, setup.caPath, 1000)).toBe(2);
  });

  test('countRoots: more than are asked for → as many as were asked for', () => {
    expect(http.countRoots(setup.bundles[0]?.bundle ?? null, null, 7)).toBe(7);
  });

  test.each(['/dev/zero', '/none', setup.caPath])('countRoots: %s as the bundle → 0', (file) => {
    expect(http.countRoots(file, null, 1000)).toBe(0);
  });
});
