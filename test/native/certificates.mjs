import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const NAMES = 'subjectAltName=DNS:localhost,DNS:api.test,IP:127.0.0.1,IP:::1\n';
const KEYS = {
  p256: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  p384: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  rsa2048: ['-newkey', 'rsa:2048'],
  rsa4096: ['-newkey', 'rsa:4096'],
};

/** Makes an authority, a stranger to it, one with another key under its name, and server certificates of several kinds
 *  signed by the first; the last of them through another authority, whose certificate the server sends along.
 *  @returns `servers`: {key, cert} by kind; `caFile`, `caPath`: where the first authority is */
export function makeCertificates(folder) {
  const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'ignore'] });
  const at = (name) => join(folder, name);

  function makeAuthority(name, key, subject = name) {
    const extension = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign'];
    const files = ['-nodes', '-keyout', at(`${name}.key`), '-out', at(`${name}.pem`)];
    openssl('req', '-x509', ...KEYS[key], ...files, '-days', '30', '-subj', `/CN=${subject}`, ...extension);
  }

  function makeServer(name, { key, authority = 'ca', signing = ['-sha256'], days = '30', names = NAMES }) {
    writeFileSync(at('extensions'), names);
    openssl('req', ...KEYS[key], '-nodes', '-keyout', at(`${name}.key`), '-out', at('request'), '-subj', `/CN=${name}`);
    const issuer = ['-CA', at(`${authority}.pem`), '-CAkey', at(`${authority}.key`), '-CAcreateserial'];
    const out = ['-days', days, '-extfile', at('extensions'), '-out', at(`${name}.pem`)];
    openssl('x509', '-req', '-in', at('request'), ...issuer, ...signing, ...out);
    return { key: readFileSync(at(`${name}.key`)), cert: readFileSync(at(`${name}.pem`)) };
  }

  makeAuthority('ca', 'rsa2048');
  makeAuthority('stranger', 'p256');
  makeAuthority('namesake', 'p256', 'ca');
  mkdirSync(at('ca'));
  copyFileSync(at('ca.pem'), at('ca/ca.pem'));
  mkdirSync(at('odd'));
  copyFileSync(at('ca.pem'), at('odd/ca.pem'));
  execFileSync('mkfifo', [at('odd/pipe')]);
  // The form of OpenSSL that says what a root is trusted for.
  const trusted = (name, ...how) =>
    openssl('x509', '-in', at('ca.pem'), '-trustout', ...how, '-out', at(`${name}.pem`));
  trusted('ca-named', '-setalias', 'a root');
  trusted('ca-for-servers', '-addtrust', 'serverAuth');
  trusted('ca-for-email', '-addtrust', 'emailProtection');
  trusted('ca-not-for-servers', '-addreject', 'serverAuth');
  trusted('ca-not-for-email', '-addreject', 'emailProtection');
  const pss = ['-sha384', '-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:48'];
  const servers = {
    p256: makeServer('p256', { key: 'p256' }),
    p384: makeServer('p384', { key: 'p384', signing: ['-sha384'] }),
    rsa2048: makeServer('rsa2048', { key: 'rsa2048', signing: ['-sha512'] }),
    rsa4096: makeServer('rsa4096', { key: 'rsa4096' }),
    pss: makeServer('pss', { key: 'p256', signing: pss }),
    stranger: makeServer('stranger-server', { key: 'p256', authority: 'stranger' }),
    otherName: makeServer('other-name', { key: 'p256', names: 'subjectAltName=DNS:other.test\n' }),
    expired: makeServer('expired', { key: 'p256', days: '-1' }),
  };
  const intermediate = makeServer('intermediate', { key: 'p384', names: 'basicConstraints=critical,CA:TRUE\n' });
  const behindIt = makeServer('chain', { key: 'p256', authority: 'intermediate' });
  servers.chain = { key: behindIt.key, cert: Buffer.concat([behindIt.cert, intermediate.cert]) };
  return { servers, caFile: at('ca.pem'), caPath: at('ca'), oddPath: at('odd') };
}
