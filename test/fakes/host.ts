import { Secret } from '../../src/core/config/secret.ts';
import type { RecordSettings, Settings } from '../../src/core/config/settings.ts';
import { Log } from '../../src/shell/log.ts';
import { Notifier } from '../../src/shell/notifier.ts';
import { FakeApiClient, FakeCommandRunner, FakeHookClient } from './clients.ts';
import { type FakeCloudflare, twoZones } from './cloudflare.ts';
import { FakeClock, FakeFiles, FakeKernel, FakeOutput, FakeSignals, FakeStateFiles } from './ports.ts';
import { A } from './samples.ts';

export const TOKEN = 'Abcdefghij0123456789_-klmnopqrstuvwxyz12';

export const STATUS_PATH = '/run/ipv6ddns/status.json';

/** The settings of a daemon that keeps `records`, with the defaults. */
export const settingsFor = (records: readonly RecordSettings[], own: Partial<Settings> = {}): Settings => ({
  apiToken: new Secret(TOKEN),
  baseUrl: 'https://api.cloudflare.com/client/v4',
  records,
  prefer: [],
  exclude: [],
  timeoutMs: 30_000,
  pollIntervalMs: 60_000,
  verifyIntervalMs: 3_600_000,
  verbose: false,
  statusFile: { path: STATUS_PATH, optional: true },
  metricsFile: null,
  caFile: null,
  caPath: null,
  httpsProxy: null,
  noProxy: null,
  notify: null,
  ...own,
});

/** All ports of a machine whose kernel refuses rtnetlink, so that addresses are polled, and a log to read. */
export class FakeHost {
  readonly clock = new FakeClock();
  readonly files = new FakeFiles();
  readonly kernel = new FakeKernel();
  readonly output = new FakeOutput();
  readonly signals = new FakeSignals();
  readonly stateFiles = new FakeStateFiles();
  readonly hooks = new FakeHookClient();
  readonly commands = new FakeCommandRunner();
  readonly api: FakeApiClient;
  readonly log: Log;

  constructor(cloudflare: FakeCloudflare) {
    this.api = new FakeApiClient(cloudflare);
    this.kernel.refusal = 'Operation not permitted';
    this.log = new Log(this.output, this.clock, 'journal');
    this.log.configure(false, new Secret(TOKEN));
  }

  notifier(settings: Settings): Notifier {
    return new Notifier(this, this.log, settings);
  }

  /** Lets time pass with every request answered at once. */
  pass(durationMs: number): void {
    this.api.answerAll();
    this.clock.pass(durationMs, () => this.api.answerAll());
  }
}

/** A machine that has A, and a provider with the zones of its names. */
export function hostWithA(): { readonly cloudflare: FakeCloudflare; readonly host: FakeHost } {
  const cloudflare = twoZones();
  const host = new FakeHost(cloudflare);
  host.files.setAddresses(A);
  return { cloudflare, host };
}
