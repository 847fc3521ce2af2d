import { generateKeyPairSync } from 'node:crypto';
import { basicConstraints, days, keyUsage, makeCertificate, subjectAltName } from './der.mjs';

const ec = (namedCurve) => ({ ...generateKeyPairSync('ec', { namedCurve }), type: 'ec' });
const rsa = (modulusLength) => ({ ...generateKeyPairSync('rsa', { modulusLength }), type: 'rsa' });

/** Keys by what they are; those of the same kind differ by role. */
function makeKeys() {
  const roles = ['root', 'intermediate', 'second', 'leaf'];
  const p256 = Object.fromEntries(roles.map((role) => [role, ec('P-256')]));
  const kinds = { p384: ec('P-384'), p521: ec('P-521'), k256: ec('secp256k1') };
  return { p256, ...kinds, rsa1024: rsa(1024), rsa2047: rsa(2047), rsa2048: rsa(2048) };
}

export const HOST = 'api.chain.test';
export const CA = [basicConstraints(true), keyUsage('keyCertSign', 'cRLSign')];

/** Past and to come, for dates. */
export const PAST = { from: days(-10), until: days(-1) };
export const FUTURE = { from: days(1), until: days(10) };

/** What cases are made with, and those made so far: `{title, host, leaf, sent, roots, expected, depth, openssl}`. `sent`
 *  follows the leaf; `expected` is 'accepted', 'unreadable', or the words of the fault that `depth` has; `openssl` says why
 *  OpenSSL decides otherwise, null = it does not. */
export function makeKit() {
  const keys = makeKeys();
  const cases = [];

  /** Parts of the good chain, with something else about each. */
  const makeRoot = (about = {}) =>
    makeCertificate({ subject: [['CN', 'Root']], key: keys.p256.root, extensions: CA, ...about });
  const makeIntermediate = (issuer, about = {}) =>
    makeCertificate({
      subject: [['CN', 'Intermediate']],
      key: keys.p256.intermediate,
      extensions: CA,
      issuer,
      ...about,
    });
  const makeLeaf = (issuer, about = {}) => {
    const { names = [`DNS:${HOST}`], more = [], ...rest } = about;
    const extensions = [...(names.length === 0 ? [] : [subjectAltName(...names)]), ...more];
    return makeCertificate({ subject: [['CN', 'Leaf']], key: keys.p256.leaf, extensions, issuer, ...rest });
  };

  /** Adds the chain root → intermediate → leaf, but for what is said of them. */
  function add(
    title,
    expected,
    { root = {}, intermediate = {}, leaf = {}, depth = 0, openssl = null, host = HOST } = {},
  ) {
    const top = makeRoot(root);
    const middle = makeIntermediate(top, intermediate);
    const own = makeLeaf(middle, leaf);
    cases.push({ title, expected, depth, openssl, host, leaf: own, sent: [middle], roots: [top] });
  }

  /** Adds a chain that was put together. */
  const addMade = (title, expected, { depth = 0, openssl = null, host = HOST, ...chain }) =>
    cases.push({ title, expected, depth, openssl, host, ...chain });

  const root = makeRoot();
  const intermediate = makeIntermediate(root);
  const leaf = makeLeaf(intermediate);
  const second = makeIntermediate(intermediate, { subject: [['CN', 'Second']], key: keys.p256.second });
  const stranger = makeRoot({ subject: [['CN', 'Stranger']], key: keys.p384 });
  const parts = { root, intermediate, leaf, second, stranger };
  return { cases, keys, parts, makeRoot, makeIntermediate, makeLeaf, add, addMade };
}
