import type { HttpReply } from '../../../src/core/cloudflare/http.ts';
import type { RecordSettings, Settings } from '../../../src/core/config/settings.ts';
import type { ProbeVerdict } from '../../../src/core/ports.ts';
import { check } from '../../../src/shell/check.ts';
import type { ExitStatus } from '../../../src/shell/exit.ts';
import { type FakeHost, settingsFor } from '../../fakes/host.ts';

type Ending = HttpReply | 'unreachable' | 'unresolved' | null;

const SILENCE = { kind: 'unreachable', detail: 'It timed out', sent: true } as const;

/** The check of the machine that a test has made.
 *  @param verdict what becomes of connections that leave from its address */
export function checking(machine: () => FakeHost, verdict: () => ProbeVerdict = () => 'reached') {
  /** Runs the check with its requests ended like these in turn, null and all others by the provider. @returns the exit status */
  async function checked(
    records: readonly RecordSettings[],
    endings: readonly Ending[] = [],
    json = false,
    own: Partial<Settings> = {},
  ) {
    const host = machine();
    let status: ExitStatus | null = null;
    const exit = (own: ExitStatus): void => {
      status = own;
    };
    check({ ports: host, log: host.log, settings: settingsFor(records, own), json, exit });
    const left = [...endings];
    for (let turns = 0; status === null && turns < 10_000; turns++) {
      if (host.api.probing.length > 0) host.api.endProbe(verdict());
      if (host.api.inFlight.length > 0) {
        const ending = left.shift() ?? null;
        if (ending === null) host.api.end();
        else if (ending === 'unreachable') host.api.end(SILENCE);
        else if (ending === 'unresolved') host.api.end({ ...SILENCE, sent: false, unresolved: true });
        else host.api.end({ kind: 'replied', reply: ending });
      }
      await Promise.resolve();
    }
    return status;
  }

  const lines = () => machine().output.out.map((line) => line.replace(/ {2,}/g, ' '));

  return { checked, lines };
}
