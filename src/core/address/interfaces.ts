import { failed, ok, type Result } from '../result.ts';

/** A link by all the names that it has. */
export interface NamedLink {
  readonly ifName: string;
  /** Further names, IFLA_ALT_IFNAME. */
  readonly altNames: readonly string[];
  readonly isLoopback: boolean;
}

/** Longest name: that of an alternative one (ALTIFNAMSIZ, with its final NUL 128). */
const MAX_NAME = 127;

/** What the setting `interface` may name: a name, an alternative name, a pattern with `*` and `?`, each with `!` before it
 *  to leave out. The error is a whole sentence for the user, but for what it found. */
export function interfacePattern(text: string): Result<string, string> {
  const pattern = text.trim().replace(/^!\s+/, '!');
  const name = pattern.replace(/^!/, '');
  if (name === '') return failed('write the name of an interface, such as "eth0"');
  const [device, alias] = name.split(':');
  if (alias !== undefined) return failed(`":" makes the name of an address; write "${device}"`);
  if (/^\.{1,2}$|[\s/,]/.test(name) || name.length > MAX_NAME) {
    return failed(`allowed are interface names: 1–${MAX_NAME} characters without blanks, "/" and ":"`);
  }
  return ok(pattern);
}

/** Whether addresses of the link may be published.
 *  @param patterns as `interfacePattern` returns them; null = every link but loopback */
export function allows(patterns: readonly string[] | null, link: NamedLink): boolean {
  const [named, leftOut] = parted(patterns ?? []);
  if (leftOut.some((pattern) => matches(pattern, link))) return false;
  // A pattern, or none at all, means the links that lead somewhere.
  if (link.isLoopback) return namesInFull(named, link);
  return named.length === 0 || named.some((pattern) => matches(pattern, link));
}

/** Whether the settings name this very link, not by a pattern. */
export const namesInFull = (patterns: readonly string[] | null, { ifName, altNames }: NamedLink): boolean =>
  (patterns ?? []).some((pattern) => pattern === ifName || altNames.includes(pattern));

/** The patterns that are to allow something and match none of the links. */
export const unmatched = (patterns: readonly string[] | null, links: readonly NamedLink[]): string[] =>
  parted(patterns ?? [])[0].filter((pattern) => !links.some((link) => matches(pattern, link)));

/** What the patterns allow, and what they leave out. */
function parted(patterns: readonly string[]): readonly [named: string[], leftOut: string[]] {
  const leftOut = patterns.filter((pattern) => pattern.startsWith('!'));
  const named = patterns.filter((pattern) => !pattern.startsWith('!'));
  return [named, leftOut.map((pattern) => pattern.slice(1))];
}

const matches = (pattern: string, { ifName, altNames }: NamedLink): boolean =>
  matchesName(pattern, ifName) || altNames.some((name) => matchesName(pattern, name));

/** As fnmatch(3), of which `*` (any text) and `?` (one character) count. */
function matchesName(pattern: string, name: string): boolean {
  let at = 0;
  /** Where to go on when it fails: behind the last `*`, which then takes one character more. */
  let star = -1;
  let taken = 0;
  for (let i = 0; i < name.length; ) {
    if (pattern[at] === '*') {
      star = ++at;
      taken = i;
    } else if (pattern[at] === '?' || pattern[at] === name[i]) {
      at++;
      i++;
    } else if (star < 0) {
      return false;
    } else {
      at = star;
      i = ++taken;
    }
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
