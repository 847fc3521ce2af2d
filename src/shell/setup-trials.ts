import type { formatReport, reportAddresses } from '../core/address/report.ts';
import type { AddressTable } from '../core/address/table.ts';
import type { ApiFailure } from '../core/cloudflare/failure.ts';
import type { ApiRequest, HttpReply } from '../core/cloudflare/http.ts';
import { readNamePage } from '../core/cloudflare/replies.ts';
import { listRecords } from '../core/cloudflare/requests.ts';
import { readZonesPage, type ZoneInfo } from '../core/cloudflare/zones.ts';
import type { Ground } from '../core/config/load-setup.ts';
import type { Secret } from '../core/config/secret.ts';
import type { RecordSettings, Settings } from '../core/config/settings.ts';
import type { HttpOutcome } from '../core/ports.ts';
import { failed, ok, type Result } from '../core/result.ts';
import type { Ending, Trial, Verdict } from '../core/setup/acts.ts';
import { listZones, mayGoOn } from '../core/setup/zones.ts';
import type { inspect } from './check.ts';
import type { formatChecks } from './check-report.ts';
import type { EnginePorts } from './engine.ts';
import { EXIT, type ExitStatus } from './exit.ts';
import type { lookAtTable } from './table-feed.ts';

/** What other parts of the program have: a copy of it in this one would be half of its size. */
export interface Shared {
  readonly lookAtTable: typeof lookAtTable;
  readonly reportAddresses: typeof reportAddresses;
  readonly formatReport: typeof formatReport;
  readonly inspect: typeof inspect;
  readonly formatChecks: typeof formatChecks;
}

export const STATUS = {
  done: EXIT.ok,
  usage: EXIT.usage,
  noAddress: EXIT.noAddress,
  temporary: EXIT.temporary,
  refused: EXIT.refused,
} as const satisfies Record<Ending, ExitStatus>;

/** Tries at Cloudflare what `setup` was told. */
export class SetupTrials {
  readonly #shared: Shared;
  readonly #ports: EnginePorts;
  readonly #ground: Ground;
  readonly #table: AddressTable;

  constructor(shared: Shared, ports: EnginePorts, ground: Ground, table: AddressTable) {
    this.#shared = shared;
    this.#ports = ports;
    this.#ground = ground;
    this.#table = table;
  }

  /** All zones that the token sees. */
  async listZones(token: Secret): Promise<Result<readonly ZoneInfo[], ApiFailure>> {
    const zones: ZoneInfo[] = [];
    for (let page = 1; ; page++) {
      const found = await this.#call(token, listZones(page), readZonesPage);
      if (!found.ok) return found;
      zones.push(...found.value.zones);
      if (!mayGoOn(page, found.value.zones.length)) return ok(zones);
    }
  }

  /** Whether the name has an AAAA record, as far as it can be read. */
  async hasRecord(token: Secret, zoneId: string, name: string): Promise<boolean> {
    const found = await this.#call(token, listRecords(zoneId, name), (reply) => readNamePage(reply, name));
    return found.ok && found.value.records.length > 0;
  }

  async #call<T>(
    token: Secret,
    request: ApiRequest,
    read: (reply: HttpReply) => Result<T, ApiFailure>,
  ): Promise<Result<T, ApiFailure>> {
    const { api } = this.#ports;
    api.configure({ ...this.#ground.settings, apiToken: token });
    const outcome = await new Promise<HttpOutcome>((done) => api.send(request, done));
    return outcome.kind === 'unreachable' ? failed(outcome) : read(outcome.reply);
  }

  /** What `ipv6ddns check` would say. */
  async check(trial: Trial): Promise<Verdict> {
    const settings = this.#settingsFor(trial);
    this.#ports.api.configure(settings);
    const { inspect, formatChecks } = this.#shared;
    const { checks, status } = await inspect(this.#ports, settings, this.#table);
    const ending = (Object.keys(STATUS) as Ending[]).find((own) => STATUS[own] === status) ?? 'temporary';
    return {
      ending: ending === 'usage' ? 'temporary' : ending,
      lines: formatChecks(checks),
      failed: checks.flatMap(({ ok, name }) => (ok ? [] : name)),
    };
  }

  #settingsFor({ token, name, zoneId }: Trial): Settings {
    const { settings, kept } = this.#ground;
    const named = settings.records
      .slice(0, 1)
      .map((record): RecordSettings => ({ ...record, name: name ?? record.name }));
    const records = (name === null ? kept : named).map((own) => ({ ...own, zoneId: zoneId ?? own.zoneId }));
    return { ...settings, apiToken: token, records };
  }
}
