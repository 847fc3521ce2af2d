import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { make, run, succeed, temporaryFolder } from './run.ts';

const FETCH = resolve('tools/fetch-source');
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Runs it in an empty folder, with a folder of sources that has these files. */
async function fetched(files: Readonly<Record<string, string>>, pins: readonly string[]) {
  const folder = await temporaryFolder();
  const sources = join(folder, 'given');
  await mkdir(sources);
  for (const [name, text] of Object.entries(files)) await writeFile(join(sources, name), text);
  const command = `cd '${folder}' && SOURCES='${sources}' exec '${FETCH}' lib ${pins.join(' ')}`;
  const { status, stderr } = await run(['sh', '-c', command]);
  const taken = await readFile(join(folder, 'build/sources/lib.version'), 'utf8').catch(() => null);
  return { status, stderr, taken };
}

test('sources: several accepted versions are there → the newest, whatever the tarball is packed with', async () => {
  const files = { 'lib_2.orig.tar.xz': 'two', 'lib_1.orig.tar.gz': 'one' };
  const { status, taken } = await fetched(files, [`2=${sha256('two')}`, `1=${sha256('one')}`]);
  expect([status, taken]).toEqual([0, `lib 2 lib_2.orig.tar.xz ${sha256('two')}\n`]);
});

test('sources: the newest version has another checksum → passed over, the next one is taken', async () => {
  const files = { 'lib_2.orig.tar.xz': 'changed', 'lib_1.orig.tar.gz': 'one' };
  const { status, taken } = await fetched(files, [`2=${sha256('two')}`, `1=${sha256('one')}`]);
  expect([status, taken]).toEqual([0, `lib 1 lib_1.orig.tar.gz ${sha256('one')}\n`]);
});

test('sources: none of the accepted versions → refused, with each of them and its checksum', async () => {
  const { status, stderr, taken } = await fetched({ 'lib_3.orig.tar.gz': 'three' }, [`2=${sha256('two')}`, '1=0']);
  expect([status, taken]).toEqual([1, null]);
  expect(stderr).toContain('none of the accepted versions is in');
  expect(stderr).toContain(`version 2, SHA-256 ${sha256('two')}`);
});

test('sources: a version that Debian corrects → the newest patches that are there, named as the release', async () => {
  const files = {
    'lib_1.orig.tar.gz': 'one',
    'lib_1-2+deb13u9.debian.tar.xz': 'older',
    'lib_1-2+deb13u10.debian.tar.xz': 'newer',
    'lib_2-1.debian.tar.xz': 'of another version',
  };
  const { status, stderr, taken } = await fetched(files, [`2=${sha256('two')}:debian`, `1=${sha256('one')}:debian`]);
  const patches = `lib_1-2+deb13u10.debian.tar.xz ${sha256('newer')}`;
  expect([status, stderr]).toEqual([0, '']);
  expect(taken).toBe(`lib 1-2+deb13u10 lib_1.orig.tar.gz ${sha256('one')} ${patches}\n`);
});

