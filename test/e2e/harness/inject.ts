import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Process } from './process.ts';

const run = promisify(execFile);

/** Has a running process make system calls of x86-64, as code that got into it would. Needs root. */
export class Injector {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async build(): Promise<Injector> {
    const injector = new Injector(await mkdtemp(join(tmpdir(), 'ipv6ddns-inject-')));
    await run('gcc', ['-D_GNU_SOURCE', '-o', injector.#program, 'test/e2e/harness/inject.c']);
    return injector;
  }

  get #program(): string {
    return join(this.#folder, 'inject');
  }

  /** @param call the call's number in <asm/unistd_64.h>, its arguments: numbers, or `=TEXT` and `@HEX` for pointers
   *  @returns what the call returned, the name of its error, or that of the signal which ended the process */
  async call({ pid }: Process, ...call: readonly (string | number)[]): Promise<string> {
    return (await run(this.#program, [pid, ...call].map(String))).stdout.trim();
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }
}

/** The descriptor of a process's SOCK_SEQPACKET socket.
 *  @throws Error where it has none */
export async function seqpacketOf({ pid }: Process): Promise<number> {
  const table = await readFile(`/proc/${pid}/net/unix`, 'utf8');
  for (const fd of await readdir(`/proc/${pid}/fd`)) {
    const inode = /^socket:\[(\d+)\]$/.exec(await readlink(`/proc/${pid}/fd/${fd}`))?.[1];
    // Num, RefCount, Protocol, Flags, Type (SOCK_SEQPACKET is 5), St, Inode
    if (inode !== undefined && new RegExp(`^\\S+: \\S+ \\S+ \\S+ 0005 \\S+ +${inode}\\b`, 'm').test(table))
      return Number(fd);
  }
  throw new Error('it has no such socket');
}
