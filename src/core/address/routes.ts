import { RT_TABLE_MAIN, RTN_UNICAST, RTPROT_RA } from '../wire/constants.ts';
import { isInside, type Prefix } from './prefix.ts';

/** One way of a route. */
export interface NextHop {
  readonly ifIndex: number;
  /** The router's address as comparable text; '' = none: the destination is on the link, or at the other end of it. */
  readonly gateway: string;
  /** RTNH_F_DEAD: nothing is sent there. */
  readonly isDead: boolean;
}

/** A row of a routing table, as far as it decides which address the world reaches. */
export interface Route {
  /** RT_TABLE_ number. */
  readonly table: number;
  readonly destination: Prefix;
  /** Only packets from there take it; of length 0 = all packets do. */
  readonly source: Prefix;
  /** RTN_ number. */
  readonly type: number;
  /** RTPROT_ number. */
  readonly protocol: number;
  /** RTA_PRIORITY: the lower the better. */
  readonly metric: number;
  /** Router preference (RFC 4191): high 1, medium 0, low -1. */
  readonly preference: number;
  readonly hops: readonly NextHop[];
}

/** A rule that sends packets to a table by nothing but where they come from. */
export interface SourceRule {
  readonly table: number;
  /** Of length 0 = it is for all packets. */
  readonly source: Prefix;
}

/** What the kernel announces. */
export type RoutingEvent = Readonly<
  | { kind: 'there'; route: Route; replaces: boolean } // NLM_F_REPLACE: another one went, and nothing says which
  | { kind: 'gone'; route: Route }
  | { kind: 'rule' }
>;

/** A default route as the ranking sees it from one address. */
export interface Uplink {
  readonly ifIndex: number;
  readonly hasCarrier: boolean;
  readonly metric: number;
  /** Router preference (RFC 4191): high 1, medium 0, low -1. */
  readonly preference: number;
  /** It leaves by the interface that has the address. */
  readonly isOwn: boolean;
}

/** @returns < 0: `a` is better; none at all is the worst */
export function compareUplinks(a: Uplink | null, b: Uplink | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return (
    Number(b.hasCarrier) - Number(a.hasCarrier) ||
    a.metric - b.metric ||
    b.preference - a.preference ||
    Number(b.isOwn) - Number(a.isOwn)
  );
}

/** A way of a default route, and whose packets may take it. */
interface Way {
  readonly ifIndex: number;
  readonly metric: number;
  readonly preference: number;
  /** Prefixes that the address has to lie in: the route's own, and that of the rule which leads to its table. */
  readonly sources: readonly Prefix[];
  /** A route with a source prefix serves the addresses inside on any interface, a plain one those of its own. */
  readonly isPlain: boolean;
}

const isDefault = ({ destination }: Route): boolean => destination.length === 0;

/** 2000::/3, all of global unicast: what some write in place of a default route. */
export const GLOBAL_UNICAST_LENGTH = 3;
const isGlobalUnicast = ({ destination: { bytes, length } }: Route): boolean =>
  length === GLOBAL_UNICAST_LENGTH && bytes[0] === 0x20;

/** What the kernel's routes say of addresses: over which uplink the world reaches them. Made anew with every dump. */
export class Routes {
  /** Whether anything of the routes is known. */
  readonly isKnown: boolean;
  /** Whether the main table has no default route, so that rules count. */
  readonly needsRules: boolean;
  readonly #routes: readonly Route[];
  readonly #tables: ReadonlySet<number>;
  readonly #ways: readonly Way[];
  readonly #advertised: readonly Route[];

  constructor(routes: readonly Route[], rules: readonly SourceRule[], isKnown = true) {
    const tables = new Set([RT_TABLE_MAIN, ...rules.map(({ table }) => table)]);
    const main = routes.filter(({ table }) => table === RT_TABLE_MAIN);
    const ways = waysOf(main.filter(isDefault));
    this.isKnown = isKnown;
    this.needsRules = ways.length === 0;
    // Only where the main table has none: a table of its own, for a VPN say, must not take the uplink's place.
    this.#ways = ways.length > 0 ? ways : [...waysOf(main.filter(isGlobalUnicast)), ...waysOfRules(routes, rules)];
    this.#tables = tables;
    this.#routes = routes.filter(({ table }) => tables.has(table));
    this.#advertised = this.#routes.filter(isAdvertisedOnLink);
  }

