import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';

/** Answers each connection with what `next` makes, in one piece or in several, and closes it.
 *  @param next called when the client has begun to speak */
export async function serveBytes(next: () => Uint8Array, pieces: () => number): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {}); // whoever leaves may do so with a reset
    socket.once('data', () => void send(socket, next(), pieces()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

export const portOf = (server: Server): number => (server.address() as AddressInfo).port; // an AddressInfo, since it is TCP

async function send(socket: Socket, bytes: Uint8Array, pieces: number): Promise<void> {
  const size = Math.max(1, Math.ceil(bytes.length / pieces));
  for (let at = 0; at < bytes.length && !socket.destroyed; at += size) {
    await new Promise((resolve) => socket.write(bytes.subarray(at, at + size), resolve));
  }
  socket.end();
}
