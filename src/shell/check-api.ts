import type { Address } from '../core/address/address.ts';
import { listAllTypes, listDelegations, readDelegations, readTypes, shadowOf } from '../core/cloudflare/diagnosis.ts';
import type { HttpReply } from '../core/cloudflare/http.ts';
import { recordRemedy } from '../core/cloudflare/remedies.ts';
import { type NamedRecord, readNamePage, readZonePage, whatFollows } from '../core/cloudflare/replies.ts';
import { listRecords } from '../core/cloudflare/requests.ts';
import { NO_CA_BUNDLE } from '../core/cloudflare/transport.ts';
import type { RecordSettings, Settings } from '../core/config/settings.ts';
import { placed } from '../core/daemon/groups.ts';
import { describeOutside } from '../core/daemon/lookup.ts';
import { describeContent, describeOperation, describePlanRefusal } from '../core/daemon/notices.ts';
import { MOST_PAGES, NAMES_PER_PAGE } from '../core/daemon/reading.ts';
import { isInZone } from '../core/dns/names.ts';
import { plan } from '../core/dns/plan.ts';
import { CheckedAccess } from './check-access.ts';
import type { Report } from './check-report.ts';
import { CheckedZones } from './check-zones.ts';
import type { EnginePorts } from './engine.ts';
import { EXIT } from './exit.ts';

/** Of so many names that are to be created it is asked what else has them: a question each. */
const MOST_ASKED = 100;

/** A zone with the records of it that are to be checked. */
interface CheckedZone {
  readonly id: string;
  /** null = not looked up. */
  readonly name: string | null;
  readonly records: RecordSettings[];
}