test('sources: a version that Debian corrects, without its patches → taken, and that they are missing is said', async () => {
  const { status, stderr, taken } = await fetched({ 'lib_1.orig.tar.gz': 'one' }, [`1=${sha256('one')}:debian`]);
  expect([status, taken]).toEqual([0, `lib 1-unpatched lib_1.orig.tar.gz ${sha256('one')}\n`]);
  expect(stderr).toMatch(/^lib: Debian's security patches for version 1 could not be had: it is built without them/);
});

test('sources: a version that Debian does not correct → patches that lie beside it are left alone', async () => {
  const files = { 'lib_2.orig.tar.gz': 'two', 'lib_2-1.debian.tar.xz': 'patches' };
  const { taken } = await fetched(files, [`2=${sha256('two')}`]);
  expect(taken).toBe(`lib 2 lib_2.orig.tar.gz ${sha256('two')}\n`);
});

/** Unpacks a library of one file, "says one", with this as Debian's series of patches. */
async function unpacked(patches: Readonly<Record<string, string>>, series: string) {
  const folder = await temporaryFolder();
  const at = (name: string): string => join(folder, name);
  await mkdir(at('upstream/lib-1'), { recursive: true });
  await mkdir(at('debian/patches'), { recursive: true });
  await mkdir(at('lib'));
  await writeFile(at('upstream/lib-1/code.c'), 'says one\n');
  for (const [name, text] of Object.entries(patches)) await writeFile(at(`debian/patches/${name}`), text);
  await writeFile(at('debian/patches/series'), series);
  await succeed(['tar', '-C', at('upstream'), '-czf', at('lib_1.orig.tar.gz'), 'lib-1']);
  await succeed(['tar', '-C', folder, '-cJf', at('lib_1-2.debian.tar.xz'), 'debian']);
  await writeFile(at('lib.version'), 'lib 1-2 lib_1.orig.tar.gz 0 lib_1-2.debian.tar.xz 0\n');
  const { status, stderr } = await run([resolve('tools/unpack-source'), at('lib.version'), at('lib')]);
  return { status, stderr, code: await readFile(at('lib/code.c'), 'utf8') };
}

const change = (from: string, to: string): string =>
  `--- a/code.c\n+++ b/code.c\n@@ -1 +1 @@\n-says ${from}\n+says ${to}\n`;

test('sources: unpacked with Debian’s patches → applied in the order of their series', async () => {
  const patches = { a: change('two', 'three'), b: change('one', 'two') };
  expect(await unpacked(patches, '# of the security team\nb\n\na -p1\n')).toEqual({
    status: 0,
    stderr: '',
    code: 'says three\n',
  });
});

test('sources: one of Debian’s patches does not fit → unpacking fails, and names it', async () => {
  const { status, stderr } = await unpacked({ a: change('one', 'two'), b: change('one', 'three') }, 'a\nb\n');
  expect([status, stderr]).toEqual([1, "lib 1-2: Debian's patch b does not fit lib_1.orig.tar.gz\n"]);
});

interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
  readonly hashes: readonly { readonly alg: string; readonly content: string }[];
}

test('bill of materials: made of the libraries that were taken → CycloneDX with every one of them, pinned', async () => {
  const bill = JSON.parse(await readFile((await make('-s', 'sbom')).trim().split('\n').at(-1) ?? '', 'utf8'));
  expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 });
  const components: readonly Component[] = bill.components;
  const { dependencies } = JSON.parse(await readFile('package.json', 'utf8'));
  const third = (await succeed(['sed', '-n', 's/^THIRD_PARTY := //p', 'native/third-party.mk'])).trim().split(' ');
  expect(components.map(({ name }) => name).sort()).toEqual([...third, ...Object.keys(dependencies)].sort());
  for (const { name, version, purl, hashes } of components) {
    expect(purl, name).toMatch(new RegExp(`^pkg:(deb/debian|npm)/${name}@${version}\\b`));
    expect(hashes[0]?.content, name).toMatch(/^([0-9a-f]{64}|[0-9a-f]{128})$/);
  }
  for (const name of third) {
    const [, release, , , patches] = (await readFile(`build/sources/${name}.version`, 'utf8')).trim().split(' ');
    const missing = release?.endsWith('-unpatched') ? 'none' : undefined;
    const { purl, properties } = components.find((component) => component.name === name) ?? {};
    expect(purl).toBe(`pkg:deb/debian/${name}@${release}?arch=source`);
    expect(properties?.find((property) => property.name === 'ipv6ddns:patches')?.value, name).toBe(patches ?? missing);
  }
  const refs = components.map((component) => (component as Component & { 'bom-ref': string })['bom-ref']);
  expect(new Set(refs).size).toBe(components.length);
  expect(bill.dependencies).toEqual([{ ref: bill.metadata.component['bom-ref'], dependsOn: refs }]);
});
