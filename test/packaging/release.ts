import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { succeed, temporaryFolder } from './run.ts';

const CONFIG = '/etc/ipv6ddns/config.toml';

/** The package as a later release: another version, another sample config. */
export async function laterRelease(deb: string): Promise<string> {
  const folder = await temporaryFolder();
  const tree = join(folder, 'tree');
  await succeed(['dpkg-deb', '-R', deb, tree]);
  const control = join(tree, 'DEBIAN/control');
  await writeFile(control, (await readFile(control, 'utf8')).replace(/^Version: .*/m, 'Version: 99'));
  await writeFile(join(tree, CONFIG), '# of version 99\n');
  const later = join(folder, 'later.deb');
  await succeed(['dpkg-deb', '--root-owner-group', '-Znone', '-b', tree, later]);
  return later;
}
