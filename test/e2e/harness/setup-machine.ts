import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { Lab } from './lab.ts';
import { openLab } from './open.ts';
import { EXECUTABLE } from './programs.ts';
import { Terminal } from './terminal.ts';

export const A = '3ffe:1::a';

/** A machine on which ipv6ddns was installed and not set up: /etc and /run are its own. */
export class Machine {
  readonly lab: Lab;
  /** Of a token for every zone, which may list them; the lab's own is for its zone alone. */
  readonly token: string;
  readonly environment: Readonly<Record<string, string>>;

  constructor(lab: Lab, token: string) {
    this.lab = lab;
    this.token = token;
    this.environment = {
      CLOUDFLARE_BASE_URL: lab.api.url,
      SSL_CERT_FILE: lab.caBundle,
      PATH: process.env['PATH'] ?? '',
    };
  }

  static async open(files: Readonly<Record<string, string>> = {}): Promise<Machine> {
    const lab = await openLab();
    await lab.add(A);
    const machine = new Machine(lab, (await lab.api.addToken()).value);
    for (const folder of ['etc/ipv6ddns', 'run/ipv6ddns']) await mkdir(machine.at(folder), { recursive: true });
    for (const [path, text] of Object.entries(files)) await machine.write(path, text);
    await Promise.all(['etc', 'run'].map((folder) => lab.host.replaceFile(`/${folder}`, machine.at(folder))));
    return machine;
  }

  at(path: string): string {
    return join(this.lab.folder, path);
  }

  async write(path: string, text: string, mode = 0o644): Promise<void> {
    await writeFile(this.at(path), text);
    await chmod(this.at(path), mode);
  }

  /** Starts `ipv6ddns setup` on a terminal. */
  type(options = '', environment: Readonly<Record<string, string>> = {}): Terminal {
    const enter = this.lab.host.command.bind(this.lab.host);
    const terminal = new Terminal(enter, `trap : INT; ${EXECUTABLE} setup ${options}`, {
      ...this.environment,
      ...environment,
    });
    onTestFinished(() => terminal.kill());
    return terminal;
  }

  /** Runs it without a terminal to its end. */
  async run(...parameters: readonly string[]) {
    const process = this.lab.launch(this.lab.host, [EXECUTABLE, 'setup', ...parameters], this.environment);
    const { status } = await process.exit;
    expect(process.transcript()).not.toContain(this.token);
    return { status, said: [...process.stdout, ...process.stderr].join('\n') };
  }

  /** What stands in the folder of the settings: names with modes, and the texts. */
  async found(): Promise<Record<string, string>> {
    const folder = this.at('etc/ipv6ddns');
    const files = (await readdir(folder)).map(async (name) => {
      const { mode } = await stat(join(folder, name));
      return [`${name} ${(mode & 0o777).toString(8)}`, await readFile(join(folder, name), 'utf8')] as const;
    });
    return Object.fromEntries(await Promise.all(files));
  }

  /** A service manager that writes down what it is asked for. */
  async installSystemctl(script = ''): Promise<void> {
    await mkdir(this.at('run/systemd/system'), { recursive: true });
    await this.write('systemctl', `#!/bin/sh\n${script}\necho "$*" >>/run/asked\n`, 0o755);
    await this.lab.host.replaceFile('/usr/bin/systemctl', this.at('systemctl'));
  }

  asked(): Promise<string> {
    return readFile(this.at('run/asked'), 'utf8').catch(() => '');
  }
}

export const tokenFile = (token: string) => ({ 'token 600': `${token}\n` });
