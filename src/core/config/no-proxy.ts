import { addressBytes, parseAddress, prefixMask } from '../address/address.ts';
import { hostAndPort } from '../url.ts';

/** The proxy that requests of `url` go through; null = none. What is not encrypted is for a loopback address, and leaves
 *  the machine by no way.
 *  @param noProxy the hosts that do without, as `NO_PROXY` has them */
export const proxyFor = (url: string, proxy: string | null, noProxy: string | null): string | null =>
  !url.startsWith('https:') || doesWithout(url, noProxy ?? '') ? null : proxy;

/** Whether the host of `url` is one of the list. Nobody defines it; this is what curl, Go and Python have in common, and
 *  of what only one of them has, what nobody reads otherwise: names with all that is below them (a dot in front changes
 *  nothing, `*.` leaves the name itself out), addresses, networks, `*`, each with a port or without. */
function doesWithout(url: string, list: string): boolean {
  const { host, port } = hostAndPort(url);
  const name = withoutDot(host);
  return list
    .toLowerCase()
    .split(/[\s,]/)
    .some((entry) => matches(entry, name, port));
}

function matches(entry: string, name: string, port: string): boolean {
  if (entry === '*') return true;
  // An IPv6 address has colons of its own, and a port behind brackets only.
  const [, bracketed, plain = '', ownPort] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? [];
  const host = withoutDot(bracketed ?? (plain || entry));
  if (ownPort !== undefined && ownPort !== port) return false;
  const [text = '', length] = host.split('/');
  const network = bytesOf(text);
  if (network !== null) return isWithin(bytesOf(name), network, length ?? null, text.includes(':') ? 0 : 96);
  const domain = host.replace(/^\*?\.?/, '');
  return domain !== '' && (name.endsWith(`.${domain}`) || (name === domain && !host.startsWith('*')));
}

const withoutDot = (name: string): string => name.replace(/\.$/, '');

/** An IPv4 address as the IPv6 one that is mapped to it; null = neither. */
function bytesOf(text: string): readonly number[] | null {
  const address = parseAddress(text.includes(':') ? text : `::ffff:${text}`);
  return address === null ? null : addressBytes(address);
}

/** @param length bits of the network's prefix beyond `before`; null = all */
function isWithin(bytes: readonly number[] | null, network: readonly number[], length: string | null, before: number) {
  const bits = length === null ? 128 : Number(length) + before;
  if (bytes === null || !Number.isInteger(bits) || bits > 128) return false;
  return bytes.every((byte, i) => ((byte ^ (network[i] ?? 0)) & prefixMask(bits, i)) === 0);
}
