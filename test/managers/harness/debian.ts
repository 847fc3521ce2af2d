import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from '../../e2e/harness/lab.ts';
import type { Command, Namespace } from '../../e2e/harness/namespace.ts';
import type { Process } from '../../e2e/harness/process.ts';

/** Lays the root `$1` below the folder `$2`, which must be there. What is written goes to memory. /sys can only be
 *  read: that tells systemd-networkd that there is no udev to wait for. */
const LAY = `set -e
mount -t tmpfs tmpfs "$2"
mkdir "$2/upper" "$2/work" "$2/root"
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/root"
cd "$2/root"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount --rbind /dev dev
mount -t tmpfs tmpfs run`;

/** A Debian in a namespace: programs of its own over a root of its own. */
export class Debian {
  readonly #lab: Lab;
  readonly where: Namespace;
  readonly #root: string;

  private constructor(lab: Lab, where: Namespace, root: string) {
    this.#lab = lab;
    this.where = where;
    this.#root = root;
  }

  /** @param name of the machine, unique in the lab */
  static async lay(lab: Lab, where: Namespace, lower: string, name: string): Promise<Debian> {
    const folder = join(lab.folder, name);
    await where.run('mkdir', folder);
    await where.run('sh', '-c', LAY, 'sh', lower, folder);
    return new Debian(lab, where, join(folder, 'root'));
  }

  async write(path: string, text: string, mode = '644'): Promise<void> {
    const script = 'mkdir -p "$(dirname "$1")" && printf %s "$2" >"$1" && chmod "$3" "$1"';
    await this.run('sh', '-c', script, 'sh', path, text, mode);
  }

  /** Runs a program to its end. @returns what it printed */
  run(...command: Command): Promise<string> {
    return this.where.run('chroot', this.#root, ...command);
  }

  launch(program: Command, environment: Readonly<Record<string, string>> = {}): Process {
    return this.#lab.launch(this.where, ['chroot', this.#root, ...program], environment);
  }

  /** Kills what programs of this machine have left behind in its network: helpers outlive a killed manager. */
  async close(): Promise<void> {
    const network = await this.where.run('readlink', '/proc/self/ns/net');
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    await Promise.all(
      pids.map(async (pid) => {
        try {
          const links = [`/proc/${pid}/ns/net`, `/proc/${pid}/root`].map((link) => readlink(link));
          const [itsNetwork, itsRoot = ''] = await Promise.all(links);
          if (itsNetwork === network.trim() && itsRoot.startsWith(this.#root)) process.kill(Number(pid), 'SIGKILL');
        } catch {
          // It has just ended.
        }
      }),
    );
  }
}
