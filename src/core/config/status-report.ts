import * as v from 'valibot';
import type { RecordStatus, Status } from '../daemon/status.ts';
import { failed, ok, type Result } from '../result.ts';
import { printableJson } from '../text.ts';
import { formatDuration } from '../time.ts';
import type { ReadFile } from './files.ts';
import type { FilePlace } from './settings.ts';

/** What `ipv6ddns status` finds out about the daemon. */
export type Verdict = 'synced' | 'notSynced' | 'notRunning';

/** The running system, as far as the status needs it. */
export interface System {
  readonly readFile: ReadFile;
  /** Whether a daemon that lives keeps the file, wherever it runs. No proof of the contrary: not every file system knows. */
  isKept(path: string): boolean;
  /** For how long a process with that id has run, milliseconds, whoever it belongs to; null = there is none. Infinity =
   *  it is hidden from us. */
  processAgeMs(pid: number): number | null;
  /** Milliseconds since that time, RFC 3339; negative = it is to come, NaN = it is none. */
  ageMs(time: string): number;
}

/** The daemon writes down when it started some time after that. */
const START_MS = 10_000;

const text = v.nullable(v.string());

const schema: v.GenericSchema<unknown, Status> = v.object({
  version: v.string(),
  pid: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2 ** 22)), // PID_MAX_LIMIT of the kernel
  mode: v.picklist(['netlink', 'polling']),
  since: v.string(),
  settings_error: v.optional(text, null), // older daemons do not say it
  records: v.array(
    v.object({
      name: v.string(),
      state: v.picklist(['unknown', 'detected', 'synced', 'error']),
      address: text,
      published: text,
      last_sync: text,
      failures: v.number(),
      next_try: text,
      error: text,
    }),
  ),
});

/** The state of the daemon from its status file, a line a record, or as the JSON that the file holds, which may be
 *  anybody's. */
export function reportStatus(
  place: FilePlace,
  json: boolean,
  system: System,
): { readonly lines: readonly string[]; readonly verdict: Verdict } {
  const read = readStatus(place, system);
  if (!read.ok) return { lines: [`ipv6ddns: not running${read.error}`], verdict: 'notRunning' };
  const { records, settings_error } = read.value;
  const width = (cell: (record: RecordStatus) => string): number => Math.max(0, ...records.map((r) => cell(r).length));
  const [names, states] = [width(({ name }) => name), width(({ state }) => state)];
  const lines = records.map(
    (record) => `${record.name.padEnd(names)}  ${record.state.padEnd(states)}  ${describe(record, system)}`,
  );
  if (settings_error !== null) {
    const meanwhile = 'the old ones stay in force. Correct the new ones, then reload again';
    lines.push(`new settings refused: ${settings_error}; ${meanwhile}`);
  }
  const verdict = records.every(({ state }) => state === 'synced') ? 'synced' : 'notSynced';
  return { lines: json ? [printableJson(read.value)] : lines, verdict };
}

/** The addresses that a running daemon publishes; none = none runs. */
export function runningChoice(place: FilePlace, system: System): readonly string[] {
  const read = readStatus(place, system);
  return read.ok ? read.value.records.flatMap(({ address }) => address ?? []) : [];
}

/** @returns the status of a daemon that runs, or why there is none, to follow "not running" */
function readStatus({ path, optional }: FilePlace, system: System): Result<Status, string> {
  const { readFile, isKept, processAgeMs, ageMs } = system;
  const read = readFile(path);
  if (!read.ok && optional && read.error.kind === 'missing') return failed(describeMissing(path));
  if (!read.ok) return failed(`: its status file "${path}" cannot be read (${read.error.detail})`);
  const parsed = v.safeParse(schema, parseJson(read.value), { abortEarly: true }); // each fault costs memory
  if (!parsed.success) return failed(`: its status file "${path}" is broken`);
  if (isKept(path)) return ok(parsed.output);
  const { pid, since } = parsed.output;
  const aliveMs = processAgeMs(pid);
  // A younger process has got the number of the one that is gone.
  if (aliveMs === null || aliveMs + START_MS < ageMs(since)) {
    return failed(`: its process ${pid} is gone, which left "${path}" behind`);
  }
  return ok(parsed.output);
}

/** The default place, which a daemon does without where it may not write. */
const describeMissing = (path: string): string =>
  `, as far as this command can know: there is no status file "${path}". A daemon that runs all the same has no place ` +
  'to write it: make that folder for it, or set status_file (IPV6DDNS_STATUS_FILE), for it and for this command';

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function describe(record: RecordStatus, { ageMs }: System): string {
  const { state, address, published, last_sync, failures, next_try, error } = record;
  const synced = last_sync === null ? null : `synced ${duration(ageMs(last_sync))} ago`;
  if (state === 'synced') return [address, synced].join(', ');
  const parts = [
    address === null ? 'no address to publish' : `to be ${address}`,
    published === null ? null : `record says ${published}`,
    synced,
    next_try === null
      ? null
      : `next try in ${duration(-ageMs(next_try))}${failures > 0 ? ` (failure ${failures})` : ''}`,
  ];
  return `${parts.filter((part) => part !== null).join(', ')}${error === null ? '' : `: ${error}`}`;
}

const duration = (ms: number): string => formatDuration(Math.max(0, Math.floor(ms / 1000)) || 0);
