import { hostPart } from './host-id.ts';
import { describeProblem, type Findings, report as note, type Place, problemAt } from './problem.ts';
import type { HostPart, RecordSettings } from './settings.ts';
import type { ConfigFile, Environment, RecordValues, Source, TopLevelValues } from './sources.ts';

const DEFAULT_PREFIX_LENGTH = 64;

type Report = (place: Place, detail: string) => void;

/** A name to keep right and the table that says how. */
interface Candidate extends Source<RecordValues> {
  /** null = missing or refused, which is reported: the rest of the table is looked at all the same. */
  readonly name: string | null;
}

/** The names of the top level, then those of the `[[record]]` tables, each with the top level's values below its own. */
export function readRecords(environment: Environment, config: ConfigFile, findings: Findings): RecordSettings[] {
  const top = { ...config.topLevel.values, ...environment.values };
  const topPlace = (key: string) => (environment.has(key) ? environment : config.topLevel).place(key);
  const reported = new Set<string>();
  const report: Report = (place, detail) => {
    const problem = problemAt(place, detail);
    const text = describeProblem(problem);
    if (!reported.has(text)) note(findings, () => problem); // a fault of the top level shows in every name
    reported.add(text);
  };

  const candidates: Candidate[] = (top.record_name ?? []).map((name) => {
    return { name, values: {}, has: () => false, place: () => topPlace('record_name') };
  });
  for (const table of config.records) {
    candidates.push({ ...table, name: table.values.name ?? null });
    if (!table.has('name')) report(table.place('name'), 'missing; every [[record]] table needs one');
  }
  const isNamed = config.records.length > 0 || config.topLevel.has('record_name') || environment.has('record_name');
  if (!isNamed && !findings.incomplete) {
    const ways = `CLOUDFLARE_RECORD_NAME or, in ${config.file}, record_name or a [[record]] table`;
    report({ file: null, line: null, key: null }, `no record name; set ${ways}`);
  }

  const seen = new Set<string>();
  return candidates.flatMap((candidate) => {
    const { name, place } = candidate;
    const rest = readRest(candidate, top, topPlace, report);
    if (name === null) return [];
    if (seen.has(name)) report(place('name'), `"${name}" is named more than once`);
    seen.add(name);
    return { name, ...rest };
  });
}

function readRest(
  candidate: Candidate,
  top: TopLevelValues,
  topPlace: (key: string) => Place,
  report: Report,
): Omit<RecordSettings, 'name'> {
  const all = { ...top, ...candidate.values };
  if (all.proxied === true && all.ttl !== undefined && all.ttl !== 1) {
    const own = ['ttl', 'proxied'].find(candidate.has);
    const place = own === undefined ? topPlace('ttl') : candidate.place(own);
    report(
      place,
      `found ttl ${all.ttl} with proxied true; allowed for a proxied record are ttl 1 (automatic) and no ttl`,
    );
  }
  return {
    zoneId: all.zone_id ?? null,
    interfaces: all.interface ?? null,
    multiRecord: all.multi_record ?? 'error',
    ttlSec: all.ttl ?? null,
    proxied: all.proxied ?? null,
    comment: all.comment ?? null,
    host: readHost(candidate, report),
  };
}

function readHost({ values, has, place }: Candidate, report: Report): HostPart | null {
  if (values.host_id === undefined) {
    if (has('prefix_length') && !has('host_id')) report(place('prefix_length'), 'has no meaning without host_id');
    return null;
  }
  if (has('prefix_length') && values.prefix_length === undefined) return null; // refused already
  const host = hostPart(values.host_id, values.prefix_length ?? DEFAULT_PREFIX_LENGTH);
  if (host.ok) return host.value;
  report(place('host_id'), host.error);
  return null;
}
