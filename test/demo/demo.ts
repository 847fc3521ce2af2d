/** Shows ipv6ddns at work, without an account: a network namespace with an uplink of its own, the simulated API with a
 *  certificate of its own, addresses that come and go. Needs root or unprivileged user namespaces, and touches nothing
 *  outside. Status 0 when everything happened as told, else 1. `--picture FILE` draws what it printed, `--like FILE` fails
 *  unless an earlier picture shows the same. */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { Lab } from '../e2e/harness/lab.ts';
import { memoryOf, untilAsleep } from '../e2e/harness/proc.ts';
import type { Process } from '../e2e/harness/process.ts';
import { EXECUTABLE } from '../e2e/harness/programs.ts';
import { differences } from './form.ts';
import { Stage } from './stage.ts';
import { drawTerminal, linesOfPicture, takesColour, withoutStyles } from './terminal.ts';
import { Timeline } from './timeline.ts';

const coloured = takesColour(process.stdout, process.env);
let printed = '';
const timeline = new Timeline((painted) => {
  printed += painted;
  process.stdout.write(coloured ? painted : withoutStyles(painted));
});

/** What the summary says. */
interface Result {
  readonly publishedMs: readonly number[];
  readonly recoveredMs: number;
  readonly residentMiB: number;
}

async function perform(lab: Lab, daemon: Process): Promise<Result> {
  const stage = new Stage(lab, daemon, timeline);
  const publishedMs: number[] = [];

  timeline.heading(1, 'A stable address appears: the record is created');
  await stage.change('addr add 3ffe:1::10/64 dev wan0 nodad');
  publishedMs.push(await stage.published('3ffe:1::10'));
  await stage.tell();
  timeline.verdict(true, `address → record in ${milliseconds(publishedMs)}`);

  timeline.heading(2, 'A temporary (privacy) address appears: it is ignored');
  await lab.host.sysctl('net/ipv6/conf/wan0/use_tempaddr', 2);
  await stage.change('addr change 3ffe:1::10/64 dev wan0 mngtmpaddr');
  const { local } = await lab.untilAddress((own) => own.temporary === true && own.tentative === undefined);
  stage.note(`made the temporary address ${local}`);
  await stage.tell();
  timeline.line('           what "ipv6ddns addresses" says now:');
  timeline.quote(await verdicts(lab));
  if ((await lab.writes()).length !== 1) throw new Error('something was written for the temporary address');
  timeline.verdict(true, 'nothing was sent');
  await untilAsleep(daemon.pid);
  const residentMiB = (await memoryOf(daemon.pid)).resident / 1024;

  timeline.heading(3, 'The provider changes the prefix: the record follows');
  await stage.change(
    'addr add 3ffe:2::10/64 dev wan0 nodad',
    'addr change 3ffe:1::10/64 dev wan0 preferred_lft 0 valid_lft 3600',
  );
  publishedMs.push(await stage.published('3ffe:2::10'));
  await stage.tell();
  timeline.verdict(true, `address → record in ${milliseconds(publishedMs)}`);

  timeline.heading(4, 'Again, while the API fails twice: tried again until the record is right');
  await lab.api.addFault({ kind: 'html', status: 503, times: 2 });
  await stage.change('addr add 3ffe:3::10/64 dev wan0 nodad', 'addr del 3ffe:2::10/64 dev wan0');
  const recoveredMs = await stage.published('3ffe:3::10');
  await stage.tell();
  timeline.verdict(true, `address → record in ${(recoveredMs / 1000).toFixed(1)} s, through two failures`);

  daemon.signal('SIGTERM');
  const { status } = await daemon.exit;
  if (status !== 0) throw new Error(`the daemon ended with status ${status}`);
  if (publishedMs.some(Number.isNaN) || (await lab.writes()).length !== 4) {
    throw new Error(`other writes than expected: ${(await lab.writes()).join(', ')}`);
  }
  return { publishedMs, recoveredMs, residentMiB };
}

const milliseconds = (all: readonly number[]): string => `${Math.round(all.at(-1) ?? Number.NaN)} ms`;

/** What the program says of each address, shortened. */
async function verdicts(lab: Lab): Promise<string[]> {
  const command = lab.start([EXECUTABLE, 'addresses', '--json', '--config', '/dev/null', '--env-file', '/dev/null']);
  if ((await command.exit).status !== 0) throw new Error('"ipv6ddns addresses" failed');
  const { addresses }: { addresses: { address: string; published: boolean; reason: string }[] } = JSON.parse(
    command.stdout.join(''),
  );
  const width = Math.max(...addresses.map(({ address }) => address.length));
  return addresses.map(
    ({ address, published, reason }) => `${address.padEnd(width)}  ${published ? 'published' : `no: ${reason}`}`,
  );
}

/** @throws Error when the picture shows other lines than the demo has printed */
async function compare(picture: string): Promise<void> {
  const now = withoutStyles(printed).trimEnd().split('\n');
  const different = differences(linesOfPicture(await readFile(picture, 'utf8')), now);
  if (different.length === 0) return;
  throw new Error(
    `${picture} shows another demo than this one; "make picture" draws it anew:\n${different.join('\n')}`,
  );
}

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { picture: text, like: text } });
  timeline.line('ipv6ddns keeps an AAAA record at Cloudflare equal to this machine’s public IPv6 address.', 'bold');
  timeline.line('Here: a private network namespace, a simulated API over TLS, no account. Times in seconds.');
  const lab = await Lab.open();
  try {
    const daemon = await lab.daemon();
    const { publishedMs, recoveredMs, residentMiB } = await perform(lab, daemon);
    const times = publishedMs.map((ms) => Math.round(ms)).join(' and ');
    const recovered = `${(recoveredMs / 1000).toFixed(1)} s through two failures`;
    timeline.line();
    timeline.verdict(
      true,
      `all 4 steps: record right after ${times} ms, ${recovered}; daemon in ${residentMiB.toFixed(1)} MiB`,
    );
  } catch (error) {
    timeline.line();
    timeline.line(lab.transcript());
    throw error;
  } finally {
    await lab.close();
  }
  if (values.like !== undefined) await compare(values.like);
  if (values.picture !== undefined) await writeFile(values.picture, drawTerminal(printed, 'What "make demo" prints'));
}

main().catch((error: unknown) => {
  timeline.verdict(false, error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
