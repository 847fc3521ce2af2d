/** More objects and lists than any reply has: a page of 5,000 records has 30,000. Each takes a hundred bytes and more, be it
 *  empty, and three hundred with a key that no other has, so that a reply of 1 MiB could take 45. */
const MOST_CONTAINERS = 75_000;

/** The value of a JSON text; null = no JSON, or too much of it. */
export function parseJson(text: string): unknown {
  if (countUpTo(MOST_CONTAINERS, text, '{') + countUpTo(MOST_CONTAINERS, text, '[') > MOST_CONTAINERS) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** How often `mark` is in the text, also within strings; beyond `most` it is not counted any further. */
function countUpTo(most: number, text: string, mark: string): number {
  let count = 0;
  for (let at = text.indexOf(mark); at >= 0 && count <= most; at = text.indexOf(mark, at + 1)) count++;
  return count;
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
