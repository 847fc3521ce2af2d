import { describe, expect, test } from 'vitest';
import {
  closedFolders,
  confinementFor,
  neededPaths,
  type Paths,
  type Tree,
} from '../../../src/core/config/confinement.ts';

const READ = 0b1100;
const REPLACE = READ | (1 << 1) | (1 << 5) | (1 << 8) | (1 << 14);

/** A file system of these paths: folders end in "/", and a link has where it leads. */
function treeOf(entries: Readonly<Record<string, string | null>>, landlockAbi = 7): Tree {
  const folders = new Set(['/', ...Object.keys(entries).filter((path) => path.endsWith('/'))]);
  const isThere = (path: string): boolean => path in entries || folders.has(`${path}/`) || path === '/';
  const realPath = (path: string): string | null => {
    const link = entries[path] ?? null;
    if (link !== null) return realPath(link.startsWith('/') ? link : `${path.slice(0, path.lastIndexOf('/'))}/${link}`);
    return isThere(path) ? path : null;
  };
  return {
    landlockAbi: () => landlockAbi,
    realPath,
    readLink: (path) => entries[path] ?? null,
    list: (folder) =>
      Object.keys(entries)
        .filter((path) => path.startsWith(`${folder}/`) && path.length > folder.length + 1)
        .map((path) => path.slice(folder.length + 1)),
  };
}

const SYSTEM = { '/etc/': null, '/run/': null, '/proc/': null } as const;
const NOTHING: Paths = { files: [], folders: [] };
const folders = (paths: Paths, entries: Record<string, string | null>): (string | number)[][] =>
  confinementFor(paths, treeOf({ ...SYSTEM, ...entries }), '').rules.map((rule) => [...rule]);

describe('confinement: rules', () => {
  test('rules: nothing named → the folders of the system that are there, to read', () => {
    expect(folders(NOTHING, {})).toEqual([
      ['/etc', READ],
      ['/run', READ],
      ['/proc', READ],
    ]);
  });

  test.each<[name: string, file: string, entries: Record<string, string | null>, opened: string[]]>([
    ['inside /etc', '/etc/ipv6ddns/config.toml', { '/etc/ipv6ddns/': null }, []],
    ['elsewhere', '/srv/ddns/token', { '/srv/': null, '/srv/ddns/': null, '/srv/ddns/token': null }, ['/srv/ddns']],
    ['not there yet', '/srv/ddns/token', { '/srv/': null }, ['/srv']],
    ['not there, nor anything above it', '/srv/ddns/token', {}, []],
    ['at the root of all', '/token', { '/token': null }, ['/']],
    [
      'a link to elsewhere',
      '/etc/token',
      { '/etc/token': '/vault/a/token', '/vault/a/': null, '/vault/a/token': null },
      ['/vault/a'],
    ],
    [
      'a link beside its target',
      '/srv/k/token',
      { '/srv/k/': null, '/srv/k/token': 'now/token', '/srv/k/now/': null, '/srv/k/now/token': null },
      ['/srv/k'],
    ],
    ['a link to what comes later', '/etc/token', { '/etc/token': '/vault/a/token', '/vault/': null }, ['/vault']],
    ['outside, its name like one inside', '/etcetera/token', { '/etcetera/': null }, ['/etcetera']],
    ['beside', 'token', { './': null }, ['.']],
    ['in a folder beside, neither of which is there', 'a/token', {}, []],
    [
      'a link to what comes later, seen from its folder',
      '/etc/token',
      { '/etc/token': 'later/a/token', '/etc/later/': null, '/vault/': null },
      [],
    ],
  ])('rules: file %s → its folder and that of its target', (_, file, entries, opened) => {
    const rules = folders({ files: [file], folders: [] }, entries);
    expect(rules.slice(3)).toEqual(opened.map((folder) => [folder, READ]));
  });

  test('rules: resolv.conf is a link to what comes later → that folder is open', () => {
    const rules = folders(NOTHING, { '/etc/resolv.conf': '/tmp/resolv.conf', '/tmp/': null });
    expect(rules).toContainEqual(['/tmp', READ]);
  });

  test('rules: status file inside a folder that may be read → its folder may be written', () => {
    const place = { path: '/run/ipv6ddns/status.json', optional: true };
    const paths = neededPaths([], { caPath: null, statusFile: place, metricsFile: null }, treeOf({}));
    expect(folders(paths, { '/run/ipv6ddns/': null }).slice(3)).toEqual([['/run/ipv6ddns', REPLACE]]);
    expect(folders(paths, {}).slice(3)).toEqual([]);
  });

  test('rules: folders of certificates → themselves, and where their links lead', () => {
    const entries = {
      '/ca/': null,
      '/ca/1.0': '/store/a.pem',
      '/store/': null,
      '/store/a.pem': null,
      '/more/': null,
      '/more/2.pem': null,
    };
    const place = { path: '/x/status.json', optional: true };
    const paths = neededPaths([], { caPath: '/ca:/more:/none', statusFile: place, metricsFile: null }, treeOf(entries));
    expect(folders(paths, entries).slice(3)).toEqual([
      ['/ca', READ],
      ['/store', READ],
      ['/more', READ],
    ]);
  });
});

