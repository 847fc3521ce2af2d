import { CA_FILES } from '../cloudflare/transport.ts';
import { caFolders } from './ca-folders.ts';
import type { Settings } from './settings.ts';

/** LANDLOCK_ACCESS_FS_ bits (<linux/landlock.h>). */
const WRITE_FILE = 1 << 1;
const READ_FILE = 1 << 2;
const READ_DIR = 1 << 3;
const REMOVE_FILE = 1 << 5;
const MAKE_REG = 1 << 8;
const TRUNCATE = 1 << 14;
/** How many of them each version of Landlock knows, the first one first. */
const FS_BITS = [13, 14, 15, 15, 16] as const;

/** LANDLOCK_ACCESS_NET_BIND_TCP, from version 4. Whom to connect to stays open: a reload may name another port. */
const BIND_TCP = 1 << 0;

/** In a rule: whichever port the kernel chooses, so that a connection may leave from a chosen address. */
const ANY_FREE_PORT = 0;

/** LANDLOCK_SCOPE_, from version 6: other processes' abstract sockets and signals to them. */
const ABSTRACT_UNIX_SOCKET = 1 << 0;
const SIGNAL = 1 << 1;

export const READ = READ_FILE | READ_DIR;
/** To replace a file by renaming a new one. */
const REPLACE = READ | WRITE_FILE | TRUNCATE | MAKE_REG | REMOVE_FILE;

/** Rights on a folder and all that is below it. */
export type Rule = readonly [folder: string, rights: number];

/** What the process may still do once it has its settings. */
export interface Confinement {
  /** Bits that are refused unless a rule allows them: struct landlock_ruleset_attr. */
  readonly fs: number;
  readonly net: number;
  readonly scoped: number;
  /** Rights that the kernel does not know yet are among them. */
  readonly rules: readonly Rule[];
  /** The ports that sockets may be bound to where `net` refuses that. */
  readonly ports: readonly number[];
}

/** What the settings need of the file system. */
export interface Paths {
  readonly files: readonly string[];
  readonly folders: readonly Rule[];
}

/** The file system as it stands. */
export interface Tree {
  /** Version of Landlock, 0 = none. A system call that a confined process may not make any more. */
  landlockAbi(): number;
  /** The path without links; null = there is no such thing. */
  realPath(path: string): string | null;
  /** Where a link leads, as it stands in the link; null = it is none. */
  readLink(path: string): string | null;
  /** Names in a folder; null = there is no such folder, or it may not be read. */
  list(folder: string): readonly string[] | null;
}

/** Folders of the system that are read while it runs: settings, resolv.conf, hosts, certificates and what links there
 *  lead to, also where that comes only later, as systemd-resolved's files do during boot. /proc holds the addresses and
 *  /sys the flags of links (/sys/class/net leads into /sys/devices), for where rtnetlink cannot be had; a folder below
 *  /proc would be another one each time it is looked up. */
const SYSTEM: Paths = {
  files: ['/etc/resolv.conf', '/etc/hosts', ...CA_FILES],
  folders: [
    ...['/etc', '/run', '/usr/share', '/usr/local/share', '/nix/store', '/gnu/store'],
    ...['/proc', '/sys/class/net', '/sys/devices'],
  ].map((folder): Rule => [folder, READ]),
};

/** @param files that were looked for to find out the settings; they are read again at a reload
 *  @param settings null = bad or not needed */
export function neededPaths(
  files: readonly string[],
  settings: Pick<Settings, 'caPath' | 'statusFile' | 'metricsFile'> | null,
  tree: Tree,
): Paths {
  if (settings === null) return { files, folders: [] };
  const { caPath, statusFile, metricsFile } = settings;
  const written = [statusFile, metricsFile].filter((place) => place !== null);
  const folders = written.map(({ path }): Rule => [parentOf(path), REPLACE]);
  if (caPath === null) return { files, folders };
  const certificates = new Set(caFolders(caPath).flatMap((folder) => [folder, ...targetFolders(folder, tree)]));
  return { files, folders: [...folders, ...[...certificates].map((folder): Rule => [folder, READ])] };
}

/** Where the links in a folder of certificates lead: some hundred of them, to one or two folders. */
const targetFolders = (folder: string, tree: Tree): string[] =>
  (tree.list(folder) ?? []).map((name) => parentOf(linkTarget(`${folder}/${name}`, tree) ?? `${folder}/`));

/** @param notifySocket `$NOTIFY_SOCKET`; an abstract one (`@…`) has to stay within reach */
export function confinementFor(paths: Paths, tree: Tree, notifySocket: string): Confinement {
  const abi = tree.landlockAbi();
  const bits = FS_BITS[Math.min(abi, FS_BITS.length) - 1] ?? 0;
  const scoped = SIGNAL | (notifySocket.startsWith('@') ? 0 : ABSTRACT_UNIX_SOCKET);
  const rules: Rule[] = [];
  for (const rule of [...rulesFor(SYSTEM, tree), ...rulesFor(paths, tree)])
    if (!isAllowed(rule, rules)) rules.push(rule);
  const net = abi >= 4 ? BIND_TCP : 0;
  const ports = net === 0 ? [] : [ANY_FREE_PORT];
  return { fs: 2 ** bits - 1, net, scoped: abi >= 6 ? scoped : 0, rules, ports };
}

/** The folders that these paths lie in and that the rules in force do not open. */
export function closedFolders(paths: Paths, tree: Tree, inForce: readonly Rule[]): string[] {
  const closed = rulesFor(paths, tree).filter((rule) => !isAllowed(rule, inForce));
  return [...new Set(closed.map(([folder]) => folder))];
}

/** Folders and not files: a file that is replaced is another one to the kernel. */
function rulesFor({ files, folders }: Paths, tree: Tree): Rule[] {
  const around = files.flatMap((file) => [existingFolder(file, tree), existingFolder(targetOf(file, tree), tree)]);
  const all = [
    ...around.map((folder) => [folder, READ] as const),
    ...folders.map(([folder, rights]) => [tree.realPath(folder), rights] as const),
  ];
  return all.flatMap(([folder, rights]): Rule[] => (folder === null ? [] : [[folder, rights]]));
}

/** What the path leads to, also when that is not there yet. */
const targetOf = (path: string, tree: Tree): string => tree.realPath(path) ?? linkTarget(path, tree) ?? path;

/** The first path that a link leads to; null = it is none. */
function linkTarget(path: string, tree: Tree): string | null {
  const link = tree.readLink(path);
  return link === null || link.startsWith('/') ? link : `${parentOf(path)}/${link}`;
}

/** The folder in which the file is or will be, as far as that exists; null = nothing but the root of all does. */
function existingFolder(file: string, tree: Tree): string | null {
  const parent = parentOf(file);
  for (let folder = parent; ; folder = parentOf(folder)) {
    const real = tree.realPath(folder);
    if (real !== null) return real === '/' && folder !== parent ? null : real;
    if (folder === parentOf(folder)) return null;
  }
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  if (slash < 0) return '.';
  return slash === 0 ? '/' : path.slice(0, slash);
}

const isAllowed = ([folder, rights]: Rule, rules: readonly Rule[]): boolean =>
  rules.some(([allowed, has]) => isWithin(folder, allowed) && (rights & ~has) === 0);

const isWithin = (folder: string, outer: string): boolean =>
  outer === '/' || folder === outer || folder.startsWith(`${outer}/`);
