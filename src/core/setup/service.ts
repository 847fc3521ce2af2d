/** How the service is started on this machine, now and at every boot. */
export interface Service {
  /** In turn. A service that runs is started anew: it may have a token of its own from before. */
  readonly commands: readonly (readonly string[])[];
  /** The same for people. */
  readonly byHand: string;
}

const INIT_SCRIPT = '/etc/init.d/ipv6ddns';

/** @returns null = there is no service manager that we know, or it does not know us */
export function serviceOf(exists: (path: string) => boolean): Service | null {
  const first = (...paths: readonly string[]): string | null => paths.find(exists) ?? null;
  const systemctl = exists('/run/systemd/system') ? first('/usr/bin/systemctl', '/bin/systemctl') : null;
  if (systemctl !== null) {
    return {
      commands: [
        [systemctl, 'enable', 'ipv6ddns'],
        [systemctl, 'restart', 'ipv6ddns'],
      ],
      byHand: 'systemctl enable --now ipv6ddns',
    };
  }
  if (!exists(INIT_SCRIPT)) return null;
  const update = first('/sbin/rc-update', '/usr/sbin/rc-update', '/usr/bin/rc-update');
  if (update !== null) {
    return {
      commands: [
        [update, 'add', 'ipv6ddns', 'default'],
        [INIT_SCRIPT, 'restart'],
      ],
      byHand: 'rc-update add ipv6ddns default && rc-service ipv6ddns start',
    };
  }
  return {
    commands: [
      [INIT_SCRIPT, 'enable'],
      [INIT_SCRIPT, 'restart'],
    ],
    byHand: `${INIT_SCRIPT} enable && ${INIT_SCRIPT} start`,
  };
}
