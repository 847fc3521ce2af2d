import { readFileSync } from 'node:fs';
import { appendFile, chown, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Lab } from '../e2e/harness/lab.ts';
import { startNameServer } from '../e2e/harness/name-servers.ts';
import { openLab } from '../e2e/harness/open.ts';
import type { Process } from '../e2e/harness/process.ts';
import { filesOf, IS_ROOT, make, run, temporaryFolder } from './run.ts';

const A = '3ffe:1::a';
if (!IS_ROOT)
  console.log('container: without root it runs as the root of a user namespace, not as the user of the recipe');

/** Of the lab's variables, those for which a container has the defaults. */
const NO_PLACES = { CLOUDFLARE_BASE_URL: undefined, SSL_CERT_FILE: undefined, RUNTIME_DIRECTORY: undefined };

/** What a container engine makes of the recipe, without one: the image's root, what runs in it, and as whom. */
class Container {
  readonly root: string;
  readonly #lab: Lab;
  readonly #instructions: (readonly [string, string])[];

  private constructor(lab: Lab, recipe: string) {
    this.#lab = lab;
    this.root = join(lab.folder, 'root');
    this.#instructions = [...recipe.matchAll(/^([A-Z]+) (.*)$/gm)].map(([, name = '', rest = '']) => [name, rest]);
  }

  /** Builds the image and lays over it what an engine mounts: resolv.conf. */
  static async build(lab: Lab): Promise<Container> {
    const context = (await make('container')).trim().split('\n').at(-1) ?? '';
    const container = new Container(lab, await readFile(join(context, 'Containerfile'), 'utf8'));
    await mkdir(container.root);
    for (const copy of container.#all('COPY')) {
      const [, owner, from = '', to = ''] = /^(?:--chown=(\d+):\d+ )?(\S+) (\S+)$/.exec(copy) ?? [];
      await cp(join(context, from), join(container.root, to), { recursive: true });
      if (owner === undefined || !IS_ROOT) continue;
      for (const folder of ['', 'ipv6ddns'])
        await chown(join(container.root, to, folder), Number(owner), Number(owner));
    }
    await writeFile(join(container.root, 'etc/resolv.conf'), 'nameserver 127.0.0.1\n');
    return container;
  }

  /** Runs the program of an instruction, an array in JSON. Without root it runs as the user namespace's root. */
  run(instruction: string): Process {
    const [command = '[]'] = this.#all(instruction);
    const [user = ''] = this.#all('USER');
    const as = IS_ROOT ? [`--userspec=${user}`] : [];
    return this.#lab.start(['chroot', ...as, this.root, ...JSON.parse(command.replace(/^.*CMD /, ''))], NO_PLACES);
  }

  #all(name: string): string[] {
    return this.#instructions.filter(([own]) => own === name).map(([, rest]) => rest);
  }
}

test('container: settings by environment, nothing else → resolves the API’s name, trusts its certificate, publishes, is healthy', async () => {
  const lab = await openLab({ port: 443 });
  const container = await Container.build(lab);
  await appendFile(join(container.root, 'etc/ssl/certs/ca-certificates.crt'), await readFile(lab.api.caFile ?? ''));
  await startNameServer(lab, { names: { 'api.cloudflare.com': { a: '127.0.0.1' } } });
  await lab.add(A);
  const daemon = container.run('ENTRYPOINT');
  await lab.says(A);
  expect(/^Uid:\t(\d+)/m.exec(await readFile(`/proc/${daemon.pid}/status`, 'utf8'))?.[1]).toBe(
    IS_ROOT ? '65534' : String(process.geteuid?.()),
  );
  const health = async () => (await container.run('HEALTHCHECK').exit).status;
  await expect.poll(health, { timeout: 10_000 }).toBe(0);
  daemon.signal('SIGTERM');
  expect((await daemon.exit).status).toBe(0);
  expect(await health()).toBe(3);
  expect((await lab.api.requests())[0]?.headers['host']).toBe('api.cloudflare.com');
});

