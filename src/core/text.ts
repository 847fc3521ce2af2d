/** `text` on one line and without what a terminal may take for a command: controls, lone surrogates, characters that are
 *  invisible or turn the direction around. Code points that no Unicode version has given a meaning yet pass: a pattern
 *  that knows them is a table of 6 kB. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, '?');
