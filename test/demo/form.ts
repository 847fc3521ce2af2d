/** What the demo's lines look like, whatever its times, ids and random addresses are. Lines that happened at the same time
 *  may come in any order, so they are sorted. */
export const formOf = (lines: readonly string[]): string[] => lines.map(formOfLine).sort();

const formOfLine = (line: string): string =>
  line
    .replace(/^ *\d+\.\d{3} /, 'TIME')
    .replaceAll(/3ffe:1::\w+(:\w+){3}/g, 'TEMPORARY')
    .replaceAll(/fe80::[\w:]+/g, 'LINK-LOCAL')
    .replaceAll(/[0-9a-f]{6}…/g, 'ID…')
    .replaceAll(/\d+(\.\d+)?(?= (and \d+ )?(ms|s|MiB)\b)/g, 'N')
    .replaceAll(/ +/g, ' ');

/** The lines of one that the other does not have, in both directions, each with its sign. */
export function differences(before: readonly string[], now: readonly string[]): string[] {
  const gone = formOf(before);
  const come: string[] = [];
  for (const line of formOf(now)) {
    const at = gone.indexOf(line);
    if (at < 0) come.push(line);
    else gone.splice(at, 1);
  }
  return [...gone.map((line) => `- ${line}`), ...come.map((line) => `+ ${line}`)];
}