  /** The links that the routes lead over, living or not. */
  get links(): ReadonlySet<number> {
    return new Set(this.#routes.flatMap(({ hops }) => hops.map(({ ifIndex }) => ifIndex)));
  }

  /** Whether an event tells what is not known here, so that the routes have to be dumped again. */
  isNews(event: RoutingEvent): boolean {
    if (event.kind === 'rule') return this.needsRules;
    const { route } = event;
    if (!this.#tables.has(route.table)) return false;
    const alike = this.#routes.filter((own) => isForSamePackets(own, route));
    const known = (hop: NextHop): boolean =>
      alike.some((own) => isSameWay(own, route) && own.hops.some(isSameHop(hop)));
    if (event.kind === 'gone') return route.hops.some(known);
    return !route.hops.every(known) || (event.replaces && alike.length > 1);
  }

  /** The best default route that serves an address; null = none.
   *  @param address 16 bytes */
  serving(address: Uint8Array, ifIndex: number, hasCarrier: (ifIndex: number) => boolean): Uplink | null {
    let best: Uplink | null = null;
    for (const way of this.#ways) {
      const isOwn = way.ifIndex === ifIndex;
      if (way.isPlain && !isOwn) continue;
      if (!way.sources.every((source) => isInside(address, source))) continue;
      const { metric, preference } = way;
      const uplink = { ifIndex: way.ifIndex, hasCarrier: hasCarrier(way.ifIndex), metric, preference, isOwn };
      if (compareUplinks(uplink, best) < 0) best = uplink;
    }
    return best;
  }

  /** Whether routers advertise a prefix on that link that holds the address. Managers that read advertisements
   *  themselves leave this sign: an on-link route of the protocol RTPROT_RA. */
  isAdvertised(address: Uint8Array, ifIndex: number): boolean {
    return this.#advertised.some(
      ({ destination, hops }) => hops.some((hop) => hop.ifIndex === ifIndex) && isInside(address, destination),
    );
  }
}

const isAdvertisedOnLink = (route: Route): boolean =>
  route.protocol === RTPROT_RA &&
  route.type === RTN_UNICAST &&
  !isDefault(route) &&
  route.hops.every(({ gateway }) => gateway === '');

/** The ways that packets really take, of routes with one destination in one table. */
const waysOf = (routes: readonly Route[], ruleSource: readonly Prefix[] = []): Way[] =>
  routes.flatMap(({ type, source, metric, preference, hops }) => {
    const sources = source.length > 0 ? [source, ...ruleSource] : ruleSource;
    if (type !== RTN_UNICAST) return [];
    const living = hops.filter(({ isDead }) => !isDead);
    return living.map(({ ifIndex }) => ({ ifIndex, metric, preference, sources, isPlain: sources.length === 0 }));
  });

const waysOfRules = (routes: readonly Route[], rules: readonly SourceRule[]): Way[] =>
  rules.flatMap(({ table, source }) =>
    waysOf(
      routes.filter((route) => route.table === table && isDefault(route)),
      source.length > 0 ? [source] : [],
    ),
  );

const isSamePrefix = (a: Prefix, b: Prefix): boolean => a.length === b.length && isInside(a.bytes, b);

/** Whether the kernel weighs both against each other by their metric, which is the same. */
const isForSamePackets = (a: Route, b: Route): boolean =>
  a.table === b.table &&
  a.metric === b.metric &&
  isSamePrefix(a.destination, b.destination) &&
  isSamePrefix(a.source, b.source);

const isSameWay = (a: Route, b: Route): boolean =>
  a.type === b.type && a.protocol === b.protocol && a.preference === b.preference;

const isSameHop =
  (a: NextHop) =>
  (b: NextHop): boolean =>
    a.ifIndex === b.ifIndex && a.gateway === b.gateway && a.isDead === b.isDead;

/** While the routes cannot be followed. */
export const UNKNOWN_ROUTES = new Routes([], [], false);
