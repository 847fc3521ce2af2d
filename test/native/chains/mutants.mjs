import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { basicConstraints, nameConstraints, toPem } from './der.mjs';
import { HOST, makeKit } from './kit.mjs';

const COUNT = 3000;

const CONSTRAINTS = {
  permitted: ['DNS:chain.test', 'IP:10.0.0.0/255.0.0.0', 'dir:House', 'email:chain.test', 'IP:fd00::/ff00::'],
  excluded: ['DNS:other.test', 'IP:127.0.0.0/255.0.0.0', 'dir:Other', 'URI:other.test'],
};

/** Authorities with name constraints of every kind in whose certificates some bytes are wrong, and a leaf to compare with.
 *  @returns `{bundle, file, host, count}` */
export function makeMutants(folder) {
  const { makeRoot, makeLeaf } = makeKit();
  const root = makeRoot({ extensions: [basicConstraints(true), nameConstraints(CONSTRAINTS)] });
  const names = [`DNS:${HOST}`, 'IP:10.0.0.1', 'IP:fd00::1', 'dir:House'];
  const leaf = makeLeaf(root, { names, subject: [['O', 'House']] });
  // From the extension's identifier on.
  const start = root.der.indexOf(Buffer.from('551d1e', 'hex'));
  const mutants = Array.from({ length: COUNT }, () => {
    const der = Buffer.from(root.der);
    for (let faults = randomInt(1, 4); faults > 0; faults--) {
      der[randomInt(start, Math.min(start + 220, der.length))] = randomInt(256);
    }
    return toPem({ der });
  });
  const [bundle, file] = [join(folder, 'mutants.pem'), join(folder, 'mutants-leaf.pem')];
  writeFileSync(bundle, mutants.join(''));
  writeFileSync(file, toPem(leaf));
  return { bundle, file, host: HOST, count: COUNT };
}
