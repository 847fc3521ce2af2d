/** A machine that qemu emulates for one program. There is no seccomp under it, and no Landlock but this machine's. */
export interface Machine {
  /** As native/architectures.mk calls it. */
  readonly name: string;
  /** The program that runs its executables, on the least processor that they are for. */
  readonly emulator: readonly [program: string, ...parameters: string[]];
  /** Whether rtnetlink's messages are translated: qemu does that well between equal orders of bytes alone. Elsewhere the
   *  daemon is run without netlink sockets, and polls. */
  readonly translated: boolean;
  /** Whether tests of the core run there too: on a machine of 32 bits and of the other order of bytes. */
  readonly engine: boolean;
}

const MACHINES: readonly Machine[] = [
  { name: 'aarch64', emulator: ['qemu-aarch64-static'], translated: true, engine: false },
  { name: 'armv5', emulator: ['qemu-arm-static', '-cpu', 'arm926'], translated: true, engine: false },
  { name: 'armv7', emulator: ['qemu-arm-static', '-cpu', 'cortex-a8'], translated: true, engine: false },
  { name: 'i686', emulator: ['qemu-i386-static', '-cpu', 'pentium2'], translated: true, engine: false },
  { name: 'riscv64', emulator: ['qemu-riscv64-static'], translated: true, engine: false },
  { name: 'mipsel', emulator: ['qemu-mipsel-static', '-cpu', '24Kc'], translated: true, engine: false },
  { name: 'mips', emulator: ['qemu-mips-static', '-cpu', '24Kc'], translated: false, engine: true },
];

/** Names of the machines that are played: what the variable EMULATED says (`make machines`), else what `make test` builds. */
export const PLAYED: readonly string[] = (process.env['EMULATED'] ?? 'aarch64 armv5 mipsel mips')
  .split(' ')
  .filter((name) => name !== '');

export const EMULATED: readonly Machine[] = PLAYED.map((name) => {
  const machine = MACHINES.find((each) => each.name === name);
  if (!machine) throw new Error(`EMULATED: ${name} is none of ${MACHINES.map((each) => each.name).join(' ')}`);
  return machine;
});