/** The part of a check that asks Cloudflare: root certificates, the way there, zones, records. */
export class ApiCheck {
  readonly #ports: EnginePorts;
  readonly #settings: Settings;
  readonly #report: Report;
  readonly #winnerOf: (interfaces: readonly string[] | null) => Address | null;
  readonly #access: CheckedAccess;
  readonly #zones: CheckedZones;
  /** Names of which it was asked what else has them. */
  #asked = 0;

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
    this.#access = new CheckedAccess(ports, settings, report);
    this.#zones = new CheckedZones(this.#access, settings, report);
  }

  async run(): Promise<void> {
    const { records, baseUrl } = this.#settings;
    if (baseUrl.startsWith('https:')) {
      const { certificates } = this.#ports.api;
      if (certificates === null) return this.#report.fail('CA bundle', EXIT.temporary, NO_CA_BUNDLE, null);
      const count = this.#ports.api.countRoots();
      if (count === 0) {
        const detail = `no certificate in ${certificates}`;
        return this.#report.fail('CA bundle', EXIT.temporary, detail, 'install the package ca-certificates anew');
      }
      this.#report.pass('CA bundle', `${certificates}, ${count} root ${count === 1 ? 'certificate' : 'certificates'}`);
    }
    const zones = new Map<string, CheckedZone>();
    for (const record of records) {
      const found = await this.#zones.zoneOf(record);
      if (found === null) continue;
      const zone = zones.get(found.id) ?? { ...found, records: [] };
      zones.set(found.id, zone);
      zone.records.push(record);
    }
    for (const zone of zones.values()) await this.#checkZone(zone);
  }

  async #checkZone(zone: CheckedZone): Promise<void> {
    const isSet = zone.name === null;
    const names = new Set(zone.records.map(({ name }) => name));
    const pages = Math.floor(zone.records.length / NAMES_PER_PAGE);
    const together = pages === 0 ? null : await this.#list(zone.id, null, names, pages, isSet);
    let zoneName = zone.name ?? undefined;
    let delegations: readonly string[] | undefined;
    for (const record of zone.records) {
      const { name } = record;
      const found = together ?? (await this.#list(zone.id, name, new Set([name]), MOST_PAGES, isSet));
      if (found === null) continue;
      zoneName ??= await this.#zones.nameOf(zone.id);
      if (pages > 0) delegations ??= await this.#delegations(zone.id, null);
      const shadow = shadowOf(name, zoneName, delegations ?? (await this.#delegations(zone.id, name)));
      const own = found.filter((held) => held.name === name);
      await this.#checkRecord(record, own, zone.id, zoneName, shadow);
    }
  }

  /** The delegations that may shadow the name; null = any of the zone. None where the token may not ask. */
  async #delegations(zoneId: string, name: string | null): Promise<readonly string[]> {
    return (await this.#access.ask(listDelegations(zoneId, name), readDelegations)) ?? [];
  }

  /** @param isSet the zone's id comes from the settings
   *  @returns null = it cannot be read, which was reported, or the zone has more pages than that, or does not tell */
  async #list(
    zoneId: string,
    name: string | null,
    names: ReadonlySet<string>,
    mostPages: number,
    isSet: boolean,
  ): Promise<readonly NamedRecord[] | null> {
    const records: NamedRecord[] = [];
    const read = (reply: HttpReply) => (name === null ? readZonePage(reply, names) : readNamePage(reply, name));
    const what = name === null ? null : `records of ${name}`;
    let seen = 0;
    for (let number = 1; number <= mostPages; number++) {
      const page = await this.#access.call(listRecords(zoneId, name, number), read, what, isSet);
      if (!page.ok || page.value.odd.length > 0) return null;
      records.push(...page.value.records);
      seen += page.value.count;
      const next = whatFollows(page.value, number, seen);
      if (next === 'end' || (next === 'untold' && name !== null)) return records;
      if (next !== 'page') return this.#giveUp(what, 'the list contradicts itself', 'try again later');
    }
    return this.#giveUp(what, `more than ${mostPages} pages`, 'delete surplus ones');
  }

  /** A list of one name that cannot be read is a failure; one of the whole zone can be done without (null). */
  #giveUp(what: string | null, detail: string, remedy: string): null {
    if (what !== null) this.#report.fail(what, EXIT.temporary, detail, remedy);
    return null;
  }

  async #checkRecord(
    record: RecordSettings,
    own: readonly NamedRecord[],
    zoneId: string,
    zoneName: string,
    shadow: string | undefined,
  ): Promise<void> {
    const winner = this.#winnerOf(record.interfaces);
    const contents = own.map(({ content }) => describeContent(content)).join(', ');
    const says = own.length === 0 ? 'no AAAA record' : `AAAA ${contents}`;
    const name = `record ${record.name}`;
    if (own.length === 0 && zoneName !== '' && !isInZone(record.name, zoneName)) {
      this.#report.fail(name, EXIT.refused, says, describeOutside(zoneName));
      return;
    }
    const blocking = own.length === 0 ? await this.#typeThatBlocks(record.name, zoneId, zoneName) : null;
    if (blocking !== null) {
      const { type, code } = blocking;
      this.#report.fail(name, EXIT.refused, `${says}, but ${type}`, recordRemedy(code) ?? null);
      return;
    }
    if (shadow !== undefined) {
      const detail = `${says}, but nobody sees them: NS records delegate ${shadow} to other name servers`;
      this.#report.fail(name, EXIT.refused, detail, 'remove them, keep the record there, or choose another name');
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

  /** What keeps an AAAA record from being created, with the code that Cloudflare would refuse it with; null = nothing is
   *  known of. */
  async #typeThatBlocks(name: string, zoneId: string, zoneName: string): Promise<typeof CNAME | typeof NS | null> {
    this.#asked += 1;
    if (this.#asked > MOST_ASKED) return null;
    const types = await this.#access.ask(listAllTypes(zoneId, name), readTypes);
    if (types?.includes('CNAME')) return CNAME;
    // The zone's own NS records are in nobody's way.
    const isBelow = zoneName !== '' && name !== zoneName;
    return isBelow && types?.includes('NS') ? NS : null;
  }
}

const CNAME = { type: 'a CNAME record', code: 81054 };
const NS = { type: 'NS records', code: 81056 };
