import type { ErrorCode } from './failure.ts';

export const MISSING_PERMISSION = 'give the token the permission Zone → DNS → Edit for this zone, and check zone_id';
export const UNKNOWN_ZONE = "zone_id is not a zone of this account: copy it from the zone's overview page";
export const NO_USE = 'it says that trying again does not help: see the API on its status page';
export const SEE_CODE = "see the code in Cloudflare's documentation, then correct the settings";

/** What to do about the first code that says enough; undefined = none does. A `switch`, because a table would stay in
 *  memory. */
export function remedyFor(codes: readonly ErrorCode[]): string | undefined {
  for (const { code, message } of codes) {
    const remedy = remedyOf(code, message);
    if (remedy !== undefined) return remedy;
  }
  return undefined;
}

/** @param message tells what 9109 is meant to say, and nothing else */
function remedyOf(code: number, message: string): string | undefined {
  switch (code) {
    case 6003:
    case 6111:
      return 'the token is malformed: copy it again, without quotes, blanks or a name in front';
    case 9109:
      if (/from location/i.test(message)) return OTHER_CLIENT;
      return /unauthorized/i.test(message) ? MISSING_PERMISSION : UNKNOWN_TOKEN;
    case 1000:
    case 9103:
    case 9106:
      return UNKNOWN_TOKEN;
    case 10000:
      return MISSING_PERMISSION;
    case 1001:
    case 7000:
    case 7003:
      return UNKNOWN_ZONE;
    case 81053:
    case 81054:
      return 'remove the CNAME record of this name, or choose another name';
    case 81055:
      return 'another record has this name: remove it, or choose another name';
    case 81056:
      return 'the name is delegated by NS records: choose another name';
    case 81045:
      return 'the zone is full: remove records that are not needed';
    case 1038:
      return "Cloudflare's API does not serve .cf, .ga, .gq, .ml and .tk: move to another domain";
    case 9000:
    case 9001:
    case 9002:
      return 'Cloudflare takes no such record: correct its name and ttl';
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

const UNKNOWN_TOKEN = 'the token is unknown, expired or revoked: make a new one';
const OTHER_CLIENT =
  'the token is limited to other client addresses: take that limit off, this machine changes its own';
