import * as netlink from 'netlink';
import * as os from 'os';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

/** <linux/netlink.h>, <linux/rtnetlink.h>, <asm/socket.h> */
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SOL_NETLINK = 270;
const NETLINK_ADD_MEMBERSHIP = 1;
const RTNLGRP_IPV6_IFADDR = 9;
const NLMSG_DONE = 3;
const RTM_NEWADDR = 20;
const RTM_DELADDR = 21;
const RTM_GETADDR = 22;
const NLM_F_REQUEST_DUMP = 0x301;
const AF_INET6 = 10;
const NLMSG_HDRLEN = 16;
const IFADDRMSG_BYTES = 8;
/** Datagrams that one call brings. */
const BATCH = 16;

let fd: number;
beforeEach(() => {
  fd = netlink.open();
});
afterEach(() => netlink.close(fd));

function dumpRequest(): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(NLMSG_HDRLEN + IFADDRMSG_BYTES));
  view.setUint32(0, view.byteLength, true);
  view.setUint16(4, RTM_GETADDR, true);
  view.setUint16(6, NLM_F_REQUEST_DUMP, true);
  view.setUint8(NLMSG_HDRLEN, AF_INET6);
  return view.buffer as ArrayBuffer;
}

/** Types of the messages that one call brings; [] = nothing to read. */
function receiveTypes(): number[] {
  const buffer = netlink.buffer();
  const lengths = new Uint32Array(netlink.lengths());
  const types: number[] = [];
  const count = netlink.receive(fd);
  for (const [i, length] of lengths.slice(0, count).entries()) {
    const view = new DataView(buffer, i * netlink.DATAGRAM_BYTES, length);
    for (let at = 0; at < view.byteLength; at += (view.getUint32(at, true) + 3) & ~3)
      types.push(view.getUint16(at + 4, true));
  }
  return types;
}

function receiveAll(): number[] {
  const types: number[] = [];
  for (let more = receiveTypes(); more.length > 0; more = receiveTypes()) types.push(...more);
  return types;
}

const run = (...command: string[]): void => expect(os.exec(command)).toBe(0);
const join = (): void => netlink.setOption(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, RTNLGRP_IPV6_IFADDR);
const codeOf = (action: () => unknown): unknown => {
  try {
    return action();
  } catch (error) {
    return (error as { code?: string }).code ?? error;
  }
};

describe('netlink', () => {
  test('netlink: dump of the addresses → messages up to NLMSG_DONE, then nothing', () => {
    netlink.send(fd, dumpRequest());
    const types = receiveAll();
    expect(types).toContain(RTM_NEWADDR);
    expect(types.at(-1)).toBe(NLMSG_DONE);
  });

  test('netlink: member of the group → told of an address that comes and goes', () => {
    join();
    run('ip', 'address', 'add', '3ffe::1/128', 'dev', 'lo');
    run('ip', 'address', 'delete', '3ffe::1/128', 'dev', 'lo');
    const types = receiveAll();
    expect([types[0], types.at(-1)]).toEqual([RTM_NEWADDR, RTM_DELADDR]);
  });

  test('netlink: not a member → told nothing', () => {
    run('ip', 'address', 'add', '3ffe::1/128', 'dev', 'lo');
    run('ip', 'address', 'delete', '3ffe::1/128', 'dev', 'lo');
    expect(receiveTypes()).toEqual([]);
  });

  test('netlink: more messages than the socket holds → ENOBUFS once, then the rest', () => {
    netlink.setOption(fd, SOL_SOCKET, SO_RCVBUF, 1);
    join();
    for (let i = 1; i <= 20; i++) run('ip', 'address', 'add', `3ffe::${i}/128`, 'dev', 'lo');
    run('ip', '-6', 'address', 'flush', 'to', '3ffe::/16', 'dev', 'lo');
    expect(codeOf(() => netlink.receive(fd))).toBe('ENOBUFS');
    expect([...new Set(receiveTypes())]).toEqual([RTM_NEWADDR]);
    expect(receiveTypes()).toEqual([]);
  });

  test('netlink: many datagrams → as many as have room at a time, in their order', () => {
    join();
    for (let i = 1; i <= BATCH; i++) run('ip', 'address', 'add', `3ffe::${i}/128`, 'dev', 'lo');
    run('ip', 'address', 'delete', '3ffe::1/128', 'dev', 'lo');
    expect(receiveTypes()).toEqual(Array(BATCH).fill(RTM_NEWADDR));
    expect(receiveAll().at(-1)).toBe(RTM_DELADDR);
    run('ip', '-6', 'address', 'flush', 'to', '3ffe::/16', 'dev', 'lo');
  });

  test('netlink: datagram of another process → dropped', () => {
    // The first netlink socket of a process gets the process id as its port id (netlink(7)).
    const sender = `use Socket; socket(S, 16, SOCK_RAW, 0) or die; my $to = pack('SSLL', 16, 0, ${os.getpid()}, 0);
      send(S, pack('LSSLL', 16, ${RTM_NEWADDR}, 0, 0, 0), 0, $to) == 16 or die $!`;
    run('perl', '-e', sender);
    expect(receiveTypes()).toEqual([]);
    netlink.send(fd, dumpRequest());
    run('perl', '-e', sender);
    expect(receiveTypes()).toContain(RTM_NEWADDR);
  });

  test('netlink: error → Error whose message names the call', () => {
    expect(() => netlink.setOption(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, 100_000)).toThrow(
      /^setsockopt: Invalid argument$/,
    );
    expect(codeOf(() => netlink.setOption(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, 100_000))).toBe('EINVAL');
  });

  test('netlink: descriptor that is not open → EBADF from every call', () => {
    const closed = netlink.open();
    netlink.close(closed);
    expect(codeOf(() => netlink.setOption(closed, SOL_SOCKET, SO_RCVBUF, 1))).toBe('EBADF');
    expect(codeOf(() => netlink.send(closed, dumpRequest()))).toBe('EBADF');
    expect(codeOf(() => netlink.receive(closed))).toBe('EBADF');
    expect(codeOf(() => netlink.close(closed))).toBe('EBADF');
  });

  test('netlink: something else for the buffer → TypeError', () => {
    const notABuffer = {} as ArrayBuffer;
    expect(() => netlink.send(fd, notABuffer)).toThrow(TypeError);
    expect(() => netlink.send(fd, new Uint8Array(8) as unknown as ArrayBuffer)).toThrow(TypeError);
  });
});
