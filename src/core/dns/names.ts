/** Names as text: lower-case A-labels without the final dot. */

export const isInZone = (name: string, zoneName: string): boolean => name === zoneName || name.endsWith(`.${zoneName}`);

/** The zones that may hold `name`, the deepest first; a top-level domain is none. */
export function candidatesOf(name: string): string[] {
  const labels = name.replace(/^\*\./, '').split('.');
  return labels.slice(0, -1).map((_, i) => labels.slice(i).join('.'));
}

/** What stands for all zones of the name's domain among the candidates: `.example.com`. */
export const domainOf = (name: string): string => `.${name.split('.').slice(-2).join('.')}`;
