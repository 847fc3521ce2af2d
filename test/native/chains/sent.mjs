import { basicConstraints, subjectAltName } from './der.mjs';
import { HOST, PAST } from './kit.mjs';

/** What the server sends, and what the bundle has. */
export function addSent({ addMade, keys, parts, makeRoot, makeIntermediate, makeLeaf }) {
  const { root, intermediate, leaf, second, stranger } = parts;
  const sends = (title, expected, chain) =>
    addMade(title, expected, { leaf, sent: [intermediate], roots: [root], ...chain });
  sends('the root is sent along', 'accepted', { sent: [intermediate, root] });
  sends('a stranger is sent along', 'accepted', { sent: [stranger, intermediate] });
  sends('the intermediate is sent twice', 'accepted', { sent: [intermediate, intermediate] });
  // RFC 8446 section 4.4.2 advises to take it; mbedTLS wants the order that TLS 1.2 demands (RFC 5246 section 7.4.2).
  sends('the chain is in another order', 'no root', {
    depth: 1,
    leaf: makeLeaf(second),
    sent: [intermediate, second],
    openssl: 'it puts the chain in order',
  });
  sends('a certificate with P-521 is sent along', 'accepted', { sent: [intermediate, makeRoot({ key: keys.p521 })] });
  sends('one that cannot be read is sent along', 'accepted', { sent: [makeRoot({ key: keys.k256 }), intermediate] });
  sends('the intermediate is missing', 'no root', { sent: [] });
  sends('the intermediate is in the bundle', 'accepted', { sent: [], roots: [root, intermediate] });
  sends('only the intermediate is in the bundle', 'accepted', {
    roots: [intermediate],
    openssl: 'it wants a root that signed itself (without -partial_chain)',
  });
  sends('another root is in the bundle', 'no root', { roots: [stranger], depth: 1 });
  sends('a root of the same name with another key', 'namesake', { roots: [makeRoot({ key: keys.p384 })], depth: 1 });
  sends('beside a root of the same name with another key', 'accepted', {
    roots: [makeRoot({ key: keys.p384 }), root],
    openssl: 'without key identifiers it tries the first of them only',
  });
  const cross = makeRoot({ issuer: stranger });
  sends('cross-signed, the old root is in the bundle', 'accepted', { sent: [intermediate, cross], roots: [stranger] });
  sends('cross-signed, the new root is in the bundle', 'accepted', { sent: [intermediate, cross] });
  const deep = [root];
  for (let i = 0; i < 9; i++) {
    deep.unshift(
      makeIntermediate(deep[0], {
        subject: [['CN', `Level ${i}`]],
        key: i % 2 ? keys.p256.second : keys.p256.intermediate,
      }),
    );
  }
  sends('eight intermediates', 'accepted', { leaf: makeLeaf(deep[1]), sent: deep.slice(1, -1) });
  sends('nine intermediates', 'unreadable', {
    leaf: makeLeaf(deep[0]),
    sent: deep.slice(0, -1),
    openssl: 'it goes on to a hundred; public chains have three',
  });
  const selfSigned = makeLeaf(null, { subject: [['CN', 'Alone']] });
  sends('a leaf that signed itself', 'no root', { leaf: selfSigned, sent: [] });
  sends('a leaf that signed itself and is the bundle', 'accepted', { leaf: selfSigned, sent: [], roots: [selfSigned] });
  const old = makeLeaf(null, { subject: [['CN', 'Alone']], hash: 'sha1' });
  sends('a leaf that signed itself with SHA-1 and is the bundle', 'accepted', { leaf: old, sent: [], roots: [old] });
  const authority = makeRoot({ extensions: [basicConstraints(true), subjectAltName(`DNS:${HOST}`)] });
  sends('an authority that is the server and the bundle', 'accepted', {
    leaf: authority,
    sent: [],
    roots: [authority],
  });
  const weak = makeLeaf(null, { subject: [['CN', 'Alone']], key: keys.rsa1024 });
  sends('a leaf with rsa1024 that is the bundle', 'key', { leaf: weak, sent: [], roots: [weak] });
  const ended = makeLeaf(null, { subject: [['CN', 'Alone']], ...PAST });
  sends('a leaf that has ended and is the bundle', 'ended', { leaf: ended, sent: [], roots: [ended] });
  sends('a leaf that an authority issued and that is the bundle', 'accepted', {
    roots: [leaf],
    openssl: 'it wants a root that signed itself (without -partial_chain)',
  });
  const twin = makeLeaf(intermediate, { serial: [2] });
  sends('another leaf of the same name is the bundle', 'no root', { roots: [twin], depth: 1 });
}
