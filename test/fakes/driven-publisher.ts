import type { Address } from '../../src/core/address/address.ts';
import type { ApiRequest } from '../../src/core/cloudflare/http.ts';
import type { RecordSettings } from '../../src/core/config/settings.ts';
import { type Output, Publisher } from '../../src/core/daemon/publisher.ts';
import type { HttpOutcome, ProbeVerdict } from '../../src/core/ports.ts';
import type { FakeCloudflare } from './cloudflare.ts';
import { FakeMachine } from './machine.ts';
import { witness } from './witness.ts';

export interface InFlight {
  readonly zone: number;
  readonly request: ApiRequest;
  readonly from: Address | null;
}

const NO_RULES = { prefer: [], exclude: [] };

/** A publisher with a machine, a provider and a clock that go on only when they are told to. */
export class DrivenPublisher {
  readonly machine = new FakeMachine();
  publisher: Publisher;
  readonly cloudflare: FakeCloudflare;
  /** Requests without an answer yet, the oldest first. */
  inFlight: InFlight[] = [];
  /** Texts of the log, at every level but debug. */
  readonly log: string[] = [];
  readonly rehearsed: string[] = [];
  nowMs = 0;
  /** What random draws give. */
  draw = 0.5;
  /** Every address that was probed, and how many of them were answered. */
  readonly probes: Address[] = [];
  probed = 0;
  /** How probes end. */
  verdictOn: (address: Address) => ProbeVerdict = () => 'unknown';
  /** How requests end; by default with the provider's answer. */
  respond: (request: ApiRequest) => HttpOutcome;

  constructor(cloudflare: FakeCloudflare, records: readonly RecordSettings[], dryRun = false) {
    this.cloudflare = cloudflare;
    this.publisher = new Publisher({ ...NO_RULES, records }, dryRun, 0);
    this.respond = (request) => ({ kind: 'replied', reply: cloudflare.answer(request) });
  }

  /** The settings were read again: requests in flight are dropped. */
  reload(records: readonly RecordSettings[]): void {
    this.inFlight = [];
    this.publisher = new Publisher({ ...NO_RULES, records }, false, this.nowMs, this.publisher);
    this.look();
  }

  /** The kernel told that addresses changed. */
  look(): void {
    this.#take(this.publisher.tableChanged(this.machine.table, this.nowMs));
  }

  verify(): void {
    this.#take(this.publisher.verify(this.nowMs));
  }

  due(): void {
    this.#take(this.publisher.due(this.nowMs));
  }

  /** Ends the oldest request, by default as `respond` says. */
  end(outcome?: HttpOutcome): void {
    const [first, ...others] = this.inFlight;
    if (first === undefined) throw new Error('no request is in flight');
    this.inFlight = others;
    this.late(first.zone, outcome ?? this.respond(first.request));
  }

  /** An outcome for a zone, whether one is waited for or not. */
  late(zone: number, outcome: HttpOutcome): void {
    this.#take(this.publisher.settled(zone, { ...outcome, nowMs: this.nowMs, draw: this.draw }));
  }

  /** Answers until nothing is in flight. */
  answerAll(): void {
    for (let left = 10_000; this.inFlight.length > 0 || this.probed < this.probes.length; left--) {
      if (left === 0) throw new Error('requests without end');
      if (this.probed < this.probes.length) this.answerProbe();
      else this.end();
    }
  }

  /** Answers the oldest probe, and no request. */
  answerProbe(): void {
    const probe = this.probes[this.probed];
    if (probe === undefined) throw new Error('nothing is probed');
    this.probed += 1;
    this.#take(this.publisher.probed(probe, this.verdictOn(probe), this.nowMs));
  }

  /** Lets that much time pass, with everything answered at once and every alarm heard. */
  pass(durationMs: number): void {
    const endMs = this.nowMs + durationMs;
    for (let left = 10_000; ; left--) {
      if (left === 0) throw new Error('alarms without end');
      this.answerAll();
      const dueMs = this.publisher.dueMs();
      if (dueMs === null || dueMs > endMs) break;
      this.nowMs = Math.max(this.nowMs, dueMs);
      this.due();
    }
    this.nowMs = endMs;
  }

  #take(outputs: readonly Output[]): void {
    for (const output of outputs) {
      if (output.kind === 'request') {
        witness.request(output.request);
        this.inFlight.push(output);
      } else if (output.kind === 'probe') this.probes.push(output.address);
      else if (output.kind === 'rehearsed') this.rehearsed.push(output.text);
      else if (output.entry.level !== 'debug') this.log.push(output.entry.msg);
    }
  }
}
