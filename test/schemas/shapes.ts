// The shapes of Cloudflare's API as its official SDK describes them, from which `make` generates JSON schemas
// (build/cloudflare-schemas.json). A field that the SDK no longer has, or a new one that it requires, fails the tests.
// Where the service is known to be wider than its description, the difference stands here with its reason and nowhere
// else. Facts: Cloudflare's API documentation and the reports that the simulator follows.
import type {
  RecordBatchParams,
  RecordBatchResponse,
  RecordCreateParams,
  RecordDeleteResponse,
  RecordEditParams,
  RecordListParams,
  RecordResponse,
} from 'cloudflare/resources/dns/records';
import type { ResponseInfo } from 'cloudflare/resources/shared';
import type { Zone, ZoneListParams } from 'cloudflare/resources/zones/zones';

/** The SDK names what travels in the path or in the query among the members of the body. */
type Body<T> = Omit<T, 'zone_id' | 'include_shadow_metadata'>;

export type CreateBody = Body<RecordCreateParams.AAAARecord>;

/** PATCH keeps what it does not name, so a change of one attribute names that one. The description has required type, name
 *  and ttl since June 2025; the service has not. */
export type EditBody = Partial<Body<RecordEditParams.AAAARecord>>;

export interface BatchBody extends Pick<Body<RecordBatchParams>, 'deletes'> {
  readonly patches?: readonly (EditBody & { readonly id: string })[];
  readonly posts?: readonly CreateBody[];
}

export type RecordQuery = Omit<RecordListParams, 'zone_id'>;
export type ZoneQuery = Partial<ZoneListParams>;

/** An error, which may hold those that caused it. The description knows no `error_chain`; the service sends it. */
export interface Issue extends ResponseInfo {
  readonly error_chain?: readonly Issue[];
}

export interface FailureReply {
  readonly success: false;
  readonly errors: readonly Issue[];
  readonly messages: readonly ResponseInfo[];
  readonly result: null;
}

/** How some services refuse, outside of the envelope (acmesh-official/acme.sh#2989, jetrails/magento-cloudflare#103). */
export interface BareFailureReply {
  readonly code?: number;
  readonly error: string;
}

interface Reply<T> {
  readonly success: true;
  readonly errors: readonly Issue[];
  readonly messages: readonly ResponseInfo[];
  readonly result: T;
}

interface Page<T> extends Reply<readonly T[]> {
  readonly result_info: {
    readonly page: number;
    readonly per_page: number;
    readonly count: number;
    readonly total_count: number;
    readonly total_pages?: number;
  };
}

/** A record as the service stores it: a comment that was never set is null, `meta.read_only` marks what another product of
 *  Cloudflare owns, and until 2024 each record named its zone. The description knows none of these. */
type Stored<T extends { meta: object }> = Omit<T, 'comment' | 'meta'> & {
  readonly comment?: string | null;
  readonly meta: T['meta'] & { readonly read_only?: boolean };
  readonly zone_id?: string;
  readonly zone_name?: string;
  readonly locked?: boolean;
};

export type ARecordShape = Stored<RecordResponse.ARecord>;
export type AaaaRecordShape = Stored<RecordResponse.AAAARecord>;
export type CnameRecordShape = Stored<RecordResponse.CNAMERecord>;
export type NsRecordShape = Stored<RecordResponse.NSRecord>;
export type TxtRecordShape = Stored<RecordResponse.TXTRecord>;
type AnyRecord = ARecordShape | AaaaRecordShape | CnameRecordShape | NsRecordShape | TxtRecordShape;

export type RecordReply = Reply<AnyRecord>;
export type RecordPage = Page<AnyRecord>;
/** The SDK hands the `result` on. */
export type DeleteReply = Reply<Required<RecordDeleteResponse>>;
export type BatchReply = Reply<{ readonly [List in keyof RecordBatchResponse]: readonly AnyRecord[] }>;
export type ZoneReply = Reply<Zone>;
export type ZonePage = Page<Zone>;
