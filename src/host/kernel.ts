import * as netlink from 'netlink';
import * as os from 'os';
import type { Kernel, KernelSocket, KernelSocketOptions } from '../core/ports.ts';
import { failed, ok, type Result } from '../core/result.ts';
import { NETLINK_ADD_MEMBERSHIP, NETLINK_GET_STRICT_CHK, SOL_NETLINK } from '../core/wire/constants.ts';
import { messageOf } from './errors.ts';

/** Room for bursts. The kernel cuts it to net.core.rmem_max where this process has no privilege. */
const RECEIVE_BUFFER_BYTES = 1024 * 1024;

export class RtnetlinkKernel implements Kernel {
  open({ groups, filter, onReadable }: KernelSocketOptions): Result<KernelSocket, string> {
    let fd = -1;
    try {
      fd = netlink.open();
      netlink.setOption(fd, netlink.SOL_SOCKET, netlink.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
      if (filter !== null) netlink.attachFilter(fd, filter);
      for (const group of groups) netlink.setOption(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
    } catch (error) {
      if (fd >= 0) netlink.close(fd);
      return failed(messageOf(error));
    }
    try {
      netlink.setOption(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
    } catch {
      // Kernels before 4.20 do not know it: dumps then hold more than was asked for.
    }
    os.setReadHandler(fd, onReadable);
    return ok(new Socket(fd));
  }
}

/** Where the last datagrams lie, of whatever socket. */
const buffer = netlink.buffer();
const lengths = new Uint32Array(netlink.lengths());
const datagrams = Array.from(lengths, (_, i) => ({ buffer, byteOffset: i * netlink.DATAGRAM_BYTES, byteLength: 0 }));

class Socket implements KernelSocket {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  send(request: ArrayBuffer): Result<null, string> {
    try {
      netlink.send(this.#fd, request);
      return ok(null);
    } catch (error) {
      return failed(messageOf(error));
    }
  }

  receive(): ReturnType<KernelSocket['receive']> {
    try {
      const received = datagrams.slice(0, netlink.receive(this.#fd));
      let i = 0;
      for (const datagram of received) datagram.byteLength = lengths[i++] as number;
      return ok(received);
    } catch (error) {
      const lost = error instanceof Error && 'code' in error && (error.code === 'ENOBUFS' || error.code === 'EMSGSIZE');
      return failed({ kind: lost ? 'overrun' : 'broken', detail: messageOf(error) });
    }
  }

  close(): void {
    os.setReadHandler(this.#fd, null);
    netlink.close(this.#fd);
  }
}
