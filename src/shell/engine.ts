import type { Address } from '../core/address/address.ts';
import type { Settings } from '../core/config/settings.ts';
import { type Output as Decision, Publisher } from '../core/daemon/publisher.ts';
import type { ApiClient, HttpOutcome, Output } from '../core/ports.ts';
import { earliest, jittered } from '../core/time.ts';
import type { AddressFeedPorts } from './address-feed.ts';
import type { Log } from './log.ts';
import { TableFeed } from './table-feed.ts';

export interface EnginePorts extends AddressFeedPorts {
  readonly api: ApiClient;
  readonly output: Output;
}

/** What the kernel has not told of its table by then is not waited for any more. Twice as long as a dump may take. */
const FIRST_LOOK_MS = 10_000;

/** A look at the table that takes no longer needs no rest after it. */
const SHORT_LOOK_MS = 5;

/** In a storm looks take a tenth of the time at most. */
const REST_FACTOR = 9;

/** Somebody who is told how things stand, from the first look at the kernel's table on. Zones and names are replaced when
 *  they change and never written to: whether anything changed is a comparison of references. */
export interface Observer {
  /** When `observe` has to run although nothing happens, milliseconds on CLOCK_BOOTTIME; null = it need not. */
  readonly dueMs: number | null;
  /** Runs after everything that may have changed a state, and at `dueMs`. */
  observe(engine: Engine, nowMs: number): void;
  /** Takes new settings over; `observe` follows. */
  configure?(settings: Settings): void;
  /** The daemon is about to end. */
  stop?(): void;
}

/** Carries the decisions of the core out: kernel events and replies in, requests, log lines and alarms out. */
export class Engine {
  readonly feed: TableFeed;
  #publisher: Publisher;
  readonly #ports: EnginePorts;
  readonly #log: Log;
  #verifyIntervalMs: number | null;
  #timeoutMs: number;
  readonly #dryRun: boolean;
  readonly #observers: readonly Observer[];
  #nextVerifyMs: number | null = null;
  /** When the first look at the table counts as over, whatever it brought; null = it is. */
  #firstLookUntilMs: number | null = null;
  /** Until when the table is left alone, and when it is to be looked at then; null = nothing has come. */
  #restUntilMs = 0;
  #lookDueMs: number | null = null;
  /** When the request in flight in a zone has to have ended, by the zone's number. */
  readonly #limits = new Map<number, number>();

  /** @param isOnce nothing is tried a second time */
  constructor(
    ports: EnginePorts,
    log: Log,
    settings: Settings,
    dryRun: boolean,
    observers: readonly Observer[] = [],
    isOnce = false,
  ) {
    this.#ports = ports;
    this.#log = log;
    this.#verifyIntervalMs = settings.verifyIntervalMs;
    this.#timeoutMs = settings.timeoutMs;
    this.#observers = observers;
    this.#dryRun = dryRun;
    this.#publisher = new Publisher(settings, dryRun, ports.clock.nowMs(), null, isOnce);
    this.feed = new TableFeed(
      ports,
      log,
      settings.pollIntervalMs,
      () => this.#tableChanged(),
      () => this.#setAlarm(),
    );
  }

  get publisher(): Publisher {
    return this.#publisher;
  }

  start(): void {
    this.#ports.clock.onAlarm(() => this.#due());
    this.#ports.clock.onJump(() => this.#jumped());
    this.#scheduleVerify();
    this.#firstLookUntilMs = this.#ports.clock.nowMs() + FIRST_LOOK_MS;
    this.feed.start();
    this.step();
  }

