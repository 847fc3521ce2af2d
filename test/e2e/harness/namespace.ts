import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

export type Command = readonly [program: string, ...parameters: string[]];

/** Ends at the first line that fails. */
export interface Session {
  /** Resolves when the line is in the pipe: not much is ahead of it then. */
  write(line: string): Promise<void>;
  /** @throws Error when a line failed */
  end(): Promise<void>;
}

const execute = promisify(execFile);

/** Waits for its standard input to end. The new sysfs shows the new namespace's links; where mounting it is refused the
 *  daemon does without. */
const HOLDER = 'mount -t sysfs sysfs /sys 2>/dev/null; ip link set lo up && echo ready && exec cat';

/** A network and mount namespace of its own; without root inside a user namespace of its own.
 *
 *  It has no name under /run/netns: a process holds it and ends with ours, so that nothing is left behind whatever
 *  happens to a test. */
export class Namespace {
  readonly #holder: ChildProcess;
  readonly #enter: Command;

  private constructor(holder: ChildProcess, enter: Command) {
    this.#holder = holder;
    this.#enter = enter;
  }

  /** @param neighbour links can be made between the two
   *  @throws Error where the system allows no namespaces */
  static async create(neighbour?: Namespace): Promise<Namespace> {
    const asUser = process.geteuid?.() !== 0;
    const owner = asUser && neighbour === undefined ? ['--user', '--map-root-user'] : [];
    const unshare: Command = ['unshare', ...owner, '--net', '--mount', 'sh', '-c', HOLDER];
    const [program, ...parameters] = neighbour?.command(unshare) ?? unshare;
    const holder = spawn(program, parameters, { stdio: ['pipe', 'pipe', 'pipe'] });
    const problem: string[] = [];
    holder.stderr.on('data', (text) => problem.push(String(text)));
    const ready = await Promise.race([once(holder.stdout, 'data'), once(holder, 'close').then(() => null)]);
    if (ready === null) {
      const remedy = 'run it as root, or allow unprivileged user namespaces';
      throw new Error(`cannot make a network namespace (${problem.join('').trim()}); ${remedy}`);
    }
    const user = asUser ? ['--user', '--preserve-credentials'] : [];
    return new Namespace(holder, ['nsenter', '--target', String(holder.pid), ...user, '--net', '--mount']);
  }

  /** The command that runs `command` in here. The process keeps its id from the first to the last program. */
  command(command: Command): Command {
    return [...this.#enter, ...command];
  }

  /** Runs a command to its end.
   *  @returns its standard output
   *  @throws Error when its status is not 0 */
  async run(...command: Command): Promise<string> {
    const [program, ...parameters] = this.command(command);
    return (await execute(program, parameters)).stdout;
  }

  /** ip(8) with one line of parameters. */
  ip(parameters: string): Promise<string> {
    return this.run('ip', ...(parameters.split(' ') as [string]));
  }

  /** ip(8) with many lines of parameters, in one process. */
  async ipBatch(lines: readonly string[]): Promise<void> {
    const session = this.ipSession();
    session.write(lines.join('\n'));
    await session.end();
  }

  /** ip(8), each line being parameters of a call. */
  ipSession(): Session {
    return this.session('ip', '-batch', '-');
  }

  /** A program that waits for lines on its standard input and carries each out when it comes. */
  session(...command: Command): Session {
    const [program, ...parameters] = this.command(command);
    const child = spawn(program, parameters, { stdio: ['pipe', 'ignore', 'inherit'] });
    return {
      write: (line) => new Promise<void>((resolve) => child.stdin.write(`${line}\n`, () => resolve())),
      async end() {
        const ended = child.exitCode === null ? once(child, 'exit') : [child.exitCode];
        child.stdin.end();
        const [status] = await ended;
        if (status !== 0) throw new Error(`${command.join(' ')} ended with status ${status}`);
      },
    };
  }

  /** Sets a variable of sysctl(8), with `/` between its parts. */
  async sysctl(variable: string, value: number): Promise<void> {
    await this.run('sh', '-c', 'echo "$2" >"/proc/sys/$1"', 'sh', variable, String(value));
  }

  /** Makes a veth pair that is up at both ends, `far` in the neighbour. */
  async link(near: string, neighbour: Namespace, far: string): Promise<void> {
    await this.ip(`link add ${near} type veth peer name ${far} netns ${neighbour.#holder.pid}`);
    await Promise.all([this.ip(`link set ${near} up`), neighbour.ip(`link set ${far} up`)]);
  }

  /** Shows `source` in place of the file `target` to the processes in here. */
  async replaceFile(target: string, source: string): Promise<void> {
    await this.run('mount', '--bind', source, target);
  }

  async close(): Promise<void> {
    const ended = once(this.#holder, 'close');
    this.#holder.stdin?.end();
    await ended;
  }
}
