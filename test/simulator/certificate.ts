import { execFile } from 'node:child_process';
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

/** Makes a CA and server certificates in `folder` with openssl(1), good for two days.
 *  @param names subjectAltName in the notation of x509v3_config(5), beside the usual ones */
export async function makeCertificates(folder: string, names: readonly string[] = []): Promise<Certificates> {
  const hosts = [NAMES, ...names].join(',');
  await Promise.all([makeAuthority(folder, 'ca'), makeAuthority(folder, 'unknown-ca')]);
  const [valid, wrongName, untrusted, expired] = await Promise.all([
    issue(folder, 'ca', 'server', hosts, 2),
    issue(folder, 'ca', 'wrong-name', 'DNS:wrong.example', 2),
    issue(folder, 'unknown-ca', 'untrusted', hosts, 2),
    issue(folder, 'ca', 'expired', hosts, -1),
  ]);
  return { caFile: join(folder, 'ca.pem'), valid, wrong: { wrongName, untrusted, expired } };
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

async function issue(folder: string, authority: string, name: string, hosts: string, days: number): Promise<KeyPair> {
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
  const [key, cert] = await Promise.all([readFile(path('key'), 'utf8'), readFile(path('pem'), 'utf8')]);
  return { key, cert };
}