  /** Tells the observers that the daemon is about to end. */
  stop(): void {
    for (const observer of this.#observers) observer.stop?.();
  }

  /** For how long something has been due that was not done, milliseconds, 0 = nothing is late: a request past its time
   *  limit, a dump that does not end, an alarm that is not heard. */
  lateMs(nowMs: number): number {
    const dueMs = earliest(this.feed.dueMs, this.#publisher.dueMs(), this.#nextVerifyMs, ...this.#limits.values());
    return dueMs === null ? 0 : Math.max(0, nowMs - dueMs);
  }

  /** Takes new settings over and reads every record back under them. */
  configure(settings: Settings): void {
    const nowMs = this.#ports.clock.nowMs();
    this.#ports.api.configure(settings);
    this.#verifyIntervalMs = settings.verifyIntervalMs;
    this.#timeoutMs = settings.timeoutMs;
    this.#limits.clear();
    this.#scheduleVerify();
    this.feed.configure(settings.pollIntervalMs);
    this.feed.resyncRoutes();
    for (const observer of this.#observers) observer.configure?.(settings);
    this.#publisher = new Publisher(settings, this.#dryRun, nowMs, this.#publisher);
    if (this.feed.isWhole) this.#tableChanged();
    this.step();
  }

  /** A look at ten thousand addresses takes a while: what comes while it rests after that is looked at together. */
  #tableChanged(): void {
    const { clock } = this.#ports;
    const nowMs = clock.nowMs();
    if (nowMs < this.#restUntilMs) {
      this.#lookDueMs = this.#restUntilMs;
      this.#setAlarm();
      return;
    }
    this.#lookDueMs = null;
    const decisions = this.#publisher.tableChanged(this.feed.table, nowMs);
    const tookMs = clock.nowMs() - nowMs;
    this.#restUntilMs = tookMs < SHORT_LOOK_MS ? 0 : clock.nowMs() + REST_FACTOR * tookMs;
    this.#carryOut(decisions);
  }

  /** Neither lifetimes nor events went on while the machine was suspended. */
  #jumped(): void {
    this.#log.write('debug', 'the clock jumped, as after suspend: looking at all addresses and routes again');
    this.feed.resync('the clock jumped');
    for (const zone of this.#limits.keys()) this.#limit(zone);
    this.#due();
  }

  #due(): void {
    const nowMs = this.#ports.clock.nowMs();
    this.feed.due();
    if (this.#lookDueMs !== null && nowMs >= this.#lookDueMs) this.#tableChanged();
    if (this.#nextVerifyMs !== null && nowMs >= this.#nextVerifyMs) {
      this.#scheduleVerify();
      this.feed.resyncRoutes();
      this.#carryOut(this.#publisher.verify(nowMs));
    }
    this.#carryOut(this.#publisher.due(nowMs));
  }

  #carryOut(decisions: readonly Decision[]): void {
    for (const decision of decisions) {
      if (decision.kind === 'log') this.#log.entry(decision.entry);
      else if (decision.kind === 'rehearsed') this.#ports.output.stdout(decision.text);
      else if (decision.kind === 'probe') this.#probe(decision.address);
      else this.#request(decision);
    }
    if (!this.#publisher.isBusy()) this.#ports.api.closeConnections();
    this.step();
  }

  /** Shows the observers how things stand, then sets the alarm to what is due next. An observer calls it when its own
   *  affairs have changed what it is due for. */
  step(): void {
    const nowMs = this.#ports.clock.nowMs();
    if (this.feed.isWhole || nowMs >= (this.#firstLookUntilMs ?? nowMs)) this.#firstLookUntilMs = null;
    if (this.#firstLookUntilMs === null) for (const observer of this.#observers) observer.observe(this, nowMs);
    this.#setAlarm();
  }

  #setAlarm(): void {
    const times = [
      this.#nextVerifyMs,
      this.#firstLookUntilMs,
      this.#lookDueMs,
      ...this.#observers.map(({ dueMs }) => dueMs),
    ];
    this.#ports.clock.setAlarm(earliest(this.feed.dueMs, this.#publisher.dueMs(), ...times));
  }

  #probe(address: Address): void {
    this.#log.write('debug', `checking whether the API can be reached from ${address}`);
    this.#ports.api.probe(address, (verdict) => {
      this.#log.write('debug', `from ${address}: ${verdict}`);
      this.#carryOut(this.#publisher.probed(address, verdict, this.#ports.clock.nowMs()));
    });
  }

  #request({ zone, request, from }: Extract<Decision, { kind: 'request' }>): void {
    this.#log.write('debug', `${request.method} ${request.path}`);
    this.#limit(zone);
    const done = (outcome: HttpOutcome): void => {
      const { clock } = this.#ports;
      this.#limits.delete(zone);
      this.#carryOut(this.#publisher.settled(zone, { ...outcome, nowMs: clock.nowMs(), draw: clock.draw() }));
    };
    this.#ports.api.send(request, done, from);
  }

  /** Twice its time: once for ways that lead nowhere, once for the one on which it is sent. */
  #limit(zone: number): void {
    this.#limits.set(zone, this.#ports.clock.nowMs() + 2 * this.#timeoutMs);
  }

  #scheduleVerify(): void {
    const { clock } = this.#ports;
    const intervalMs = this.#verifyIntervalMs;
    this.#nextVerifyMs = intervalMs === null ? null : clock.nowMs() + jittered(intervalMs, clock.draw());
  }
}
