/** Text form of what a machine's kernel told us, so that a user's trace can be played back as a test. One line an event:
 *  milliseconds on CLOCK_BOOTTIME, the socket by the groups it has joined ("-" = none), and either the bytes of a
 *  datagram in hexadecimal, "overrun" (ENOBUFS), "broken" (any other error of the socket), or "jump" (the clock jumped; no
 *  socket). Lines with "#" are comments. */

export type TraceEvent = Readonly<
  | { atMs: number; kind: 'datagram'; socket: string; bytes: Uint8Array }
  | { atMs: number; kind: 'overrun' | 'broken'; socket: string }
  | { atMs: number; kind: 'jump' }
>;

/** The name of a socket in a trace. */
export const socketName = (groups: readonly number[]): string => (groups.length === 0 ? '-' : groups.join(','));

export function formatTraceEvent(event: TraceEvent): string {
  const at = event.atMs.toFixed(3);
  switch (event.kind) {
    case 'datagram':
      return `${at} ${event.socket} ${toHex(event.bytes)}`;
    case 'overrun':
    case 'broken':
      return `${at} ${event.socket} ${event.kind}`;
    case 'jump':
      return `${at} jump`;
  }
}

/** @throws SyntaxError that names the line which is none of a trace */
export function parseTrace(text: string): TraceEvent[] {
  const events: TraceEvent[] = [];
  for (const [number, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const match = /^(\d+(?:\.\d+)?) (?:(jump)|(-|[\d,]+) (?:(overrun|broken)|((?:[0-9a-f]{2})+)))$/.exec(line.trim());
    if (match === null) throw new SyntaxError(`line ${number + 1} is no line of a trace`);
    const [, at = '', jump, socket = '', error, hex = ''] = match;
    const atMs = Number(at);
    if (jump !== undefined) events.push({ atMs, kind: 'jump' });
    else if (error === 'overrun' || error === 'broken') events.push({ atMs, kind: error, socket });
    else events.push({ atMs, kind: 'datagram', socket, bytes: fromHex(hex) });
  }
  return events;
}

const DIGITS = '0123456789abcdef';

/** Two lower-case digits a byte. */
export function toHex(bytes: ArrayLike<number>): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    text += DIGITS.charAt(byte >> 4) + DIGITS.charAt(byte & 15);
  }
  return text;
}

export const fromHex = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
