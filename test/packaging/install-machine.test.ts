import { readFile, rm } from 'node:fs/promises';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { BareRoot } from './bare-root.ts';
import { makeRelease, SCRIPT } from './installer.ts';

beforeAll(async () => {
  await makeRelease();
});

let root: BareRoot;
beforeEach(async () => {
  root = await BareRoot.create();
  await root.write('/release/install.sh', await readFile(SCRIPT));
  await root.write('/release/SHA256SUMS', '');
});

/** The first 64 bytes of an ELF file.
 *  @param machine `e_machine` of <elf.h>
 *  @param mipsLevel the high byte of `e_flags`, which tells a MIPS's instruction set */
function elf(bits: 32 | 64, order: 'little' | 'big', machine: number, mipsLevel = 0): Uint8Array {
  const header = Buffer.alloc(64);
  header.set([0x7f, 0x45, 0x4c, 0x46, bits / 32, order === 'little' ? 1 : 2]);
  const view = new DataView(header.buffer, header.byteOffset);
  view.setUint16(18, machine, order === 'little');
  view.setUint32(bits === 32 ? 36 : 48, mipsLevel * 2 ** 24, order === 'little');
  return header;
}

/** What install.sh takes the machine for. The release is empty: the refusal names it. */
async function taken(header: Uint8Array, kernel: string, cpu = ''): Promise<string> {
  await root.write('/bin/sh', header, 0o755);
  await root.write('/proc/cpuinfo', `Features\t: ${cpu}\n`);
  await root.standIn('uname', `echo ${kernel}`);
  const { stderr } = await root.run('/bin/dash', '/release/install.sh', '/release');
  return /has nothing for this machine, (.*)\.$/m.exec(stderr)?.[1] ?? stderr;
}

test.each([
  ['x86_64', elf(64, 'little', 62), 'x86_64', ''],
  ['i686', elf(32, 'little', 3), 'x86_64', ''],
  ['aarch64', elf(64, 'little', 183), 'aarch64', ''],
  ['armv7', elf(32, 'little', 40), 'aarch64', ''],
  ['armv7', elf(32, 'little', 40), 'armv8l', ''],
  ['armv7', elf(32, 'little', 40), 'armv7l', 'half thumb vfp vfpv3 vfpv3d16'],
  ['armv5', elf(32, 'little', 40), 'armv7l', 'half thumb'],
  ['armv5', elf(32, 'little', 40), 'armv6l', 'half thumb vfp'],
  ['armv5', elf(32, 'little', 40), 'armv5tel', ''],
  ['riscv64', elf(64, 'little', 243), 'riscv64', ''],
  ['mipsel', elf(32, 'little', 8, 0x50), 'mips', ''],
  ['mips', elf(32, 'big', 8, 0x70), 'mips', ''],
  ['mipsel', elf(64, 'little', 8, 0x80), 'mips64', ''],
  ['mips-r6', elf(32, 'little', 8, 0x90), 'mips', ''],
  ['riscv32', elf(32, 'little', 243), 'riscv32', ''],
  ['ppc64 (ELF 21)', elf(64, 'big', 21), 'ppc64', ''],
])('install.sh: a machine whose programs are of %s → takes it for that', async (name, header, kernel, cpu) => {
  expect(await taken(header, kernel, cpu)).toBe(name);
});

test('install.sh: OpenWrt, which has hexdump and no od → the same', async () => {
  await rm(root.at('/bin/od'));
  expect(await taken(elf(32, 'big', 8, 0x70), 'mips')).toBe('mips');
});

test('install.sh: a shell that is no ELF file → asks for the name', async () => {
  expect(await taken(Buffer.from('#!/bin/busybox sh\n'), 'x86_64')).toContain('Name it: --arch NAME.');
});
