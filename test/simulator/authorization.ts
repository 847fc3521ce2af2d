import { refusals } from './errors.ts';
import type { Cloud, Permission, Token, Zone, ZoneProperties } from './state.ts';

/** 40 characters, since 2026 behind a prefix and before a checksum of 8 hexadecimal digits (facts §1). */
const TOKEN = /^Bearer (?<value>[A-Za-z0-9_-]{40}|cf[ua]t_[A-Za-z0-9_-]{40}[0-9a-f]{8})$/;
const GLOBAL_KEY = /^[0-9a-f]{37,45}$|^cfk_[A-Za-z0-9_-]{40}[0-9a-f]{8}$/;

/** The token of a request, well-formed but perhaps unknown (null).
 *  @throws Refusal when the headers are missing or malformed */
export function presentedToken(cloud: Cloud, headers: Readonly<Record<string, string>>): Token | null {
  const authorization = headers['authorization'];
  if (authorization !== undefined) {
    const value = TOKEN.exec(authorization)?.groups?.['value'];
    if (value === undefined) throw refusals.authorizationMalformed();
    return cloud.tokens.get(value) ?? null;
  }
  const key = headers['x-auth-key'];
  const email = headers['x-auth-email'];
  if (key === undefined || email === undefined) throw refusals.authorizationMissing();
  if (!GLOBAL_KEY.test(key)) throw refusals.keyMalformed();
  if (!/^[^@\s]+@[^@\s]+$/.test(email)) throw refusals.emailMalformed();
  throw refusals.keyUnknown();
}

/** @throws Refusal unless the token is known, in force, and used from where it may be */
export function usableToken(token: Token | null, clientAddress: string): Token {
  if (token === null || token.status !== 'active') throw refusals.tokenUnknown();
  if (token.allowedFrom !== null && !token.allowedFrom.includes(clientAddress)) {
    throw refusals.tokenElsewhere(clientAddress);
  }
  return token;
}

/** The zone of that id.
 *  @throws Refusal when there is none, the token does not cover it, or has none of the permissions for it */
export function permittedZone(cloud: Cloud, token: Token, zoneId: string, anyOf: readonly Permission[]): Zone {
  const zone = cloud.zones.get(zoneId);
  if (zone === undefined) throw token.zones === null ? refusals.zoneUnknown() : refusals.forbidden();
  if (!covers(token, zoneId) || !permits(token, anyOf)) throw refusals.forbidden();
  return zone;
}

/** Zones that the token sees: those it may not read are left out without a word (facts §4.1). */
export function visibleZones(cloud: Cloud, token: Token): ZoneProperties[] {
  if (!permits(token, zoneReaders(cloud))) return [];
  return [...cloud.zones.values()].map((zone) => zone.properties).filter((zone) => covers(token, zone.id));
}

/** Permissions of which one lets a token read a zone. */
export const zoneReaders = (cloud: Cloud): readonly Permission[] =>
  cloud.lookupNeedsZoneRead ? ['zone:read'] : ['zone:read', 'dns:read', 'dns:write'];

const covers = (token: Token, zoneId: string): boolean => token.zones === null || token.zones.includes(zoneId);
const permits = (token: Token, anyOf: readonly Permission[]): boolean =>
  anyOf.some((permission) => token.permissions.includes(permission));
