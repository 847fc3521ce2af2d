import { prefixOf } from '../address/prefix.ts';
import type { SourceRule } from '../address/routes.ts';
import {
  FIB_RULE_LEN,
  FIB_RULE_PERMANENT,
  FR_ACT_TO_TBL,
  FRA_PRIORITY,
  FRA_PROTOCOL,
  FRA_SRC,
  FRA_SUPPRESS_PREFIXLEN,
  FRA_TABLE,
  NLA_HDRLEN,
  NLA_TYPE_MASK,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
} from './constants.ts';
import { type DatagramReader, requireBytes, WireError } from './framing.ts';

/** FRA_SUPPRESS_PREFIXLEN of a rule that suppresses nothing. */
const SUPPRESS_NONE = 0xffffffff;

/** Attributes that are understood here, with the least bytes of their payload. */
const UNDERSTOOD = new Map([
  [FRA_SRC, 16],
  [FRA_PRIORITY, 4],
  [FRA_SUPPRESS_PREFIXLEN, 4],
  [FRA_TABLE, 4],
  [FRA_PROTOCOL, 1],
]);

/** Reads RTM_NEWRULE (struct fib_rule_hdr: u8 family, dst_len, src_len, tos, table, two reserved, action, u32 flags).
 *  @returns null = the rule looks at more than where packets come from (a mark, an interface, a user, or what kernels yet
 *  to come may have), or it leads to no table of its own: it is not followed
 *  @throws WireError */
export function readRule(reader: DatagramReader): SourceRule | null {
  const { bytes, body } = reader;
  const start = requireBytes(body, reader.end, FIB_RULE_LEN, 'struct fib_rule_hdr') + FIB_RULE_LEN;
  const places = attributePlaces(reader, start);
  const word = (type: number): number | null => {
    const at = places.get(type);
    return at === undefined ? null : reader.word(at);
  };
  const looksAtSourceAlone =
    bytes[body + 1] === 0 && // dst_len
    bytes[body + 3] === 0 && // tos
    bytes[body + 7] === FR_ACT_TO_TBL &&
    (reader.word(body + 8) & ~FIB_RULE_PERMANENT) === 0 &&
    [...places.keys()].every((type) => UNDERSTOOD.has(type)) &&
    (word(FRA_SUPPRESS_PREFIXLEN) ?? SUPPRESS_NONE) === SUPPRESS_NONE;
  const table = word(FRA_TABLE) ?? (bytes[body + 4] as number);
  if (!looksAtSourceAlone || table === RT_TABLE_MAIN || table === RT_TABLE_LOCAL) return null;
  const sourceAt = places.get(FRA_SRC);
  const source = sourceAt === undefined ? [] : reader.payload(sourceAt);
  return { table, source: prefixOf(source, bytes[body + 2] as number) };
}

/** Where the payload of each attribute starts, by type. */
function attributePlaces({ halves, end }: DatagramReader, start: number): Map<number, number> {
  const places = new Map<number, number>();
  for (let at = start; at < end; ) {
    const length = halves[requireBytes(at, end, NLA_HDRLEN, 'struct nlattr') >> 1] as number;
    const type = (halves[(at >> 1) + 1] as number) & NLA_TYPE_MASK;
    if (length < NLA_HDRLEN + (UNDERSTOOD.get(type) ?? 0) || length > end - at) {
      throw new WireError(`attribute ${type} of length ${length} at byte ${at}, ${end - at} bytes left`);
    }
    places.set(type, at + NLA_HDRLEN);
    at += (length + 3) & ~3;
  }
  return places;
}
