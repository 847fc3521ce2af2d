import * as v from 'valibot';
import { isInZone } from '../dns/names.ts';
import { ok, type Result } from '../result.ts';
import { comparable, parse } from './envelope.ts';
import type { ApiFailure } from './failure.ts';
import type { ApiRequest, HttpReply } from './http.ts';
import { parseJson } from './json.ts';
import { readItems } from './replies.ts';

/** What `ipv6ddns check` asks and reads beyond what the daemon does. */

/** The records of exactly `name`, whatever their type. */
export function listAllTypes(zoneId: string, name: string): ApiRequest {
  return { method: 'GET', path: `/zones/${zoneId}/dns_records?name=${encodeURIComponent(name)}`, body: null };
}

/** The NS records that take `name` out of the zone; null = all of the zone's. */
export function listDelegations(zoneId: string, name: string | null): ApiRequest {
  const filter = name === null ? '' : `&shadowing_name=${encodeURIComponent(name)}&include_shadow_metadata=true`;
  return { method: 'GET', path: `/zones/${zoneId}/dns_records?type=NS${filter}`, body: null };
}

const typedShape = v.object({ type: v.string(), name: v.optional(v.string(), '') });

/** Type and name of the records in a list reply. */
function readTyped(reply: HttpReply): Result<readonly v.InferOutput<typeof typedShape>[], ApiFailure> {
  const items = readItems(reply);
  if (!items.ok) return items;
  return ok(
    items.value.result.flatMap((item) => {
      const parsed = parse(typedShape, item);
      return parsed.success ? [parsed.output] : [];
    }),
  );
}

/** The types of the records in a list reply. */
export function readTypes(reply: HttpReply): Result<readonly string[], ApiFailure> {
  const typed = readTyped(reply);
  return typed.ok ? ok(typed.value.map(({ type }) => type)) : typed;
}

/** The names of the NS records in a list reply. */
export function readDelegations(reply: HttpReply): Result<readonly string[], ApiFailure> {
  const typed = readTyped(reply);
  if (!typed.ok) return typed;
  return ok(typed.value.filter(({ type }) => type === 'NS').map(({ name }) => comparable(name)));
}

/** The delegation at or above `name` that keeps the zone's own records of it from being served; undefined = none. The
 *  zone's own NS records shadow nothing. */
export const shadowOf = (name: string, zoneName: string, delegations: readonly string[]): string | undefined =>
  delegations.find((own) => own !== zoneName && isInZone(own, zoneName) && isInZone(name, own));

/** May the token write a zone's records? The zone's `permissions` are the API's legacy list, by the memberships of the
 *  token's owner: where they do not say it, nobody but a write can tell. */
export type WritePermission = 'yes' | 'no' | 'unknown';

const zoneShape = v.object({ id: v.string(), permissions: v.nullish(v.array(v.string()), []) });
const zonesShape = v.object({
  result: v.union([
    v.array(zoneShape),
    v.pipe(
      zoneShape,
      v.transform((zone) => [zone]),
    ),
  ]),
});

/** What the zones of a good reply say of it, by their ids.
 *  @param mayDiffer the token belongs to an account, which is no member of anything: "no" is not to be believed */
export function readWritePermissions(reply: HttpReply, mayDiffer: boolean): ReadonlyMap<string, WritePermission> {
  const parsed = parse(zonesShape, parseJson(reply.body));
  const zones = parsed.success ? parsed.output.result : [];
  return new Map(zones.map(({ id, permissions }) => [id, judge(permissions, mayDiffer)]));
}

function judge(permissions: readonly string[], mayDiffer: boolean): WritePermission {
  if (permissions.includes('#dns_records:edit')) return 'yes';
  return permissions.includes('#dns_records:read') && !mayDiffer ? 'no' : 'unknown';
}
