// Runs build/native-tests in the network and mount namespaces that it is started in (tools/run-tests.mjs): brings up
// the loopback, a resolver that never answers, certificates and the servers of servers.mjs.
import { execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpackBundles } from './bundles.mjs';
import { makeCertificates } from './certificates.mjs';
import { startChains } from './chains/chains.mjs';
import { makeMutants } from './chains/mutants.mjs';
import { startServers } from './servers.mjs';

const SILENT_RESOLVER = '127.0.0.53';

const folder = mkdtempSync(join(tmpdir(), 'ipv6ddns-native-'));
const fullDisk = join(folder, 'full');
try {
  mkdirSync(fullDisk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', fullDisk]);
  execFileSync('ip', ['link', 'set', 'lo', 'up']);
  execFileSync('ip', ['address', 'add', '3ffe:5::5/128', 'dev', 'lo']); // an address to leave from
  writeFileSync(join(folder, 'resolv.conf'), `nameserver ${SILENT_RESOLVER}\noptions timeout:30 attempts:1\n`);
  execFileSync('mount', ['--bind', join(folder, 'resolv.conf'), '/etc/resolv.conf']);
  const resolver = createSocket('udp4').bind(53, SILENT_RESOLVER);
  await once(resolver, 'listening');

  const certificates = makeCertificates(folder);
  const servers = await startServers(certificates);
  const chains = await startChains(join(folder, 'chains'));
  const setup = {
    chains: chains.cases,
    mutants: makeMutants(folder),
    caFile: certificates.caFile,
    caPath: certificates.caPath,
    oddPath: certificates.oddPath,
    bundles: unpackBundles(folder),
    folder,
    fullDisk,
    ports: servers.ports,
  };
  const child = spawn('build/native-tests', {
    stdio: 'inherit',
    env: {
      PATH: process.env.PATH,
      LANG: 'C',
      SETUP: JSON.stringify(setup),
      SEED: process.env.SEED,
      ERASED: 'a secret value',
      KEPT: 'kept',
    },
  });
  const [status, signal] = await once(child, 'close');
  if (signal !== null) process.stderr.write(`build/native-tests died of ${signal}\n`);
  process.exitCode = status ?? 1;
  servers.close();
  chains.close();
  resolver.close();
} finally {
  execFileSync('umount', ['/etc/resolv.conf']);
  execFileSync('umount', [fullDisk]);
  rmSync(folder, { recursive: true });
}
