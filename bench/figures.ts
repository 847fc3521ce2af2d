import { BUDGETS } from './budgets.ts';

/** Names that follow a change of the prefix. */
export const NAME_COUNTS = [1, 10, 100, 1000] as const;

/** What does the same work, the first one being ours. */
export const PROGRAMS = ['ipv6ddns', 'inadyn', 'ddclient'] as const;
export type Program = (typeof PROGRAMS)[number];

export type Unit = 'KiB' | 'ms' | 'µs' | 'bytes' | 'count';

/** A row of the table. */
export interface Figure {
  readonly id: string;
  readonly what: string;
  readonly unit: Unit;
  /** The most that ours may need; null = there is none. */
  readonly budget: number | null;
  /** Which of the samples counts; default the median. */
  readonly statistic?: 'p99';
  /** Figure whose samples are used; default its own. */
  readonly of?: string;
  /** How it is measured. */
  readonly how: string;
}

const figure = (id: string, what: string, unit: Unit, budget: number | null, how: string): Figure => ({
  id,
  what,
  unit,
  budget,
  how,
});

const ASLEEP = 'smaps_rollup of the sleeping process';
const PEAK = 'VmHWM in /proc/PID/status: the most since the start, settings and the first sync included';

export const FIGURES: readonly Figure[] = [
  figure(
    'size',
    'executable',
    'KiB',
    BUDGETS.executableKiB,
    'bytes of the file; of the others those of executable and libraries that the process maps, and ddclient’s script',
  ),
  figure(
    'resident',
    'resident memory, asleep',
    'KiB',
    BUDGETS.residentKiB,
    `Rss in ${ASLEEP} after five updates; of the others after one`,
  ),
  figure('anonymous', '… of it anonymous', 'KiB', BUDGETS.anonymousKiB, `Anonymous in ${ASLEEP}`),
  figure('peak', '… at its peak', 'KiB', BUDGETS.peakKiB, PEAK),
  figure(
    'start',
    'start → subscribed to the kernel',
    'ms',
    BUDGETS.startMs,
    'strace, which stops execve and setsockopt only: from execve to the first NETLINK_ADD_MEMBERSHIP',
  ),
  figure('connect', 'address → connection', 'ms', null, 'as below, until the server has accepted the connection'),
  figure(
    'request',
    'address → request, median',
    'ms',
    BUDGETS.requestMedianMs,
    'from the line given to ip(8) to the first decrypted byte at the server; the daemon slept, new TLS connection, 105 times. The others look every minute: changes 10, 30 and 50 s after they wrote',
  ),
  {
    ...figure('request-p99', '… 99th percentile', 'ms', BUDGETS.requestP99Ms, 'the same'),
    statistic: 'p99',
    of: 'request',
  },
  figure('change-requests', '… requests until the record is right', 'count', null, 'at the server'),
  figure(
    'temporary',
    'three starts beside a temporary address: it was published',
    'count',
    BUDGETS.temporaryPublished,
    'the record afterwards; the interface has a stable address and a temporary one (RFC 8981) of the same prefix',
  ),
  figure(
    'idle-switches',
    'an idle minute: context switches',
    'count',
    BUDGETS.idleSwitches,
    'both kinds in /proc/PID/status',
  ),
  figure('idle-cpu', '… processor time', 'ms', null, '/proc/PID/schedstat, and what children used'),
  figure(
    'renewal-switches',
    'a renewed lifetime while asleep: context switches',
    'count',
    null,
    'the same, until asleep again',
  ),
  figure(
    'renewal-cpu',
    '… processor time',
    'µs',
    null,
    'the same; a day has 8,640 when the router speaks every ten seconds',
  ),
  figure(
    'day-switches',
    'these 8,640 renewals at once: context switches',
    'count',
    null,
    'the same; as fast as the kernel takes the advertisements, none lost',
  ),
  figure('day-cpu', '… processor time', 'ms', null, 'the same'),
  figure(
    'table',
    '10,000 addresses: memory',
    'KiB',
    BUDGETS.tableKiB,
    'growth of Rss, asleep before and after; public addresses with a lifetime, on one link',
  ),
  figure(
    'burst-growth',
    '100,000 address events beside them: growth',
    'KiB',
    BUDGETS.burstGrowthKiB,
    'growth of Rss, asleep before and after: every address renewed ten times, as fast as the kernel takes the advertisements, then a new address to publish',
  ),
  figure('burst-writes', '… writes until the record is right', 'count', BUDGETS.burstWrites, 'requests at the server'),
  figure(
    'burst-lost',
    '… events lost: receive buffer full',
    'count',
    null,
    'Drops in /proc/net/netlink; the daemon dumps the table again',
  ),
  figure(
    'burst-cpu',
    '… processor time an event',
    'µs',
    BUDGETS.burstEventUs,
    '/proc/PID/schedstat until asleep again, through 100,000, the lost ones too',
  ),
  figure(
    'event-cpu',
    '10,000 renewals, none lost: processor time an event',
    'µs',
    BUDGETS.burstEventUs,
    'the same; 250 in an advertisement, the next one when the events are read',
  ),
  figure(
    'churn-cpu',
    '500 of them deprecated and restored: processor time an address',
    'µs',
    null,
    'the same, through 500; ip -batch, every event changes what may be published',
  ),
  ...NAME_COUNTS.flatMap((count) => [
    figure(
      `names-${count}-requests`,
      `prefix change with ${count === 1 ? '1 name' : `${count.toLocaleString('en')} names`}: requests`,
      'count',
      BUDGETS.namesRequests,
      'at the server, until every name is right',
    ),
    figure(
      `names-${count}-bytes`,
      '… bytes',
      'bytes',
      null,
      'all packets over the loopback, both directions, headers included',
    ),
    figure(`names-${count}-cpu`, '… processor time', 'ms', null, '/proc/PID/schedstat, until asleep again'),
  ]),
];
