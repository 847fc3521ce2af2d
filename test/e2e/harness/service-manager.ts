import { join } from 'node:path';
import type { Lab } from './lab.ts';
import type { Process } from './process.ts';

/** Prints each datagram as a line, its lines separated by " | ". */
const RECEIVER = `use Socket; socket(S, AF_UNIX, SOCK_DGRAM, 0) or die $!; bind(S, pack_sockaddr_un($ARGV[0])) or die $!;
  $| = 1; print "bound\\n"; while (defined recv(S, my $m, 65536, 0)) { $m =~ s/\\n/ | /g; print "$m\\n" }`;

const SENDER = `use Socket; socket(S, AF_UNIX, SOCK_DGRAM, 0) or die $!;
  send(S, $ARGV[1], 0, pack_sockaddr_un($ARGV[0])) or die $!;`;

interface ServiceManager {
  /** Prints what it is told (sd_notify(3)). */
  readonly manager: Process;
  /** What leads to it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Resolves when everything that it was told before has been printed. */
  drain(): Promise<void>;
}

/** A service manager on the lab's host. */
export async function serviceManager(lab: Lab): Promise<ServiceManager> {
  const address = join(lab.folder, 'notify');
  const manager = lab.launch(lab.host, ['perl', '-e', RECEIVER, address], {});
  await manager.line(/^bound$/);
  return {
    manager,
    environment: { NOTIFY_SOCKET: address },
    async drain() {
      const since = manager.lines.length;
      await lab.host.run('perl', '-e', SENDER, address, 'all so far');
      await manager.line(/^all so far$/, { since });
    },
  };
}
