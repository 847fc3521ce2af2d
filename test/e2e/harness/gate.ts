/** Stands before the API, at several addresses of which each treats connections in its own way: `JSON`, a `Gate`. Prints
 *  `listening`, then of each connection the address that it came to. */
import { execFileSync } from 'node:child_process';
import { connect, createServer, isIPv6, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** `good`: passed on. `reset`: at once. `mute`: taken, then silence instead of TLS. `numb`: the handshake of TLS passes,
 *  then nothing. `slow`: the API's bytes arrive one by one. `lost`: in the middle of the handshake the way ends. */
export type Manner = 'good' | 'reset' | 'mute' | 'numb' | 'slow' | 'lost';

export interface Gate {
  readonly port: number;
  /** The API's host. */
  readonly upstream: string;
  readonly addresses: Readonly<Record<string, Manner>>;
}

const SLOW_MS = 50;

/** What a client sends in a handshake of TLS 1.3: ClientHello, then the end of its side. */
const HANDSHAKE_PIECES = 2;

const { port, upstream, addresses }: Gate = JSON.parse(process.argv[2] ?? '');

function serve(address: string, manner: Manner, client: Socket): void {
  client.on('error', () => {}); // whoever leaves may do so with a reset
  if (manner === 'reset') client.resetAndDestroy();
  else if (manner === 'mute') client.resume();
  else pass(address, manner, client);
}

function pass(address: string, manner: Manner, client: Socket): void {
  const server = connect(port, upstream);
  let pieces = 0;
  server.on('error', () => client.destroy());
  server.on('close', () => client.destroy());
  client.on('close', () => server.destroy());
  client.on('data', (bytes) => {
    pieces += 1;
    if (manner !== 'numb' || pieces < HANDSHAKE_PIECES) server.write(bytes);
  });
  if (manner === 'slow') void drip(server, client);
  else server.on('data', (bytes) => client.write(bytes, () => manner === 'lost' && lose(address)));
}

let isLost = false;

/** What comes to the address is dropped from now on. */
function lose(address: string): void {
  if (isLost) return;
  isLost = true;
  execFileSync('ip', ['route', 'add', 'blackhole', address]);
  execFileSync('ip', ['addr', 'del', `${address}/${isIPv6(address) ? 128 : 32}`, 'dev', 'lo']);
}

async function drip(server: Socket, client: Socket): Promise<void> {
  for await (const bytes of server) {
    for (const byte of bytes as Buffer) {
      if (client.destroyed) return;
      client.write(Uint8Array.of(byte));
      await sleep(SLOW_MS);
    }
  }
}

const servers = Object.entries(addresses).map(async ([address, manner]) => {
  const server = createServer((client) => {
    process.stdout.write(`${address}\n`);
    serve(address, manner, client);
  });
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
});
await Promise.all(servers);
process.stdout.write('listening\n');