describe('neededPaths', () => {
  const place = (path: string) => ({ path, optional: false });
  const settings = { caPath: null, statusFile: place('/run/x/status.json'), metricsFile: null };

  test('neededPaths: no settings → the files alone', () => {
    expect(neededPaths(['/c', '/e'], null, treeOf({}))).toEqual({ files: ['/c', '/e'], folders: [] });
  });

  test('neededPaths: files that are written → their folders', () => {
    const both = { ...settings, metricsFile: place('/m/x.prom') };
    expect(neededPaths(['/c'], both, treeOf({}))).toEqual({
      files: ['/c'],
      folders: [
        ['/run/x', REPLACE],
        ['/m', REPLACE],
      ],
    });
  });

  test('neededPaths: certificates and links to some, beside and elsewhere → a folder once, whichever it is', () => {
    const entries = { '/ca/a': 'below/a.pem', '/ca/b': '/store/b.pem', '/ca/c': '/store/c.pem', '/ca/d': null };
    const read = neededPaths([], { ...settings, caPath: '/ca' }, treeOf(entries)).folders.slice(1);
    expect(read).toEqual(['/ca', '/ca/below', '/store'].map((folder) => [folder, READ]));
  });

  test('neededPaths: a folder of certificates that cannot be listed → that folder', () => {
    const tree = { ...treeOf({}), list: () => null };
    expect(neededPaths([], { ...settings, caPath: '/ca' }, tree).folders.slice(1)).toEqual([['/ca', READ]]);
  });
});

describe('confinement: what the kernel knows', () => {
  test.each([
    [0, 0, 0, 0, []],
    [1, 0x1fff, 0, 0, []],
    [2, 0x3fff, 0, 0, []],
    [3, 0x7fff, 0, 0, []],
    [4, 0x7fff, 1, 0, [0]],
    [5, 0xffff, 1, 0, [0]],
    [6, 0xffff, 1, 3, [0]],
    [99, 0xffff, 1, 3, [0]],
  ])('confinement: Landlock %i → refuses no more than that knows', (abi, fs, net, scoped, ports) => {
    const rules = expect.any(Array);
    expect(confinementFor(NOTHING, treeOf({}, abi), '/run/notify')).toEqual({ fs, net, scoped, ports, rules });
  });

  test('confinement: the service manager has an abstract socket → abstract sockets stay within reach', () => {
    expect(confinementFor(NOTHING, treeOf({}), '@notify').scoped).toBe(2);
  });
});

describe('confinement: after a reload', () => {
  const tree = treeOf({ ...SYSTEM, '/srv/a/': null, '/srv/b/': null, '/srv/a/x': null });
  const { rules } = confinementFor({ files: ['/srv/a/x'], folders: [] }, tree, '');

  test('closed folders: files in folders that are open → none', () => {
    expect(closedFolders({ files: ['/srv/a/y', '/etc/new'], folders: [] }, tree, rules)).toEqual([]);
  });

  test('closed folders: a file elsewhere, one to be written where only reading is open → both, once', () => {
    const paths = neededPaths(
      ['/srv/b/x', '/srv/b/y'],
      { caPath: null, statusFile: { path: '/srv/a/status.json', optional: false }, metricsFile: null },
      tree,
    );
    expect(closedFolders(paths, tree, rules)).toEqual(['/srv/b', '/srv/a']);
  });
});
