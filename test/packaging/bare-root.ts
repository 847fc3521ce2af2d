import { chmod, copyFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Ended, run, succeed } from './program.ts';
import { filesOf, isolated, temporaryFolder } from './run.ts';

/** Programs that only say how they are called, before all others in PATH. */
const STAND_INS = '/stand-ins';
const OWN = /^\/(bin|dev|proc|stand-ins|lib|lib64)\/|^\/calls$/;

/** What scripts use of it. */
const APPLETS =
  '[ basename cat chmod chown cp cut dirname echo env find grep head hexdump id kill ln ls mkdir mktemp mv od printf ' +
  'readlink rm rmdir sed sh sha256sum sort tar test touch tr true uname unxz wget xargs xz';

/** A shell for which busybox's applets are programs like others, and what it is linked with. */
const LIBRARIES = [...(await succeed(['ldd', '/bin/dash'])).matchAll(/(\/\S+) \(0x/g)];
const DASH = ['/bin/dash', ...LIBRARIES.map(([, path = '']) => path)];

/** A machine that has nothing but busybox, and dash. */
export class BareRoot {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<BareRoot> {
    const root = new BareRoot(await temporaryFolder());
    for (const folder of ['/bin', '/dev', '/tmp', '/proc', STAND_INS])
      await mkdir(root.at(folder), { recursive: true });
    await copyFile('/usr/bin/busybox', root.at('/bin/busybox'));
    for (const name of APPLETS.split(' ')) await symlink('busybox', root.at(`/bin/${name}`));
    for (const file of DASH) await root.write(file, await readFile(file), 0o755);
    await root.write('/dev/null', ''); // a file does
    return root;
  }

  at(path: string): string {
    return join(this.path, path);
  }

  async write(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
    await mkdir(dirname(this.at(path)), { recursive: true });
    await rm(this.at(path), { force: true });
    await writeFile(this.at(path), content);
    await chmod(this.at(path), mode);
  }

  read(path: string): Promise<string> {
    return readFile(this.at(path), 'utf8');
  }

  /** A program in place of the machine's own. What it is called with is written down. */
  async standIn(name: string, program = ''): Promise<void> {
    await this.write(`${STAND_INS}/${name}`, `#!/bin/busybox sh\necho "${name} $*" >>/calls\n${program}\n`, 0o755);
  }

  /** The calls of the stand-ins so far, and from now on anew. */
  async calls(): Promise<string[]> {
    const said = await this.read('/calls').catch(() => '');
    await this.write('/calls', '');
    return said.split('\n').filter((line) => line !== '');
  }

  /** Runs a program of the machine as its root. */
  run(...command: readonly string[]): Promise<Ended> {
    const environment = [`PATH=${STAND_INS}:/bin:/usr/bin:/sbin:/usr/sbin`, 'TMPDIR=/tmp'];
    return run(isolated('chroot', this.path, '/bin/busybox', 'env', '-i', ...environment, ...command));
  }

  /** Every file that is not the root's own. */
  async files(): Promise<string[]> {
    return (await filesOf(this.path)).filter((file) => !OWN.test(file));
  }
}
