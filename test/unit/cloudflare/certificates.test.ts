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

const ANOTHER = 'the server needs another certificate';

describe('describeCertificateFault', () => {
  test.each([
    [
      'it has ended',
      0x1,
      "ended on 2026-11-12, and this machine's date is 2026-11-28: set its clock if that is wrong, else the server needs a new certificate",
    ],
    [
      'it has not begun',
      0x200,
      "is not valid until 2026-01-02, and this machine's date is 2026-11-28: set its clock, best by NTP",
    ],
    [
      'another name',
      0x4,
      'is for api.example.com, *.example.net, not for api.test: a captive portal, a proxy or wrong DNS leads elsewhere',
    ],
    [
      'no root',
      0x8,
      'is issued by "Issuer", and /etc/ca.pem has no root for that authority: if it is a proxy of yours or your own authority, put its root into SSL_CERT_FILE',
    ],
    [
      'a root of the name that did not sign it',
      0x400008,
      'is not signed by the root "Issuer" of /etc/ca.pem, though it says so: put the root that is in use now into SSL_CERT_FILE',
    ],
    [
      'no root, and an unreadable chain',
      0x800008,
      'is issued by "Issuer", and /etc/ca.pem has no root for that authority, and what the server sent along cannot be read: if it is a proxy of yours or your own authority, put its root into SSL_CERT_FILE',
    ],
    ['SHA-1', 0x4000, `is signed with a broken hash, SHA-1 or older: ${ANOTHER}`],
    ['a weak key', 0x10000, `has too weak a key, RSA below 2048 bits or an uncommon kind: ${ANOTHER}`],
    ['an uncommon key', 0x8000, `has too weak a key, RSA below 2048 bits or an uncommon kind: ${ANOTHER}`],
    ['not for servers', 0x1000, `is not meant for servers (its key usage says so): ${ANOTHER}`],
    ['may not sign', 0x800, `is not meant for servers (its key usage says so): ${ANOTHER}`],
    ['constraints', 0x100000, `has a name that an authority above it may not vouch for (name constraints): ${ANOTHER}`],
    [
      'unclear constraints',
      0x200000,
      `has a name that cannot be compared with the constraints of an authority above it: ${ANOTHER}`,
    ],
    ['anything else', 0x2000, `cannot be verified (0x2000): ${ANOTHER}`],
    ['nothing that is told', 0, `cannot be verified (0x0): ${ANOTHER}`],
  ])('describeCertificateFault: %s → says so, and what to do', (_what, flags, words) => {
    expect(describeFault(flags)).toBe(`the server's certificate ${words}`);
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
    expect(describeFault(0x8 | 0x200000)).toMatch(/cannot be compared/);
  });

  test('describeCertificateFault: no entry of hosts → the subject is named', () => {
    expect(describeFault(0x4, { names: '' })).toMatch(/is for "api\.example\.com", not for api\.test/);
  });

  test('describeCertificateFault: very long lists → bounded', () => {
    const text = describeFault(0x4, { names: `evil, ${'x'.repeat(500)}` });
    expect(text).toMatch(/is for evil, x+…, not for/);
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
    ['O=b + CN=a', 'a'],
    ['CN=a+O=b', 'a'],
    ['C=US + O=b, OU=c', 'b'],
    ['OCN=x', 'OCN=x'],
    ['OU=CN=x, FOO=y', 'OU=CN=x, FOO=y'],
    ['CN=', ''],
    ['CN= a\\ ', 'a'],
    ['CN=\\C5\\91\\,\\C3\\BA', 'ő,ú'],
    [`CN=${'y'.repeat(120)}`, 'y'.repeat(120)],
    [`CN=${'y'.repeat(121)}`, `${'y'.repeat(120)}…`],
    ['C=US, OU=x', 'C=US, OU=x'],
    ['O=House', 'House'],
    ['CN=\\"x\\"', '"x"'],
    ['CN=#1405ABCDEF', '#1405ABCDEF'],
    ['', ''],
    [`CN=${'y'.repeat(200)}`, `${'y'.repeat(120)}…`],
  ])('ownerOf: %s → %s', (name, owner) => {
    expect(ownerOf(name)).toBe(owner);
  });
});
