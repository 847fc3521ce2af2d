import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Lab } from './lab.ts';
import type { Process } from './process.ts';

/** A folder of the test beside the lab's. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ipv6ddns-confinement-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** A daemon with its token in a file outside of /etc that its user alone may read, its record right. */
export async function synced(
  lab: Lab,
  address: string,
): Promise<{ readonly daemon: Process; readonly tokenFile: string }> {
  const folder = await temporaryFolder(); // the lab's holds the status file, and may be written
  const tokenFile = join(folder, 'token');
  await writeFile(tokenFile, `${lab.token.value}\n`, { mode: 0o600 });
  await lab.add(address);
  const daemon = await lab.daemon({
    config: `verbose = true\napi_token_file = "${tokenFile}"\n`,
    environment: { CLOUDFLARE_API_TOKEN: undefined },
  });
  await daemon.line(/ created in /);
  return { daemon, tokenFile };
}
