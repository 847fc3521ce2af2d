import type { ApiRequest, HttpReply } from '../../src/core/cloudflare/http.ts';

/** Who is told of every request that the core makes of a fake, and of what the fake gives for it. */
export interface Witness {
  request(request: ApiRequest): void;
  reply(request: ApiRequest, reply: HttpReply): void;
}

/** Nobody, unless test/schemas/setup.ts has come before the tests: the engine cannot run the judge. */
export const witness: Witness = { request: () => {}, reply: () => {} };
