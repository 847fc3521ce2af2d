import type { Address } from '../address/address.ts';
import type { NotifyFormat } from '../config/settings.ts';
import { printable, printableJson } from '../text.ts';

export type NotifyEvent = 'error' | 'recovery' | 'change' | 'heartbeat';

/** What one name has to tell. */
export interface Item {
  readonly event: NotifyEvent;
  readonly name: string;
  /** What its record says, and what it said when it was last told of; null = nothing. */
  readonly address: Address | null;
  readonly previous: Address | null;
  readonly error: string | null;
}

export interface Message {
  /** Errors first, then recoveries, then changes; of a heartbeat the names that are in error. */
  readonly items: readonly Item[];
  readonly event: NotifyEvent;
  /** How many names are in an error that lasts. */
  readonly failing: number;
}

/** So many names are listed; the rest is counted. */
const MOST_LISTED = 50;
/** In UTF-16 code units: of a server's explanation; of Uptime Kuma's `msg`, which it shows in one line. */
const LONGEST_ERROR = 300;
const LONGEST_LINE = 250;

const RANK = { error: 0, recovery: 1, change: 2, heartbeat: 3 } as const satisfies Record<NotifyEvent, number>;

export function newMessage(items: readonly Item[], failing: number, heartbeat: boolean): Message {
  const sorted = [...items].sort((a, b) => RANK[a.event] - RANK[b.event]);
  return { items: sorted, failing, event: heartbeat ? 'heartbeat' : (sorted[0]?.event ?? 'heartbeat') };
}

/** For people: one line a name. */
export function describeMessage({ items, failing }: Message): string {
  const lines = items.slice(0, MOST_LISTED).map(describeItem);
  if (items.length > MOST_LISTED) lines.push(`and ${items.length - MOST_LISTED} more`);
  if (items.length === 0) lines.push(failing === 0 ? 'OK' : `${failing} in error`);
  return lines.join('\n');
}

function describeItem({ event, name, address, previous, error }: Item): string {
  const says = `AAAA ${address ?? 'none'}`;
  if (event === 'error') return `${name}: error: ${shorten(error ?? '', LONGEST_ERROR)} (${says})`;
  const was = previous === null || previous === address ? '' : ` (was ${previous})`;
  return `${name}: ${event === 'recovery' ? 'in line again, ' : ''}${says}${was}`;
}

/** One printable line. */
function shorten(text: string, most: number): string {
  const cut = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  return printable(cut.replace(/\p{Cc}+/gu, ' ').replace(/\p{Cs}/gu, '\ufffd'));
}

/** The document of the format `json`. @param time RFC 3339 */
export function formatJson(message: Message, time: string): string {
  const { event, items, failing } = message;
  const records = items
    .slice(0, MOST_LISTED)
    .map((item) => ({ ...item, error: item.error && shorten(item.error, LONGEST_ERROR) }));
  const omitted = items.length - records.length;
  return printableJson({ event, time, text: describeMessage(message), failing, records, omitted });
}

/** A request without its URL: that holds a secret, and whoever sends it knows it. */
export interface Hook {
  readonly method: 'GET' | 'POST';
  /** Goes to the URL for bad news. */
  readonly bad: boolean;
  /** To be put behind the URL. */
  readonly suffix: string;
  readonly contentType: string | null;
  readonly body: string | null;
}

/** What the receiver of that format takes: healthchecks.io any text, the URL says whether it is good; Uptime Kuma's push
 *  monitors a GET with everything in the query. */
export function hookFor(format: NotifyFormat, message: Message, time: string): Hook {
  const bad = message.failing > 0;
  const text = describeMessage(message);
  switch (format) {
    case 'json':
      return { method: 'POST', bad, suffix: '', contentType: 'application/json', body: formatJson(message, time) };
    case 'healthchecks':
      return { method: 'POST', bad, suffix: '', contentType: 'text/plain; charset=utf-8', body: text };
    default: {
      const suffix = encodeURIComponent(shorten(text.replaceAll('\n', '; '), LONGEST_LINE));
      return { method: 'GET', bad, suffix, contentType: null, body: null };
    }
  }
}

/** The variables that a command is told the message in; the first name stands for all, `IPV6DDNS_JSON` has them all. */
export function variablesOf(message: Message, time: string): Record<string, string> {
  const [first] = message.items;
  return {
    IPV6DDNS_EVENT: message.event,
    IPV6DDNS_NAME: first?.name ?? '',
    IPV6DDNS_ADDRESS: first?.address ?? '',
    IPV6DDNS_PREVIOUS: first?.previous ?? '',
    IPV6DDNS_ERROR: shorten(first?.error ?? '', LONGEST_ERROR),
    IPV6DDNS_TEXT: describeMessage(message),
    IPV6DDNS_JSON: formatJson(message, time),
  };
}
