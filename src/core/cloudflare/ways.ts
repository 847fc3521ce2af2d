/** Which way to the API the next try goes, after what became of those before: a pure state that is asked and told. */

/** Of an address: IPv4 or IPv6. */
export type Family = 4 | 6;

/** How one transfer gets to the API. */
export interface Way {
  /** The family that is asked for and connected to, null = both, whichever answers first. */
  readonly family: Family | null;
  /** Addresses that are passed over. */
  readonly avoid: readonly string[];
  /** Addresses in place of the resolver's answers; none = it is asked. */
  readonly addresses: readonly string[];
}

/** What is known of the ways. */
export interface Ways {
  /** Addresses that answered, the latest first. */
  readonly good: readonly string[];
  /** Addresses that took a connection and then failed, the latest first, until they answer again. */
  readonly bad: readonly string[];
  /** The family that failed last: the other one goes first. */
  readonly shunned: Family | null;
  /** How many tries have failed in a row. */
  readonly failures: number;
}

/** How a transfer ended. */
export interface WayEnd {
  readonly kind: 'answered' | 'unresolved' | 'failed';
  /** The server that was connected to; '' = none. */
  readonly address: string;
}

/** What stands between us and the API. */
export interface Path {
  /** The API's host is a name, not an address. */
  readonly isNamed: boolean;
  /** It is a proxy that is connected to. */
  readonly isProxied: boolean;
}

export const NOTHING_KNOWN: Ways = { good: [], bad: [], shunned: null, failures: 0 };

/** How the resolver's first answer is taken. */
export const USUAL: Way = { family: null, avoid: [], addresses: [] };

/** More than an API has addresses of both families, as a rule. */
const REMEMBERED = 4;
const PASSED_OVER = 8;

/** For the resolver's answer, the connection and the TLS handshake together: well below the default for the whole
 *  request, so that another way can still be tried. */
export const CONNECT_LIMIT_MS = 10_000;

/** The same while another way may be better: time for a second question to a name server, or for the third SYN. */
const SHORT_CONNECT_LIMIT_MS = 6_000;

/** From so many failures in a row on it is the network that is slow, not one way. */
const SLOW_FROM = 2;

export const familyOf = (address: string): Family => (address.includes(':') ? 6 : 4);

const OTHER = { 4: 6, 6: 4 } as const;

/** What the next try goes through in turn, as long as it is clear at once that a way leads nowhere. */
export function nextWays({ good, bad, shunned }: Ways, { isNamed, isProxied }: Path): readonly Way[] {
  if (!isNamed) return [USUAL];
  const fresh = { ...USUAL, avoid: bad };
  const apart = shunned === null ? [] : [{ ...fresh, family: OTHER[shunned] }];
  const known = isProxied ? [] : good.filter((address) => !bad.includes(address));
  if (known.length > 0) return [...apart, fresh, { ...USUAL, addresses: known }];
  return bad.length === 0 ? [...apart, fresh] : [...apart, fresh, USUAL];
}

/** What those who leave from an address of their own go through, over IPv6 alone. */
export function nextWaysFromAddress({ good }: Ways, { isNamed, isProxied }: Path): readonly Way[] {
  const known = isNamed && !isProxied ? good.filter((address) => familyOf(address) === 6) : [];
  return known.length === 0 ? [USUAL] : [USUAL, { ...USUAL, addresses: known }];
}

/** How long each way of the next try may take until it can send. */
export const connectLimitMs = ({ failures }: Ways, { isNamed }: Path): number =>
  isNamed && failures < SLOW_FROM ? SHORT_CONNECT_LIMIT_MS : CONNECT_LIMIT_MS;

/** What is known after a try.
 *  @param end of the last transfer of the try */
export function learned(ways: Ways, { kind, address }: WayEnd): Ways {
  const { good, bad, shunned, failures } = ways;
  const others = (known: readonly string[]): readonly string[] => known.filter((own) => own !== address);
  if (kind === 'answered') {
    const stays = address === '' || familyOf(address) !== shunned;
    return {
      good: address === '' ? good : [address, ...others(good)].slice(0, REMEMBERED),
      bad: others(bad),
      shunned: stays ? shunned : null,
      failures: 0,
    };
  }
  if (address !== '') {
    const failed = [address, ...others(bad)].slice(0, PASSED_OVER);
    return { good, bad: failed, shunned: familyOf(address), failures: failures + 1 };
  }
  // Nothing was connected to. A resolver that fails on the one half of the question is asked for each by itself.
  const apart = kind === 'unresolved' ? ASKED_NEXT[shunned ?? 0] : null;
  return { good, bad: [], shunned: apart, failures: failures + 1 };
}

/** Whom to leave out after nobody, IPv4, IPv6. */
const ASKED_NEXT: Readonly<Record<0 | Family, Family | null>> = { 0: 6, 6: 4, 4: null };

/** What a try that left from an address of its own tells of the ways: where the API is, if it answered. */
export const learnedFromAddress = (ways: Ways, end: WayEnd): Ways => ({ ...ways, good: learned(ways, end).good });

/** What libcurl is to take for the host of `url` in place of asking the resolver, as long as it would keep an answer
 *  (CURLOPT_RESOLVE); null = there is nothing to take. */
export function resolveEntry(url: string, addresses: readonly string[]): string | null {
  const [, scheme, host, port] = /^(https?):\/\/([^/:[\]]+)(?::(\d+))?(?:\/|$)/.exec(url) ?? [];
  if (host === undefined || addresses.length === 0) return null;
  const bracketed = addresses.map((address) => (familyOf(address) === 6 ? `[${address}]` : address));
  return `+${host}:${port ?? (scheme === 'https' ? 443 : 80)}:${bracketed.join(',')}`;
}

/** What leads to the API.
 *  @param isProxied a proxy is set */
export const pathTo = (baseUrl: string, isProxied: boolean): Path => ({
  isNamed: !/^https?:\/\/(\[|[\d.]+(?:[:/]|$))/.test(baseUrl),
  isProxied,
});
