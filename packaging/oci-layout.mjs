#!/usr/bin/env node
// oci-layout.mjs FOLDER VERSION EPOCH PLATFORM=LAYER…: writes an OCI image layout (image-spec 1.1) to FOLDER: one image
// for all platforms ("amd64", "arm/v7"), each of one layer, a tar.gz. The same input gives the same bytes: times are EPOCH,
// in seconds.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const [folder, version, epoch, ...pairs] = process.argv.slice(2);
const TYPE = 'application/vnd.oci.image';
const SECOND_NS = 1e9;
const created = new Date(Number(epoch) * 1000).toISOString();
const blobs = join(folder, 'blobs/sha256');
mkdirSync(blobs, { recursive: true });

/** What packaging/Containerfile says. The health check is no part of the specification; Docker follows it. */
const CONFIG = {
  User: '65534:65534',
  Entrypoint: ['/usr/bin/ipv6ddns'],
  Healthcheck: {
    Test: ['CMD', '/usr/bin/ipv6ddns', 'status'],
    Interval: 60 * SECOND_NS,
    Timeout: 5 * SECOND_NS,
    StartPeriod: 60 * SECOND_NS,
  },
};

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** Stores a blob. @returns its descriptor */
function blob(kind, bytes) {
  const hash = sha256(bytes);
  writeFileSync(join(blobs, hash), bytes);
  return { mediaType: `${TYPE}.${kind}`, digest: `sha256:${hash}`, size: bytes.length };
}
const document = (kind, value) => blob(kind, Buffer.from(JSON.stringify(value)));

const manifests = pairs.map((pair) => {
  const [platform, file] = pair.split('=');
  const [architecture, variant] = platform.split('/');
  const on = { architecture, ...(variant && { variant }), os: 'linux' };
  const layer = readFileSync(file);
  const rootfs = { type: 'layers', diff_ids: [`sha256:${sha256(gunzipSync(layer))}`] };
  const history = [{ created, created_by: 'packaging/oci-layout.mjs' }];
  const config = document('config.v1+json', { created, ...on, config: CONFIG, rootfs, history });
  const layers = [blob('layer.v1.tar+gzip', layer)];
  const manifest = { schemaVersion: 2, mediaType: `${TYPE}.manifest.v1+json`, config, layers };
  return { ...document('manifest.v1+json', manifest), platform: on };
});

const index = (list, annotations) => ({
  schemaVersion: 2,
  mediaType: `${TYPE}.index.v1+json`,
  manifests: list,
  ...(annotations && { annotations }),
});
const about = {
  'org.opencontainers.image.title': 'ipv6ddns',
  'org.opencontainers.image.version': version,
  'org.opencontainers.image.created': created,
  'org.opencontainers.image.licenses': 'MIT',
};
const image = document('index.v1+json', index(manifests, about));
const named = { ...image, annotations: { 'org.opencontainers.image.ref.name': `ipv6ddns:${version}` } };
writeFileSync(join(folder, 'index.json'), JSON.stringify(index([named])));
writeFileSync(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
