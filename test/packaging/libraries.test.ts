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
  const command = `cd '${folder}' && SOURCES='${sources}' DEBIAN_MIRROR= exec '${FETCH}' lib ${pins.join(' ')}`;
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

interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
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
  const refs = components.map((component) => (component as Component & { 'bom-ref': string })['bom-ref']);
  expect(new Set(refs).size).toBe(components.length);
  expect(bill.dependencies).toEqual([{ ref: bill.metadata.component['bom-ref'], dependsOn: refs }]);
});
