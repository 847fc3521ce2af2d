/** Stands where the API's host would be: `PORT`. Takes connections and never says anything. Prints `listening`, then of each
 *  connection that ended where it came from and how many bytes came. */
import { createServer } from 'node:net';

const [port = '443'] = process.argv.slice(2);

const server = createServer((socket) => {
  const from = socket.remoteAddress;
  socket.on('error', () => {}); // whoever leaves may do so with a reset
  socket.on('close', () => process.stdout.write(`${from} ${socket.bytesRead}\n`));
  socket.resume();
});
server.listen(Number(port), '::', () => process.stdout.write('listening\n'));
