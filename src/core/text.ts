/** `text` on one line and without what a terminal may take for a command: controls, lone surrogates, characters that are
 *  invisible or turn the direction around. Code points that no Unicode version has given a meaning yet pass: a pattern
 *  that knows them is a table of 6 kB. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, '?');

/** Longest part of a server's text that is repeated, in UTF-16 units. */
const MAX_SHOWN = 200;

/** Text of a server's that is safe on a terminal and bounded. */
export const shown = (text: string): string => printable(cut(text, MAX_SHOWN));

/** Cut between words: half a token, should the server echo ours, would escape the log's redaction. */
export const cut = (text: string, most: number): string =>
  text.length > most ? text.slice(0, most).replace(/\S*$/, '…') : text;
