import { dayOf, ownerOf } from '../core/cloudflare/certificates.ts';
import type { ApiFailure } from '../core/cloudflare/failure.ts';
import { type ApiRequest, type HttpReply, serverTimeSec } from '../core/cloudflare/http.ts';
import { describeRemedy } from '../core/cloudflare/remedies.ts';
import type { Settings } from '../core/config/settings.ts';
import type { Handshake, HttpOutcome } from '../core/ports.ts';
import { failed, type Result } from '../core/result.ts';
import type { Report } from './check-report.ts';
import type { EnginePorts } from './engine.ts';
import { EXIT } from './exit.ts';

/** A clock further off than this makes certificates look invalid sooner or later. */
const MAX_CLOCK_ERROR_SEC = 300;

/** Sends the questions of a check, and reports what their answers show of the way to Cloudflare: resolver, API, clock and
 *  token. The first call that is needed anyway shows the token: the call that verifies tokens refuses good account-owned
 *  ones. */
export class CheckedAccess {
  readonly #ports: EnginePorts;
  readonly #baseUrl: string;
  readonly #report: Report;
  /** `silent`: nothing answered so far, which has been reported. */
  #reach: 'untried' | 'silent' | 'answered' = 'untried';
  /** The token has its line. */
  #judged = false;

  constructor(ports: EnginePorts, { baseUrl }: Settings, report: Report) {
    this.#ports = ports;
    this.#baseUrl = baseUrl;
    this.#report = report;
  }

  /** A question that can be done without: null = refused, or not answered. */
  async ask<T>(request: ApiRequest, read: (reply: HttpReply) => Result<T | null, ApiFailure>): Promise<T | null> {
    const result = await this.call(request, read, null, false);
    return result.ok ? result.value : null;
  }

  /** Sends a request; its failure is reported under what it shows to be at fault.
   *  @param what the name of that line; null = none
   *  @param zoneIdSet the zone that it is about comes from the settings
   *  @param isPassedOver a failure that is not to be reported yet */
  async call<T>(
    request: ApiRequest,
    read: (reply: HttpReply) => Result<T, ApiFailure>,
    what: string | null,
    zoneIdSet: boolean,
    isPassedOver: (failure: ApiFailure) => boolean = () => false,
  ): Promise<Result<T, ApiFailure>> {
    const { api, clock } = this.#ports;
    const startedMs = clock.nowMs();
    const outcome = await new Promise<HttpOutcome>((done) => api.send(request, done));
    if (outcome.kind === 'unreachable') {
      if (this.#reach === 'answered' && what !== null) this.#reportFailure(what, outcome, zoneIdSet);
      else if (this.#reach === 'untried') this.#reportSilence(outcome.detail, outcome.unresolved === true);
      this.#reach = this.#reach === 'untried' ? 'silent' : this.#reach;
      return failed(outcome);
    }
    if (this.#reach === 'untried') this.#reportReach(outcome, clock.nowMs() - startedMs);
    this.#reach = 'answered';
    const result = read(outcome.reply);
    if (result.ok) this.#accept();
    // A refused question that can be done without says nothing of the token.
    else if (what !== null && !isPassedOver(result.error)) {
      const isFault = outcome.reply.status < 500 && this.#judge(result.error, zoneIdSet);
      if (!isFault) this.#reportFailure(what, result.error, zoneIdSet);
    }
    return result;
  }

  /** Reports a refusal that was passed over before. */
  reportDenial(what: string, failure: Extract<ApiFailure, { kind: 'denied' }>): void {
    if (!this.#judge(failure, false)) this.#reportFailure(what, failure, false);
  }

  #reportSilence(detail: string, unresolved: boolean): void {
    this.#report.fail(unresolved ? 'resolver' : 'API', EXIT.temporary, detail, null); // which says what to do
  }

  /** The first answer shows the way to Cloudflare and the clock. */
  #reportReach({ reply, tls }: Extract<HttpOutcome, { kind: 'replied' }>, tookMs: number): void {
    const [, scheme, host = ''] = /^(https?):\/\/([^/:[\]]*[a-z][^/:[\]]*)?/i.exec(this.#baseUrl) ?? [];
    if (host !== '') this.#report.pass('resolver', `knows ${host}`);
    const security =
      scheme === 'https' ? `its certificate is good${tls === undefined ? '' : describeHandshake(tls)}` : 'unencrypted';
    this.#report.pass('API', `${this.#baseUrl} answered in ${Math.round(tookMs)} ms, ${security}`);
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
  #judge(failure: ApiFailure, zoneIdSet: boolean): boolean {
    if (this.#judged || failure.kind === 'unavailable' || failure.kind === 'throttled') return false;
    if (failure.kind !== 'denied' || failure.zoneUnknown) {
      this.#accept();
      return false;
    }
    this.#judged = true;
    this.#report.fail('token', EXIT.refused, describe(failure), describeRemedy(failure.remedy, zoneIdSet));
    return true;
  }

  #reportFailure(what: string, failure: ApiFailure, zoneIdSet: boolean): void {
    switch (failure.kind) {
      case 'denied':
      case 'refused':
        this.#report.fail(what, EXIT.refused, describe(failure), describeRemedy(failure.remedy, zoneIdSet));
        break;
      case 'unreachable':
        this.#report.fail(what, EXIT.temporary, failure.detail, 'try again');
        break;
      default:
        this.#report.fail(what, EXIT.temporary, describe(failure), 'try again later');
    }
  }
}

const describeHandshake = ({ version, server }: Handshake): string =>
  `: ${quoted(ownerOf(server.subject))}, issued by ${quoted(ownerOf(server.issuer))}, until ${dayOf(server.until)}, ${version}`;

const quoted = (text: string): string => `"${text}"`;

/** What the server said, with what its support asks for. */
const describe = ({ what, ray }: Exclude<ApiFailure, { kind: 'unreachable' }>): string =>
  ray === null ? what : `${what}, cf-ray ${ray}`;
