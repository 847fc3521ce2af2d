#!/usr/bin/env node
// build.mjs FOLDER NAME=EXECUTABLE…: lays out the npm packages below FOLDER: `ipv6ddns`, which finds the executable, and
// one for each platform, which is one, under npm's name for the processor. npm takes the one that fits; nothing runs at
// the installation. Prints their folders, with the names of their archives.
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const [folder, ...pairs] = process.argv.slice(2);
const { name, version, description, license, engines } = JSON.parse(readFileSync('package.json', 'utf8'));
const common = { version, description, license };

const platforms = pairs.map((pair) => {
  const [cpu, executable] = pair.split('=');
  return { cpu, executable, scoped: `@${name}/linux-${cpu}` };
});

/** @param files source by path in the package */
function layOut(archive, manifest, files) {
  const place = join(folder, archive, 'package');
  for (const [path, source] of Object.entries({ ...files, LICENSE: 'LICENSE', copyright: 'packaging/copyright' })) {
    const target = join(place, path);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(source, target);
    chmodSync(target, path.startsWith('bin/') ? 0o755 : 0o644);
  }
  writeFileSync(join(place, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  process.stdout.write(`${archive}\n`);
}

for (const { cpu, executable, scoped } of platforms) {
  const manifest = { name: scoped, ...common, os: ['linux'], cpu: [cpu], preferUnplugged: true };
  layOut(`${name}-linux-${cpu}-${version}`, manifest, { 'bin/ipv6ddns': executable });
}
layOut(
  `${name}-${version}`,
  {
    name,
    ...common,
    engines,
    bin: { [name]: 'bin/ipv6ddns.cjs' },
    optionalDependencies: Object.fromEntries(platforms.map(({ scoped }) => [scoped, version])),
  },
  { 'bin/ipv6ddns.cjs': 'packaging/npm/ipv6ddns.cjs', 'README.md': 'README.md' },
);
