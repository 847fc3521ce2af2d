import type { Address } from '../../src/core/address/address.ts';
import type { ApiRequest, HttpReply } from '../../src/core/cloudflare/http.ts';
import type { RecordSettings } from '../../src/core/config/settings.ts';
import { type Output, Publisher } from '../../src/core/daemon/publisher.ts';
import type { HttpOutcome, ProbeVerdict } from '../../src/core/ports.ts';
import { FakeMachine } from '../fakes/machine.ts';
import { concerns, faultyOutcome, type InFlight } from './faults.ts';
import { edgeReply, Model, type ModelRecord } from './model.ts';
import type { Random } from './random.ts';
import { ADDRESSES, FOREIGN, settingsOf, someRecords, ZONES } from './surroundings.ts';

const HOUR_MS = 3_600_000;

/** How long a lost address may still be written: the wait for its successor. */
const GRACE_MS = 3_000;

/** Requests within an hour, whatever happens: Cloudflare allows 14,400 for everything its user does. */
const MOST_AN_HOUR = 3_000;

/** What happened, for a run that has to be understood. */
export type Trace = (line: string) => void;

/** The pure machine between a kernel and an API that misbehave as `random` decides. Every step checks what must always
 *  hold and throws when it does not. */
export class World {
  readonly model = new Model();
  readonly #machine = new FakeMachine();
  readonly #random: Random;
  readonly #trace: Trace;
  readonly #zoneIds: readonly string[];
  #records: readonly RecordSettings[];
  #publisher: Publisher;
  #nowMs = 0;
  #inFlight: InFlight[] = [];
  /** The address that is being probed; null = none. */
  #probed: Address | null = null;
  /** Eligible now; of those that were, when they stopped being so. */
  readonly #eligible = new Set<Address>();
  readonly #lostMs = new Map<string, number>();
  readonly #requestsMs: number[] = [];
  /** Names for which every request fails, for as long as they are here. */
  readonly sick = new Set<string>();
  faultRate: number;
  requests = 0;
  writes = 0;
  faults = 0;
  probes = 0;

  constructor(random: Random, trace: Trace) {
    this.#random = random;
    this.#trace = trace;
    this.#zoneIds = ZONES.map((name) => this.model.addZone(name));
    this.model.pageSize = random.pick([2, 3, 5, 50, 100]);
    this.faultRate = random.pick([0, 0.1, 0.3, 0.6]);
    this.#records = someRecords(this.#random, this.#zoneIds);
    for (const { name } of this.#records) {
      if (random.chance(0.6)) this.model.plant(name, random.pick([...ADDRESSES, ...FOREIGN]));
      if (random.chance(0.1)) this.model.plant(name, random.pick(FOREIGN), random.chance(0.3));
    }
    this.#publisher = new Publisher(settingsOf(this.#records), false, 0);
    if (random.chance(0.8)) this.#gain(random.pick(ADDRESSES));
  }

