import type { ApiRequest } from '../cloudflare/http.ts';
import { batch, describeZone, findZone, findZonesEnding, listRecords, writeRecord } from '../cloudflare/requests.ts';
import { assertNever } from '../result.ts';
import { isDomain } from './lookup.ts';
import { type Call, nameAt, type ZoneState } from './zone-state.ts';

/** What a zone's call is to the API. */
export function requestFor(zone: ZoneState, call: Call): ApiRequest {
  const zoneId = zone.zoneId ?? '';
  switch (call.kind) {
    case 'lookup':
      return isDomain(call.candidate) ? findZonesEnding(call.candidate.slice(1)) : findZone(call.candidate);
    case 'identify':
      return describeZone(zoneId);
    case 'list':
      return listRecords(zoneId, call.index === null ? null : nameAt(zone, call.index), call.page);
    case 'write': {
      const steps = call.steps.map(({ index, operation }) => ({ name: nameAt(zone, index), operation }));
      const [first] = steps;
      if (first !== undefined && steps.length === 1) return writeRecord(zoneId, first.name, first.operation);
      return batch(zoneId, steps);
    }
    default:
      return assertNever(call);
  }
}
