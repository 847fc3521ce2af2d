import type { Address } from '../core/address/address.ts';
import type { ApiFailure } from '../core/cloudflare/failure.ts';
import { type ApiRequest, type HttpReply, serverTimeSec } from '../core/cloudflare/http.ts';
import {
  comparableName,
  type NamedRecord,
  readPage,
  readZone,
  readZoneInfo,
  readZones,
  type ZoneInfo,
} from '../core/cloudflare/replies.ts';
import { describeZone, findZone, findZonesEnding, listRecords } from '../core/cloudflare/requests.ts';
import { NO_CA_BUNDLE } from '../core/cloudflare/transport.ts';
import type { RecordSettings, Settings } from '../core/config/settings.ts';
import {
  answerOf,
  candidatesOf,
  describeOddity,
  describeOutside,
  domainOf,
  isInZone,
  MANY,
  NO_ZONE_REMEDY,
} from '../core/daemon/lookup.ts';
import { describeContent, describeOperation, describePlanRefusal } from '../core/daemon/notices.ts';
import { placed } from '../core/daemon/publisher.ts';
import { MOST_PAGES, NAMES_PER_PAGE } from '../core/daemon/reading.ts';
import { plan } from '../core/dns/plan.ts';
import type { HttpOutcome } from '../core/ports.ts';
import { failed, type Result } from '../core/result.ts';
import type { Report } from './check.ts';
import type { EnginePorts } from './engine.ts';
import { EXIT } from './exit.ts';

/** A clock further off than this makes certificates look invalid sooner or later. */
const MAX_CLOCK_ERROR_SEC = 300;

/** A zone with the records of it that are to be checked. */
interface CheckedZone {
  readonly id: string;
  /** null = not looked up. */
  readonly name: string | null;
  readonly records: RecordSettings[];
}

/** The part of a check that asks Cloudflare: root certificates, resolver, API, clock, token, zones, records. The first call
 *  that is needed anyway shows the token: the call that verifies tokens refuses good account-owned ones. */
export class ApiCheck {
  readonly #ports: EnginePorts;
  readonly #settings: Settings;
  readonly #report: Report;
  readonly #winnerOf: (interfaces: readonly string[] | null) => Address | null;
  /** What lookups brought, by the zone's name; null = the token sees none. */
  readonly #zones = new Map<string, ZoneInfo | null>();
  /** Ids of zones that have their line. */
  readonly #shown = new Set<string>();
  /** All zones of a domain, by name. */
  readonly #domains = new Map<string, ReadonlyMap<string, ZoneInfo>>();
  /** `silent`: nothing answered so far, which has been reported. */
  #reach: 'untried' | 'silent' | 'answered' = 'untried';
  /** The token has its line. */
  #judged = false;

  /** @param winnerOf the address to publish of those on the interfaces; null = none */
  constructor(
    ports: EnginePorts,
    settings: Settings,
    report: Report,
    winnerOf: (interfaces: readonly string[] | null) => Address | null,
  ) {
    this.#ports = ports;
    this.#settings = settings;
    this.#report = report;
    this.#winnerOf = winnerOf;
  }

  async run(): Promise<void> {
    const { records, baseUrl } = this.#settings;
    if (baseUrl.startsWith('https:')) {
      const { certificates } = this.#ports.api;
      if (certificates === null) return this.#report.fail('CA bundle', EXIT.temporary, NO_CA_BUNDLE, null);
      this.#report.pass('CA bundle', certificates);
    }
    const zones = new Map<string, CheckedZone>();
    for (const record of records) {
      const found = await this.#zoneOf(record);
      if (found === null) continue;
      const zone = zones.get(found.id) ?? { ...found, records: [] };
      zones.set(found.id, zone);
      zone.records.push(record);
    }
    for (const zone of zones.values()) await this.#checkZone(zone);
  }

