import { type Address, parseAddress } from '../../src/core/address/address.ts';
import type { MultiRecord, RecordSettings } from '../../src/core/config/settings.ts';
import type { Random } from './random.ts';

export const ADDRESSES = ['3ffe:1::a', '3ffe:1::b', '3ffe:2::a', '3ffe:2::b'].map((text): Address => {
  const address = parseAddress(text);
  if (address === null) throw new Error(text);
  return address;
});

/** What somebody else points a name at. */
export const FOREIGN = ['2606:4700::1', '2606:4700::2'];

const LABELS = ['home', 'www', 'nas', 'mail', 'a', 'b', 'c', 'd'];

export const ZONES = ['example.com', 'example.org'];

/** Names in the zones, with the settings that `random` chooses. @param zoneIds in the order of ZONES */
export function someRecords(random: Random, zoneIds: readonly string[]): RecordSettings[] {
  const labels = LABELS.filter(() => random.chance(0.5));
  return (labels.length === 0 ? ['home'] : labels).map((label) => {
    const zone = random.below(2);
    return {
      name: `${label}.${ZONES[zone]}`,
      zoneId: random.chance(0.4) ? (zoneIds[zone] ?? null) : null,
      interfaces: null,
      multiRecord: random.pick<MultiRecord>(['error', 'first', 'all']),
      ttlSec: random.chance(0.2) ? 300 : null,
      proxied: null,
      comment: random.chance(0.2) ? 'mine' : null,
      host: null,
    };
  });
}

export const settingsOf = (records: readonly RecordSettings[]) => ({ records, prefer: [], exclude: [] });
