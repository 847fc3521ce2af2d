import type { Address } from '../core/address/address.ts';
import { reportAddresses } from '../core/address/report.ts';
import type { AddressTable } from '../core/address/table.ts';
import type { ApiFailure } from '../core/cloudflare/failure.ts';
import { type ApiRequest, type HttpReply, serverTimeSec } from '../core/cloudflare/http.ts';
import { readPage, readZone } from '../core/cloudflare/replies.ts';
import { findZone, listRecords } from '../core/cloudflare/requests.ts';
import type { RecordSettings, Settings } from '../core/config/settings.ts';
import { candidatesOf, NO_ZONE_REMEDY } from '../core/daemon/lookup.ts';
import { describeContent, describeOperation, describePlanRefusal } from '../core/daemon/notices.ts';
import { placed } from '../core/daemon/publisher.ts';
import { plan } from '../core/dns/plan.ts';
import type { HttpOutcome, Output } from '../core/ports.ts';
import { failed, type Result } from '../core/result.ts';
import type { EnginePorts } from './engine.ts';
import { EXIT, type ExitStatus } from './exit.ts';
import type { Log } from './log.ts';
import { lookAtTable } from './table-feed.ts';

/** One line of `ipv6ddns check`. */
interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** What was found. */
  readonly detail: string;
  /** What to do; null = nothing. */
  readonly remedy: string | null;
}

export interface CheckContext {
  readonly ports: EnginePorts;
  readonly log: Log;
  readonly settings: Settings;
  readonly json: boolean;
  exit(status: ExitStatus): void;
}

const TRY_AGAIN = 'see what the detail says; then try again';

/** A clock further off than this makes certificates look invalid sooner or later. */
const MAX_CLOCK_ERROR_SEC = 300;

/** Tries everything that the daemon needs, writes nothing, and says what is wrong and what to do. */
export function check(context: CheckContext): void {
  const { ports, log, settings, exit } = context;
  lookAtTable(ports, log, settings.pollIntervalMs, (table) => void new Checker(context, table).run().then(exit));
}

class Checker {
  readonly #context: CheckContext;
  readonly #table: AddressTable;
  readonly #checks: Check[] = [];
  readonly #zones = new Map<string, string | null>();
  #status: ExitStatus = EXIT.ok;
  /** `silent`: nothing answered so far, which has been reported. */
  #reach: 'untried' | 'silent' | 'answered' = 'untried';

  constructor(context: CheckContext, table: AddressTable) {
    this.#context = context;
    this.#table = table;
  }

  async run(): Promise<ExitStatus> {
    const { settings, ports, json } = this.#context;
    this.#pass('settings', `${settings.records.length === 1 ? '1 name' : `${settings.records.length} names`}`);
    for (const record of settings.records) await this.#checkRecord(record);
    this.#checkAddress();
    print(this.#checks, json, ports.output);
    ports.api.rest();
    return this.#status;
  }

  async #checkRecord(record: RecordSettings): Promise<void> {
    const zoneId = record.zoneId ?? (await this.#findZone(record.name));
    if (zoneId === null) return;
    const read = (reply: HttpReply) => readPage(reply, new Set([record.name]));
    const page = await this.#call(listRecords(zoneId, record.name), read, `records of ${record.name}`);
    if (!page.ok) return;
    const own = page.value.records;
    const winner = this.#winner(record.interfaces);
    const contents = own.map(({ content }) => describeContent(content)).join(', ');
    const says = own.length === 0 ? 'no AAAA record' : `AAAA ${contents}`;
    const name = `record ${record.name}`;
    if (winner === null) {
      this.#pass(name, `${says}; nothing to compare with`);
      return;
    }
    const wanted = placed(record, winner);
    const planned = plan(own, { content: wanted, enforced: record, multiRecord: record.multiRecord });
    if (!planned.ok) {
      this.#fail(name, EXIT.refused, says, describePlanRefusal(planned.error, wanted));
      return;
    }
    const steps = planned.value.map(describeOperation).join(', then ');
    this.#pass(name, steps === '' ? `${says}, right` : `${says}; would ${steps}`);
  }

  /** @returns null = there is none, and that was reported */
  async #findZone(name: string): Promise<string | null> {
    for (const candidate of candidatesOf(name)) {
      let id = this.#zones.get(candidate);
      if (id === undefined) {
        const reply = await this.#call(findZone(candidate), (own) => readZone(own, candidate), `zone of ${name}`);
        if (!reply.ok) return null;
        id = reply.value?.id ?? null;
        this.#zones.set(candidate, id);
        if (id !== null) this.#pass(`zone ${candidate}`, id);
      }
      if (id !== null) return id;
    }
    this.#fail(`zone of ${name}`, EXIT.refused, 'the token sees no zone for it', NO_ZONE_REMEDY);
    return null;
  }

