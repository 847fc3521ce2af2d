import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeCertificates } from '../../simulator/certificate.ts';

const KEPT = resolve('build/certificates');

/** The folder of the certificates that all simulators of a day have: ten runs of openssl(1) would be a third of what
 *  opening a laboratory takes. */
export async function keptCertificates(): Promise<string> {
  const folder = join(KEPT, new Date().toISOString().slice(0, 10));
  if (existsSync(folder)) return folder;
  await mkdir(KEPT, { recursive: true });
  const made = await mkdtemp(join(KEPT, 'new-'));
  await makeCertificates(made);
  // Another process may have been faster.
  await rename(made, folder).catch(() => rm(made, { recursive: true }));
  return folder;
}
