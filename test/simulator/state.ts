import { randomBytes } from 'node:crypto';
import type { Generation } from './errors.ts';

export type Plan = 'free' | 'pro' | 'business' | 'enterprise';

/** What a plan allows (facts §4.6, §5, §6, §7 code 81045). */
export interface PlanLimits {
  readonly batchRecords: number;
  readonly records: number;
  readonly commentCharacters: number;
  readonly tags: number;
  readonly minimumTtlSec: number;
}

const PAID: PlanLimits = { batchRecords: 3500, records: 3500, commentCharacters: 500, tags: 20, minimumTtlSec: 60 };

export const PLAN_LIMITS: Readonly<Record<Plan, PlanLimits>> = {
  free: { batchRecords: 200, records: 200, commentCharacters: 100, tags: 0, minimumTtlSec: 60 },
  pro: PAID,
  business: PAID,
  enterprise: { ...PAID, minimumTtlSec: 30 },
};

export type RecordType = 'A' | 'AAAA' | 'CNAME' | 'NS' | 'TXT';

/** One record as the API stores it (facts §3). */
export interface DnsRecord {
  /** 32 hexadecimal digits. */
  readonly id: string;
  /** Full name in A-labels, lower case, no final dot. */
  readonly name: string;
  readonly type: RecordType;
  readonly content: string;
  /** Seconds; 1 = automatic. */
  readonly ttl: number;
  readonly proxied: boolean;
  readonly comment: string | null;
  readonly tags: readonly string[];
  readonly settings: Readonly<Record<string, unknown>>;
  readonly meta: Readonly<Record<string, unknown>>;
  /** RFC 3339. */
  readonly created_on: string;
  readonly modified_on: string;
}

export interface ZoneProperties {
  readonly id: string;
  /** A-labels; the zone calls answer with the Unicode form (facts §4.1). */
  readonly name: string;
  readonly status: 'active' | 'pending' | 'initializing' | 'moved';
  readonly paused: boolean;
  readonly type: 'full' | 'partial' | 'secondary' | 'internal';
  readonly accountId: string;
  readonly plan: Plan;
  /** Overrides the plan's number of records; null = the plan's. */
  readonly recordQuota: number | null;
  /** Both are reported of `proxied` with a ttl other than 1: refused (true), or stored as 1 (false). */
  readonly refusesProxiedTtl: boolean;
}

export interface Zone {
  properties: ZoneProperties;
  /** In the order in which they were made, which is the order of the list call. */
  records: Map<string, DnsRecord>;
}

export type Permission = 'dns:read' | 'dns:write' | 'zone:read';

export interface Token {
  readonly value: string;
  readonly id: string;
  readonly owner: 'user' | 'account';
  readonly accountId: string;
  readonly status: 'active' | 'disabled' | 'expired';
  /** Ids of the zones that it covers; null = every zone. */
  readonly zones: readonly string[] | null;
  readonly permissions: readonly Permission[];
  /** Client addresses it may be used from; null = any. */
  readonly allowedFrom: readonly string[] | null;
}

/** Everything the API knows. */
export interface Cloud {
  readonly zones: Map<string, Zone>;
  readonly tokens: Map<string, Token>;
  generation: Generation;
  /** Whether looking a zone up takes zone:read; reports say both (facts §4.1). */
  lookupNeedsZoneRead: boolean;
  lists: ListManners;
}

/** How unkind lists are. */
export interface ListManners {
  /** As many items as a page has at most, whatever is asked for; null = as asked. */
  readonly mostPerPage: number | null;
  /** Members of `result_info` that say something else than is so; null = they are left out. */
  readonly told: Readonly<Record<string, number | null>>;
}

export const KIND: ListManners = { mostPerPage: null, told: {} };

export type ZoneSeed = Partial<ZoneProperties> & Pick<ZoneProperties, 'name'>;
export type TokenSeed = Partial<Token>;
/** Stored as it stands, unchecked: old records may hold what the API would refuse today. */
export type RecordSeed = Partial<DnsRecord> & Pick<DnsRecord, 'name' | 'content'>;

/** 32 hexadecimal digits, the form of every id. */
export const newId = (): string => randomBytes(16).toString('hex');

const ACCOUNT_ID = newId();

export const createCloud = (): Cloud => ({
  zones: new Map(),
  tokens: new Map(),
  generation: 'current',
  lookupNeedsZoneRead: false,
  lists: KIND,
});

export function addZone(cloud: Cloud, seed: ZoneSeed): ZoneProperties {
  const properties: ZoneProperties = {
    id: newId(),
    status: 'active',
    paused: false,
    type: 'full',
    accountId: ACCOUNT_ID,
    plan: 'free',
    recordQuota: null,
    refusesProxiedTtl: false,
    ...seed,
  };
  cloud.zones.set(properties.id, { properties, records: new Map() });
  return properties;
}

/** @returns a token that may do everything, but for what the seed says */
export function addToken(cloud: Cloud, seed: TokenSeed): Token {
  const owner = seed.owner ?? 'user';
  const token: Token = {
    value: newTokenValue(owner),
    id: newId(),
    owner,
    accountId: ACCOUNT_ID,
    status: 'active',
    zones: null,
    permissions: ['dns:read', 'dns:write', 'zone:read'],
    allowedFrom: null,
    ...seed,
  };
  cloud.tokens.set(token.value, token);
  return token;
}

/** 40 characters and a checksum behind the prefix of the token's owner (facts §1). */
const newTokenValue = (owner: Token['owner']): string =>
  `${owner === 'user' ? 'cfut_' : 'cfat_'}${randomBytes(30).toString('base64url')}${randomBytes(4).toString('hex')}`;

export function addRecord(zone: Zone, seed: RecordSeed, now: Date): DnsRecord {
  const time = now.toISOString();
  const record: DnsRecord = {
    id: newId(),
    type: 'AAAA',
    ttl: 1,
    proxied: false,
    comment: null,
    tags: [],
    settings: {},
    meta: {},
    created_on: time,
    modified_on: time,
    ...seed,
  };
  zone.records.set(record.id, record);
  return record;
}

export const limitsOf = (zone: ZoneProperties): PlanLimits => {
  const limits = PLAN_LIMITS[zone.plan];
  return zone.recordQuota === null ? limits : { ...limits, records: zone.recordQuota };
};
