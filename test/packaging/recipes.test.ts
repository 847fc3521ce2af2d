import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { filesOf, succeed, temporaryFolder } from './run.ts';

/** What OpenWrt's includes define, as far as the Makefile asks for it. */
const RULES = `
INCLUDE_DIR := $(TOPDIR)
TOOLCHAIN_DIR := /toolchain
TARGET_CC := cross-gcc
TARGET_AR := cross-gcc-ar
TARGET_OPTIMIZATION := -Os -mcpu=cortex-a7
INSTALL_DIR := install -d -m0755
INSTALL_BIN := install -m0755
INSTALL_CONF := install -m0600
INSTALL_DATA := install -m0644
SED := sed -i -e
`;
const PACKAGE = `
define BuildPackage
compile:
	$(Build/Compile)
install:
	$(call Package/$(1)/install,$(ROOT))
about:
	@echo '$(PKG_SOURCE) $(PKG_SOURCE_URL) $(PKG_HASH) $(PKG_MAINTAINER)'
endef
`;

let folder = '';
beforeEach(async () => {
  folder = await temporaryFolder();
  await writeFile(join(folder, 'ipv6ddns-1.2.3.tar.xz'), 'sources');
  await writeFile(join(folder, 'rules.mk'), RULES);
  await writeFile(join(folder, 'package.mk'), PACKAGE.replaceAll('$', '$$$$').replaceAll('$$(1)', '$(1)'));
});

async function fill(url = ''): Promise<void> {
  const variables = { RELEASE_URL: url, MAINTAINER: 'A & B | C <a@example.com>' };
  await succeed(['packaging/recipes/fill', join(folder, 'ipv6ddns-1.2.3.tar.xz'), '1.2.3', folder], variables);
}

const openwrt = (target: string, ...settings: readonly string[]) =>
  succeed(['make', '-s', '-f', join(folder, 'openwrt/Makefile'), `TOPDIR=${folder}`, target, ...settings]);

test('recipes: with the address of the release → each brings the archive from there and checks it', async () => {
  await fill('https://example.com/r');
  const archive = 'https://example.com/r/ipv6ddns-1.2.3.tar.xz';
  const sum = (await succeed(['sha256sum', join(folder, 'ipv6ddns-1.2.3.tar.xz')])).slice(0, 64);
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  expect(await read('arch/PKGBUILD')).toContain(`source=('${archive}')\nsha256sums=(${sum})`);
  expect(await read('alpine/APKBUILD')).toContain(`source="${archive}"`);
  expect(await read('nix/default.nix')).toContain(`src = pkgs.fetchurl { url = "${archive}"; sha256 = "${sum}"; };`);
  const said = await openwrt('about');
  expect(said).toBe(`ipv6ddns-1.2.3.tar.xz https://example.com/r ${sum} A & B | C <a@example.com>\n`);
});

test('recipes: without an address → the archive beside them, no place is left open', async () => {
  await fill();
  const texts = await Promise.all(
    ['arch/PKGBUILD', 'alpine/APKBUILD', 'nix/default.nix', 'openwrt/Makefile'].map((name) =>
      readFile(join(folder, name), 'utf8'),
    ),
  );
  expect(texts.join('')).not.toMatch(/@[A-Z0-9]+@/);
  expect(texts[2]).toContain('src = ./ipv6ddns-1.2.3.tar.xz;');
});

test.each([
  ['arm', '', 'armv7'],
  ['arm', 'CONFIG_SOFT_FLOAT=y', 'armv5'],
  ['i386', '', 'i686'],
  ['mips', '', 'mips'],
])('recipes: an OpenWrt for %s %s → built as %s by OpenWrt’s compiler', async (arch, setting, ours) => {
  await fill();
  const call = await openwrt('compile', `ARCH=${arch}`, 'PKG_BUILD_DIR=/sources', 'MAKE=echo', setting || 'NOTHING=');
  expect(call).toContain(`-C /sources ARCH=${ours} `);
  expect(call).toContain(`GCC_${ours}=cross-gcc AR_${ours}=cross-gcc-ar`);
});

test('recipes: the OpenWrt package’s files → those of the release’s', async () => {
  await fill();
  const sources = join(folder, 'sources');
  await mkdir(join(sources, 'build/mips'), { recursive: true });
  await succeed(['cp', '-r', 'packaging', sources]);
  await writeFile(join(sources, 'build/mips/ipv6ddns'), 'executable');
  const root = join(folder, 'root');
  await openwrt('install', 'ARCH=mips', `PKG_BUILD_DIR=${sources}`, `ROOT=${root}`);
  expect(await filesOf(root)).toEqual([
    '/etc/config/ipv6ddns',
    '/etc/init.d/ipv6ddns',
    '/lib/upgrade/keep.d/ipv6ddns',
    '/usr/bin/ipv6ddns',
  ]);
  expect(await readFile(join(root, 'etc/init.d/ipv6ddns'), 'utf8')).toContain('command /usr/bin/ipv6ddns');
});
