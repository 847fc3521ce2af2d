/** Stands in for `node:fs` inside the engine: core tests read their fixtures, by paths from the repository's root. */
import * as std from 'std';

export function readFileSync(path: string, _encoding: 'utf8'): string {
  const file = std.open(path, 'r');
  if (file === null) throw new Error(`cannot open ${path}`);
  const text = file.readAsString();
  file.close();
  return text;
}
