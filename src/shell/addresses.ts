import { formatReport, reportAddresses } from '../core/address/report.ts';
import type { AddressRules } from '../core/config/settings.ts';
import type { Output, Prober, ProbeVerdict } from '../core/ports.ts';
import { printableJson } from '../core/text.ts';
import type { AddressFeedPorts } from './address-feed.ts';
import { EXIT, type ExitStatus } from './exit.ts';
import type { Log } from './log.ts';
import { lookAtTable } from './table-feed.ts';

/** Of no consequence: one look is all there is. */
const POLL_INTERVAL_MS = 60_000;

export interface AddressesContext {
  readonly ports: AddressFeedPorts & { readonly output: Output; readonly prober: Prober };
  readonly log: Log;
  readonly rules: AddressRules;
  /** What a running daemon publishes; none = none runs. */
  readonly running: readonly string[];
  readonly json: boolean;
  exit(status: ExitStatus): void;
}

/** Prints every IPv6 address of the machine and why it is published or not, and whether the published one is reached. */
export function addresses({ ports, log, rules, running, json, exit }: AddressesContext): void {
  lookAtTable(ports, log, POLL_INTERVAL_MS, (table) => {
    const report = reportAddresses(table, rules, running, ports.clock.nowMs() / 1000);
    const { winner } = report;
    const print = (reached: ProbeVerdict | null): void => {
      if (json) ports.output.stdout(printableJson({ ...report, reached }));
      else for (const { text, style } of formatReport(report, reached)) ports.output.stdout(text, style);
      exit(winner === null ? EXIT.noAddress : EXIT.ok);
    };
    if (winner === null) print(null);
    else ports.prober.probe(winner, print);
  });
}
