import { describe, expect, test } from 'vitest';
import { describeCertificateFault, ownerOf } from '../../../src/core/cloudflare/certificates.ts';
import { certificate } from '../../fakes/certificates.ts';

const SUBJECT = 'C=US, O=Cloudflare\\, Inc., CN=api.example.com';

const describeFault = (flags: number, about: Parameters<typeof certificate>[1] = {}): string =>
  describeCertificateFault(
    certificate(SUBJECT, { flags, ...about }),
    'api.test',
    '/etc/ca.pem',
    '2026-11-28T20:00:00Z',
  );

describe('describeCertificateFault', () => {
  test.each([
    [
      'it has ended',
      0x1,
      /^the server's certificate ended on 2026-11-12, and this machine's date is 2026-11-28: set its/,
    ],
    [
      'it has not begun',
      0x200,
      /certificate is not valid until 2026-01-02, and this machine's date is 2026-11-28: set/,
    ],
    [
      'another name',
      0x4,
      /is for api\.example\.com, \*\.example\.net, not for api\.test: a captive portal, a proxy or wrong DNS/,
    ],
    ['no root', 0x8, /is issued by "Issuer", which \/etc\/ca\.pem has no root for: .* into SSL_CERT_FILE$/],
    ['a root of the name that did not sign it', 0x400008, /not signed by the root "Issuer" of \/etc\/ca\.pem, though/],
    ['no root, and an unreadable chain', 0x800008, /no root for, and what the server sent along cannot be read: /],
    ['SHA-1', 0x4000, /signed with a broken hash, SHA-1/],
    ['a weak key', 0x10000, /has too weak a key, RSA below 2048 bits/],
    ['not for servers', 0x1000, /not meant for servers/],
    ['may not sign', 0x800, /not meant for servers/],
    ['constraints', 0x100000, /may not vouch for \(name constraints\)/],
    ['unclear constraints', 0x200000, /cannot be compared/],
    ['anything else', 0x2000, /cannot be verified \(0x2000\)/],
  ])('describeCertificateFault: %s → says so, and what to do', (_what, flags, words) => {
    expect(describeFault(flags)).toMatch(words);
    expect(describeFault(flags)).toMatch(/^the server's certificate [^:]+: /);
  });

  test('describeCertificateFault: an issuer is at fault → named', () => {
    expect(describeFault(0x1, { depth: 1, subject: 'CN=R3' })).toMatch(
      /^the certificate of "R3" above the server's ended on 2026-11-12/,
    );
  });

  test('describeCertificateFault: several faults → the one that explains the others', () => {
    expect(describeFault(0x4 | 0x8 | 0x1)).toMatch(/is for .*, not for api\.test/);
    expect(describeFault(0x8 | 0x200)).toMatch(/is not valid until/);
    expect(describeFault(0x8 | 0x10000)).toMatch(/too weak a key/);
  });

  test('describeCertificateFault: no entry of hosts → the subject is named', () => {
    expect(describeFault(0x4, { names: '' })).toMatch(/is for "api\.example\.com", not for api\.test/);
  });

  test('describeCertificateFault: control characters and very long lists → printable and bounded', () => {
    const text = describeFault(0x4, { names: `\u001b[31mevil\n, ${'x'.repeat(500)}` });
    expect(text).toMatch(/is for \?\[31mevil\?, x+…, not for/);
    expect(text.length).toBeLessThan(300);
  });
});

describe('ownerOf', () => {
  test.each([
    [SUBJECT, 'api.example.com'],
    ['C=US, O=Cloudflare\\, Inc.', 'Cloudflare, Inc.'],
    ['C=HU, CN=F\\C5\\91tan\\C3\\BAs', 'Főtanús'],
    ['CN=\\C5\\00', '\\C5\\00'],
    ['CN=a + O=b', 'a'],
    ['C=US, OU=x', 'C=US, OU=x'],
    ['CN=\\"x\\"', '"x"'],
    ['CN=#1405ABCDEF', '#1405ABCDEF'],
    ['', ''],
    [`CN=${'y'.repeat(200)}`, `${'y'.repeat(120)}…`],
  ])('ownerOf: %s → %s', (name, owner) => {
    expect(ownerOf(name)).toBe(owner);
  });
});
