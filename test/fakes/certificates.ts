import type { Certificate } from '../../src/core/cloudflare/certificates.ts';

/** The certificate of a server, as native/verify.c tells of it. */
export const certificate = (subject: string, about: Partial<Certificate> = {}): Certificate => ({
  depth: 0,
  flags: 0,
  subject,
  issuer: 'C=US, O=House, CN=Issuer',
  names: 'api.example.com, *.example.net',
  from: '2026-01-02T03:04:05Z',
  until: '2026-11-12T13:14:15Z',
  ...about,
});
