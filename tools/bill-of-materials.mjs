#!/usr/bin/env node
// bill-of-materials LIBRARY.version…: prints what the executable is made of as CycloneDX 1.6 JSON: the C libraries that
// the build took, and the packages that are bundled, as the lock file pins them. The same input gives the same bytes.
import { readFileSync } from 'node:fs';

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const { name, version, dependencies = {} } = readJson('package.json');
const { packages } = readJson('package-lock.json');

/** Makers, licences, names in the databases of vulnerabilities (CPE). */
const LIBRARIES = {
  curl: { cpe: 'haxx:libcurl', license: 'curl', website: 'https://curl.se/' },
  'c-ares': { cpe: 'c-ares:c-ares', license: 'MIT', website: 'https://c-ares.org/' },
  mbedtls: { cpe: 'arm:mbed_tls', license: 'Apache-2.0', website: 'https://github.com/Mbed-TLS/mbedtls' },
  musl: { cpe: 'musl-libc:musl', license: 'MIT', website: 'https://musl.libc.org/' },
  quickjs: { cpe: 'quickjs_project:quickjs', license: 'MIT', website: 'https://bellard.org/quickjs/' },
};

/** @param path of what tools/fetch-source wrote */
function library(path) {
  const [source, release, tarball, sha256, patches, patchesSha256] = readFileSync(path, 'utf8').trim().split(' ');
  const [, taken] = /_([^_]*)\.orig\.tar/.exec(tarball);
  const { cpe, license, website } = LIBRARIES[source];
  return {
    type: 'library',
    'bom-ref': `pkg:deb/debian/${source}@${release}?arch=source`,
    name: source,
    version: taken,
    hashes: [{ alg: 'SHA-256', content: sha256 }],
    licenses: [{ license: { id: license } }],
    cpe: `cpe:2.3:a:${cpe}:${taken}:*:*:*:*:*:*:*`,
    purl: `pkg:deb/debian/${source}@${release}?arch=source`,
    externalReferences: [{ type: 'website', url: website }],
    properties: [
      { name: 'ipv6ddns:tarball', value: tarball },
      ...(release === taken ? [] : patchesOf(patches, patchesSha256)),
    ],
  };
}

/** Debian's patches, of a version that its stable suite corrects. */
function patchesOf(file, sha256) {
  if (file === undefined) return [{ name: 'ipv6ddns:patches', value: 'none' }];
  return [
    { name: 'ipv6ddns:patches', value: file },
    { name: 'ipv6ddns:patches:sha256', value: sha256 },
  ];
}

function bundled(dependency) {
  const { version: pinned, license, integrity } = packages[`node_modules/${dependency}`];
  const [, algorithm, digest] = /^sha(\d+)-(.*)$/.exec(integrity);
  return {
    type: 'library',
    'bom-ref': `pkg:npm/${dependency}@${pinned}`,
    name: dependency,
    version: pinned,
    hashes: [{ alg: `SHA-${algorithm}`, content: Buffer.from(digest, 'base64').toString('hex') }],
    licenses: [{ license: { id: license } }],
    purl: `pkg:npm/${dependency}@${pinned}`,
  };
}

const components = [...process.argv.slice(2).map(library), ...Object.keys(dependencies).map(bundled)];
const itself = `pkg:generic/${name}@${version}`;
const bill = {
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: { component: { type: 'application', 'bom-ref': itself, name, version, purl: itself } },
  components,
  dependencies: [{ ref: itself, dependsOn: components.map((component) => component['bom-ref']) }],
};
process.stdout.write(`${JSON.stringify(bill, null, 2)}\n`);
