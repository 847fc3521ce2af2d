import { join } from 'node:path';
import type { Lab } from './lab.ts';
import type { Process } from './process.ts';
import { bundle } from './programs.ts';

export interface Notification {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly type: string | null;
  readonly body: string;
}

/** A server for notifications on the lab's host. */
export class Receiver {
  readonly #process: Process;
  readonly port: number;
  #taken = 0;

  private constructor(process: Process, port: number) {
    this.#process = process;
    this.port = port;
  }

  static async start(lab: Lab, port = 0): Promise<Receiver> {
    const script = await bundle('test/e2e/harness/receiver.ts', lab.folder);
    const [cert, key] = [join(lab.certificates, 'server.pem'), join(lab.certificates, 'server.key')];
    const started = lab.launch(lab.host, [process.execPath, script, cert, key, String(port)], {});
    const { text } = await started.line(/^listening \d+$/);
    return new Receiver(started, Number(text.split(' ')[1]));
  }

  /** The URL of a path of this server. */
  url(path: string): string {
    return `https://[::1]:${this.port}${path}`;
  }

  get received(): readonly Notification[] {
    return this.#process.stdout.slice(1).map((line): Notification => JSON.parse(line));
  }

  /** The next notification that matches and was not taken before, once it is there. */
  async next(pattern: RegExp): Promise<Notification> {
    const { text } = await this.#process.line(pattern, { since: 1 + this.#taken });
    this.#taken = this.#process.stdout.indexOf(text, 1 + this.#taken);
    return JSON.parse(text);
  }

  /** Takes connections and never says a word until `wake`. */
  hang(): void {
    this.#process.signal('SIGSTOP');
  }

  wake(): void {
    this.#process.signal('SIGCONT');
  }

  /** Is gone, so that connections are refused. */
  stop(): Promise<void> {
    return this.#process.kill();
  }
}
