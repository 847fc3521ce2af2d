/** Reply of a failed call: one entry of the envelope's `errors` (facts §2). */
export interface Issue {
  readonly code: number;
  readonly message: string;
  readonly error_chain?: readonly Issue[];
  readonly documentation_url?: string;
}

/** Cloudflare's replies changed over the years; both ways of saying the same are still met.
 *  `current`: 9xxx codes stand alone, unknown ids are 404, a 403 carries `documentation_url`.
 *  `classic`: 9xxx codes are chained under 1004, unknown ids are 400, records name their zone. */
export type Generation = 'current' | 'classic';

interface Variant {
  /** Status of the classic generation where it differs. */
  readonly classicStatus?: number;
  /** The classic generation chains the issue under 1004. */
  readonly chained?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A call that the API turns down, thrown by whichever check finds it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly issues: readonly Issue[];
  readonly variant: Variant;

  constructor(status: number, issues: readonly Issue[], variant: Variant = {}) {
    super(issues.map((issue) => `${issue.code} ${issue.message}`).join(', '));
    this.status = status;
    this.issues = issues;
    this.variant = variant;
  }

  statusFor(generation: Generation): number {
    return generation === 'classic' ? (this.variant.classicStatus ?? this.status) : this.status;
  }

  issuesFor(generation: Generation): readonly Issue[] {
    if (generation === 'current') return this.status === 403 ? this.issues.map(documented) : this.issues;
    if (this.variant.chained === true) {
      return [{ code: 1004, message: 'DNS Validation Error', error_chain: this.issues }];
    }
    return this.issues.map((issue) => (issue.code === 10000 ? { ...issue, message: 'Authentication error' } : issue));
  }
}

const documented = (issue: Issue): Issue => ({
  ...issue,
  documentation_url: `https://developers.cloudflare.com/api/errors/${issue.code}`,
});

const plain = (status: number, code: number, message: string, variant?: Variant): Refusal =>
  new Refusal(status, [{ code, message }], variant);

const headers = (code: number, message: string): Refusal =>
  new Refusal(400, [{ code: 6003, message: 'Invalid request headers', error_chain: [{ code, message }] }]);

/** A field of a record that the API does not accept. */
export const invalid = (code: number, message: string): Refusal => plain(400, code, message, { chained: true });

/** Codes and statuses of facts §7; `[inferred]` marks those which no source confirms. */
export const refusals = {
  authorizationMissing: () => plain(400, 9106, 'Missing X-Auth-Key, X-Auth-Email or Authorization headers'),
  authorizationMalformed: () => headers(6111, 'Invalid format for Authorization header'),
  emailMalformed: () => headers(6102, 'Invalid format for X-Auth-Email header'),
  keyMalformed: () => headers(6103, 'Invalid format for X-Auth-Key header'),
  keyUnknown: () => plain(403, 9103, 'Unknown X-Auth-Key or X-Auth-Email'),
  tokenUnknown: () => plain(403, 9109, 'Invalid access token'),
  tokenNotValid: () => plain(401, 1000, 'Invalid API Token'),
  tokenElsewhere: (address: string) => plain(403, 9109, `Cannot use the access token from location: ${address}`),
  forbidden: () => plain(403, 10000, 'Forbidden'),
  zoneListForbidden: (tokenId: string) =>
    plain(
      403,
      0,
      `Actor 'com.cloudflare.api.token.${tokenId}' requires permission 'com.cloudflare.api.account.zone.list' to list zones`,
    ),
  noRoute: (path: string) =>
    new Refusal(
      404,
      [
        { code: 7003, message: `Could not route to ${path}, perhaps your object identifier is invalid?` },
        { code: 7000, message: 'No route for that URI' },
      ],
      { classicStatus: 400 },
    ),
  zoneUnknown: () => plain(404, 1001, 'Invalid zone identifier', { classicStatus: 400 }),
  jsonMalformed: () => plain(400, 6007, 'Malformed JSON in request body'),
  contentType: () => plain(400, 9207, 'Content-type must be application/json.'),
  bodyUnreadable: () => plain(400, 9207, 'Failed to parse request body'),
  pageInvalid: (name: string) => plain(400, 1003, `${name} is out of range`), // [inferred]
  batchTooLong: (limit: number) => invalid(9207, `A batch may hold ${limit} records at most.`), // [inferred]
  zoneReadOnly: () => plain(403, 10000, 'Forbidden'), // [inferred] secondary zones
  recordReadOnly: () => invalid(1043, 'This record is read only: another product manages it.'), // [inferred]
  recordUnknown: () => plain(404, 81044, 'Record does not exist.', { classicStatus: 400 }),
  quotaExceeded: () => plain(400, 81045, 'Record quota exceeded.'),
  hostTaken: () => plain(400, 81053, 'An A, AAAA, or CNAME record with that host already exists.'),
  hostIsAlias: () => plain(400, 81054, 'A CNAME record with that host already exists.'),
  hostIsDelegated: () => plain(400, 81056, 'NS records with that host already exist.'),
  identical: () => plain(400, 81058, 'An identical record already exists.'),
  throttled: (retryAfter: string | null) =>
    plain(
      429,
      971,
      'Please wait and consider throttling your request speed',
      retryAfter === null ? {} : { headers: { 'retry-after': retryAfter } },
    ),
};
