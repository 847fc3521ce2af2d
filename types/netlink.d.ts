/** Native module: rtnetlink sockets (native/netlink.c). Every function is one system call and throws HostError. */
declare module 'netlink' {
  /** socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE), bound to a port id of the kernel's choice.
   *  @throws HostError EAFNOSUPPORT or EPERM in a sandbox without rtnetlink */
  export function open(): number;
  /** Numbers for `setOption`, which are not the same on every architecture. */
  export const SOL_SOCKET: number;
  export const SO_RCVBUF: number;
  /** setsockopt(fd, level, option, value): NETLINK_ADD_MEMBERSHIP, NETLINK_GET_STRICT_CHK, SO_RCVBUF. */
  export function setOption(fd: number, level: number, option: number, value: number): void;
  /** setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER): `program` is an array of struct sock_filter, 8 bytes each (<linux/filter.h>). */
  export function attachFilter(fd: number, program: ArrayBuffer): void;
  /** Sends one request to the kernel (nl_pid 0). */
  export function send(fd: number, message: ArrayBuffer): void;
  /** Room for a datagram. */
  export const DATAGRAM_BYTES: number;
  /** Receives the datagrams that wait, up to 16 (recvmmsg(2)): one after the other into `buffer`, each at the start of its
   *  room, and their lengths into `lengths`. Those of other senders than the kernel (nl_pid not 0) get length 0.
   *  @returns how many; 0 = nothing to read now
   *  @throws HostError ENOBUFS when the kernel dropped messages, EMSGSIZE when a datagram needs more room */
  export function receive(fd: number): number;
  /** Memory for datagrams, the same for every socket; needed before `receive`. What was received stands there until the
   *  next `receive`, and until the process sleeps. */
  export function buffer(): ArrayBuffer;
  /** Bytes of the datagrams that were received last, 32 bits each. */
  export function lengths(): ArrayBuffer;
  export function close(fd: number): void;
}
