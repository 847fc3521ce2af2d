import * as v from 'valibot';
import { failed, ok, type Result } from '../result.ts';
import { bareErrors, readEdgeError, readErrors } from './errors.ts';
import { type ApiFailure, classify, classifyEdge, unreadable } from './failure.ts';
import type { HttpReply } from './http.ts';
import { isObject, parseJson } from './json.ts';
import type { Asked } from './remedies.ts';

/** What is in the envelope of a success. */
interface Content {
  readonly result: unknown;
  /** Of a list. */
  readonly info: unknown;
}

/** Opens the envelope that every reply of the API is in. */
export function open(reply: HttpReply, asked: Asked): Result<Content, ApiFailure> {
  const body = parseJson(reply.body);
  const edge = readEdgeError(body);
  if (edge !== null && reply.status >= 400) return failed(classifyEdge(reply, edge));
  const envelope = isObject(body) && typeof body['success'] === 'boolean' ? body : null;
  const codes = envelope === null ? bareErrors(reply) : readErrors(envelope['errors']);
  const verdict = codes === null ? null : { success: envelope?.['success'] === true, codes };
  const failure = classify(reply, verdict, asked);
  if (failure !== null) return failed(failure);
  return ok({ result: envelope?.['result'], info: envelope?.['result_info'] });
}

/** What is in the envelope, if it has that shape. */
export function read<T>(reply: HttpReply, shape: v.GenericSchema<unknown, T>, asked: Asked): Result<T, ApiFailure> {
  const opened = open(reply, asked);
  if (!opened.ok) return opened;
  const result = parse(shape, opened.value.result);
  return result.success ? ok(result.output) : failed(unexpected(reply, v.getDotPath(result.issues[0])));
}

/** Stops at the first fault: a long list of faulty items would be a long list of complaints in memory. */
export const parse = <T>(shape: v.GenericSchema<unknown, T>, value: unknown): v.SafeParseResult<typeof shape> =>
  v.safeParse(shape, value, { abortEarly: true });

/** @param where the path to the first fault */
export const unexpected = (reply: HttpReply, where: string | null): ApiFailure =>
  unreadable(reply, `unexpected shape of the reply at "${where ?? 'result'}"`);

/** A name in the form in which names are compared: lower case, without the final dot. */
export const comparable = (name: string): string => name.toLowerCase().replace(/\.$/, '');

/** Whether a record's id may travel in a path: what could lead elsewhere there is none. */
export const isRecordId = (text: string): boolean => /^[\w-]{1,64}$/.test(text);

export const isZoneId = (text: string): boolean => /^[0-9a-f]{32}$/i.test(text);

const infoShape = v.object({
  page: v.nullish(v.number()),
  per_page: v.nullish(v.number()),
  count: v.nullish(v.number()),
  total_count: v.nullish(v.number()),
  total_pages: v.nullish(v.number()),
});

/** What a list says of itself; null = not told. */
export interface ListInfo {
  readonly page: number | null;
  readonly perPage: number | null;
  readonly count: number | null;
  readonly totalCount: number | null;
  readonly totalPages: number | null;
}

export function readInfo(info: unknown): ListInfo {
  const parsed = parse(infoShape, info);
  const told = parsed.success ? parsed.output : {};
  return {
    page: told.page ?? null,
    perPage: told.per_page ?? null,
    count: told.count ?? null,
    totalCount: told.total_count ?? null,
    totalPages: told.total_pages ?? null,
  };
}
