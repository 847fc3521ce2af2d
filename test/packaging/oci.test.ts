import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { filesOf, IS_ROOT, isolated, make, succeed, temporaryFolder } from './run.ts';

const { version: VERSION } = JSON.parse(await readFile('package.json', 'utf8'));
const IMAGE = `build/dist/ipv6ddns-${VERSION}-oci.tar`;

let machine = '';
beforeAll(async () => {
  machine = (await succeed(['gcc', '-dumpmachine'])).split('-')[0] ?? '';
  await make('-s', IMAGE, `DIST_ARCHS=${machine}`);
});

let folder = '';
/** Copied by a program of others, which checks every digest and takes this machine's image out of the index. */
let image = '';
beforeEach(async () => {
  folder = await temporaryFolder();
  image = join(folder, 'image');
  const source = `oci-archive:${IMAGE}:ipv6ddns:${VERSION}`;
  await succeed(['skopeo', '--insecure-policy', `--tmpdir=${folder}`, 'copy', '--quiet', source, `dir:${image}`]);
});

const blob = (digest: string): string => join(image, digest.replace('sha256:', ''));
const json = async (path: string) => JSON.parse(await readFile(path, 'utf8'));

async function config() {
  const manifest = await json(join(image, 'manifest.json'));
  return { manifest, ...(await json(blob(manifest.config.digest))) };
}

test('image: its configuration → what the Containerfile says', async () => {
  const { config: own, os } = await config();
  const recipe = await readFile('packaging/Containerfile', 'utf8');
  const said = (name: string) => new RegExp(`^${name} (.*)$`, 'm').exec(recipe)?.[1] ?? '';
  expect(os).toBe('linux');
  expect(own.User).toBe(said('USER'));
  expect(own.Entrypoint).toEqual(JSON.parse(said('ENTRYPOINT')));
  const [, interval, timeout, start, command = ''] =
    /^--interval=(\d+)m --timeout=(\d+)s --start-period=(\d+)m CMD (.*)$/.exec(said('HEALTHCHECK')) ?? [];
  expect(own.Healthcheck).toEqual({
    Test: ['CMD', ...JSON.parse(command)],
    Interval: Number(interval) * 60e9,
    Timeout: Number(timeout) * 1e9,
    StartPeriod: Number(start) * 60e9,
  });
});

test('image: its only layer → executable, root certificates, notices and the daemon’s folder; it runs', async () => {
  const { manifest, config: own } = await config();
  expect(manifest.layers).toHaveLength(1);
  const root = join(folder, 'root');
  await mkdir(root);
  const layer = blob(manifest.layers[0].digest);
  await succeed(['tar', '-C', root, '-xzf', layer]);
  expect(await filesOf(root)).toEqual([
    '/etc/ssl/certs/ca-certificates.crt',
    '/usr/bin/ipv6ddns',
    '/usr/share/doc/ipv6ddns/copyright',
  ]);
  const listing = await succeed(['tar', '-tzvf', layer, '--numeric-owner']);
  expect(listing).toMatch(/^drwxr-xr-x 65534\/65534 .* run\/ipv6ddns\/$/m);
  const as = IS_ROOT ? [`--userspec=${own.User}`] : [];
  const said = await succeed(isolated('chroot', ...as, root, ...own.Entrypoint, '--version'));
  expect(said).toBe(`ipv6ddns ${VERSION}\n`);
});

test('image: its index → a manifest for each architecture, the variants of ARM told apart', async () => {
  const layout = join(folder, 'layout');
  await mkdir(layout);
  const layer = `build/${machine}/dist-layer.tar.gz`;
  const platforms = ['amd64', 'arm/v7', 'arm/v5', 'mips'].map((name) => `${name}=${layer}`);
  await succeed(['packaging/oci-layout.mjs', layout, VERSION, '1700000000', ...platforms]);
  const raw = await succeed(['skopeo', 'inspect', '--raw', `oci:${layout}:ipv6ddns:${VERSION}`]);
  const { manifests, annotations } = JSON.parse(raw);
  expect(manifests.map(({ platform }: { platform: unknown }) => platform)).toEqual([
    { architecture: 'amd64', os: 'linux' },
    { architecture: 'arm', variant: 'v7', os: 'linux' },
    { architecture: 'arm', variant: 'v5', os: 'linux' },
    { architecture: 'mips', os: 'linux' },
  ]);
  expect(annotations).toMatchObject({ 'org.opencontainers.image.created': '2023-11-14T22:13:20.000Z' });
});
