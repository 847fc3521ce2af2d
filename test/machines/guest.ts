import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Lab, NAME } from '../e2e/harness/lab.ts';
import type { Process } from '../e2e/harness/process.ts';
import { type Entry, initramfs } from './initramfs.ts';
import { PLAYED } from './machines.ts';

/** A whole machine that qemu emulates: its kernel is Debian's, which `make emulated` and `make machines` bring. */
export interface Board {
  /** The executable's architecture, as native/architectures.mk calls it. */
  readonly name: string;
  /** The kernel's: one for AArch64 runs what was made for 32-bit ARM, too. */
  readonly kernel: string;
  /** Its release as tools/foreign-kernel brings it, by Debian's suite. */
  readonly release: '6.1' | '6.12';
  readonly emulator: readonly [program: string, ...parameters: string[]];
  /** The network card, of the kind for which tools/foreign-kernel brings the modules. */
  readonly card: string;
  /** The serial console, as the kernel calls it. */
  readonly console: string;
}

/** What boots one kernel for AArch64, whichever ARM the executable is for. */
const ARM = {
  kernel: 'aarch64',
  release: '6.1',
  emulator: ['qemu-system-aarch64', '-M', 'virt', '-cpu', 'cortex-a53'],
  card: 'virtio-net-device',
  console: 'ttyAMA0',
} as const;

/** There is none for `mips`: Debian 10 was the last with kernels for MIPS of big endian. */
const ALL: readonly Board[] = [
  { name: 'aarch64', ...ARM },
  {
    name: 'mipsel',
    kernel: 'mipsel',
    release: '6.1',
    emulator: ['qemu-system-mipsel', '-M', 'malta', '-cpu', '24Kc'],
    card: 'pcnet,romfile=',
    console: 'ttyS0',
  },
  { name: 'armv5', ...ARM },
  { name: 'armv7', ...ARM },
  {
    name: 'i686',
    kernel: 'i686',
    release: '6.1',
    emulator: ['qemu-system-i386', '-M', 'pc', '-cpu', 'pentium3'],
    card: 'pcnet,romfile=',
    console: 'ttyS0',
  },
  {
    name: 'riscv64',
    kernel: 'riscv64',
    release: '6.12',
    emulator: ['qemu-system-riscv64', '-M', 'virt'],
    card: 'virtio-net-device',
    console: 'ttyS0',
  },
];

export const BOARDS: readonly Board[] = ALL.filter(({ name }) => PLAYED.includes(name));

/** The addresses that the guest gets one after the other. */
export const FIRST = '3ffe:1::a';
export const SECOND = '3ffe:1::b';

/** The machine that runs qemu, as its user network shows it to the guest: what listens on the loopback is there. */
const OUTSIDE = '10.0.2.2';
/** The simulator's certificate has this name. */
const API = 'api.cloudflare.com';

/** What the guest does: all is said on the serial console, and the daemon's own lines are what it waits for. A command
 *  that fails ends it, with which the kernel panics and qemu ends. */
const INIT = `#!/bin/busybox sh
set -e
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t securityfs securityfs /sys/kernel/security
mount -t devtmpfs dev /dev
for module in /modules/*; do insmod "$module"; done
. /etc/guest
date -s "@$NOW" >/dev/null
ip link set lo up
ip link set eth0 up
ip address add 10.0.2.15/24 dev eth0
ip -6 route add default via fe80::1 dev eth0
echo "guest: machine $(uname -m), Linux $(uname -r), security modules $(cat /sys/kernel/security/lsm)"

report() {
  while read -r name value; do
    case $name in NoNewPrivs: | Seccomp: | CapEff:) echo "guest: $name $value" ;; esac
  done <"/proc/$daemon/status"
  echo "guest: $(grep -m 1 KernelPageSize "/proc/$daemon/smaps")"
}

# Again and again: it gives memory back once it sleeps.
watch_memory() {
  while sleep 1; do
    set -- $(grep -E '^(Rss|Anonymous):' "/proc/$daemon/smaps_rollup")
    echo "guest: resident $2 KiB, anonymous $5 KiB"
  done
}

mkfifo /log
ipv6ddns run >/log 2>&1 &
daemon=$!
while IFS= read -r line; do
  echo "$line"
  case $line in
    *' keeping '*' right by '*) ip -6 address add ${FIRST}/64 dev eth0 ;;
    *' created in '*)
      ip -6 address add ${SECOND}/64 dev eth0
      ip -6 address del ${FIRST}/64 dev eth0
      ;;
    *' updated in '*)
      report
      watch_memory &
      ;;
  esac
done </log
`;

/** Boots the machine with the daemon in it, which keeps the lab's name at the lab's API. What it says are the process's
 *  lines. It ends with the lab. */
export async function boot({ name, kernel, emulator, card, console }: Board, lab: Lab): Promise<Process> {
  const folder = resolve('build/machines', kernel); // qemu starts elsewhere
  const image = join(lab.folder, 'initramfs');
  await writeFile(image, initramfs(await entries(name, folder, lab)));
  return lab.launch(
    lab.host,
    [
      ...[...emulator, '-m', '256', '-nodefaults', '-no-reboot', '-display', 'none', '-serial', 'stdio'],
      ...['-netdev', 'user,id=net,ipv6=off', '-device', `${card},netdev=net`],
      ...['-kernel', join(folder, 'vmlinuz'), '-initrd', image],
      ...['-append', `console=${console} quiet panic=-1`],
    ],
    {},
  );
}

async function entries(name: string, folder: string, lab: Lab): Promise<Entry[]> {
  const modules = await readdir(join(folder, 'modules'));
  const program = async (path: string, source: string): Promise<Entry> => ({
    path,
    content: await readFile(source),
    mode: 0o755,
  });
  return [
    ...['bin', 'dev', 'etc', 'etc/ipv6ddns', 'modules', 'proc', 'run', 'sys', 'tmp'].map((path) => ({ path })),
    { path: 'init', content: INIT, mode: 0o755 },
    { path: 'etc/guest', content: variables(lab) },
    { path: 'etc/hosts', content: `${OUTSIDE} ${API}\n` },
    { path: 'etc/ca.pem', content: await readFile(lab.caBundle) },
    { path: 'etc/ipv6ddns/config.toml', content: settings(lab), mode: 0o600 },
    await program('bin/busybox', join(folder, 'busybox')),
    await program('bin/ipv6ddns', join('build', name, 'ipv6ddns')),
    ...(await Promise.all(modules.map((module) => program(`modules/${module}`, join(folder, 'modules', module))))),
  ];
}

/** The clock is set because the certificates are of today, and not every board has one. */
function variables({ api }: Lab): string {
  const url = new URL(api.url);
  url.hostname = API;
  return `NOW=${Math.ceil(Date.now() / 1000)}\nexport CLOUDFLARE_BASE_URL=${url.href} SSL_CERT_FILE=/etc/ca.pem\n`;
}

const settings = ({ token, zone }: Lab): string =>
  `api_token = "${token.value}"\nzone_id = "${zone.id}"\nrecord_name = "${NAME}"\nverbose = true\n`;
