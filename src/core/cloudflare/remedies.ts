import type { ErrorCode } from './errors.ts';

/** What a request was about: zones by a name, one zone, the records of one, a change of them. */
export type Asked = 'zones' | 'zone' | 'records' | 'write';

/** What a person can do about a refusal; the words depend on what was asked and on the settings. */
export type Remedy = Readonly<
  | { kind: 'permission'; asked: Asked } // the token lacks one
  | { kind: 'zone'; asked: Asked } // the zone is none that the token may see
  | { kind: 'words'; words: string }
>;

export const NO_ZONE_REMEDY = 'check the name, give the token Zone → Zone → Read, or set zone_id';

const NO_USE = 'Cloudflare says that a retry does not help: see the API on its status page';
const SEE_CODE = "see the code in Cloudflare's documentation, then correct the settings";
const UNKNOWN_TOKEN = 'the token is unknown, expired or revoked: make a new one';
const OTHER_CLIENT =
  'the token is limited to other client addresses: take that limit off, because the address of this machine changes';

export const noUse: Remedy = { kind: 'words', words: NO_USE };
export const seeCode: Remedy = { kind: 'words', words: SEE_CODE };

/** What to do, in words that follow a colon.
 *  @param zoneIdSet the zone's id comes from the settings */
export function describeRemedy(remedy: Remedy, zoneIdSet: boolean): string {
  switch (remedy.kind) {
    case 'words':
      return remedy.words;
    case 'permission':
      if (remedy.asked === 'zones') return 'give the token the permission Zone → Zone → Read, or set zone_id';
      return `give the token the permission Zone → DNS → Edit for this zone${zoneIdSet ? ', and check zone_id' : ''}`;
    case 'zone':
      if (remedy.asked === 'zones') return NO_ZONE_REMEDY;
      return zoneIdSet
        ? "zone_id is not a zone of this account: copy it from the zone's overview page"
        : 'the zone is gone, or moved to another account: give the token permissions for the zone as it is now';
  }
}

/** What to do about the first code that says enough; undefined = none does. */
export function remedyFor(codes: readonly ErrorCode[], asked: Asked): Remedy | undefined {
  for (const { code, message } of codes) {
    const remedy = remedyOf(code, message);
    if (remedy === 'permission' || remedy === 'zone') return { kind: remedy, asked };
    if (remedy !== undefined) return { kind: 'words', words: remedy };
  }
  return undefined;
}

/** What to do about a code that concerns one record. A `switch`, because a table would stay in memory. */
export function recordRemedy(code: number): string | undefined {
  switch (code) {
    case 81053:
    case 81054:
      return 'remove the CNAME record of this name, or choose another name';
    case 81055:
      return 'another record has this name: remove it, or choose another name';
    case 81056:
      return 'the name is delegated by NS records: choose another name';
    case 81045:
      return 'the zone is full: remove records that are not needed';
    case 9000:
    case 9001:
    case 9002:
      return 'Cloudflare does not accept this record: correct its name and ttl';
    case 9003:
      return 'Cloudflare does not proxy to this address: set proxied to false';
    case 9004:
    case 9041:
      return 'this record cannot be proxied: set proxied to false';
    case 9020:
    case 9021:
      return 'set ttl to 1 (automatic) or 60–86400 seconds';
    case 9300:
      return "the record has more tags than the zone's plan allows: remove some of them";
    case 9313:
      return "shorten comment to what the zone's plan allows (100 characters on Free)";
    case 6007:
    case 9005:
    case 9006:
    case 9207:
      return 'a fault of ipv6ddns: please report it with this line';
    default:
      return undefined;
  }
}

/** @param message tells what 9109 is meant to say, and nothing else */
function remedyOf(code: number, message: string): string | undefined {
  switch (code) {
    case 6003:
    case 6111:
      return 'the token is malformed: copy it again, without quotes, blanks or a name in front';
    case 9109:
      if (/from location/i.test(message)) return OTHER_CLIENT;
      return /unauthorized/i.test(message) ? 'permission' : UNKNOWN_TOKEN;
    case 1000:
    case 9103:
    case 9106:
      return UNKNOWN_TOKEN;
    case 10000:
      return 'permission';
    case 1001:
    case 7000:
    case 7003:
      return 'zone';
    case 1038:
      return "Cloudflare's API does not serve .cf, .ga, .gq, .ml and .tk: move to another domain";
    default:
      return recordRemedy(code);
  }
}
