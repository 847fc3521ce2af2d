import * as trials from 'trials';
import { describe, expect, test } from 'vitest';
import { type Chain, setup, useClient } from './client.ts';

/** CURLcode, <curl/curl.h>. */
const CURLE_OK = 0;
const CURLE_SSL_CONNECT_ERROR = 35;
const CURLE_PEER_FAILED_VERIFICATION = 60;

/** What the fault of a refused chain has, by its words: MBEDTLS_X509_BADCERT_…, native/verify.h. */
const FLAGS: Readonly<Record<string, number>> = {
  ended: 0x1,
  name: 0x4,
  'no root': 0x8,
  namesake: 0x400008,
  'not yet': 0x200,
  purpose: 0x1800,
  hash: 0x4000,
  key: 0x10000,
  constraints: 0x100000,
  'constraints unclear': 0x200000,
};

const here = useClient();

describe('verification', () => {
  test.each(setup.chains.map((chain) => [chain.title, chain.expected, chain] as const))(
    'verification: %s → %s',
    async (_title, expected, { host, port, caFile, depth }: Chain) => {
      const resolve = /^[\d.]+$|:/.test(host) ? [] : [`${host}:${port}:127.0.0.1`];
      const reply = await here.client.fetch(`https://${host}:${port}/`, { caFile, resolve });
      if (expected === 'accepted') {
        expect(reply).toMatchObject({ detail: '', code: CURLE_OK, body: 'hello', fault: null, server: { flags: 0 } });
        return;
      }
      expect(reply).toMatchObject({ sentBytes: 0, status: 0 });
      if (expected === 'unreadable') {
        expect([CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION]).toContain(reply.code);
        return;
      }
      expect(reply).toMatchObject({ code: CURLE_PEER_FAILED_VERIFICATION, fault: { depth } });
      const wanted = FLAGS[expected] ?? -1;
      expect((reply.fault?.flags ?? 0) & wanted).not.toBe(0);
      if (expected === 'namesake') expect(reply.fault?.flags).toBe(wanted);
    },
  );

  test.each(setup.chains.map((chain) => [chain.title, chain.openssl ?? 'as here', chain] as const))(
    'verification: %s, OpenSSL beside it → %s',
    (_title, _why, { expected, openssl, opensslSays }: Chain) => {
      const isSame = (opensslSays === '') === (expected === 'accepted');
      expect({ opensslSays, isSame }).toEqual({ opensslSays, isSame: openssl === null });
    },
  );

  test('verification: constraints in which bytes are wrong → read within their bounds, most of them refused', () => {
    const { bundle, file, host, count } = setup.mutants;
    const [hold, broken, unclear, unreadable] = trials.tryConstraints(bundle, file, host);
    expect(hold + broken + unclear + unreadable).toBe(count);
    expect(Math.min(broken, unclear, unreadable)).toBeGreaterThan(0);
  });
});
