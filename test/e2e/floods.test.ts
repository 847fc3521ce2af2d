/** Peers that never stop sending: the daemon goes on serving everybody else, keeps its limits of time, and does not grow. */
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { monotonicMs } from '../simulator/log.ts';
import { openLab } from './harness/open.ts';
import { memoryOf } from './harness/proc.ts';
import { bundle } from './harness/programs.ts';

const A = '3ffe:1::a';
const B = '3ffe:1::b';
const PORT = 9443;
const TIMEOUT_SEC = 3;
const MOST_KIB = 32 * 1024;

/** What may pass beyond a limit on a busy machine. */
const GRACE_MS = 2_000;

const FROM_SERVER = [
  'TLS alerts',
  'TLS ChangeCipherSpec',
  'TLS handshake fragments',
  'bytes that are no TLS',
  'interim replies',
  'header lines',
  'one header line',
  'body',
  'empty chunks',
  'a chunk’s extension',
  'trailers',
] as const;
const FROM_PROXY = [
  'header lines of a proxy',
  'interim replies of a proxy',
  'body of a proxy',
  'chunks of a proxy',
] as const;

const results: Record<string, unknown>[] = [];
afterAll(() => console.table(results));

test.each([...FROM_SERVER, ...FROM_PROXY])(
  'daemon: floods of %s → an event is seen, the request given up, memory bounded, SIGTERM obeyed',
  async (flood) => {
    const lab = await openLab();
    const files = ['key', 'pem'].map((suffix) => join(lab.certificates, `server.${suffix}`));
    const script = await bundle('test/e2e/harness/flooder.ts', lab.folder);
    const flooder = lab.launch(lab.host, [process.execPath, script, flood, String(PORT), ...files], {});
    await flooder.line(/^listening$/);
    const isProxy = (FROM_PROXY as readonly string[]).includes(flood);
    const daemon = await lab.daemon({
      environment: {
        IPV6DDNS_TIMEOUT: String(TIMEOUT_SEC),
        ...(isProxy
          ? { HTTPS_PROXY: `http://127.0.0.1:${PORT}` }
          : { CLOUDFLARE_BASE_URL: `https://127.0.0.1:${PORT}/client/v4` }),
      },
    });
    await lab.add(A);
    const { atMs: beganMs } = await flooder.line(/^flooding$/);
    await lab.add(B);
    await lab.remove(A);
    const changedMs = monotonicMs();
    const seenMs = (await daemon.line(new RegExp(`detected ${B}`))).atMs - changedMs;
    expect(seenMs).toBeLessThan(GRACE_MS);
    const givenUpMs = (await daemon.line(/ cannot reach Cloudflare: .*Next try in /)).atMs - beganMs;
    expect(givenUpMs).toBeLessThan(TIMEOUT_SEC * 1000 + GRACE_MS);
    await flooder.line(/^flooding$/, { since: flooder.lines.length });
    const { peak } = await memoryOf(daemon.pid);
    expect(peak).toBeLessThan(MOST_KIB);
    const askedMs = monotonicMs();
    daemon.signal('SIGTERM');
    const { status, atMs } = await daemon.exit;
    expect([status, atMs - askedMs < GRACE_MS]).toEqual([0, true]);
    const [why = ''] = daemon.stderr.flatMap((line) => /cannot reach Cloudflare: (.*?)[;.] /.exec(line)?.[1] ?? []);
    const [seen, givenUp, ended] = [seenMs, givenUpMs, atMs - askedMs].map(Math.round);
    results.push({ flood, 'seen ms': seen, 'given up ms': givenUp, 'peak KiB': peak, 'ended ms': ended, why });
  },
);
