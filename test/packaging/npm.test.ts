import { readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { Process } from '../e2e/harness/process.ts';
import { IS_ROOT, make, run, succeed, temporaryFolder } from './run.ts';

const { version: VERSION } = JSON.parse(await readFile('package.json', 'utf8'));
const PACKAGE = resolve(`build/dist/ipv6ddns-${VERSION}.tgz`);
const PLATFORM = resolve(`build/dist/ipv6ddns-linux-${process.arch}-${VERSION}.tgz`);
/** A network of its own in which nothing is up. */
const OFFLINE = ['unshare', IS_ROOT ? '-n' : '-rn'] as const;

beforeAll(async () => {
  const machine = (await succeed(['gcc', '-dumpmachine'])).split('-')[0] ?? '';
  await make('-s', PACKAGE.replace(`${process.cwd()}/`, ''), `DIST_ARCHS=${machine}`);
});

let folder = '';
beforeEach(async () => {
  folder = await temporaryFolder();
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  const options = ['--offline', '--no-audit', '--no-fund', '--loglevel=error', `--cache=${join(folder, 'cache')}`];
  await succeed([...OFFLINE, 'npm', 'install', '--prefix', folder, ...options, PLATFORM, PACKAGE]);
});

const SHIM = () => join(folder, 'node_modules/.bin/ipv6ddns');

test('npm: the packed files installed offline → npx runs the executable, its output and its status are passed on', async () => {
  const npx = ['npx', '--no', '--prefix', folder, '--', 'ipv6ddns', 'addresses', '--json'];
  const { status, stdout } = await run([...OFFLINE, ...npx]);
  expect(JSON.parse(stdout)).toMatchObject({ addresses: [], winner: null });
  expect(status).toBe(69);
});

test('npm: SIGTERM to what npm put into PATH → the daemon ends in good order', async () => {
  const settings = { CLOUDFLARE_API_TOKEN: 'a-token', CLOUDFLARE_RECORD_NAME: 'home.example.com' };
  const daemon = new Process([...OFFLINE, SHIM(), 'run', '-v'], { PATH: process.env['PATH'] ?? '', ...settings });
  await daemon.line(/by netlink/);
  daemon.signal('SIGTERM');
  expect((await daemon.exit).status).toBe(0);
  expect(daemon.transcript()).toContain('stopping on SIGTERM');
});

test('npm: the platform’s package was left out → says how to get it', async () => {
  await rm(join(folder, 'node_modules/@ipv6ddns'), { recursive: true });
  const { status, stderr } = await run([SHIM(), '--version']);
  expect([status, stderr]).toEqual([69, expect.stringContaining(`@ipv6ddns/linux-${process.arch} is missing`)]);
  expect(stderr).toContain('--include=optional');
});

test('npm: a platform without an executable → says which there are', async () => {
  const fake = "Object.defineProperty(process, 'platform', { value: 'darwin' });";
  const shim = join(folder, 'node_modules/ipv6ddns/bin/ipv6ddns.cjs');
  const { status, stderr } = await run(['node', '-e', `${fake} require(${JSON.stringify(shim)})`]);
  expect(status).toBe(69);
  expect(stderr).toContain(`no executable for darwin-${process.arch}. It runs on: linux-`);
});

test('npm: its manifests → nothing runs at the installation; each platform’s is for it alone', async () => {
  const manifest = async (file: string) => JSON.parse(await succeed(['tar', '-xzOf', file, 'package/package.json']));
  const [own, platform] = await Promise.all([manifest(PACKAGE), manifest(PLATFORM)]);
  expect([own.scripts, own.dependencies, platform.scripts, platform.dependencies]).toEqual(Array(4).fill(undefined));
  expect(own.optionalDependencies).toEqual({ [platform.name]: VERSION });
  expect([platform.os, platform.cpu]).toEqual([['linux'], [process.arch]]);
});
