import type { Settings } from '../core/config/settings.ts';
import { type Output as Decision, Publisher } from '../core/daemon/publisher.ts';
import type { ApiClient, Output } from '../core/ports.ts';
import { earliest } from '../core/time.ts';
import type { AddressFeedPorts } from './address-feed.ts';
import type { Log } from './log.ts';
import { TableFeed } from './table-feed.ts';

export interface EnginePorts extends AddressFeedPorts {
  readonly api: ApiClient;
  readonly output: Output;
}

/** Carries the decisions of the core out: kernel events and replies in, requests, log lines and alarms out. */
export class Engine {
  readonly feed: TableFeed;
  #publisher: Publisher;
  readonly #ports: EnginePorts;
  readonly #log: Log;
  #verifyIntervalMs: number | null;
  readonly #dryRun: boolean;
  readonly #onStep: () => void;
  #nextVerifyMs: number | null = null;

  /** @param onStep runs after everything that may have changed a state */
  constructor(ports: EnginePorts, log: Log, settings: Settings, dryRun: boolean, onStep: () => void = () => {}) {
    this.#ports = ports;
    this.#log = log;
    this.#verifyIntervalMs = settings.verifyIntervalMs;
    this.#onStep = onStep;
    this.#dryRun = dryRun;
    this.#publisher = new Publisher(settings.records, dryRun, ports.clock.nowMs());
    this.feed = new TableFeed(ports, log, settings.pollIntervalMs, () => {
      this.#carryOut(this.#publisher.tableChanged(this.feed.table, ports.clock.nowMs()));
    });
  }

  get publisher(): Publisher {
    return this.#publisher;
  }

  start(): void {
    this.#ports.clock.onAlarm(() => this.#due());
    this.#ports.clock.onJump(() => this.#jumped());
    this.#scheduleVerify();
    this.feed.start();
    this.#setAlarm();
  }

  /** Takes new settings over and reads every record back under them. */
  configure(settings: Settings): void {
    const nowMs = this.#ports.clock.nowMs();
    this.#ports.api.configure(settings);
    this.#verifyIntervalMs = settings.verifyIntervalMs;
    this.#scheduleVerify();
    this.feed.configure(settings.pollIntervalMs);
    this.#publisher = new Publisher(settings.records, this.#dryRun, nowMs, this.#publisher.silentUntilMs);
    this.#carryOut(this.#publisher.tableChanged(this.feed.table, nowMs));
  }

  /** Neither lifetimes nor events went on while the machine was suspended. */
  #jumped(): void {
    this.#log.write('debug', 'the clock jumped, as after suspend: looking at all addresses and routes again');
    this.feed.resync('the clock jumped');
    this.#due();
  }

  #due(): void {
    const nowMs = this.#ports.clock.nowMs();
    this.feed.due();
    if (this.#nextVerifyMs !== null && nowMs >= this.#nextVerifyMs) {
      this.#scheduleVerify();
      this.#carryOut(this.#publisher.verify(nowMs));
    }
    this.#carryOut(this.#publisher.due(nowMs));
  }

  #carryOut(decisions: readonly Decision[]): void {
    for (const decision of decisions) {
      if (decision.kind === 'log') this.#log.entry(decision.entry);
      else if (decision.kind === 'rehearsed') this.#ports.output.stdout(decision.text);
      else this.#request(decision);
    }
    this.#setAlarm();
    if (!this.#publisher.isBusy()) this.#ports.api.rest();
    this.#onStep();
  }

  #request({ zone, request }: Extract<Decision, { kind: 'request' }>): void {
    this.#log.write('debug', `${request.method} ${request.path}`);
    this.#ports.api.send(request, (outcome) => {
      const { clock } = this.#ports;
      this.#carryOut(this.#publisher.settled(zone, { ...outcome, nowMs: clock.nowMs(), draw: clock.draw() }));
    });
  }

  #scheduleVerify(): void {
    this.#nextVerifyMs = this.#verifyIntervalMs === null ? null : this.#ports.clock.nowMs() + this.#verifyIntervalMs;
  }

  #setAlarm(): void {
    this.#ports.clock.setAlarm(earliest(this.feed.dueMs, this.#publisher.dueMs(), this.#nextVerifyMs));
  }
}
