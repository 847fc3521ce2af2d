import type { Status } from './status.ts';
import type { Tally } from './tally.ts';

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

const STATES = ['unknown', 'detected', 'synced', 'error'] as const;

/** The metrics in Prometheus's text format 0.0.4, the one that the node exporter's textfile collector reads: the TYPE
 *  line of a counter has its whole name, there are no timestamps and none of the types that only OpenMetrics has.
 *  @param unixSec converts the times of `status` to seconds since 1970
 *  Source: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function formatMetrics(
  { version, since, mode, records }: Status,
  { requests, failures, syncMs }: Tally,
  unixSec: (time: string) => number,
): string {
  return [
    family('build_info', 'gauge', 'The running version.', [[{ version }, 1]]),
    family('start_time_seconds', 'gauge', 'When the daemon started, Unix time.', [[{}, unixSec(since)]]),
    family(
      'mode',
      'gauge',
      'How addresses are followed: 1 for the mode in use.',
      ['netlink', 'polling'].map((own) => [{ mode: own }, Number(own === mode)]),
    ),
    family(
      'record_state',
      'gauge',
      'State of the record: 1 for the one it is in.',
      records.flatMap(({ name, state }) => STATES.map((own): Sample => [{ name, state: own }, Number(own === state)])),
    ),
    family(
      'record_last_sync_timestamp_seconds',
      'gauge',
      'When Cloudflare last confirmed the record, Unix time.',
      records.flatMap(({ name, last_sync }): Sample[] => (last_sync === null ? [] : [[{ name }, unixSec(last_sync)]])),
    ),
    family(
      'record_failures',
      'gauge',
      'Consecutive failures of the record.',
      records.map((record) => [{ name: record.name }, record.failures]),
    ),
    family(
      'last_sync_duration_seconds',
      'gauge',
      'From the choice of an address to its confirmation, for the record that was written last.',
      syncMs === null ? [] : [[{}, syncMs / 1000]],
    ),
    family('requests_total', 'counter', 'Requests to the API that ended.', [[{}, requests]]),
    family(
      'request_failures_total',
      'counter',
      'Requests to the API that failed, by what follows from it.',
      Object.entries(failures).map(([own, value]) => [{ class: own }, value]),
    ),
  ].join('');
}

function family(name: string, type: 'gauge' | 'counter', help: string, samples: readonly Sample[]): string {
  const own = `ipv6ddns_${name}`;
  const lines = samples.map(([labels, value]) => `${own}${formatLabels(labels)} ${value}\n`);
  return lines.length === 0 ? '' : `# HELP ${own} ${help}\n# TYPE ${own} ${type}\n${lines.join('')}`;
}

function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escaped = (value: string): string => value.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n');