test('container: its root → the executable, root certificates, notices, nothing else', async () => {
  const context = (await make('container')).trim().split('\n').at(-1) ?? '';
  expect(await filesOf(join(context, 'root'))).toEqual([
    '/etc/ssl/certs/ca-certificates.crt',
    '/usr/bin/ipv6ddns',
    '/usr/share/doc/ipv6ddns/copyright',
  ]);
});

/** What a recipe asks of the container engine, in the words of "podman run". */
function fromCompose(): string[] {
  const { services, secrets } = parse(readFileSync('packaging/compose.yaml', 'utf8'));
  const { ipv6ddns: own } = services;
  expect([own.image, own.build]).toEqual(['ipv6ddns', { context: '../build/container', dockerfile: 'Containerfile' }]);
  expect(Object.keys(secrets)).toEqual(own.secrets);
  return [
    `--network ${own.network_mode}`,
    ...Object.entries(own.environment).map(([name, value]) => `-e ${name}=${value}`),
    ...own.secrets.map((name: string) => `--secret ${name}`),
    ...(own.read_only ? ['--read-only'] : []),
    ...own.tmpfs.map((mount: string) => `--tmpfs ${mount}`),
    ...own.cap_drop.map((name: string) => `--cap-drop ${name}`),
    ...own.security_opt.map((name: string) => `--security-opt ${name}`),
    `--restart ${own.restart}`,
  ].sort();
}

function fromQuadlet(): string[] {
  const text = readFileSync('packaging/ipv6ddns.container', 'utf8');
  const [, section = ''] = /^\[Container\]\n([^[]*)/m.exec(text) ?? [];
  const words: Readonly<Record<string, (value: string) => string>> = {
    Network: (value) => `--network ${value}`,
    Environment: (value) => `-e ${value}`,
    Secret: (value) => `--secret ${value}`,
    ReadOnly: () => '--read-only',
    Tmpfs: (value) => `--tmpfs ${value}`,
    DropCapability: (value) => `--cap-drop ${value}`,
    NoNewPrivileges: () => '--security-opt no-new-privileges',
    ContainerName: (value) => `--name ${value}`,
  };
  const lines = [...section.matchAll(/^(\w+)=(.*)$/gm)].map(([, key = '', value = '']) => ({ key, value }));
  expect(lines.find(({ key }) => key === 'Image')?.value).toBe('localhost/ipv6ddns:latest');
  return lines
    .filter(({ key }) => key !== 'Image')
    .map(({ key, value }) => words[key]?.(value) ?? `unknown ${key}`)
    .sort();
}

test('container: Compose file and Quadlet → ask for what the line in the manual does', () => {
  const [line = ''] = /^podman run (?:.*\\\n)*.*$/m.exec(readFileSync('docs/manual.md', 'utf8')) ?? [];
  const asked = [...line.replaceAll('\\\n', ' ').matchAll(/ (--?[a-z-]+(?: +(?!-)\S+)?)/g)].map(
    ([, word = '']) => word,
  );
  const byHand = asked
    .filter((word) => word !== '-d')
    .map((word) => word.replace(/^(--read-only|.* no-new-privileges) ipv6ddns$/, '$1'));
  const without = (...names: readonly string[]) =>
    byHand.filter((word) => !names.some((name) => word.startsWith(name))).sort();
  expect(fromQuadlet()).toEqual(without('--restart')); // systemd restarts it
  expect(fromCompose()).toEqual(without('--name').map((word) => word.replace(/,mode=\d+$/, '')));
});

test('container: the Quadlet’s other sections → a unit that systemd-analyze verify has nothing to say about', async () => {
  const text = readFileSync('packaging/ipv6ddns.container', 'utf8').replace(/^\[Container\]\n[^[]*/m, '');
  const file = join(await temporaryFolder(), 'quadlet.service');
  await writeFile(
    file,
    text.replace('[Service]\n', '[Service]\nExecStart=/bin/true\n').replace('man:ipv6ddns(8)', 'man:true(1)'),
  );
  const { status, stderr } = await run(['systemd-analyze', 'verify', file]);
  expect([status, stderr]).toEqual([0, '']);
});
