import type { Clock, Kernel, KernelSocket, KernelSocketOptions } from '../core/ports.ts';
import { ok, type Result } from '../core/result.ts';
import { formatTraceEvent, socketName, type TraceEvent } from '../core/wire/trace.ts';

/** Writes down everything that a kernel tells, as core/wire/trace.ts describes it, and passes it on. */
export class TracingKernel implements Kernel {
  readonly #kernel: Kernel;
  readonly #clock: Clock;
  readonly #write: (line: string) => void;

  constructor(kernel: Kernel, clock: Clock, write: (line: string) => void) {
    this.#kernel = kernel;
    this.#clock = clock;
    this.#write = write;
    clock.onJump(() => this.#note({ atMs: clock.nowMs(), kind: 'jump' }));
  }

  open(options: KernelSocketOptions): Result<KernelSocket, string> {
    const opened = this.#kernel.open(options);
    return opened.ok ? ok(this.#traced(opened.value, socketName(options.groups))) : opened;
  }

  #traced(inner: KernelSocket, socket: string): KernelSocket {
    return {
      send: (request) => inner.send(request),
      close: () => inner.close(),
      receive: () => {
        const received = inner.receive();
        const atMs = this.#clock.nowMs();
        if (!received.ok) this.#note({ atMs, kind: received.error.kind, socket });
        else {
          for (const { buffer, byteOffset, byteLength } of received.value) {
            this.#note({ atMs, kind: 'datagram', socket, bytes: new Uint8Array(buffer, byteOffset, byteLength) });
          }
        }
        return received;
      },
    };
  }

  #note(event: TraceEvent): void {
    this.#write(formatTraceEvent(event));
  }
}
