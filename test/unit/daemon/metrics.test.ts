import { expect, test } from 'vitest';
import { formatMetrics } from '../../../src/core/daemon/metrics.ts';
import type { RecordStatus, Status } from '../../../src/core/daemon/status.ts';
import { newTally } from '../../../src/core/daemon/tally.ts';
import { A, HOME, WWW } from '../../fakes/samples.ts';

const synced: RecordStatus = {
  name: HOME,
  state: 'synced',
  address: A,
  published: A,
  last_sync: '1970-01-01T00:16:40.500Z',
  failures: 0,
  next_try: null,
  error: null,
};

const status: Status = {
  version: '0.1.0',
  pid: 4711,
  mode: 'netlink',
  since: '1970-01-01T00:16:40.000Z',
  settings_error: null,
  records: [synced, { ...synced, name: WWW, state: 'error', last_sync: null, failures: 3, error: 'no' }],
};

const format = (own: Status, tally = newTally()): string =>
  formatMetrics(own, tally, (time) => Date.parse(time) / 1000);

test('formatMetrics: two records, three requests → the text that the textfile collector reads', () => {
  const tally = newTally();
  tally.requests = 3;
  tally.failures.throttled = 1;
  tally.syncMs = 48;
  expect(format(status, tally)).toBe(`# HELP ipv6ddns_build_info The running version.
# TYPE ipv6ddns_build_info gauge
ipv6ddns_build_info{version="0.1.0"} 1
# HELP ipv6ddns_start_time_seconds When the daemon started, Unix time.
# TYPE ipv6ddns_start_time_seconds gauge
ipv6ddns_start_time_seconds 1000
# HELP ipv6ddns_mode How addresses are followed: 1 for the mode in use.
# TYPE ipv6ddns_mode gauge
ipv6ddns_mode{mode="netlink"} 1
ipv6ddns_mode{mode="polling"} 0
# HELP ipv6ddns_record_state State of the record: 1 for the one it is in.
# TYPE ipv6ddns_record_state gauge
ipv6ddns_record_state{name="home.example.com",state="unknown"} 0
ipv6ddns_record_state{name="home.example.com",state="detected"} 0
ipv6ddns_record_state{name="home.example.com",state="synced"} 1
ipv6ddns_record_state{name="home.example.com",state="error"} 0
ipv6ddns_record_state{name="www.example.com",state="unknown"} 0
ipv6ddns_record_state{name="www.example.com",state="detected"} 0
ipv6ddns_record_state{name="www.example.com",state="synced"} 0
ipv6ddns_record_state{name="www.example.com",state="error"} 1
# HELP ipv6ddns_record_last_sync_timestamp_seconds When Cloudflare last confirmed the record, Unix time.
# TYPE ipv6ddns_record_last_sync_timestamp_seconds gauge
ipv6ddns_record_last_sync_timestamp_seconds{name="home.example.com"} 1000.5
# HELP ipv6ddns_record_failures Consecutive failures of the record.
# TYPE ipv6ddns_record_failures gauge
ipv6ddns_record_failures{name="home.example.com"} 0
ipv6ddns_record_failures{name="www.example.com"} 3
# HELP ipv6ddns_last_sync_duration_seconds From the choice of an address to its confirmation, for the record that was written last.
# TYPE ipv6ddns_last_sync_duration_seconds gauge
ipv6ddns_last_sync_duration_seconds 0.048
# HELP ipv6ddns_requests_total Requests to the API that ended.
# TYPE ipv6ddns_requests_total counter
ipv6ddns_requests_total 3
# HELP ipv6ddns_request_failures_total Requests to the API that failed, by what follows from it.
# TYPE ipv6ddns_request_failures_total counter
ipv6ddns_request_failures_total{class="unreachable"} 0
ipv6ddns_request_failures_total{class="unavailable"} 0
ipv6ddns_request_failures_total{class="throttled"} 1
ipv6ddns_request_failures_total{class="denied"} 0
ipv6ddns_request_failures_total{class="refused"} 0
ipv6ddns_request_failures_total{class="outdated"} 0
`);
});

test('formatMetrics: nothing written yet → no family without a sample', () => {
  const text = format({ ...status, records: [] });
  for (const [, name = ''] of text.matchAll(/^# TYPE (\S+)/gm)) expect(text).toMatch(`\n${name}`);
  expect(text).not.toContain('sync');
  expect(text).toMatch(/^(# (HELP|TYPE) ipv6ddns_.*\n|ipv6ddns_\S+ \S+\n)+$/);
});

test('formatMetrics: quotes, backslashes and line breaks in a label → escaped', () => {
  expect(format({ ...status, version: 'a"b\\c\nd', records: [] })).toContain('{version="a\\"b\\\\c\\nd"} 1\n');
});
