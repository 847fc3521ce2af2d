import { IFA_F_TEMPORARY } from '../wire/constants.ts';
import { networkOf } from './address.ts';
import { originOf } from './origin.ts';
import type { Routes } from './routes.ts';
import { type IfAddr, isDeprecated, renewalsOf } from './row.ts';
import { isLater, laterOf } from './stamps.ts';

/** What the signs say of a prefix on its link:
 *  - `living`: nothing speaks against it
 *  - `withdrawn`: all that the routers made in it is deprecated
 *  - `silent`: another prefix of the link was renewed three times since anything in this one was, and this one has missed
 *    one and a half of its own longest interval
 *  - `doubtful`: the same, but its own pace allows for more time, or nobody knows it: the renewals of a lease are hours
 *    apart. Or one dump is all there is, and it shows that another one was renewed later: NetworkManager makes every
 *    address anew when it adds one, so its stamps do not say which came first. Only a proof can tell. */
export type Life = 'living' | 'withdrawn' | 'silent' | 'doubtful';

/** Why a router may be late: its interval is drawn anew every time (RFC 4861 §6.2.4), and one advertisement may be lost. */
const MISSED_INTERVALS = 1.5;

/** What comes with one advertisement is stamped within this, hundredths of a second. */
const TOGETHER = 200;

interface Signs {
  readonly ifIndex: number;
  /** Routers made something in it; of that something is not deprecated. */
  isRouters: boolean;
  isPreferred: boolean;
  /** When anything in it was last renewed; null = nothing ever is. */
  renewed: number | null;
  /** When a router renewed it last but two. */
  lastButTwo: number | null;
  longestGap: number;
}

/** The name of the prefix that an address lies in, unique on this machine: the same one on two links is two. */
export const prefixKey = ({ ifIndex, address }: Pick<IfAddr, 'ifIndex' | 'address'>): string =>
  `${networkOf(address)} ${ifIndex}`;

/** Staleness is a matter of the prefix of a link, not of an address: a router that forgets its old prefix (flash
 *  renumbering, RFC 8978) leaves everything in it preferred for hours, and withdraws a lease of it by no other sign than
 *  the address that it made itself beside it.
 *  @returns by `prefixKey`
 *  @param nowSec CLOCK_BOOTTIME */
export function prefixLives(rows: Iterable<IfAddr>, routes: Routes, nowSec: number): ReadonlyMap<string, Life> {
  const prefixes = new Map<string, Signs>();
  /** By link: what was renewed three times was so since then, and the last renewal of anything. */
  const others = new Map<number, { thrice: number | null; renewed: number | null }>();
  for (const row of rows) {
    if (row.flags & IFA_F_TEMPORARY) continue;
    const key = prefixKey(row);
    const signs = prefixes.get(key) ?? newSigns(row.ifIndex);
    prefixes.set(key, signs);
    addSigns(signs, row, routes, nowSec);
  }
  for (const { ifIndex, isPreferred, lastButTwo, renewed } of prefixes.values()) {
    if (!isPreferred) continue;
    const on = others.get(ifIndex) ?? { thrice: null, renewed: null };
    others.set(ifIndex, { thrice: laterOf(on.thrice, lastButTwo), renewed: laterOf(on.renewed, renewed) });
  }
  const lives = new Map<string, Life>();
  for (const [key, signs] of prefixes) {
    const on = others.get(signs.ifIndex);
    lives.set(key, on === undefined ? lifeOf(signs, null, null) : lifeOf(signs, on.thrice, on.renewed));
  }
  return lives;
}

const newSigns = (ifIndex: number): Signs => ({
  ifIndex,
  isRouters: false,
  isPreferred: false,
  renewed: null,
  lastButTwo: null,
  longestGap: 0,
});

function addSigns(signs: Signs, row: IfAddr, routes: Routes, nowSec: number): void {
  const origin = originOf(row, routes);
  if (origin === 'static') return;
  const { last, lastButTwo, longestGap } = renewalsOf(row);
  signs.renewed = laterOf(signs.renewed, last);
  if (origin !== 'slaac') return;
  signs.isRouters = true;
  signs.longestGap = Math.max(signs.longestGap, longestGap);
  if (isDeprecated(row, nowSec)) return;
  signs.isPreferred = true;
  signs.lastButTwo = laterOf(signs.lastButTwo, lastButTwo);
}

/** @param thrice since when another prefix of the link was renewed three times
 *  @param newest the last renewal on the link */
function lifeOf(signs: Signs, thrice: number | null, newest: number | null): Life {
  const { isRouters, isPreferred, renewed, longestGap } = signs;
  if (isRouters && !isPreferred) return 'withdrawn';
  if (renewed === null || thrice === null || newest === null) return 'living';
  const missed = (newest - renewed) >>> 0;
  if (!isLater(thrice, renewed)) return isRouters && longestGap === 0 && missed > TOGETHER ? 'doubtful' : 'living';
  return isRouters && missed >= MISSED_INTERVALS * longestGap ? 'silent' : 'doubtful';
}
