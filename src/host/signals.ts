import * as os from 'os';
import * as system from 'system';
import type { SignalName, Signals } from '../core/ports.ts';

const NUMBERS: readonly (readonly [number: number, name: SignalName])[] = [
  [system.SIGHUP, 'SIGHUP'],
  [system.SIGINT, 'SIGINT'],
  [system.SIGUSR1, 'SIGUSR1'],
  [system.SIGTERM, 'SIGTERM'],
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
