import { formatReport, reportAddresses } from '../core/address/report.ts';
import type { AddressRules } from '../core/config/settings.ts';
import type { Output } from '../core/ports.ts';
import type { AddressFeedPorts } from './address-feed.ts';
import { EXIT, type ExitStatus } from './exit.ts';
import type { Log } from './log.ts';
import { lookAtTable } from './table-feed.ts';

/** Control sequences of a terminal (ECMA-48 SGR). */
const PAINT = { heading: '\u001b[1m', published: '\u001b[32m', refused: '\u001b[2m' } as const;
const PLAIN = '\u001b[0m';

/** Of no consequence: one look is all there is. */
const POLL_INTERVAL_MS = 60_000;

export interface AddressesContext {
  readonly ports: AddressFeedPorts & { readonly output: Output };
  readonly log: Log;
  readonly rules: AddressRules;
  /** What a running daemon publishes; none = none runs. */
  readonly running: readonly string[];
  readonly json: boolean;
  /** The output is a terminal that may show colours. */
  readonly colour: boolean;
  exit(status: ExitStatus): void;
}

/** Prints every IPv6 address of the machine and why it is published or not. */
export function addresses({ ports, log, rules, running, json, colour, exit }: AddressesContext): void {
  lookAtTable(ports, log, POLL_INTERVAL_MS, (table) => {
    const report = reportAddresses(table, rules, running, ports.clock.nowMs() / 1000);
    const paint = (text: string, as: keyof typeof PAINT): string => (colour ? `${PAINT[as]}${text}${PLAIN}` : text);
    for (const line of json ? [JSON.stringify(report)] : formatReport(report, paint)) ports.output.stdout(line);
    exit(report.winner === null ? EXIT.noAddress : EXIT.ok);
  });
}