  /** Sends a request; its failure is reported under what it shows to be at fault. */
  async #call<T>(
    request: ApiRequest,
    read: (reply: HttpReply) => Result<T, ApiFailure>,
    what: string,
  ): Promise<Result<T, ApiFailure>> {
    const startedMs = this.#context.ports.clock.nowMs();
    const outcome = await new Promise<HttpOutcome>((done) => this.#context.ports.api.send(request, done));
    if (outcome.kind === 'unreachable') {
      if (this.#reach === 'answered') this.#reportFailure(what, outcome);
      else if (this.#reach === 'untried') this.#fail('API', EXIT.temporary, outcome.detail, TRY_AGAIN);
      this.#reach = this.#reach === 'untried' ? 'silent' : this.#reach;
      return failed(outcome);
    }
    const result = read(outcome.reply);
    const first = this.#reach === 'untried';
    this.#reach = 'answered';
    if (first) this.#reportReach(outcome.reply, result, this.#context.ports.clock.nowMs() - startedMs);
    if (!result.ok && !(first && isTokenFault(result.error))) this.#reportFailure(what, result.error);
    return result;
  }

  /** The first answer shows the way to Cloudflare, the clock and the token. */
  #reportReach<T>(reply: HttpReply, result: Result<T, ApiFailure>, tookMs: number): void {
    this.#pass(
      'API',
      `${this.#context.settings.baseUrl} answered in ${Math.round(tookMs)} ms, its certificate is good`,
    );
    const serverSec = serverTimeSec(reply);
    const offSec = serverSec === null ? 0 : Math.round(this.#context.ports.clock.wallMs() / 1000 - serverSec);
    if (Math.abs(offSec) > MAX_CLOCK_ERROR_SEC) {
      this.#fail(
        'clock',
        EXIT.temporary,
        `${Math.abs(offSec)} s ${offSec < 0 ? 'slow' : 'fast'}`,
        'set it, best by NTP',
      );
    } else this.#pass('clock', 'plausible');
    if (result.ok || isVerdict(result.error)) this.#pass('token', 'accepted');
    else if (isTokenFault(result.error)) this.#fail('token', EXIT.refused, result.error.what, result.error.remedy);
  }

  #reportFailure(what: string, failure: ApiFailure): void {
    switch (failure.kind) {
      case 'denied':
      case 'refused':
        this.#fail(what, EXIT.refused, failure.what, failure.remedy);
        break;
      case 'unreachable':
        this.#fail(what, EXIT.temporary, failure.detail, 'try again');
        break;
      default:
        this.#fail(what, EXIT.temporary, failure.what, 'try again later');
    }
  }

  #checkAddress(): void {
    for (const interfaces of new Set(this.#context.settings.records.map((record) => record.interfaces))) {
      const where = interfaces === null ? 'address' : `address on ${interfaces.join(', ')}`;
      const winner = this.#winner(interfaces);
      if (winner !== null) this.#pass(where, winner);
      else this.#fail(where, EXIT.noAddress, 'none may be published', 'see "ipv6ddns addresses" for the reasons');
    }
  }

  #winner(interfaces: readonly string[] | null): Address | null {
    return reportAddresses(this.#table, interfaces, this.#context.ports.clock.nowMs() / 1000).winner;
  }

  #pass(name: string, detail: string): void {
    this.#checks.push({ name, ok: true, detail, remedy: null });
  }

  /** The first failure decides the exit status. */
  #fail(name: string, status: ExitStatus, detail: string, remedy: string): void {
    if (this.#status === EXIT.ok) this.#status = status;
    this.#checks.push({ name, ok: false, detail, remedy });
  }
}

const isTokenFault = (failure: ApiFailure): failure is Extract<ApiFailure, { kind: 'denied' }> =>
  failure.kind === 'denied' && !failure.zoneUnknown;

/** Whether the API looked at what was asked, which it does for an accepted token only. */
const isVerdict = (failure: ApiFailure): boolean =>
  failure.kind === 'refused' || failure.kind === 'outdated' || (failure.kind === 'denied' && failure.zoneUnknown);

/** What is left of a check when the settings are bad. */
export function checkRefused(problems: readonly string[], json: boolean, output: Output): void {
  const failures = problems.map((detail) => ({ name: 'settings', ok: false, detail, remedy: null }));
  print(failures, json, output);
}

function print(checks: readonly Check[], json: boolean, output: Output): void {
  const lines = json ? [JSON.stringify({ ok: checks.every(({ ok }) => ok), checks })] : formatChecks(checks);
  for (const line of lines) output.stdout(line);
}

function formatChecks(checks: readonly Check[]): string[] {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks.map(({ name, ok, detail, remedy }) => {
    const line = `${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(width)}  ${detail}`;
    return remedy === null ? line : `${line}: ${remedy}`;
  });
}
