import * as os from 'os';
import * as system from 'system';
import type { SignalName, Signals } from '../core/ports.ts';

/** Numbers of signal(7), the same on every architecture that Debian and OpenWrt know but MIPS, where SIGUSR1 is 16. */
const NUMBERS: readonly (readonly [number: number, name: SignalName])[] = [
  [1, 'SIGHUP'],
  [2, 'SIGINT'],
  [10, 'SIGUSR1'],
  [15, 'SIGTERM'],
];

export class SystemSignals implements Signals {
  onSignal(listener: (signal: SignalName) => void): void {
    const fd = system.signalOpen(NUMBERS.map(([number]) => number));
    os.setReadHandler(fd, () => {
      const received = system.signalRead(fd);
      const known = NUMBERS.find(([number]) => number === received);
      if (known !== undefined) listener(known[1]);
    });
  }
}
