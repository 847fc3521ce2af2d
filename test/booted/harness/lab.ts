import { join } from 'node:path';
import { inject, onTestFailed, test } from 'vitest';
import { SIMULATOR } from '../../e2e/harness/programs.ts';
import { spawnSimulator } from '../../simulator/remote.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import type { Token, ZoneProperties } from '../../simulator/state.ts';
import { Machine } from './machine.ts';

export const ZONE = 'example.com';
export const NAME = 'home.example.com';
/** The machine's address. */
export const A = '3ffe:1::a';
/** Of the router, which is where the API is. */
const ROUTER = '3ffe:1::1';

/** A test in a booted machine; skipped where none can be booted. */
export const booted = test.skipIf(inject('obstacle') !== null);

/** A booted machine on the Internet: `api.cloudflare.com` is the simulator, whose authority the machine trusts. */
export class BootedLab {
  readonly machine: Machine;
  readonly api: Simulator;
  readonly zone: ZoneProperties;
  /** May do everything. */
  readonly token: Token;

  private constructor(machine: Machine, api: Simulator, zone: ZoneProperties, token: Token) {
    this.machine = machine;
    this.api = api;
    this.zone = zone;
    this.token = token;
  }

  static async open(): Promise<BootedLab> {
    const machine = await Machine.create(inject('root'));
    try {
      const options = ['--host', '::', '--port', '443', '--certificates', machine.folder];
      const api = await spawnSimulator(machine.outside.command([process.execPath, SIMULATOR, ...options]));
      const zone = await api.addZone({ name: ZONE });
      const lab = new BootedLab(machine, api, zone, await api.addToken({ zones: [zone.id] }));
      await lab.boot();
      await machine.write('/etc/hosts', `127.0.0.1 localhost debian\n::1 localhost\n${ROUTER} api.cloudflare.com\n`);
      await machine.copy(join(machine.folder, 'ca.pem'), '/usr/local/share/ca-certificates/simulator.crt');
      await machine.run('update-ca-certificates >/dev/null 2>&1');
      return lab;
    } catch (error) {
      await machine.close();
      throw error;
    }
  }

  /** Boots the machine and gives it its address. */
  async boot(): Promise<void> {
    const { machine } = this;
    await machine.boot();
    await machine.outside.ip(`addr replace ${ROUTER}/64 dev lan0 nodad`);
    await machine.run(`ip addr add ${A}/64 dev wan0 nodad; ip route add default via ${ROUTER}`);
  }

  /** Installs a package as an administrator would.
   *  @returns what was said */
  async install(deb: string, ...options: readonly string[]): Promise<string> {
    await this.machine.copy(deb, '/root/ipv6ddns.deb');
    return this.machine.run(
      `DEBIAN_FRONTEND=noninteractive apt-get -qq install ${options.join(' ')} /root/ipv6ddns.deb`,
    );
  }

  /** Resolves when the name's AAAA records are exactly these. */
  says(name: string, ...contents: readonly string[]): Promise<void> {
    return this.api.untilContents(this.zone.id, name, contents);
  }

  /** To be called before a test: its journal is its own, and shown if it fails. */
  async beginTest(): Promise<void> {
    await this.machine.markJournal();
    onTestFailed(async () => console.log(await this.machine.journal().catch(() => this.machine.transcript())));
  }

  async close(): Promise<void> {
    await this.api.close();
    await this.machine.close();
  }
}
