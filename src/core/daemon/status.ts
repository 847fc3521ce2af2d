import { isPending, type NameState } from './name-life.ts';
import { type RecordState, recordState, troubleOf, type ZoneState } from './zone-state.ts';

/** What the status file holds; the times are RFC 3339 in UTC. */
export interface Status {
  /** The program's. */
  readonly version: string;
  readonly pid: number;
  readonly mode: 'netlink' | 'polling';
  /** When the daemon started. */
  readonly since: string;
  /** Why the settings were not taken over when they were last read, so that older ones are in force; null = they were. */
  readonly settings_error: string | null;
  /** By name. */
  readonly records: readonly RecordStatus[];
}

export interface RecordStatus {
  readonly name: string;
  readonly state: RecordState;
  /** What the record is to say; null = no address was chosen yet. */
  readonly address: string | null;
  /** What it said when it was last read or written; null = nothing known, or no address. */
  readonly published: string | null;
  /** When the provider last confirmed `address`; null = not yet. */
  readonly last_sync: string | null;
  /** Consecutive failures; 0 unless `state` is "error". */
  readonly failures: number;
  /** The end of the wait that keeps the record from being tried; null = nothing keeps it. */
  readonly next_try: string | null;
  /** What went wrong, why, what to do; null unless `state` is "error". */
  readonly error: string | null;
}

/** How points in time and texts from outside are written. */
export interface Wording {
  /** @param ms milliseconds on CLOCK_BOOTTIME */
  time(ms: number): string;
  /** Takes secrets out. */
  redact(text: string): string;
}

/** The records of all zones. */
export const recordStatuses = (zones: readonly ZoneState[], nowMs: number, wording: Wording): RecordStatus[] =>
  zones
    .flatMap((zone) => zone.names.map((name) => recordStatus(zone, name, nowMs, wording)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

function recordStatus(zone: ZoneState, name: NameState, nowMs: number, { time, redact }: Wording): RecordStatus {
  const state = recordState(zone, name);
  const trouble = state === 'error' ? troubleOf(zone, name) : null;
  const waits = [name.trouble?.retryAtMs ?? 0, zone.trouble?.retryAtMs ?? 0, zone.heldUntilMs];
  const nextMs = isPending(name) ? Math.max(...waits) : 0;
  return {
    name: name.settings.name,
    state,
    address: name.desired?.address ?? null,
    published: name.published,
    last_sync: name.confirmedMs === null ? null : time(name.confirmedMs),
    failures: trouble?.failures ?? 0,
    next_try: nextMs > nowMs ? time(nextMs) : null,
    // One line, for whoever shows it.
    error: trouble === null ? null : redact(trouble.what.replace(/[\r\n]+/g, ' ')),
  };
}

/** How the daemon is in one line, as for the service manager: "3 of 4 records synced; www.example.com: error, …". */
export function summarize({ records, settings_error }: Pick<Status, 'records' | 'settings_error'>): string {
  const synced = records.filter(({ state }) => state === 'synced').length;
  const unwell = records.find(({ state }) => state === 'error') ?? records.find(({ state }) => state !== 'synced');
  const what = unwell === undefined ? '' : `; ${unwell.name}: ${unwell.state}`;
  const why = unwell?.error ?? null;
  const refused = settings_error === null ? '' : `; new settings refused: ${settings_error}`;
  return `${synced} of ${records.length} records synced${what}${why === null ? '' : `, ${why}`}${refused}`;
}

/** What is wrong with settings, in one line. */
export function summarizeProblems([first = 'unknown', ...others]: readonly string[]): string {
  return others.length === 0 ? first : `${first} (and ${others.length} more, see the log)`;
}
