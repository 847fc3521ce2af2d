import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';

/** As in src/core/cloudflare/transport.ts. */
const SYSTEM = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/ca-bundle.pem'];

/** The bundles of roots that are in use: the system's, and Mozilla's list as Node carries it; each of their certificates
 *  in a file of its own as well.
 *  @returns `{name, bundle, files}` of each */
export function unpackBundles(folder) {
  const system = SYSTEM.find(existsSync);
  const texts = { mozilla: rootCertificates.join('\n') };
  if (system !== undefined) texts.system = readFileSync(system, 'utf8');
  return Object.entries(texts).map(([name, text]) => {
    const bundle = join(folder, `${name}.bundle`);
    const roots = text.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs) ?? [];
    mkdirSync(join(folder, name));
    writeFileSync(bundle, text);
    const files = roots.map((root, i) => {
      const file = join(folder, name, `${i}.pem`);
      writeFileSync(file, root);
      return file;
    });
    return { name, bundle, files };
  });
}
