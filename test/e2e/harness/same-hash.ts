/** What the engine's authors hash strings with: h = h * 263 + unit. */
const MULTIPLIER = 263;
/** Of the hash so many bits choose the place in the engine's table of names. */
const MASK = 2 ** 18 - 1;
const LETTERS = Array.from(
  'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:;,!$%&()*+/<=>?@[]^{|}~ #',
);
const TRIPLES = LETTERS.flatMap((a) => LETTERS.flatMap((b) => LETTERS.map((c) => a + b + c)));

function hash(text: string): number {
  let sum = 0;
  for (let i = 0; i < text.length; i++) sum = (Math.imul(sum, MULTIPLIER) + text.charCodeAt(i)) | 0;
  return sum;
}

/** Texts of six letters that would all have one place in that table. */
export function* textsOfOneHash(): Generator<string> {
  const ends = new Map<number, string[]>();
  for (const end of TRIPLES) {
    const place = hash(end) & MASK;
    ends.set(place, [...(ends.get(place) ?? []), end]);
  }
  for (const start of TRIPLES) {
    const left = -hash(`${start}\0\0\0`) & MASK;
    for (const end of ends.get(left) ?? []) yield start + end;
  }
}
