import { readFile, rm, stat } from 'node:fs/promises';
import { parse } from 'smol-toml';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BareRoot } from './bare-root.ts';
import { IS_ROOT, make, succeed } from './run.ts';

const { version: VERSION } = JSON.parse(await readFile('package.json', 'utf8'));
const SETTINGS = '/var/etc/ipv6ddns.toml';
const TOKEN = 'a-token-0123456789';
/** Without root only the root of the user namespace is there to own files. */
const OWNER = IS_ROOT ? 65534 : 0;

let machine = '';
let ipk = '';
beforeAll(async () => {
  machine = (await succeed(['gcc', '-dumpmachine'])).split('-')[0] ?? '';
  const names = (await readFile('packaging/architectures', 'utf8')).split('\n');
  const [, , , , name] = names.find((line) => line.startsWith(`${machine} `))?.split(/ +/) ?? [];
  ipk = `build/dist/ipv6ddns_${VERSION}-1_${name}.ipk`;
  await make('-s', ipk, `DIST_ARCHS=${machine}`);
});

const member = (name: string, command: string) =>
  succeed(['sh', '-c', `tar -xzOf '${ipk}' ./${name}.tar.gz | ${command}`]);

test('OpenWrt package: its parts → version, control and data, all root’s, with times of SOURCE_DATE_EPOCH', async () => {
  expect(await succeed(['tar', '-tzf', ipk])).toBe('./debian-binary\n./data.tar.gz\n./control.tar.gz\n');
  expect(await succeed(['tar', '-xzOf', ipk, './debian-binary'])).toBe('2.0\n');
  const control = await member('control', 'tar -xzO ./control');
  expect(control).toContain(`Package: ipv6ddns\nVersion: ${VERSION}-1\nDepends: ca-bundle\n`);
  expect(control).toContain('\nRequire-User: ipv6ddns:ipv6ddns\n');
  const lines = (await member('data', 'tar -tzv')).trim().split('\n');
  for (const line of lines) expect(line).toMatch(/ root\/root /);
  const modes = lines.map((line) => line.replace(/^(\S+) .* \.(\/\S*).*$/, '$2 $1'));
  expect(modes).toEqual(
    expect.arrayContaining([
      '/etc/config/ipv6ddns -rw-------',
      '/etc/init.d/ipv6ddns -rwxr-xr-x',
      '/lib/upgrade/keep.d/ipv6ddns -rw-r--r--',
      '/usr/bin/ipv6ddns -rwxr-xr-x',
      '/usr/share/licenses/ipv6ddns/copyright -rw-r--r--',
    ]),
  );
});