  /** One thing happens. */
  step(): void {
    const random = this.#random;
    const roll = random.draw();
    if (roll < 0.45 && this.#inFlight.length > 0) this.#end();
    else if (roll < 0.7) this.#wait();
    else if (roll < 0.78) this.#gain(random.pick(ADDRESSES));
    else if (roll < 0.86) this.#lose(random.pick(ADDRESSES));
    else if (roll < 0.9) this.#meddle();
    else if (roll < 0.93) this.#take('verify', this.#publisher.verify(this.#nowMs));
    else if (roll < 0.94) this.#reload();
    else if (roll < 0.95) this.faultRate = random.pick([0, 0.1, 0.3, 0.6]);
    else if (roll < 0.96) this.#arrive();
    else if (roll < 0.98) this.#endProbe();
    else this.#nowMs += random.below(90_000);
    this.#check();
  }

  /** Faults end, and what only a person can put right is put right; some names stay sick.
   *  @throws Error unless every healthy name says an address of this machine within hours, and all is quiet then */
  settle(): void {
    this.faultRate = 0;
    // What is on its way may still meet what somebody else did since.
    for (let left = 1_000; this.#inFlight.length > 0; left--) {
      if (left === 0) throw new Error('no end of requests');
      this.#end();
    }
    this.#mend();
    if (this.#eligible.size === 0) this.#gain(this.#random.pick(ADDRESSES));
    this.#take('verify', this.#publisher.verify(this.#nowMs));
    const sick = this.#random.chance(0.3) ? this.#someNames() : [];
    for (const name of sick) this.sick.add(name);
    this.#pass(2 * HOUR_MS);
    this.#mustBeRight(this.#records.filter(({ name }) => !this.sick.has(name)));
    this.sick.clear();
    this.#pass(3 * HOUR_MS);
    this.#mustBeRight(this.#records);
    if (this.#inFlight.length > 0 || this.#publisher.dueMs() !== null)
      throw new Error(`not quiet: due ${this.#publisher.dueMs()} at ${this.#nowMs}`);
    const { writes } = this;
    this.#take('verify', this.#publisher.verify(this.#nowMs));
    this.#pass(HOUR_MS);
    if (this.writes !== writes) throw new Error('a verification of what was right has written');
  }

  #someNames(): string[] {
    return this.#records.map(({ name }) => name).filter(() => this.#random.chance(0.4));
  }

  #gain(address: Address): void {
    if (this.#eligible.has(address)) return;
    this.#trace(`gain ${address}`);
    this.#eligible.add(address);
    this.#lostMs.delete(address);
    this.#machine.add(address);
    this.#look();
  }

  #lose(address: Address): void {
    if (!this.#eligible.delete(address)) return;
    this.#trace(`lose ${address}`);
    this.#lostMs.set(address, this.#nowMs);
    this.#machine.remove(address);
    this.#look();
  }

  #look(): void {
    this.#take('look', this.#publisher.tableChanged(this.#machine.table, this.#nowMs));
  }

  #wait(): void {
    const dueMs = this.#publisher.dueMs();
    if (dueMs === null) this.#nowMs += this.#random.below(600_000);
    else this.#due(dueMs);
  }

  #due(dueMs: number): void {
    if (dueMs - this.#nowMs > HOUR_MS * 1.01) throw new Error(`waits ${(dueMs - this.#nowMs) / 1000} s`);
    this.#nowMs = Math.max(this.#nowMs, dueMs);
    this.#take('due', this.#publisher.due(this.#nowMs));
    const next = this.#publisher.dueMs();
    if (next !== null && next <= this.#nowMs) throw new Error(`due at ${next} again at ${this.#nowMs}`);
  }

  /** Somebody else has a hand in the records. */
  #meddle(): void {
    const random = this.#random;
    const { name } = random.pick(this.#records);
    const records = this.model.recordsOf(name);
    const [record] = records;
    this.#trace(`meddle with ${name}`);
    if (record === undefined || random.chance(0.3)) this.model.plant(name, random.pick([...ADDRESSES, ...FOREIGN]));
    else if (random.chance(0.5)) this.model.remove(random.pick(records).id);
    else if (!record.readOnly && !records.some(({ content }) => content === FOREIGN[0]))
      this.model.overwrite(record.id, FOREIGN[0] ?? '');
  }

  #reload(): void {
    this.#records = this.#random.chance(0.5) ? this.#records : someRecords(this.#random, this.#zoneIds);
    this.#trace(`reload with ${this.#records.map(({ name }) => name).join(' ')}`);
    this.#inFlight = [];
    this.#publisher = new Publisher(settingsOf(this.#records), false, this.#nowMs, this.#publisher);
    this.#look();
  }

