import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** `wrongName`: issued for another host; `untrusted`: by a CA nobody knows; `expired`: its time is over. */
export type WrongCertificate = 'wrongName' | 'untrusted' | 'expired';

export interface KeyPair {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
}

export interface Certificates {
  /** PEM file with the CA that vouches for `valid`. */
  readonly caFile: string;
  readonly valid: KeyPair;
  readonly wrong: Readonly<Record<WrongCertificate, KeyPair>>;
}

const run = promisify(execFile);
const NAMES = 'DNS:api.cloudflare.com,DNS:localhost,IP:127.0.0.1,IP:::1';
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** The certificates of a folder that `makeCertificates` has filled; of an empty one those that it is filled with now. */
export async function certificatesIn(folder: string, names: readonly string[] = []): Promise<Certificates> {
  const caFile = join(folder, 'ca.pem');
  if (!existsSync(caFile)) await makeCertificates(folder, names);
  const [valid, wrongName, untrusted, expired] = await Promise.all([
    keyPair(folder, 'server'),
    keyPair(folder, 'wrong-name'),
    keyPair(folder, 'untrusted'),
    keyPair(folder, 'expired'),
  ]);
  return { caFile, valid, wrong: { wrongName, untrusted, expired } };
}

/** Makes a CA and server certificates in `folder` with openssl(1), good for two days.
 *  @param names subjectAltName in the notation of x509v3_config(5), beside the usual ones */
export async function makeCertificates(folder: string, names: readonly string[] = []): Promise<void> {
  const hosts = [NAMES, ...names].join(',');
  await Promise.all([makeAuthority(folder, 'ca'), makeAuthority(folder, 'unknown-ca')]);
  await Promise.all([
    issue(folder, 'ca', 'server', hosts, 2),
    issue(folder, 'ca', 'wrong-name', 'DNS:wrong.example', 2),
    issue(folder, 'unknown-ca', 'untrusted', hosts, 2),
    issue(folder, 'ca', 'expired', hosts, -1),
  ]);
}

async function keyPair(folder: string, name: string): Promise<KeyPair> {
  const [key, cert] = await Promise.all(
    ['key', 'pem'].map((kind) => readFile(join(folder, `${name}.${kind}`), 'utf8')),
  );
  return { key: key ?? '', cert: cert ?? '' };
}

async function makeAuthority(folder: string, name: string): Promise<void> {
  const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.pem`)];
  const extensions = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign'];
  await run('openssl', [
    'req',
    '-x509',
    ...NEW_KEY,
    ...files,
    '-days',
    '2',
    '-subj',
    `/CN=Simulator ${name}`,
    ...extensions,
  ]);
}

async function issue(folder: string, authority: string, name: string, hosts: string, days: number): Promise<void> {
  const path = (suffix: string): string => join(folder, `${name}.${suffix}`);
  const extensions = ['-addext', `subjectAltName=${hosts}`, '-addext', 'extendedKeyUsage=serverAuth'];
  await run('openssl', [
    'req',
    ...NEW_KEY,
    '-keyout',
    path('key'),
    '-out',
    path('csr'),
    '-subj',
    `/CN=${name}`,
    ...extensions,
  ]);
  const signer = ['-CA', join(folder, `${authority}.pem`), '-CAkey', join(folder, `${authority}.key`)];
  const serial = ['-set_serial', String(Math.floor(Math.random() * 2 ** 48))];
  const request = ['-req', '-in', path('csr'), '-out', path('pem'), '-copy_extensions', 'copy'];
  await run('openssl', ['x509', ...request, ...signer, ...serial, '-days', String(days)]);
}
