import { retryAfterMs } from '../core/cloudflare/http.ts';
import { sameSettings } from '../core/config/changes.ts';
import type { HookSettings, NotifySettings, Settings } from '../core/config/settings.ts';
import { Delivery } from '../core/notify/delivery.ts';
import { Facts } from '../core/notify/facts.ts';
import { hookFor, type Message, variablesOf } from '../core/notify/message.ts';
import type { Clock, CommandRunner, HookClient, HttpOutcome } from '../core/ports.ts';
import { earliest } from '../core/time.ts';
import type { Engine, Observer } from './engine.ts';
import type { Log } from './log.ts';

export interface NotifierPorts {
  readonly clock: Clock;
  readonly hooks: HookClient;
  /** For the command of the start, whatever the settings say now; null = there was none. */
  readonly commands: CommandRunner | null;
}

/** How a delivery ended: why it failed, null = it did not; the wait that the receiver asks for. */
type Done = (failure: string | null, imposedMs: number) => void;

interface Receiver {
  readonly delivery: Delivery;
  readonly to: HookSettings | readonly string[];
  send(message: Message, time: string, done: Done): void;
}

/** Tells the receivers of `[notify]` what becomes of the names. Nothing in the engine waits for them. */
export class Notifier implements Observer {
  dueMs: number | null = null;
  readonly #ports: NotifierPorts;
  readonly #log: Log;
  readonly #facts: Facts;
  #receivers: readonly Receiver[] = [];

  constructor(ports: NotifierPorts, log: Log, settings: Settings) {
    this.#ports = ports;
    this.#log = log;
    this.#facts = new Facts(settings.notify?.errorAfterMs ?? 0, (text) => log.redact(text));
    this.#receivers = this.#receiversOf(settings);
  }

  /** A receiver that stays as it is goes on where it was; a new one is told of errors, not of changes of the past. */
  configure(settings: Settings): void {
    const names = settings.records.map(({ name }) => name);
    this.#facts.configure(settings.notify?.errorAfterMs ?? 0, names);
    this.#ports.hooks.configure(settings);
    this.#receivers = this.#receiversOf(settings);
  }

  observe(engine: Engine, nowMs: number): void {
    const { publisher } = engine;
    if (this.#receivers.length === 0) {
      this.dueMs = null;
      return;
    }
    this.#facts.take(publisher.zones, publisher.isStranded(), nowMs);
    for (const { delivery, send } of this.#receivers) {
      const message = delivery.next(this.#facts.byName, publisher.isBusy(), nowMs);
      if (message === null) continue;
      send(message, new Date(this.#ports.clock.wallMs()).toISOString(), (failure, imposedMs) => {
        const { clock } = this.#ports;
        this.#log.entry(delivery.settled(failure, imposedMs, clock.nowMs(), clock.draw()));
        engine.step();
      });
    }
    this.dueMs = earliest(this.#facts.dueMs, ...this.#receivers.map(({ delivery }) => delivery.dueMs));
  }

  #receiversOf({ notify, timeoutMs }: Settings): readonly Receiver[] {
    if (notify === null) return [];
    return [this.#hookOf(notify), this.#commandOf(notify, timeoutMs)].filter((receiver) => receiver !== null);
  }

  #hookOf({ hook }: NotifySettings): Receiver | null {
    if (hook === null) return null;
    return {
      delivery: this.#deliveryTo(hook.origin, hook, hook.heartbeatMs),
      to: hook,
      send: (message, time, done) => {
        this.#log.write('debug', `notifying ${hook.origin}: ${message.event}`);
        this.#ports.hooks.send(hook, hookFor(hook.format, message, time), (outcome) => settle(outcome, done));
      },
    };
  }

  #commandOf({ exec }: NotifySettings, limitMs: number): Receiver | null {
    const { commands } = this.#ports;
    if (exec === null) return null;
    if (commands === null) {
      this.#log.write('warning', `notify.exec: ${exec[0]} is not run until ipv6ddns is restarted`);
      return null;
    }
    const { command } = commands;
    const [program = ''] = command;
    if (!sameSettings(command, exec)) {
      this.#log.write(
        'warning',
        `notify.exec: the new command is not run until ipv6ddns is restarted; ${program} is run as before`,
      );
    }
    return {
      delivery: this.#deliveryTo(program, command, null),
      to: command,
      send: (message, time, done) => {
        this.#log.write('debug', `running ${program}: ${message.event}`);
        commands.run(variablesOf(message, time), limitMs, ({ failure, output }) => {
          if (output !== '') this.#log.write('debug', `${program} printed: ${output}`);
          done(failure, 0);
        });
      },
    };
  }

  #deliveryTo(called: string, to: Receiver['to'], heartbeatMs: number | null): Delivery {
    const same = this.#receivers.find((own) => sameSettings(own.to, to));
    return same?.delivery ?? new Delivery(called, heartbeatMs, this.#facts.byName, this.#ports.clock.nowMs());
  }
}

function settle(outcome: HttpOutcome, done: Done): void {
  if (outcome.kind === 'unreachable') done(outcome.detail, 0);
  else if (outcome.reply.status >= 200 && outcome.reply.status < 300) done(null, 0);
  else done(`it answered HTTP ${outcome.reply.status}`, retryAfterMs(outcome.reply) ?? 0);
}