describe('on a router', () => {
  let root: BareRoot;
  beforeEach(async () => {
    root = await BareRoot.create();
    await succeed(['sh', '-c', `tar -xzOf '${ipk}' ./data.tar.gz | tar -C '${root.path}' -xz`]);
    await root.write('/lib/rc', await readFile('test/packaging/openwrt.sh'), 0o755);
    await root.write('/etc/passwd', 'root:x:0:0:::\n');
    await root.write('/etc/group', 'root:x:0:\n');
  });

  /** Calls the init script. @returns what procd is told */
  async function call(action: string): Promise<string[]> {
    const command = ['/bin/busybox', 'env', `OWNER=${OWNER}`, 'sh', '-eu', '/lib/rc', '/etc/init.d/ipv6ddns', action];
    const { status, stdout, stderr } = await root.run(...command);
    expect([status, stderr]).toEqual([0, '']);
    return stdout.trim().split('\n');
  }

  const configure = (text: string) => root.write('/etc/config/ipv6ddns', text, 0o600);
  const settings = async () => parse(await root.read(SETTINGS));

  const MAIN = `config ipv6ddns 'main'
	option enabled '1'
	option api_token '${TOKEN}'
	list record_name 'home.example.com'
`;

  test('OpenWrt: as the package is installed → nothing runs, a change of the settings is waited for', async () => {
    expect(await call('start')).toEqual(['trigger ipv6ddns']);
  });

  test('OpenWrt: enabled → the daemon as a user of its own, the token on no command line and in no variable', async () => {
    await configure(MAIN);
    const told = await call('start');
    expect(told).toEqual(expect.arrayContaining(['command /usr/bin/ipv6ddns', 'user ipv6ddns', 'trigger ipv6ddns']));
    expect(told.join()).not.toContain(TOKEN);
    expect(await settings()).toEqual({
      api_token: TOKEN,
      record_name: ['home.example.com'],
      status_file: '/var/run/ipv6ddns/status.json',
    });
    const { mode, uid } = await stat(root.at(SETTINGS));
    expect([mode & 0o777, uid]).toEqual([0o600, IS_ROOT ? OWNER : process.geteuid?.()]);
  });

  test('OpenWrt: every kind of option → the same in TOML, whatever characters are in it', async () => {
    await configure(`
config record
	option name 'nas.example.com'
	option host_id '::1'
	option prefix_length '56'
	list interface 'br-lan'
	list interface '!eth0'

config ipv6ddns 'main'
	option enabled 'on'
	option verbose 'yes'
	option proxied '0'
	option ttl '300'
	option comment 'a "b" \\c'\\''d $HOME \`e\` # é'
	option zone_id '01234567890123456789012345678901'
	option status_file '/tmp/status.json'
	list prefer '::7'
	list prefer 'static'
	list exclude 'dhcpv6'

config notify 'notify'
	option heartbeat '60'
	list exec '/bin/tell'
	list exec '-q'

config record 'www'
	option name 'www.example.com'
	option proxied 'off'
`);
    await call('start');
    expect(await settings()).toEqual({
      verbose: true,
      proxied: false,
      ttl: 300,
      comment: 'a "b" \\c\'d $HOME `e` # é',
      zone_id: '01234567890123456789012345678901',
      status_file: '/tmp/status.json',
      prefer: ['::7', 'static'],
      exclude: ['dhcpv6'],
      notify: { heartbeat: 60, exec: ['/bin/tell', '-q'] },
      record: [
        { name: 'nas.example.com', host_id: '::1', prefix_length: 56, interface: ['br-lan', '!eth0'] },
        { name: 'www.example.com', proxied: false },
      ],
    });
  });

  test('OpenWrt: numbers and switches of the sample config → of the same type in what UCI becomes', async () => {
    const sample = await readFile('packaging/config.toml', 'utf8');
    const [main = '', ...tables] = sample
      .replace(/^# .*$/gm, '')
      .replace(/^#/gm, '')
      .split(/^(?=\[)/m);
    const uci = [main, ...tables].map((text) => {
      const values: Readonly<Record<string, unknown>> = parse(text.replace(/^\[+\w+\]+$/m, ''));
      const [, type = 'ipv6ddns'] = /^\[+(\w+)/.exec(text) ?? [];
      const options = Object.entries(values).flatMap(([key, value]) =>
        Array.isArray(value) ? value.map((each) => `list ${key} '${each}'`) : [`option ${key} '${value}'`],
      );
      return [`config ${type}`, ...options].join('\n');
    });
    await configure(`${uci.join('\n')}\n`);
    await call('start');
    expect(await settings()).toEqual(parse(sample.replace(/^# .*$/gm, '').replace(/^#/gm, '')));
  });

  test('OpenWrt: an option and a section that do not exist → the daemon names both', async () => {
    await configure(`${MAIN}\toption recrod_name 'x'\nconfig recrod\n\toption name 'www.example.com'\n`);
    await call('start');
    const { status, stderr } = await root.run('/usr/bin/ipv6ddns', 'once');
    expect(status).toBe(78);
    expect(stderr).toMatch(/unknown key "?recrod_name"?/);
    expect(stderr).toMatch(/unknown .*"?recrod"?/);
  });

  test('OpenWrt: reloaded while it runs → the new settings are in place, then SIGHUP', async () => {
    await configure(MAIN);
    await call('start');
    await root.write('/running', '');
    await configure(MAIN.replace('home.', 'www.'));
    expect(await call('reload')).toEqual(['signal ipv6ddns * HUP']);
    expect(await settings()).toMatchObject({ record_name: ['www.example.com'] });
  });

  test('OpenWrt: reloaded when it is no longer enabled → stopped', async () => {
    await configure(MAIN);
    await call('start');
    await root.write('/running', '');
    await configure(MAIN.replace("'1'", "'0'"));
    expect(await call('reload')).toEqual(['stop', 'trigger ipv6ddns']);
  });

  test('OpenWrt: reloaded when it does not run → started', async () => {
    await configure(MAIN);
    expect(await call('reload')).toEqual(expect.arrayContaining(['stop', 'command /usr/bin/ipv6ddns']));
  });

  test('OpenWrt: the token in a file → handed to the daemon’s user alone', async () => {
    await configure(MAIN);
    await root.write('/etc/ipv6ddns/token', `${TOKEN}\n`);
    await call('start');
    const { mode, uid } = await stat(root.at('/etc/ipv6ddns/token'));
    expect([mode & 0o777, uid]).toEqual([0o400, IS_ROOT ? OWNER : process.geteuid?.()]);
  });

  test('OpenWrt: no UCI settings, as after "make install" → config.toml is what counts', async () => {
    await rm(root.at('/etc/config/ipv6ddns'));
    expect(await call('start')).toContain('command /usr/bin/ipv6ddns');
    await expect(stat(root.at(SETTINGS))).rejects.toThrow('ENOENT');
  });

  test('OpenWrt: "ipv6ddns setup" has written config.toml → that counts, whatever UCI says', async () => {
    await call('start');
    await root.write('/etc/ipv6ddns/config.toml', 'record_name = "home.example.com"\n');
    expect(await call('start')).toContain('command /usr/bin/ipv6ddns');
    expect(await root.read('/etc/ipv6ddns/config.toml')).toBe('record_name = "home.example.com"\n');
  });
});
