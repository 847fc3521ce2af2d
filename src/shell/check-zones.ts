import { readWritePermissions, type WritePermission } from '../core/cloudflare/diagnosis.ts';
import type { ApiFailure } from '../core/cloudflare/failure.ts';
import type { HttpReply } from '../core/cloudflare/http.ts';
import { describeRemedy } from '../core/cloudflare/remedies.ts';
import { describeZone, findZone, findZonesEnding } from '../core/cloudflare/requests.ts';
import { comparableName, readZoneInfo, readZones, type ZoneInfo } from '../core/cloudflare/zones.ts';
import type { RecordSettings, Settings } from '../core/config/settings.ts';
import { type Answers, answered, describeOddity, findZoneOf, isDomain, MANY, refused } from '../core/daemon/lookup.ts';
import { domainOf } from '../core/dns/names.ts';
import type { Result } from '../core/result.ts';
import type { CheckedAccess } from './check-access.ts';
import type { Report } from './check-report.ts';
import { EXIT } from './exit.ts';

type Denied = Extract<ApiFailure, { kind: 'denied' }>;

/** A refusal that is the one question's: others may be answered. */
const isPassedOver = (failure: ApiFailure): failure is Denied => failure.kind === 'denied' && !failure.everywhere;

/** Finds the zones of the names, as the daemon does, and reports each of them once. */
export class CheckedZones {
  readonly #access: CheckedAccess;
  readonly #settings: Settings;
  readonly #report: Report;
  #answers: Answers = new Map();
  /** Refused questions by what Cloudflare said. */
  readonly #denials = new Map<string, Denied>();
  /** Ids of zones that have their line. */
  readonly #shown = new Set<string>();
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
    const domain = domainOf(name);
    const many = this.#settings.records.filter((own) => own.zoneId === null && domainOf(own.name) === domain);
    for (;;) {
      const finding = findZoneOf(name, this.#answers, many.length >= MANY);
      if (finding.kind === 'zone') return this.#take(finding.name, finding.zone);
      if (finding.kind === 'nowhere') {
        const denial = this.#denials.get(finding.what);
        if (denial === undefined) this.#report.fail(`zone of ${name}`, EXIT.refused, finding.what, null);
        else this.#access.reportDenial(`zone of ${name}`, denial);
        return null;
      }
      if (!(await this.#ask(name, finding.candidate))) return null;
    }
  }

  /** @returns whether there is an answer to go on with; if not, that was reported */
  async #ask(name: string, candidate: string): Promise<boolean> {
    const read = this.#noting(readZones);
    if (isDomain(candidate)) {
      const zones = await this.#access.ask(findZonesEnding(candidate.slice(1)), read);
      this.#answers = answered(this.#answers, candidate, zones);
      return true;
    }
    const found = await this.#access.call(findZone(candidate), read, `zone of ${name}`, false, isPassedOver);
    if (found.ok) this.#answers = answered(this.#answers, candidate, found.value);
    else if (isPassedOver(found.error)) {
      const { what, ray } = found.error;
      this.#answers = refused(this.#answers, candidate, { what, ray });
      this.#denials.set(what, found.error);
    } else return false;
    return true;
  }

  /** What the zone of an id from the settings is called, as far as the token may know; '' = not. */
  async nameOf(zoneId: string): Promise<string> {
    const info = await this.#access.ask(describeZone(zoneId), this.#noting(readZoneInfo));
    if (info === null)
      this.#report.pass(`zone ${zoneId}`, `the token may read its records, but not its name; ${UNTOLD}`);
    else this.#show(info.name, info, true);
    return info === null ? '' : (comparableName(info) ?? '');
  }

  #take(name: string, info: ZoneInfo): { readonly id: string; readonly name: string } {
    if (!this.#shown.has(info.id)) this.#show(name, info, false);
    this.#shown.add(info.id);
    return { id: info.id, name };
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

  /** A zone that nobody is served from fails. */
  #show(name: string, info: ZoneInfo, zoneIdSet: boolean): void {
    const oddity = describeOddity(info);
    const mayWrite = this.#mayWrite.get(info.id) ?? 'unknown';
    const isServed = (info.status === '' || info.status === 'active') && info.type !== 'secondary';
    if (!isServed) this.#report.fail(`zone ${name}`, EXIT.refused, info.id, `${oddity}; ${AT_WORK}`);
    else if (mayWrite === 'no') {
      const detail = `${info.id}; the token may read its records, but not change them`;
      const remedy = describeRemedy({ kind: 'permission', asked: 'write' }, zoneIdSet);
      this.#report.fail(`zone ${name}`, EXIT.refused, detail, remedy);
    } else {
      const remarks = [info.id, oddity, mayWrite === 'unknown' ? UNTOLD : null];
      this.#report.pass(`zone ${name}`, remarks.filter((remark) => remark !== null).join('; '));
    }
  }
}

const UNTOLD = 'only a change can show whether the token may change its records';
const AT_WORK =
  "set the domain's name servers to those that Cloudflare names on its overview page, or use another zone";
