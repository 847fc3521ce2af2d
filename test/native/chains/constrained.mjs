import { element, nameConstraints } from './der.mjs';
import { CA, HOST } from './kit.mjs';

/** Name constraints (RFC 5280 section 4.2.1.10). */
export function addConstraints({ add, addMade, keys, parts, makeIntermediate, makeLeaf }) {
  const { root } = parts;
  const held = (title, expected, constraints, { leaf = {}, where = 'intermediate', ...more } = {}) =>
    add(`constraints: ${title}`, expected, {
      [where]: { extensions: [...CA, nameConstraints(constraints)] },
      leaf,
      ...more,
    });
  held('the domain is permitted', 'accepted', { permitted: ['DNS:chain.test'] });
  held('the domain is permitted by the root', 'accepted', { permitted: ['DNS:chain.test'] }, { where: 'root' });
  held('the name itself is permitted', 'accepted', { permitted: [`DNS:${HOST}`] });
  held('what is below the domain is permitted, with a dot', 'accepted', { permitted: ['DNS:.chain.test'] });
  held('every name is permitted', 'accepted', { permitted: ['DNS:'] });
  held('one of two permitted domains', 'accepted', { permitted: ['DNS:other.test', 'DNS:chain.test'] });
  held('another domain is permitted', 'constraints', { permitted: ['DNS:other.test'] });
  held('another domain is permitted, not critical', 'constraints', { permitted: ['DNS:other.test'], critical: false });
  held('another domain is permitted by the root', 'constraints', { permitted: ['DNS:other.test'] }, { where: 'root' });
  held('a domain that ends alike is permitted', 'constraints', { permitted: ['DNS:hain.test'] });
  held('the domain is excluded', 'constraints', { excluded: ['DNS:chain.test'] });
  held('the domain is excluded, not critical', 'constraints', { excluded: ['DNS:chain.test'], critical: false });
  held('the domain is permitted, the name excluded', 'constraints', {
    permitted: ['DNS:chain.test'],
    excluded: [`DNS:${HOST}`],
  });
  held('another domain is excluded', 'accepted', { excluded: ['DNS:other.test'] });
  held(
    'one of the names is outside',
    'constraints',
    { permitted: ['DNS:chain.test'] },
    {
      leaf: { names: [`DNS:${HOST}`, 'DNS:other.test'] },
    },
  );
  held('a wildcard inside', 'accepted', { permitted: ['DNS:chain.test'] }, { leaf: { names: ['DNS:*.chain.test'] } });
  held(
    'a wildcard that stands for an excluded name',
    'constraints',
    { excluded: [`DNS:${HOST}`] },
    {
      leaf: { names: ['DNS:*.chain.test'] },
      openssl: 'it compares the wildcard, not the name that it is to stand for',
    },
  );
  held(
    'a name as the subject alone, outside',
    'constraints',
    { permitted: ['DNS:other.test'] },
    {
      leaf: { names: [], subject: [['CN', HOST]] },
    },
  );
  held('only addresses are constrained', 'accepted', { permitted: ['IP:10.0.0.0/255.0.0.0'] });
  const byAddress = { leaf: { names: ['IP:127.0.0.1'] }, host: '127.0.0.1' };
  held('the network is permitted', 'accepted', { permitted: ['IP:127.0.0.0/255.0.0.0'] }, byAddress);
  held('another network is permitted', 'constraints', { permitted: ['IP:10.0.0.0/255.0.0.0'] }, byAddress);
  held('the network is excluded', 'constraints', { excluded: ['IP:127.0.0.0/255.0.0.0'] }, byAddress);
  held('an IPv6 network is permitted', 'constraints', { permitted: ['IP:fd00::/ff00::'] }, byAddress);
  held('an IPv6 network is excluded', 'accepted', { excluded: ['IP:fd00::/ff00::'] }, byAddress);
  const byAddress6 = { leaf: { names: ['IP:::1'] }, host: '[::1]' };
  held('the IPv6 network is permitted', 'accepted', { permitted: ['IP:::/ffff:ffff::'] }, byAddress6);
  held('another IPv6 network is permitted', 'constraints', { permitted: ['IP:fd00::/ff00::'] }, byAddress6);
  const ofHouse = {
    leaf: {
      subject: [
        ['O', 'House'],
        ['CN', 'Leaf'],
      ],
    },
  };
  held('the directory name is permitted', 'accepted', { permitted: ['dir:House'] }, ofHouse);
  held('the directory name is permitted, in other letters', 'accepted', { permitted: ['dir:HOUSE'] }, ofHouse);
  held('another directory name is permitted', 'constraints', { permitted: ['dir:Other'] }, ofHouse);
  held('the directory name is excluded', 'constraints', { excluded: ['dir:House'] }, ofHouse);
  held('another directory name is excluded', 'accepted', { excluded: ['dir:Other'] }, ofHouse);
  held('e-mail is constrained, and there is none', 'accepted', { permitted: ['email:chain.test'] });
  held(
    'e-mail is constrained, and there is some',
    'constraints unclear',
    { permitted: ['email:chain.test'] },
    {
      leaf: { names: [`DNS:${HOST}`, 'email:a@chain.test'] },
      openssl: 'it compares addresses of e-mail, too',
    },
  );
  held(
    'e-mail is constrained, and the subject has some',
    'constraints unclear',
    { permitted: ['email:other.test'] },
    {
      leaf: {
        subject: [
          ['CN', 'Leaf'],
          ['emailAddress', 'a@chain.test', 'ia5'],
        ],
      },
    },
  );
  held(
    'URIs are constrained, and there is one',
    'constraints unclear',
    { excluded: ['URI:other.test'] },
    {
      leaf: { names: [`DNS:${HOST}`, 'URI:https://chain.test/'] },
      openssl: 'it compares URIs, too',
    },
  );
  held('they cannot be read', 'constraints unclear', { raw: element(0x30, element(0xa0, element(0x30))) });
  const bound = makeIntermediate(root, { extensions: [...CA, nameConstraints({ permitted: ['DNS:other.test'] })] });
  const renewal = makeIntermediate(bound, { key: keys.p256.second, subject: [['CN', 'Intermediate']] });
  addMade('constraints: two above, another domain is permitted', 'constraints', {
    leaf: makeLeaf(renewal),
    sent: [renewal, bound],
    roots: [root],
  });
}
