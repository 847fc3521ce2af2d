import type { ApiReply } from './api.ts';
import type { WrongCertificate } from './certificate.ts';

/** Befalls a connection before its TLS handshake. */
export type ConnectionFault =
  | { readonly kind: 'handshakeHang' } // accepted, then silent
  | { readonly kind: 'handshakeReset' }
  | { readonly kind: 'certificate'; readonly which: WrongCertificate };

/** What the edge says of an error 1xxx of its own since 2026, asked for JSON. */
export interface EdgeAnswer {
  readonly status: number;
  readonly errorCode: number;
  readonly retryable: boolean;
  /** Seconds, in the body alone; null = not told. */
  readonly retryAfterSec: number | null;
}

/** Befalls a request that arrived whole. The first group keeps the request from the API unless `applied`. */
export type RequestFault =
  | { readonly kind: 'hang' } // no reply until the fault is cleared, then the true one
  | { readonly kind: 'reset' } // RST; with `applied`: the reply is lost after the write
  | { readonly kind: 'close' } // an orderly end without a byte of reply
  | { readonly kind: 'garbage' } // bytes that are no HTTP
  | { readonly kind: 'garbageBody' } // 200 application/json around bytes that are no JSON
  | { readonly kind: 'html'; readonly status: number } // an error page of the edge
  | ({ readonly kind: 'edge' } & EdgeAnswer) // the edge's own error as JSON
  | { readonly kind: 'throttle'; readonly retryAfter: string | null } // 429; the header's value as it stands
  | ({ readonly kind: 'reply' } & ApiReply)
  // The second group spoils the true reply: the API always carries the request out.
  | { readonly kind: 'cutBody' } // half of the announced body, then the end of the connection
  | { readonly kind: 'truncated' } // half of the body, announced as the whole
  | { readonly kind: 'drip'; readonly intervalMs: number } // one byte of the body at a time
  | { readonly kind: 'delay'; readonly delayMs: number }
  | { readonly kind: 'headers'; readonly headers: Readonly<Record<string, string>> } // laid over the reply's own
  | { readonly kind: 'oversized'; readonly bytes: number }; // valid JSON, padded with blanks to that length

export type Behaviour = ConnectionFault | RequestFault;

/** Which requests are meant; what is left out matches all. */
export interface RequestMatch {
  readonly method?: string;
  /** Source of a regular expression, searched in the path without the query. */
  readonly path?: string;
}

export type Fault = Behaviour & {
  readonly on?: RequestMatch;
  /** How often it strikes; null = until cleared. Default 1. */
  readonly times?: number | null;
  /** The API carries the request out before the fault strikes. */
  readonly applied?: boolean;
};

/** A fault that strikes now. */
export interface Strike<F extends Behaviour> {
  readonly fault: F;
  readonly applied: boolean;
  /** Resolves when the fault is cleared. */
  readonly cleared: Promise<void>;
}

export const matches = (match: RequestMatch, method: string, path: string): boolean =>
  (match.method ?? method) === method && (match.path === undefined || new RegExp(match.path).test(path));

export const isConnectionFault = (fault: Behaviour): fault is ConnectionFault =>
  fault.kind === 'handshakeHang' || fault.kind === 'handshakeReset' || fault.kind === 'certificate';

interface Scripted {
  readonly fault: Fault;
  readonly cleared: Promise<void>;
  readonly clear: () => void;
  left: number;
}

/** The script of faults: the oldest that matches and is not used up strikes. */
export class FaultQueue {
  readonly #scripted = new Map<number, Scripted>();
  #lastId = 0;

  /** @returns the id by which it can be cleared */
  add(fault: Fault): number {
    let clear = (): void => undefined;
    const cleared = new Promise<void>((resolve) => {
      clear = resolve;
    });
    this.#lastId += 1;
    this.#scripted.set(this.#lastId, {
      fault,
      cleared,
      clear,
      left: fault.times === null ? Infinity : (fault.times ?? 1),
    });
    return this.#lastId;
  }

  /** Ends one fault, or all; requests that hang because of it are answered. */
  clear(id?: number): void {
    for (const [key, scripted] of this.#scripted) {
      if (id !== undefined && key !== id) continue;
      this.#scripted.delete(key);
      scripted.clear();
    }
  }

  forConnection(): Strike<ConnectionFault> | null {
    for (const scripted of this.#scripted.values()) {
      const { fault, left } = scripted;
      if (left > 0 && isConnectionFault(fault)) return strike(scripted, fault);
    }
    return null;
  }

  forRequest(method: string, path: string): Strike<RequestFault> | null {
    for (const scripted of this.#scripted.values()) {
      const { fault, left } = scripted;
      if (left > 0 && !isConnectionFault(fault) && matches(fault.on ?? {}, method, path))
        return strike(scripted, fault);
    }
    return null;
  }
}

function strike<F extends Behaviour>(scripted: Scripted, fault: F): Strike<F> {
  scripted.left -= 1;
  return { fault, applied: scripted.fault.applied ?? false, cleared: scripted.cleared };
}
