import { join } from 'node:path';
import type { Lab } from './lab.ts';
import type { Process } from './process.ts';

/** Prints each datagram as a line, its lines parted by " | ". */
const RECEIVER = `use Socket; socket(S, AF_UNIX, SOCK_DGRAM, 0) or die $!; bind(S, pack_sockaddr_un($ARGV[0])) or die $!;
  $| = 1; print "bound\\n"; while (defined recv(S, my $m, 65536, 0)) { $m =~ s/\\n/ | /g; print "$m\\n" }`;

/** A service manager that prints what it is told (sd_notify(3)), and the variable that leads to it. */
export async function serviceManager(
  lab: Lab,
): Promise<{ readonly manager: Process; readonly environment: Readonly<Record<string, string>> }> {
  const address = join(lab.folder, 'notify');
  const manager = lab.launch(lab.host, ['perl', '-e', RECEIVER, address], {});
  await manager.line(/^bound$/);
  return { manager, environment: { NOTIFY_SOCKET: address } };
}
