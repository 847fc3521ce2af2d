import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { BareRoot } from './bare-root.ts';
import type { Ended } from './program.ts';
import { make, succeed, temporaryFolder } from './run.ts';

export const { version: VERSION } = JSON.parse(await readFile('package.json', 'utf8'));
export const SCRIPT = resolve('build/dist/install.sh');
const [MACHINE = ''] = (await succeed(['gcc', '-dumpmachine'])).split('-');
export const ARCHIVE = `ipv6ddns-${VERSION}-linux-${MACHINE}.tar.xz`;

/** Makes what a release has for this machine. */
export const makeRelease = (): Promise<string> =>
  make('-s', 'build/dist/install.sh', `build/dist/${ARCHIVE}`, `DIST_ARCHS=${MACHINE}`);

/** A machine with a release in the folder /release. */
export class Installer {
  readonly root: BareRoot;

  private constructor(root: BareRoot) {
    this.root = root;
  }

  static async create(): Promise<Installer> {
    const installer = new Installer(await BareRoot.create());
    const { root } = installer;
    await mkdir(root.at('/release'));
    await copyFile(SCRIPT, root.at('/release/install.sh'));
    await copyFile(`build/dist/${ARCHIVE}`, root.at(`/release/${ARCHIVE}`));
    await installer.sum();
    return installer;
  }

  /** Writes the release's checksums. */
  async sum(): Promise<void> {
    const sums = await succeed(['sh', '-c', `cd '${this.root.at('/release')}' && sha256sum -- *z`]);
    await this.root.write('/release/SHA256SUMS', sums);
  }

  /** Puts another release in the place of the first: its tree is changed by a script. */
  async release(change: string): Promise<void> {
    const folder = await temporaryFolder();
    await succeed(['tar', '-C', folder, '-xf', `build/dist/${ARCHIVE}`]);
    const tree = ARCHIVE.replace('.tar.xz', '');
    const program = '#!/bin/busybox sh\\necho ipv6ddns 99\\n';
    await succeed(['sh', '-ec', `cd '${folder}/${tree}' && printf '${program}' >bin/ipv6ddns && ${change}`]);
    await succeed(['tar', '-C', folder, '-cJf', this.root.at(`/release/${ARCHIVE}`), tree]);
    await this.sum();
  }

  /** Runs the script in busybox's shell. */
  install(...parameters: readonly string[]): Promise<Ended> {
    return this.root.run('/bin/busybox', 'sh', '/release/install.sh', ...parameters);
  }

  /** Every file that is neither the root's own nor the release's. */
  async files(): Promise<string[]> {
    return (await this.root.files()).filter((file) => !file.startsWith('/release/'));
  }
}
