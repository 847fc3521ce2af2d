import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createSecureContext, TLSSocket } from 'node:tls';
import { makeCases } from './cases.mjs';
import { toPem } from './der.mjs';

/** OpenSSL's verdict at the level of security that distributions set (RSA 2048, no SHA-1): '' = accepted, else why not. */
async function askOpenssl({ host, leaf, sent }, file) {
  writeFileSync(`${file}.leaf`, toPem(leaf));
  writeFileSync(`${file}.sent`, sent.map((own) => toPem(own)).join(''));
  const bare = host.replace(/^\[|\]$/g, '');
  const isAddress = /^[\d.]+$|:/.test(bare);
  const untrusted = sent.length === 0 ? [] : ['-untrusted', `${file}.sent`];
  const child = spawn('openssl', [
    ...['verify', '-purpose', 'sslserver', '-auth_level', '2', '-no-CApath', '-no-CAstore', '-CAfile', file],
    ...[isAddress ? '-verify_ip' : '-verify_hostname', bare, ...untrusted, `${file}.leaf`],
  ]);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (text += bytes));
  const [status] = await once(child, 'close');
  return status === 0 ? '' : (/^error .*/m.exec(text)?.[0] ?? text.trim()) || 'refused';
}

/** What a server shows. The level of security comes first: OpenSSL takes no weak certificate above 0. */
function contextOf(leaf, sent) {
  const secure = createSecureContext({ ciphers: 'DEFAULT@SECLEVEL=0' });
  secure.context.setCert([leaf, ...sent].map((own) => toPem(own)).join(''));
  secure.context.setKey(leaf.key.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return secure;
}

/** Answers the first request over HTTP. */
function greet(socket) {
  socket.on('error', () => {}); // who refuses the certificate breaks off
  socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello'));
}

/** Makes every chain and a server that shows it, and asks OpenSSL about it.
 *  @returns the cases as the test needs them, and what closes the servers */
export async function startChains(folder) {
  mkdirSync(folder);
  const servers = [];
  const cases = makeCases();
  const listening = cases.map(async ({ title, expected, depth, openssl, ...chain }, i) => {
    const caFile = join(folder, `${i}.pem`);
    writeFileSync(caFile, chain.roots.map((own) => toPem(own)).join(''));
    const { leaf, sent, host } = chain;
    const server = createServer((socket) =>
      greet(new TLSSocket(socket, { isServer: true, secureContext: contextOf(leaf, sent) })),
    );
    servers.push(server);
    server.listen(0, host === '[::1]' ? '::1' : '127.0.0.1');
    await once(server, 'listening');
    return { title, expected, depth, openssl, host, caFile, port: server.address().port };
  });
  const ready = await Promise.all(listening);
  // Two at a time: each is a process.
  const verdicts = [];
  for (let i = 0; i < cases.length; i += 2) {
    const asked = cases.slice(i, i + 2).map((chain, j) => askOpenssl(chain, ready[i + j].caFile));
    verdicts.push(...(await Promise.all(asked)));
  }
  const close = () => {
    for (const server of servers) server.close();
  };
  return { cases: ready.map((own, i) => ({ ...own, opensslSays: verdicts[i] })), close };
}
