import type { Lab } from './lab.ts';
import type { NameServer } from './name-server.ts';
import type { Process } from './process.ts';
import { bundle } from './programs.ts';

/** Starts a name server in the lab; resolves when it listens.
 *  @param where default: on the host */
export async function startNameServer(lab: Lab, spec: NameServer, where = lab.host): Promise<Process> {
  const script = await bundle('test/e2e/harness/name-server.ts', lab.folder);
  const server = lab.launch(where, [process.execPath, script, JSON.stringify(spec)], {});
  await server.line(/^listening$/);
  return server;
}
