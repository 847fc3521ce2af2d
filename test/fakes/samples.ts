import { type Address, parseAddress } from '../../src/core/address/address.ts';
import type { Candidate } from '../../src/core/address/candidates.ts';
import { prefixKey } from '../../src/core/address/prefix-lives.ts';
import type { Uplink } from '../../src/core/address/routes.ts';
import type { IfAddr } from '../../src/core/address/row.ts';
import type { RecordSettings } from '../../src/core/config/settings.ts';
import type { AaaaRecord } from '../../src/core/dns/record.ts';

/** The text as an address. @throws Error when it is none */
export function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === null) throw new Error(`no IPv6 address: ${text}`);
  return parsed;
}

/** Publishable addresses, numerically ascending. */
export const A = address('2a01:db8::a');
export const B = address('2a01:db8::b');
export const C = address('2a01:db8::c');
export const D = address('2a01:db8::d');

/** The defaults: any address may be published, none is preferred. */
export const ANY = { interfaces: null, prefer: [], exclude: [] };

export const ZONE = '0123456789abcdef0123456789abcdef';
export const OTHER_ZONE = 'fedcba9876543210fedcba9876543210';

/** Two names of ZONE, one of OTHER_ZONE. */
export const HOME = 'home.example.com';
export const WWW = 'www.example.com';
export const OTHER = 'nas.example.org';

/** One name to keep right, with the defaults of the settings. */
export const recordSettings = (name: string, own: Partial<RecordSettings> = {}): RecordSettings => ({
  name,
  zoneId: ZONE,
  interfaces: null,
  multiRecord: 'error',
  ttlSec: null,
  proxied: null,
  comment: null,
  host: null,
  ...own,
});

export const inOtherZone = recordSettings(OTHER, { zoneId: OTHER_ZONE });

/** A record as its owner left it: automatic TTL, not proxied, no comment. */
export const record = (id: string, content: Address | null, own: Partial<AaaaRecord> = {}): AaaaRecord => ({
  id,
  content,
  ttlSec: 1,
  proxied: false,
  comment: '',
  readOnly: false,
  ...own,
});

/** A router-advertised address, good for a day, created at that stamp. */
export const ifAddr = (own: Address, createdStamp: number | null, others: Partial<IfAddr> = {}): IfAddr => ({
  address: own,
  ifIndex: 2,
  prefixLength: 64,
  flags: 0,
  protocol: 2,
  preferredUntilSec: 86_400,
  validUntilSec: 172_800,
  createdStamp,
  renewedStamp: createdStamp,
  renewals: { last: createdStamp, lastButOne: null, lastButTwo: null, longestGap: 0 },
  flaw: null,
  preferredToldSec: 86_400,
  dump: 0,
  ...others,
});

/** A default route as networkd, NetworkManager and the kernel make it, over link 2. */
export const UPLINK: Uplink = { ifIndex: 2, hasCarrier: true, metric: 1024, preference: 0, isOwn: true };

/** The same as something that may be published, on the uplink. */
export const candidate = (
  own: Address,
  createdStamp: number | null,
  others: Partial<Omit<Candidate, 'row'>> & { readonly row?: Partial<IfAddr> } = {},
): Candidate => {
  const row = ifAddr(own, createdStamp, others.row);
  return {
    prefix: prefixKey(row),
    uplink: UPLINK,
    life: 'living',
    proof: null,
    isStatic: false,
    preference: -1,
    isNamed: false,
    ...others,
    row,
  };
};
