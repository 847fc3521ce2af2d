/** A server on ::1 that answers every request with the same bytes: `BASE64`. Prints `listening PORT`. */
import { type AddressInfo, createServer } from 'node:net';

const reply = Buffer.from(process.argv[2] ?? '', 'base64');

const server = createServer((socket) => {
  socket.on('error', () => {}); // whoever leaves may do so with a reset
  socket.once('data', () => socket.end(reply));
});
server.listen(0, '::1', () => {
  process.stdout.write(`listening ${(server.address() as AddressInfo).port}\n`); // an AddressInfo, since it is TCP
});
