// Chains of certificates: a good one, and each of its faults alone. Expected is what RFC 5280 says, the contract of
// ipv6ddns where that is stricter, and `openssl` where OpenSSL decides otherwise, with the reason.
import { addConstraints } from './constrained.mjs';
import { basicConstraints, extendedKeyUsage, keyUsage, unknownExtension } from './der.mjs';
import { CA, FUTURE, HOST, makeKit, PAST } from './kit.mjs';
import { addNames } from './names.mjs';
import { addSent } from './sent.mjs';

/** All cases. */
export function makeCases() {
  const kit = makeKit();
  const { add, addMade, keys, parts, makeIntermediate, makeLeaf } = kit;
  const { root, intermediate, second } = parts;

  // --- what is good ---
  add('an intermediate', 'accepted');
  addMade('the root alone', 'accepted', { leaf: makeLeaf(root), sent: [], roots: [root] });
  addMade('two intermediates', 'accepted', {
    leaf: makeLeaf(second),
    sent: [second, intermediate],
    roots: [root],
  });
  for (const kind of ['p384', 'p521', 'rsa2048']) {
    add(`a leaf with ${kind}`, 'accepted', { leaf: { key: keys[kind] } });
    add(`an intermediate with ${kind}`, 'accepted', { intermediate: { key: keys[kind] } });
    add(`a root with ${kind}`, 'accepted', { root: { key: keys[kind] } });
  }
  add('signatures with SHA-384', 'accepted', { leaf: { hash: 'sha384' }, intermediate: { hash: 'sha384' } });
  add('signatures with SHA-512', 'accepted', { leaf: { hash: 'sha512' }, intermediate: { hash: 'sha512' } });
  add('a serial number of 20 bytes', 'accepted', { leaf: { serial: [0x7f, ...Array(19).fill(0xff)] } });
  add('a serial number of 0', 'accepted', { leaf: { serial: [0] } });
  add('a negative serial number', 'accepted', { leaf: { serial: [0xff] } });
  add('an end in the year 9999', 'accepted', { root: { until: new Date(Date.UTC(9999, 11, 31, 23, 59, 59)) } });
  add('a long name of the issuer', 'accepted', {
    intermediate: {
      subject: [
        ['O', 'x'.repeat(64)],
        ['CN', 'y'.repeat(200)],
      ],
    },
  });
  add('an empty subject', 'accepted', { leaf: { subject: [] } });
  add('a thousand bytes of names of hosts', 'accepted', {
    leaf: { names: [...Array.from({ length: 40 }, (_, i) => `DNS:host-${i}.chain.test`), `DNS:${HOST}`] },
  });
  add('ten thousand bytes of names of hosts', 'accepted', {
    leaf: { names: [...Array.from({ length: 450 }, (_, i) => `DNS:host-${i}.chain.test`), `DNS:${HOST}`] },
  });
  add('an unknown extension', 'accepted', { leaf: { more: [unknownExtension(false)] } });

  // --- dates ---
  for (const [which, depth] of [
    ['leaf', 0],
    ['intermediate', 1],
    ['root', 2],
  ]) {
    add(`the ${which} has ended`, 'ended', { [which]: PAST, depth });
    add(`the ${which} has not begun`, 'not yet', { [which]: FUTURE, depth });
  }

  // --- signatures and keys ---
  add('a leaf signed with SHA-1', 'hash', { leaf: { hash: 'sha1' } });
  add('an intermediate signed with SHA-1', 'hash', { intermediate: { hash: 'sha1' }, depth: 1 });
  add('a root signed with SHA-1', 'accepted', { root: { hash: 'sha1' } });
  const rsaKey = { key: keys.rsa2048 };
  add('an RSA leaf signed with SHA-1', 'hash', { intermediate: rsaKey, leaf: { hash: 'sha1' } });
  add('a leaf signed with MD5', 'unreadable', { intermediate: rsaKey, leaf: { hash: 'md5' } });
  add('an intermediate signed with MD5', 'no root', { root: rsaKey, intermediate: { hash: 'md5' } });
  add('a root signed with MD5', 'no root', {
    root: { ...rsaKey, hash: 'md5' },
    depth: 1,
    openssl: 'it reads them; no public root has been one since 2014',
  });
  for (const kind of ['rsa1024', 'rsa2047']) {
    const openssl = kind === 'rsa2047' ? 'it counts 2047 bits as 2048' : null;
    add(`a leaf with ${kind}`, 'key', { leaf: { key: keys[kind] }, openssl });
    add(`an intermediate with ${kind}`, 'key', { intermediate: { key: keys[kind] }, depth: 1, openssl });
    add(`a root with ${kind}`, 'key', { root: { key: keys[kind] }, depth: 2, openssl });
  }
  add('an intermediate with secp256k1', 'no root', {
    intermediate: { key: keys.k256 },
    openssl: 'it knows the curve, which no public authority may use',
  });
  add('a broken signature of the leaf', 'no root', { leaf: { breaksSignature: true } });
  add('a broken signature of the intermediate', 'namesake', { intermediate: { breaksSignature: true }, depth: 1 });
  add('a broken signature of the root', 'accepted', { root: { breaksSignature: true } });

  // --- authorities ---
  add('an intermediate without basicConstraints', 'no root', { intermediate: { extensions: [] } });
  add('an intermediate that is no authority', 'no root', { intermediate: { extensions: [basicConstraints(false)] } });
  add('an intermediate that may not sign certificates', 'no root', {
    intermediate: { extensions: [basicConstraints(true), keyUsage('digitalSignature')] },
  });
  add('a root that may not sign certificates', 'namesake', {
    root: { extensions: [basicConstraints(true), keyUsage('cRLSign')] },
    depth: 1,
  });
  add('a root that is no authority', 'namesake', { root: { extensions: [basicConstraints(false)] }, depth: 1 });
  add('an intermediate of version 1', 'no root', { intermediate: { version: 1 } });
  add('a root of version 1', 'accepted', { root: { version: 1 } });
  add('a leaf of version 1', 'accepted', { leaf: { version: 1, names: [], subject: [['CN', HOST]] } });
  add('a root for no intermediate, with one', 'namesake', {
    root: { extensions: [basicConstraints(true, 0), keyUsage('keyCertSign')] },
    depth: 1,
  });
  const short = makeIntermediate(root, { extensions: [basicConstraints(true, 0), keyUsage('keyCertSign')] });
  const below = makeIntermediate(short, { subject: [['CN', 'Second']], key: keys.p256.second });
  addMade('an intermediate for no other, with none', 'accepted', {
    leaf: makeLeaf(short),
    sent: [short],
    roots: [root],
  });
  addMade('an intermediate for no other, with one', 'no root', {
    depth: 1,
    leaf: makeLeaf(below),
    sent: [below, short],
    roots: [root],
  });
  const renewed = makeIntermediate(short, { key: keys.p256.second });
  // RFC 5280 section 6.1.4 (l) takes it; mbedTLS counts it one certificate too early, and no public authority does so.
  addMade('an intermediate for no other, which renewed itself', 'no root', {
    depth: 1,
    leaf: makeLeaf(renewed),
    sent: [renewed, short],
    roots: [root],
  });

  // --- purposes ---
  const purposes = (...list) => [...CA, extendedKeyUsage(...list)];
  add('a leaf for servers', 'accepted', { leaf: { more: [extendedKeyUsage('clientAuth', 'serverAuth')] } });
  add('a leaf for clients', 'purpose', { leaf: { more: [extendedKeyUsage('clientAuth')] } });
  add('a leaf for any purpose', 'accepted', {
    leaf: { more: [extendedKeyUsage('any')] },
    openssl: 'it wants the purpose by name; RFC 5280 section 4.2.1.12 leaves that to the application',
  });
  add('a leaf that may only encipher keys', 'purpose', {
    leaf: { more: [keyUsage('keyEncipherment')] },
    openssl: 'it looks at that in the handshake, where every method that ipv6ddns has signs',
  });
  add('an intermediate for servers', 'accepted', { intermediate: { extensions: purposes('serverAuth') } });
  add('an intermediate for any purpose', 'accepted', {
    intermediate: { extensions: purposes('any') },
    openssl: 'as with a leaf',
  });
  add('an intermediate for e-mail', 'purpose', { intermediate: { extensions: purposes('emailProtection') }, depth: 1 });
  add('a root for e-mail', 'purpose', { root: { extensions: purposes('emailProtection') }, depth: 2 });

  // --- extensions that nobody knows ---
  add('an unknown critical extension of the leaf', 'unreadable', { leaf: { more: [unknownExtension(true)] } });
  add('an unknown critical extension of the intermediate', 'no root', {
    intermediate: { extensions: [...CA, unknownExtension(true)] },
  });
  add('an unknown critical extension of the root', 'no root', {
    root: { extensions: [...CA, unknownExtension(true)] },
    depth: 1,
  });

  // --- names of issuers ---
  const issued = (title, expected, subject, issuerName, openssl = null) =>
    add(`the issuer's name: ${title}`, expected, { intermediate: { subject }, leaf: { issuerName }, openssl });
  issued('another kind of string', 'accepted', [['CN', 'Middle', 'printable']], [['CN', 'Middle', 'utf8']]);
  issued('other case of letters', 'accepted', [['CN', 'Middle']], [['CN', 'MIDDLE']]);
  issued(
    'more blanks',
    'no root',
    [['CN', 'A B']],
    [['CN', 'A  B']],
    'it folds blanks as RFC 5280 section 7.1 has it; no authority differs in them',
  );
  issued(
    'an attribute more',
    'no root',
    [['CN', 'Middle']],
    [
      ['O', 'House'],
      ['CN', 'Middle'],
    ],
  );
  issued('letters beyond ASCII', 'accepted', [['CN', 'Főtanúsítvány']], [['CN', 'Főtanúsítvány']]);
  issued('an old kind of string', 'accepted', [['CN', 'Mitte', 't61']], [['CN', 'Mitte', 't61']]);
  const printable = { subject: [['CN', 'Root', 'printable']] };
  add("the root's name: another kind of string", 'accepted', {
    root: printable,
    intermediate: { issuerName: [['CN', 'ROOT', 'utf8']] },
  });
  addNames(kit);
  addConstraints(kit);
  addSent(kit);
  return kit.cases;
}
