import type { Completed } from 'http';
import * as std from 'std';
import { describe, expect, test } from 'vitest';
import { setup, urlOf, useClient } from './client.ts';

/** CURLcode, <curl/curl.h>. */
const CURLE_PEER_FAILED_VERIFICATION = 60;
const CURLE_SSL_CACERT_BADFILE = 77;

const here = useClient();

const certificate = (name: string): string => std.open(`${setup.folder}/${name}.pem`, 'r')?.readAsString() ?? '';

/** Asks a server while the bundle of roots is `text`. */
function trusting(text: string, server = 'p256'): Promise<Completed> {
  const caFile = `${setup.folder}/bundle.pem`;
  const file = std.open(caFile, 'w');
  file?.puts(text);
  file?.close();
  return here.client.fetch(urlOf(server, '/hello'), { caFile });
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

  test.each(['caFile', 'caPath'])('http: %s that does not exist → says which and why, nothing sent', async (place) => {
    const missing = `${setup.folder}/missing`;
    const reply = await here.client.fetch(urlOf('p256', '/hello'), { caFile: null, [place]: missing });
    expect(reply).toMatchObject({ code: CURLE_SSL_CACERT_BADFILE, sentBytes: 0 });
    expect(reply.detail).toBe(`${missing}: No such file or directory`);
  });
});
