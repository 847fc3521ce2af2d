import { readWritePermissions, type WritePermission } from '../core/cloudflare/diagnosis.ts';
import type { ApiFailure } from '../core/cloudflare/failure.ts';
import type { HttpReply } from '../core/cloudflare/http.ts';
import { MISSING_PERMISSION } from '../core/cloudflare/remedies.ts';
import { comparableName, readZone, readZoneInfo, readZones, type ZoneInfo } from '../core/cloudflare/replies.ts';
import { describeZone, findZone, findZonesEnding } from '../core/cloudflare/requests.ts';
import type { RecordSettings, Settings } from '../core/config/settings.ts';
import { answerOf, candidatesOf, describeOddity, domainOf, MANY, NO_ZONE_REMEDY } from '../core/daemon/lookup.ts';
import type { Result } from '../core/result.ts';
import type { Report } from './check.ts';
import type { CheckedAccess } from './check-access.ts';
import { EXIT } from './exit.ts';

/** Finds the zones of the names, and reports each of them once. */
export class CheckedZones {
  readonly #access: CheckedAccess;
  readonly #settings: Settings;
  readonly #report: Report;
  /** What lookups brought, by the zone's name; null = the token sees none. */
  readonly #zones = new Map<string, ZoneInfo | null>();
  /** Ids of zones that have their line. */
  readonly #shown = new Set<string>();
  /** All zones of a domain, by name. */
  readonly #domains = new Map<string, ReadonlyMap<string, ZoneInfo>>();
  /** By the zone's id. */
  readonly #mayWrite = new Map<string, WritePermission>();

  constructor(access: CheckedAccess, settings: Settings, report: Report) {
    this.#access = access;
    this.#settings = settings;
    this.#report = report;
  }

  /** The zone of a name; its own name is null when it was not looked up.
   *  @returns null = there is none, and that was reported */
  async zoneOf({
    name,
    zoneId,
  }: RecordSettings): Promise<{ readonly id: string; readonly name: string | null } | null> {
    if (zoneId !== null) return { id: zoneId, name: null };
    const around = await this.#zonesAround(name);
    const candidates = candidatesOf(name);
    const deepest = candidates.find((own) => answerOf(around, own) !== null) ?? '';
    const listed = answerOf(around, deepest);
    if (listed) return this.#take(deepest, listed);
    for (const candidate of candidates) {
      let info = this.#zones.get(candidate);
      if (info === undefined) {
        const read = this.#noting((reply) => readZone(reply, candidate));
        const found = await this.#access.call(findZone(candidate), read, `zone of ${name}`);
        if (!found.ok) return null;
        info = found.value;
        this.#zones.set(candidate, info);
      }
      if (info !== null) return this.#take(candidate, info);
    }
    this.#report.fail(`zone of ${name}`, EXIT.refused, 'the token sees no zone for it', NO_ZONE_REMEDY);
    return null;
  }

  /** What the zone of an id from the settings is called, as far as the token may know; '' = not. */
  async nameOf(zoneId: string): Promise<string> {
    const info = await this.#access.ask(describeZone(zoneId), this.#noting(readZoneInfo));
    if (info === null) this.#report.pass(`zone ${zoneId}`, `its records may be read, its name may not; ${UNTOLD}`);
    else this.#show(info.name, info);
    return info === null ? '' : (comparableName(info) ?? '');
  }

  #take(name: string, info: ZoneInfo): { readonly id: string; readonly name: string } {
    if (!this.#shown.has(info.id)) this.#show(name, info);
    this.#shown.add(info.id);
    return { id: info.id, name };
  }

  /** All zones of the name's domain, if that spares questions and is answered; else none. */
  async #zonesAround(name: string): Promise<ReadonlyMap<string, ZoneInfo>> {
    const domain = domainOf(name);
    const known = this.#domains.get(domain);
    if (known !== undefined) return known;
    const names = this.#settings.records.filter((own) => own.zoneId === null && domainOf(own.name) === domain);
    const question = findZonesEnding(domain.slice(1));
    const found = names.length < MANY ? null : await this.#access.ask(question, this.#noting(readZones));
    const zones = new Map(found?.map((info) => [info.name, info]));
    this.#domains.set(domain, zones);
    return zones;
  }

  /** `read`, which also notes what the zones in the reply may be done to. */
  #noting<T>(read: (reply: HttpReply) => Result<T, ApiFailure>): (reply: HttpReply) => Result<T, ApiFailure> {
    const isAccounts = this.#settings.apiToken.reveal().startsWith('cfat_');
    return (reply) => {
      const result = read(reply);
      const told = result.ok ? readWritePermissions(reply, isAccounts) : [];
      for (const [id, permission] of told) this.#mayWrite.set(id, permission);
      return result;
    };
  }

  #show(name: string, info: ZoneInfo): void {
    const oddity = describeOddity(info);
    const mayWrite = this.#mayWrite.get(info.id) ?? 'unknown';
    if (info.type === 'secondary') this.#report.fail(`zone ${name}`, EXIT.refused, info.id, oddity);
    else if (mayWrite === 'no') {
      const detail = `${info.id}; the token may read its records, but not change them`;
      this.#report.fail(`zone ${name}`, EXIT.refused, detail, MISSING_PERMISSION);
    } else {
      const remarks = [info.id, oddity, mayWrite === 'unknown' ? UNTOLD : null];
      this.#report.pass(`zone ${name}`, remarks.filter((remark) => remark !== null).join('; '));
    }
  }
}

const UNTOLD = 'whether the token may change its records, only a change can show';