  /** A request reaches the API, whose answer stays on its way. */
  #arrive(): void {
    const waiting = this.#inFlight.filter(({ reply }) => reply === null);
    if (waiting.length === 0) return;
    const chosen = this.#random.pick(waiting);
    chosen.reply = this.#answer(chosen.request);
  }

  #endProbe(): void {
    const address = this.#probed;
    if (address === null) return;
    this.#probed = null;
    const verdict = this.#random.pick<ProbeVerdict>(['reached', 'silent', 'unknown']);
    this.#take(`probe of ${address}: ${verdict}`, this.#publisher.probed(address, verdict, this.#nowMs));
  }

  #answer(request: ApiRequest): HttpReply {
    const ill = [...this.sick].find((name) => concerns(this.model, request, name));
    return ill === undefined ? this.model.answer(request) : edgeReply(500);
  }

  #end(): void {
    const chosen = this.#random.pick(this.#inFlight);
    this.#inFlight = this.#inFlight.filter((one) => one !== chosen);
    const outcome = this.#outcomeOf(chosen);
    this.#nowMs += this.#random.pick([0, 5, 50, 500]);
    const draw = this.#random.draw();
    this.#take(
      outcome.kind === 'replied' ? `reply ${outcome.reply.status}` : `unreachable, sent ${outcome.sent}`,
      this.#publisher.settled(chosen.zone, { ...outcome, nowMs: this.#nowMs, draw }),
    );
  }

  #outcomeOf(chosen: InFlight): HttpOutcome {
    const arrive = (): HttpReply => {
      chosen.reply ??= this.#answer(chosen.request);
      return chosen.reply;
    };
    if (!this.#random.chance(this.faultRate)) return { kind: 'replied', reply: arrive() };
    this.faults += 1;
    return faultyOutcome(this.#random, chosen, arrive);
  }

  #take(why: string, outputs: readonly Output[]): void {
    this.#trace(`${(this.#nowMs / 1000).toFixed(1)} ${why}`);
    for (const output of outputs) {
      if (output.kind === 'log') this.#trace(`  ${output.entry.level} ${output.entry.msg}`);
      if (output.kind === 'probe') this.#beginProbe(output.address);
      if (output.kind !== 'request') continue;
      this.#trace(`  ${output.request.method} ${output.request.path} ${output.request.body ?? ''}`);
      this.#judge(output.request);
      this.#inFlight.push({ zone: output.zone, request: output.request, reply: null });
    }
  }

  #beginProbe(address: Address): void {
    if (this.#probed !== null) throw new Error(`probes ${address} while ${this.#probed} is being probed`);
    this.#probed = address;
    this.probes += 1;
  }

  /** Whether the machine may ask this, now. */
  #judge({ method, path, body }: ApiRequest): void {
    this.requests += 1;
    this.#requestsMs.push(this.#nowMs);
    if (method === 'GET') return;
    this.writes += 1;
    const fields: { content?: string; patches?: { content?: string }[]; posts?: { content?: string }[] } = JSON.parse(
      body ?? '{}',
    );
    const written = [fields, ...(fields.patches ?? []), ...(fields.posts ?? [])].flatMap(
      ({ content }) => content ?? [],
    );
    for (const content of written) {
      const lostMs = this.#lostMs.get(content);
      const isEligible = [...this.#eligible].some((address) => address === content);
      if (!isEligible && (lostMs === undefined || this.#nowMs > lostMs + GRACE_MS))
        throw new Error(`${method} ${path} writes ${content}, which is no address of this machine`);
    }
    if (this.#eligible.size === 0) throw new Error(`${method} ${path} although nothing is eligible`);
  }

  #check(): void {
    const zones = this.#inFlight.map(({ zone }) => zone);
    if (new Set(zones).size !== zones.length) throw new Error('two requests in flight in one zone');
    while ((this.#requestsMs[0] ?? this.#nowMs) < this.#nowMs - HOUR_MS) this.#requestsMs.shift();
    if (this.#requestsMs.length > MOST_AN_HOUR) throw new Error(`${this.#requestsMs.length} requests within an hour`);
    const dueMs = this.#publisher.dueMs();
    if (dueMs !== null && !Number.isFinite(dueMs)) throw new Error(`due at ${dueMs}`);
  }

  /** Lets time pass with every request answered and every alarm heard. */
  #pass(durationMs: number): void {
    const endMs = this.#nowMs + durationMs;
    for (let left = 20_000; ; left--) {
      if (left === 0) throw new Error('no end of requests and alarms');
      if (this.#probed !== null) this.#endProbe();
      else if (this.#inFlight.length > 0) this.#end();
      else {
        const dueMs = this.#publisher.dueMs();
        if (dueMs === null || dueMs > endMs) break;
        this.#due(dueMs);
      }
      this.#check();
    }
    this.#nowMs = Math.max(this.#nowMs, endMs);
  }

  /** Puts right what the machine must not. */
  #mend(): void {
    for (const { name, multiRecord } of this.#records) {
      const own = this.model.recordsOf(name).filter(({ readOnly }) => !readOnly);
      const others = this.model.recordsOf(name).filter(({ readOnly }) => readOnly);
      for (const { id } of multiRecord === 'error' ? [...own.slice(1), ...others] : others) this.model.remove(id);
    }
  }

  #mustBeRight(records: readonly RecordSettings[]): void {
    for (const { name, multiRecord } of records) {
      const said = this.model.recordsOf(name).map(({ content }: ModelRecord) => content);
      const isOurs = said.some((content) => [...this.#eligible].some((address) => address === content));
      if (!isOurs || (multiRecord === 'all' && said.length !== 1))
        throw new Error(`${name} (${multiRecord}) says ${said.join(', ') || 'nothing'}`);
    }
  }
}
