import * as v from 'valibot';
import { ok, type Result } from '../result.ts';
import type { ApiFailure } from './failure.ts';
import type { ApiRequest, HttpReply } from './http.ts';
import { readPage } from './replies.ts';

/** What `ipv6ddns check` asks and reads beyond what the daemon does. */

/** The records of exactly `name`, whatever their type. */
export function listAllTypes(zoneId: string, name: string): ApiRequest {
  return { method: 'GET', path: `/zones/${zoneId}/dns_records?name=${encodeURIComponent(name)}`, body: null };
}

const typesShape = v.object({ result: v.array(v.object({ type: v.string() })) });

/** The types of the records in a list reply. */
export function readTypes(reply: HttpReply): Result<readonly string[], ApiFailure> {
  const page = readPage(reply, new Set());
  if (!page.ok) return page;
  const parsed = v.safeParse(typesShape, JSON.parse(reply.body));
  return ok(parsed.success ? parsed.output.result.map(({ type }) => type) : []);
}

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
  const parsed = v.safeParse(zonesShape, JSON.parse(reply.body));
  const zones = parsed.success ? parsed.output.result : [];
  return new Map(zones.map(({ id, permissions }) => [id, judge(permissions ?? [], mayDiffer)]));
}

function judge(permissions: readonly string[], mayDiffer: boolean): WritePermission {
  if (permissions.includes('#dns_records:edit')) return 'yes';
  return permissions.includes('#dns_records:read') && !mayDiffer ? 'no' : 'unknown';
}
