/** Where a quoted text ends, in TOML and in the shell alike. Without a regular expression: those keep a state for every
 *  character that they could go back to.
 *  @param mark what starts it at `start` and ends it; in a double-quoted one a backslash takes the next character's meaning
 *  @returns the index behind the closing mark; null = it is not closed */
export function endOfQuoted(text: string, start: number, mark: string): number | null {
  for (let at = start + mark.length; ; at++) {
    at = text.indexOf(mark, at);
    if (at < 0) return null;
    if (!mark.startsWith('"') || !isEscaped(text, at)) return at + mark.length;
  }
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text[first - 1] === '\\') first--;
  return (at - first) % 2 === 1;
}
