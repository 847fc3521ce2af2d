/** What a terminal may take for a command, what is invisible and what turns the direction around: controls, lone
 *  surrogates, formats, private use, separators of lines. Code points that no Unicode version has given a meaning yet are
 *  none of these: a pattern that knows them is a table of 6 kB. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;

/** `text` on one line and without what does more than to be read. For where text leaves the process: inside it stays as
 *  it came. */
export const printable = (text: string): string => text.replace(UNPRINTABLE, '?');

/** `value` as JSON that is printable as it is and loses nothing. */
export const printableJson = (value: unknown): string => JSON.stringify(value).replace(UNPRINTABLE, escaped);

/** As JSON writes it: in UTF-16 units. */
const escaped = (character: string): string =>
  character.split('').reduce((text, unit) => `${text}\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`, '');

/** Longest part of a server's text that is repeated, in UTF-16 units. */
const MAX_SHOWN = 200;

/** As much of a server's text as is repeated. */
export const shown = (text: string): string => cut(text, MAX_SHOWN);

/** Cut between words: half a token, should the server echo ours, would escape the log's redaction. */
export const cut = (text: string, most: number): string =>
  text.length > most ? text.slice(0, most).replace(/\S*$/, '…') : text;
