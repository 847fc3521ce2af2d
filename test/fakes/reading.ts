import {
  NLM_F_DUMP_INTR,
  NLMSG_DONE,
  NLMSG_ERROR,
  RTM_DELADDR,
  RTM_DELLINK,
  RTM_NEWADDR,
  RTM_NEWLINK,
} from '../../src/core/wire/constants.ts';
import { DatagramReader, endErrno, WireError } from '../../src/core/wire/framing.ts';
import { type AddressMessage, type LinkMessage, readAddress, readLink } from '../../src/core/wire/reader.ts';

export type Message =
  | ({ readonly kind: 'address' } & AddressMessage)
  | ({ readonly kind: 'link' } & LinkMessage)
  | { readonly kind: 'end'; readonly errno: number };

export interface Envelope {
  readonly sequence: number;
  readonly interrupted: boolean;
  readonly message: Message;
}

/** Every message of one datagram that the daemon reads.
 *  @throws WireError */
export function readDatagram(datagram: Uint8Array): Envelope[] {
  const found: Envelope[] = [];
  for (const reader = new DatagramReader().open(datagram); reader.next(); ) {
    const message = readMessage(reader);
    const { sequence, flags } = reader;
    if (message !== null) found.push({ sequence, interrupted: (flags & NLM_F_DUMP_INTR) !== 0, message });
  }
  return found;
}

function readMessage(reader: DatagramReader): Message | null {
  switch (reader.type) {
    case RTM_NEWADDR:
    case RTM_DELADDR: {
      const address = readAddress(reader);
      return address && { kind: 'address', ...address };
    }
    case RTM_NEWLINK:
    case RTM_DELLINK: {
      const link = readLink(reader);
      return link && { kind: 'link', ...link };
    }
    case NLMSG_DONE:
    case NLMSG_ERROR:
      return { kind: 'end', errno: endErrno(reader) };
    default:
      return null;
  }
}

/** What reading throws, in words. */
export function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    return error instanceof WireError ? String(error) : 'something else';
  }
  return 'nothing';
}
