import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Namespace } from '../../e2e/harness/namespace.ts';
import { Process } from '../../e2e/harness/process.ts';
import { type Ended, run, succeed } from '../../packaging/program.ts';
import { monotonicMs } from '../../simulator/log.ts';

/** A boot takes three seconds, and far longer on a host that is busy. */
const BOOT_PATIENCE_MS = 90_000;

const PATIENCE_MS = 30_000;

/** Mounts of the machine, seen by nobody else: its root over the cached one, and a /run in which nspawn finds no other
 *  service manager. What is written is in memory and is gone with the namespace. The namespace's own sysfs hides the
 *  control groups, which nspawn looks for. */
const MOUNTS = `
umount /sys
mount -t tmpfs tmpfs /run
mkdir /run/systemd
mkdir "$2"
mount -t tmpfs tmpfs "$2"
mkdir "$2/upper" "$2/work" "$2/root"
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/root"
`;

/** What nspawn refuses by default, and a kernel grants: the daemon confines itself by them. */
const ALLOWED = '--system-call-filter=landlock_create_ruleset landlock_add_rule landlock_restrict_self';

/** Where the host still has control groups of the first version, systemd is told to take them. */
const OLD_CONTROL_GROUPS = ['SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1', 'systemd.unified_cgroup_hierarchy=0'];

const VARIABLES = [
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'HOME=/root',
  'LC_ALL=C.UTF-8',
  'TERM=dumb',
  'SYSTEMD_PAGER=',
];

/** A Debian under a systemd of its own, in a network of its own. Its uplink `wan0` is a cable to `lan0` of `outside`.
 *  It ends with the process that made it, whatever happens to a test. */
export class Machine {
  /** The world beyond its uplink. */
  readonly outside: Namespace;
  /** On the host, for files of the test. */
  readonly folder: string;
  readonly #startup: readonly string[];
  #nspawn: Process | null = null;
  #leader = 0;
  #journalMark = '';

  private constructor(outside: Namespace, folder: string, startup: readonly string[]) {
    this.outside = outside;
    this.folder = folder;
    this.#startup = startup;
  }

  /** Makes a machine that is not running yet.
   *  @param root of a Debian, see tools/debian-root; it stays as it is */
  static async create(root: string): Promise<Machine> {
    const type = await succeed(['stat', '-f', '-c', '%T', '/sys/fs/cgroup']);
    const outside = await Namespace.create();
    const folder = await mkdtemp(join(tmpdir(), 'ipv6ddns-booted-'));
    const machine = new Machine(outside, folder, type.trim() === 'cgroup2fs' ? [] : OLD_CONTROL_GROUPS);
    await outside.run('sh', '-ec', MOUNTS, 'sh', root, machine.#disk);
    return machine;
  }

  /** Seen in the namespace of `outside` alone. */
  get #disk(): string {
    return join(this.folder, 'disk');
  }