  /** @returns null = there is none, and that was reported */
  async #zoneOf({ name, zoneId }: RecordSettings): Promise<Pick<CheckedZone, 'id' | 'name'> | null> {
    if (zoneId !== null) return { id: zoneId, name: null };
    const around = await this.#zonesAround(name);
    const candidates = candidatesOf(name);
    const deepest = candidates.find((own) => answerOf(around, own) !== null) ?? '';
    const listed = answerOf(around, deepest);
    if (listed) return this.#takeZone(deepest, listed);
    for (const candidate of candidates) {
      let info = this.#zones.get(candidate);
      if (info === undefined) {
        const found = await this.#call(findZone(candidate), (reply) => readZone(reply, candidate), `zone of ${name}`);
        if (!found.ok) return null;
        info = found.value;
        this.#zones.set(candidate, info);
      }
      if (info !== null) return this.#takeZone(candidate, info);
    }
    this.#report.fail(`zone of ${name}`, EXIT.refused, 'the token sees no zone for it', NO_ZONE_REMEDY);
    return null;
  }

  #takeZone(name: string, info: ZoneInfo): Pick<CheckedZone, 'id' | 'name'> {
    if (!this.#shown.has(info.id)) this.#reportZone(name, info);
    this.#shown.add(info.id);
    return { id: info.id, name };
  }

  /** All zones of the name's domain, if that spares questions and is answered; else none. */
  async #zonesAround(name: string): Promise<ReadonlyMap<string, ZoneInfo>> {
    const domain = domainOf(name);
    const known = this.#domains.get(domain);
    if (known !== undefined) return known;
    const names = this.#settings.records.filter((own) => own.zoneId === null && domainOf(own.name) === domain);
    const found = names.length < MANY ? null : await this.#ask(findZonesEnding(domain.slice(1)), readZones);
    const zones = new Map(found?.map((info) => [info.name, info]));
    this.#domains.set(domain, zones);
    return zones;
  }

  #reportZone(name: string, info: ZoneInfo): void {
    const oddity = describeOddity(info);
    if (info.type === 'secondary') this.#report.fail(`zone ${name}`, EXIT.refused, info.id, oddity);
    else this.#report.pass(`zone ${name}`, oddity === null ? info.id : `${info.id}; ${oddity}`);
  }

  async #checkZone(zone: CheckedZone): Promise<void> {
    const names = new Set(zone.records.map(({ name }) => name));
    const pages = Math.floor(zone.records.length / NAMES_PER_PAGE);
    const together = pages === 0 ? null : await this.#list(zone.id, null, names, pages);
    let zoneName = zone.name ?? undefined;
    for (const record of zone.records) {
      const found = together ?? (await this.#list(zone.id, record.name, new Set([record.name]), MOST_PAGES));
      if (found === null) continue;
      zoneName ??= await this.#nameOf(zone.id);
      const own = found.filter(({ name }) => name === record.name);
      this.#checkRecord(record, own, zoneName);
    }
  }

  /** @returns null = it cannot be read, which was reported, or has more pages than that */
  async #list(
    zoneId: string,
    name: string | null,
    names: ReadonlySet<string>,
    mostPages: number,
  ): Promise<readonly NamedRecord[] | null> {
    const records: NamedRecord[] = [];
    for (let page = 1; ; page++) {
      const request = listRecords(zoneId, name, page);
      const read = (reply: HttpReply) => readPage(reply, names);
      const found =
        name === null
          ? await this.#ask(request, read)
          : valueOrNull(await this.#call(request, read, `records of ${name}`));
      if (found === null) return null;
      records.push(...found.records);
      const pages = found.totalPages ?? 1;
      if (page >= pages) return records;
      if (pages > mostPages) return null;
    }
  }

  /** What the zone of an id from the settings is called, as far as the token may know; '' = not. */
  async #nameOf(zoneId: string): Promise<string> {
    const info = await this.#ask(describeZone(zoneId), readZoneInfo);
    if (info === null) this.#report.pass(`zone ${zoneId}`, 'its records may be read, its name may not');
    else this.#reportZone(info.name, info);
    return info === null ? '' : (comparableName(info) ?? '');
  }

  #checkRecord(record: RecordSettings, own: readonly NamedRecord[], zoneName: string): void {
    const winner = this.#winnerOf(record.interfaces);
    const contents = own.map(({ content }) => describeContent(content)).join(', ');
    const says = own.length === 0 ? 'no AAAA record' : `AAAA ${contents}`;
    const name = `record ${record.name}`;
    if (own.length === 0 && zoneName !== '' && !isInZone(record.name, zoneName)) {
      this.#report.fail(name, EXIT.refused, says, describeOutside(zoneName));
      return;
    }
    if (winner === null) {
      this.#report.pass(name, `${says}; nothing to compare with`);
      return;
    }
    const wanted = placed(record, winner);
    const planned = plan(own, { content: wanted, enforced: record, multiRecord: record.multiRecord });
    if (!planned.ok) {
      this.#report.fail(name, EXIT.refused, says, describePlanRefusal(planned.error, wanted));
      return;
    }
    const steps = planned.value.map(describeOperation).join(', then ');
    this.#report.pass(name, steps === '' ? `${says}, right` : `${says}; would ${steps}`);
  }

  /** A question that can be done without: null = refused, or not answered. */
  async #ask<T>(request: ApiRequest, read: (reply: HttpReply) => Result<T | null, ApiFailure>): Promise<T | null> {
    return valueOrNull(await this.#call(request, read, null));
  }

  /** Sends a request; its failure is reported under what it shows to be at fault.
   *  @param what the name of that line; null = none */
  async #call<T>(
    request: ApiRequest,
    read: (reply: HttpReply) => Result<T, ApiFailure>,
    what: string | null,
  ): Promise<Result<T, ApiFailure>> {
    const { api, clock } = this.#ports;
    const startedMs = clock.nowMs();
    const outcome = await new Promise<HttpOutcome>((done) => api.send(request, done));
    if (outcome.kind === 'unreachable') {
      if (this.#reach === 'answered' && what !== null) this.#reportFailure(what, outcome);
      else if (this.#reach === 'untried') this.#reportSilence(outcome.detail, outcome.unresolved === true);
      this.#reach = this.#reach === 'untried' ? 'silent' : this.#reach;
      return failed(outcome);
    }
    if (this.#reach === 'untried') this.#reportReach(outcome.reply, clock.nowMs() - startedMs);
    this.#reach = 'answered';
    const result = read(outcome.reply);
    // A refused question that can be done without says nothing of the token.
    const isFault = result.ok || what === null ? false : this.#judge(result.error, outcome.reply);
    if (result.ok) this.#accept();
    else if (what !== null && !isFault) this.#reportFailure(what, result.error);
    return result;
  }

  #reportSilence(detail: string, unresolved: boolean): void {
    if (unresolved) this.#report.fail('resolver', EXIT.temporary, detail, null);
    else this.#report.fail('API', EXIT.temporary, detail, 'see what the detail says; then try again');
  }

  /** The first answer shows the way to Cloudflare and the clock. */
  #reportReach(reply: HttpReply, tookMs: number): void {
    const { baseUrl } = this.#settings;
    const [, host = ''] = /^https?:\/\/([^/:[\]]*[a-z][^/:[\]]*)/i.exec(baseUrl) ?? [];
    if (host !== '') this.#report.pass('resolver', `knows ${host}`);
    this.#report.pass('API', `${baseUrl} answered in ${Math.round(tookMs)} ms, its certificate is good`);
    const serverSec = serverTimeSec(reply);
    const offSec = serverSec === null ? 0 : Math.round(this.#ports.clock.wallMs() / 1000 - serverSec);
    if (Math.abs(offSec) > MAX_CLOCK_ERROR_SEC) {
      const off = `${Math.abs(offSec)} s ${offSec < 0 ? 'slow' : 'fast'}`;
      this.#report.fail('clock', EXIT.temporary, off, 'set it, best by NTP');
    } else this.#report.pass('clock', 'plausible');
  }

  #accept(): void {
    if (!this.#judged) this.#report.pass('token', 'accepted');
    this.#judged = true;
  }

  /** What the first refusal says of the token. @returns whether that was all there is to say of it */
  #judge(failure: ApiFailure, { status }: HttpReply): boolean {
    if (this.#judged || failure.kind === 'unavailable' || failure.kind === 'throttled' || status >= 500) return false;
    if (failure.kind !== 'denied' || failure.zoneUnknown) {
      this.#accept();
      return false;
    }
    this.#judged = true;
    this.#report.fail('token', EXIT.refused, failure.what, failure.remedy);
    return true;
  }

  #reportFailure(what: string, failure: ApiFailure): void {
    switch (failure.kind) {
      case 'denied':
      case 'refused':
        this.#report.fail(what, EXIT.refused, failure.what, failure.remedy);
        break;
      case 'unreachable':
        this.#report.fail(what, EXIT.temporary, failure.detail, 'try again');
        break;
      default:
        this.#report.fail(what, EXIT.temporary, failure.what, 'try again later');
    }
  }
}

const valueOrNull = <T>(result: Result<T, ApiFailure>): T | null => (result.ok ? result.value : null);
