import type { Address } from '../core/address/address.ts';
import { reportAddresses } from '../core/address/report.ts';
import type { AddressTable } from '../core/address/table.ts';
import { describeVerdict } from '../core/cloudflare/probe.ts';
import type { Settings } from '../core/config/settings.ts';
import type { Output, ProbeVerdict } from '../core/ports.ts';
import { printableJson } from '../core/text.ts';
import { ApiCheck } from './check-api.ts';
import { type Check, formatChecks, Report } from './check-report.ts';
import type { EnginePorts } from './engine.ts';
import { EXIT, type ExitStatus } from './exit.ts';
import type { Log } from './log.ts';
import { lookAtTable } from './table-feed.ts';

export interface CheckContext {
  readonly ports: EnginePorts;
  readonly log: Log;
  readonly settings: Settings;
  readonly json: boolean;
  exit(status: ExitStatus): void;
}

/** Tries everything that the daemon needs, writes nothing, and says what is wrong and what to do. */
export function check(context: CheckContext): void {
  const { ports, log, settings, exit } = context;
  lookAtTable(ports, log, settings.pollIntervalMs, (table) => void checkAll(context, table).then(exit));
}

async function checkAll({ ports, log, settings, json }: CheckContext, table: AddressTable): Promise<ExitStatus> {
  const report = await inspect(ports, settings, table);
  print(report.checks, json, { stdout: (line) => ports.output.stdout(log.redact(line)) });
  return report.status;
}

/** What a daemon with these settings would meet. */
export async function inspect(ports: EnginePorts, settings: Settings, table: AddressTable): Promise<Report> {
  const report = new Report();
  const winnerOf = (interfaces: readonly string[] | null): Address | null =>
    reportAddresses(table, { ...settings, interfaces }, [], ports.clock.nowMs() / 1000).winner;
  report.pass('settings', settings.records.length === 1 ? '1 name' : `${settings.records.length} names`);
  await new ApiCheck(ports, settings, report, winnerOf).run();
  for (const interfaces of new Set(settings.records.map((record) => record.interfaces))) {
    const where = interfaces === null ? 'address' : `address on ${interfaces.join(', ')}`;
    const winner = winnerOf(interfaces);
    if (winner !== null) {
      const verdict = await new Promise<ProbeVerdict>((done) => ports.api.probe(winner, done));
      report.pass(where, `${winner}, ${describeVerdict(verdict)}`);
    } else report.fail(where, EXIT.noAddress, 'none may be published', 'see "ipv6ddns addresses" for the reasons');
  }
  ports.api.closeConnections();
  return report;
}

/** What is left of a check when the settings are bad. */
export function checkRefused(problems: readonly string[], json: boolean, output: Output): void {
  const failures = problems.map((detail) => ({ name: 'settings', ok: false, detail, remedy: null }));
  print(failures, json, output);
}

function print(checks: readonly Check[], json: boolean, output: Pick<Output, 'stdout'>): void {
  const lines = json ? [printableJson({ ok: checks.every(({ ok }) => ok), checks })] : formatChecks(checks);
  for (const line of lines) output.stdout(line);
}