  /** Boots it, and resolves when every service that is to start has started.
   *  @throws Error with what it printed when it does not come up */
  async boot(): Promise<void> {
    const nspawn: Command = [
      'systemd-nspawn',
      '--quiet',
      '--machine=debian',
      `--directory=${this.#disk}/root`,
      '--register=no',
      '--keep-unit',
      '--private-network',
      '--network-veth-extra=lan0:wan0',
      '--console=pipe',
      ALLOWED,
      '--boot',
      ...this.#startup,
    ];
    const command = this.outside.command(['setpriv', '--pdeathsig', 'KILL', ...nspawn]);
    const running = new Process(command, { PATH: process.env['PATH'] ?? '' });
    this.#nspawn = running;
    const ended = running.exit.then(({ status }) => {
      throw new Error(`systemd-nspawn ended with status ${status}:\n${running.transcript()}`);
    });
    ended.catch(() => undefined); // an end that was asked for
    await Promise.race([ended, this.#untilUp(running)]);
    await this.outside.ip('link set lan0 up');
    await this.run('ip link set wan0 up');
  }

  async #untilUp({ pid }: Process): Promise<void> {
    let last = 'it has no first process';
    const isUp = async () => {
      // The first child of nspawn is one that makes the machine's first process, and ends.
      const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ');
      this.#leader = Number(children.at(-1));
      if (this.#leader === 0) return undefined;
      const { stdout, stderr } = await this.try('systemctl is-system-running --wait');
      last = stdout + stderr;
      if (/degraded/.test(stdout)) throw new Error(`units have failed:\n${await this.run('systemctl --failed')}`);
      return /running/.test(stdout) || undefined;
    };
    await until('service manager that has started everything', isUp, BOOT_PATIENCE_MS).catch((error: Error) => {
      throw new Error(`${error.message}: ${last}`);
    });
  }

  /** The command that runs `command` in the machine, as root. */
  command(command: Command): Command {
    const where = ['--target', String(this.#leader), ...['-m', '-u', '-i', '-n', '-p', '-C']];
    return ['nsenter', ...where, 'env', '-i', ...VARIABLES, ...command];
  }

  /** Runs a script as root, with `input` on its standard input: through a pipe of the shell's, because Node's are
   *  sockets, which cannot be opened as /dev/stdin. */
  try(script: string, input = ''): Promise<Ended> {
    return run(this.command(['sh', '-c', 'cat | sh -c "$0"', script]), {}, input);
  }

  /** Runs a script as root to its end.
   *  @returns its standard output
   *  @throws Error with all output when its status is not 0 */
  async run(script: string, input = ''): Promise<string> {
    const { status, stdout, stderr } = await this.try(`set -e\n${script}`, input);
    if (status !== 0) throw new Error(`in the machine: ${script}\nended with ${status}:\n${stdout}${stderr}`);
    return stdout;
  }

  /** Runs a script again and again until its output matches.
   *  @throws Error with the last output when that takes too long */
  async shows(script: string, pattern: RegExp): Promise<string> {
    let last = '';
    const matches = async () => {
      const { stdout, stderr } = await this.try(script);
      last = stdout + stderr;
      return pattern.test(last) || undefined;
    };
    await until(`${pattern} of ${script}`, matches, PATIENCE_MS).catch((error: Error) => {
      throw new Error(`${error.message}; the last was:\n${last}`);
    });
    return last;
  }

  /** Puts a file there. */
  async write(path: string, text: string, mode = '0644'): Promise<void> {
    await this.run(`mkdir -p "$(dirname '${path}')"; rm -f '${path}'; install -m ${mode} /dev/stdin '${path}'`, text);
  }

  /** Copies a file of the host in. */
  async copy(source: string, path: string): Promise<void> {
    await this.outside.run('cp', resolve(source), join(this.#disk, 'root', path));
  }

  /** From here on the journal is shown. */
  async markJournal(): Promise<void> {
    const shown = await this.run('journalctl --sync; journalctl --lines=0 --show-cursor');
    this.#journalMark = /cursor: (.*)$/m.exec(shown)?.[1] ?? '';
  }

  /** What the journal holds since the mark, of one unit or of all. */
  journal(unit = ''): Promise<string> {
    const since = this.#journalMark === '' ? '' : `--after-cursor='${this.#journalMark}'`;
    const of = unit === '' ? '' : `--unit=${unit}`;
    return this.run(`journalctl --sync; journalctl --no-pager --output=short-monotonic ${since} ${of}`);
  }

  /** Shuts it down in good order; its disk stays. */
  async powerOff(): Promise<void> {
    const nspawn = this.#nspawn;
    if (nspawn === null) return;
    await this.try('systemctl poweroff');
    await nspawn.exit;
    this.#nspawn = null;
  }

  /** What it printed since it was last booted. */
  transcript(): string {
    return this.#nspawn?.transcript() ?? '';
  }

  async close(): Promise<void> {
    await this.#nspawn?.kill();
    await this.outside.close();
    await rm(this.folder, { recursive: true });
  }
}

/** Resolves with the first value that is not undefined.
 *  @throws Error when there is none in time */
async function until<T>(what: string, look: () => Promise<T | undefined>, timeoutMs = PATIENCE_MS): Promise<T> {
  for (const endMs = monotonicMs() + timeoutMs; monotonicMs() < endMs; ) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(100);
  }
  throw new Error(`no ${what} within ${timeoutMs / 1000} s`);
}
