/** Datagrams of the kernel's that are damaged, through everything that reads them. */
import { parseTrace } from '../../../src/core/wire/trace.ts';
import { Log } from '../../../src/shell/log.ts';
import { lookAtTable } from '../../../src/shell/table-feed.ts';
import { FakeRtnetlink } from '../../fakes/kernel.ts';
import { FakeClock, FakeFiles, FakeOutput } from '../../fakes/ports.ts';
import { address } from '../../fakes/samples.ts';
import { filesIn, readText } from './inputs.ts';

/** Longer than any pause between two dumps. */
const PAUSE_MS = 2_000;

/** So many datagrams come before it is waited for what follows from them. */
const BURST = 8;

/** After so many a daemon is started anew. */
const LIFE = 256;

/** Every datagram of the fixtures, once: what real kernels sent. */
export function datagrams(): Uint8Array[] {
  const found = new Map<string, Uint8Array>();
  for (const path of filesIn('test/fixtures').filter((name) => name.endsWith('.trace'))) {
    for (const event of parseTrace(readText(path))) {
      if (event.kind === 'datagram') found.set(event.bytes.join(), event.bytes);
    }
  }
  return [...found.values()];
}

/** A daemon that listens to the kernel. */
class Listener {
  readonly #kernel = new FakeRtnetlink();
  readonly #clock = new FakeClock();
  heard = 0;

  constructor() {
    this.#kernel.addSilently(address('3ffe:1::1'));
    const log = new Log(new FakeOutput(), this.#clock, 'journal');
    lookAtTable({ kernel: this.#kernel, clock: this.#clock, files: new FakeFiles() }, log, PAUSE_MS, () => {});
  }

  /** The datagram comes on every socket. */
  hear(bytes: Uint8Array): void {
    this.heard += 1;
    for (const socket of this.#kernel.sockets) if (socket.isOpen) socket.arrive(bytes.slice());
    if (this.heard % BURST !== 0) return;
    this.#kernel.answerDumps();
    this.#clock.pass(PAUSE_MS, () => this.#kernel.answerDumps());
  }
}

let listener = new Listener();

export function readDatagram(bytes: Uint8Array): void {
  if (listener.heard >= LIFE) listener = new Listener();
  listener.hear(bytes);
}
