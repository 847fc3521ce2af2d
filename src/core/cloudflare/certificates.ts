/** A certificate of a chain that was verified, as native/verify.c tells of it. */
export interface Certificate {
  /** 0 = the server's own, above that its issuers. */
  readonly depth: number;
  readonly flags: number;
  /** As mbedTLS writes names: `C=US, O=Name, CN=Name`, with backslashes (RFC 4514 §2.4). */
  readonly subject: string;
  readonly issuer: string;
  /** Host names and addresses that it is for, separated by ", "; the end may be missing. */
  readonly names: string;
  /** ISO 8601, in UTC. */
  readonly from: string;
  readonly until: string;
}

/** MBEDTLS_X509_BADCERT_… of mbedtls/x509.h */
const EXPIRED = 0x1;
const CN_MISMATCH = 0x4;
const NOT_TRUSTED = 0x8;
const FUTURE = 0x200;
const KEY_USAGE = 0x800;
const EXT_KEY_USAGE = 0x1000;
const BAD_MD = 0x4000;
const BAD_PK = 0x8000;
const BAD_KEY = 0x10000;

/** native/verify.h */
const CONSTRAINTS = 0x100000;
const CONSTRAINTS_UNCLEAR = 0x200000;
const NAMESAKE = 0x400000;
const CHAIN_CUT = 0x800000;

/** Longest name or list of names that is shown, in UTF-16 units. */
const MAX_SHOWN = 120;

/** What a person calls the owner of a name: its CN, else its O, else all of it. */
export function ownerOf(name: string): string {
  const found = /(?:^|, | \+ )CN=((?:\\.|[^\\,+])*)/.exec(name) ?? /(?:^|, | \+ )O=((?:\\.|[^\\,+])*)/.exec(name);
  return shortened(unescaped(found?.[1] ?? name));
}

/** Without the backslashes of RFC 4514 §2.4; bytes that are no UTF-8 stay as they are written. */
function unescaped(text: string): string {
  return text.replace(/(?:\\[0-9A-F]{2})+|\\(.)/g, (all: string, character?: string) => {
    if (character !== undefined) return character;
    try {
      return decodeURIComponent(all.replaceAll('\\', '%'));
    } catch {
      return all;
    }
  });
}

function shortened(text: string): string {
  const trimmed = text.trim();
  return trimmed.length > MAX_SHOWN ? `${trimmed.slice(0, MAX_SHOWN)}…` : trimmed;
}

/** The day of an ISO 8601 time. */
export const dayOf = (time: string): string => time.slice(0, 10);

/** What is wrong with a certificate, and what to do: one sentence for the worst of it.
 *  @param host whose certificate it has to be
 *  @param roots the bundle or folders of roots that count
 *  @param now this machine's time, ISO 8601 */
export function describeCertificateFault(certificate: Certificate, host: string, roots: string, now: string): string {
  const { depth, flags, subject, issuer, names, from, until } = certificate;
  const has = (flag: number): boolean => (flags & flag) !== 0;
  const which =
    depth === 0 ? "the server's certificate" : `the certificate of "${ownerOf(subject)}" above the server's`;
  if (has(CN_MISMATCH)) {
    const others = shortened(names) || `"${ownerOf(subject)}"`;
    return `${which} is for ${others}, not for ${host}: a captive portal, a proxy or wrong DNS leads elsewhere`;
  }
  if (has(FUTURE)) {
    return `${which} is not valid until ${dayOf(from)}, and this machine's date is ${dayOf(now)}: set its clock, best by NTP`;
  }
  if (has(EXPIRED)) {
    return `${which} ended on ${dayOf(until)}, and this machine's date is ${dayOf(now)}: set its clock if that is wrong, else the server needs a new certificate`;
  }
  if (has(BAD_MD)) return `${which} is signed with a broken hash, SHA-1 or older: the server needs another certificate`;
  if (has(BAD_KEY | BAD_PK)) {
    return `${which} has too weak a key, RSA below 2048 bits or an uncommon kind: the server needs another certificate`;
  }
  if (has(KEY_USAGE | EXT_KEY_USAGE)) {
    return `${which} is not meant for servers (its key usage says so): the server needs another certificate`;
  }
  if (has(CONSTRAINTS)) {
    return `${which} has a name that an authority above it may not vouch for (name constraints): the server needs another certificate`;
  }
  if (has(CONSTRAINTS_UNCLEAR)) {
    return `${which} has a name that cannot be compared with the constraints of an authority above it: the server needs another certificate`;
  }
  if (has(NOT_TRUSTED)) return describeUntrusted(has, which, ownerOf(issuer), roots);
  return `${which} cannot be verified (0x${flags.toString(16)}): the server needs another certificate`;
}

function describeUntrusted(has: (flag: number) => boolean, which: string, issuer: string, roots: string): string {
  if (has(NAMESAKE)) {
    return `${which} is not signed by the root "${issuer}" of ${roots}, though it says so: put the root that is in use now into SSL_CERT_FILE`;
  }
  const unread = has(CHAIN_CUT) ? ', and what the server sent along cannot be read' : '';
  return `${which} is issued by "${issuer}", and ${roots} has no root for that authority${unread}: if it is a proxy of yours or your own authority, put its root into SSL_CERT_FILE`;
}
