import { expect, test } from 'vitest';
import { serviceOf } from '../../../src/core/setup/service.ts';

test.each<[string, readonly string[], string | null, readonly string[]]>([
  [
    'systemd runs',
    ['/run/systemd/system', '/usr/bin/systemctl', '/bin/systemctl', '/etc/init.d/ipv6ddns'],
    'systemctl enable --now ipv6ddns',
    ['/usr/bin/systemctl enable ipv6ddns', '/usr/bin/systemctl restart ipv6ddns'],
  ],
  [
    'OpenRC with our script',
    ['/sbin/rc-update', '/etc/init.d/ipv6ddns'],
    'rc-update add ipv6ddns default && rc-service ipv6ddns start',
    ['/sbin/rc-update add ipv6ddns default', '/etc/init.d/ipv6ddns restart'],
  ],
  [
    'procd with our script',
    ['/etc/init.d/ipv6ddns'],
    '/etc/init.d/ipv6ddns enable && /etc/init.d/ipv6ddns start',
    ['/etc/init.d/ipv6ddns enable', '/etc/init.d/ipv6ddns restart'],
  ],
  ['systemd is installed and does not run, as in a container', ['/usr/bin/systemctl'], null, []],
  ['OpenRC without our script', ['/sbin/rc-update'], null, []],
])('serviceOf: %s → how to start it', (_, there, byHand, commands) => {
  const service = serviceOf((path) => there.includes(path));
  expect(service?.byHand ?? null).toBe(byHand);
  expect((service?.commands ?? []).map((command) => command.join(' '))).toEqual(commands);
});
