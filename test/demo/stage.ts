import type { Lab } from '../e2e/harness/lab.ts';
import { NAME } from '../e2e/harness/lab.ts';
import type { Process } from '../e2e/harness/process.ts';
import type { RequestEntry } from '../simulator/log.ts';
import { monotonicMs } from '../simulator/log.ts';
import type { Happening, Timeline } from './timeline.ts';

/** Changes addresses, and tells everything that follows from it in the order in which it happened. */
export class Stage {
  readonly #lab: Lab;
  readonly #daemon: Process;
  readonly #timeline: Timeline;
  #changes: Happening[] = [];
  #toldLines = 0;
  #toldRequests = 0;

  constructor(lab: Lab, daemon: Process, timeline: Timeline) {
    this.#lab = lab;
    this.#daemon = daemon;
    this.#timeline = timeline;
  }

  /** Carries commands of ip(8) out on the machine. */
  async change(...commands: readonly string[]): Promise<void> {
    for (const command of commands) {
      this.#changes.push({ atMs: monotonicMs(), source: 'kernel', text: `ip ${command}` });
      await this.#lab.host.ip(command);
    }
  }

  /** Notes what the kernel did by itself. */
  note(text: string): void {
    this.#changes.push({ atMs: monotonicMs(), source: 'kernel', text });
  }

  /** Waits until the record says the address and the daemon knows it.
   *  @returns milliseconds from the last change to the end of the write */
  async published(address: string): Promise<number> {
    const changedMs = this.#changes.at(-1)?.atMs ?? 0;
    await this.#lab.says(address);
    await this.#daemon.line(new RegExp(`AAAA ${address}.*, (created|updated) in `), { since: this.#toldLines });
    const write = (await this.#lab.api.requests(this.#toldRequests)).filter(({ method }) => method !== 'GET').at(-1);
    return (write?.endedMs ?? Number.NaN) - changedMs;
  }

  /** Prints what happened since the last time, then what the record says. */
  async tell(): Promise<void> {
    const requests = await this.#lab.api.requests(this.#toldRequests);
    const lines = this.#daemon.lines.slice(this.#toldLines);
    this.#toldRequests += requests.length;
    this.#toldLines += lines.length;
    const said = lines.map(({ atMs, text }) => ({ atMs, source: 'daemon' as const, ...readLine(text) }));
    const sent = requests.map((request) => ({
      atMs: request.completeMs,
      source: 'api' as const,
      ...describe(request),
    }));
    this.#timeline.happenings([...this.#changes, ...said, ...sent]);
    this.#changes = [];
    const contents = (await this.#lab.api.records(this.#lab.zone.id)).map(({ content }) => content);
    const text = `${NAME} AAAA ${contents.join(', ') || '(none)'}`;
    this.#timeline.happenings([{ atMs: monotonicMs(), source: 'record', text }]);
  }
}

/** The daemon's line without its time. */
function readLine(text: string): Pick<Happening, 'text' | 'bad'> {
  const [, level = '', message = text] = /^\S+ (\w+) (.*)$/.exec(text) ?? [];
  return { text: message, bad: level === 'warning' || level === 'error' };
}

/** The request without the base URL and the zone's id, and what came of it. */
function describe({ method, path, query, body, status }: RequestEntry): Pick<Happening, 'text' | 'bad'> {
  const [, below = ''] = /\/zones\/[^/]+\/?(.*)$/.exec(path) ?? [];
  const name = query['name'] === undefined ? '' : `?name=${query['name']}`;
  const place = below === '' ? 'the zone’s name' : below.replace(/[0-9a-f]{26}$/, '…') + name;
  const content = body === null ? '' : ` ${JSON.stringify(body)}`;
  return { text: `${method} ${place}${content} → ${status ?? 'no reply'}`, bad: status === null || status >= 400 };
}
