import { HOST } from './kit.mjs';

/** Whom the server's certificate is for. */
export function addNames({ add }) {
  const named = (title, expected, names, host = HOST, openssl = null) =>
    add(title, expected, { leaf: { names }, host, openssl });
  named('another name', 'name', ['DNS:other.chain.test']);
  named('several names', 'accepted', ['DNS:other.chain.test', `DNS:${HOST}`]);
  named('other case of letters', 'accepted', ['DNS:API.Chain.Test']);
  named('a name below', 'name', [`DNS:www.${HOST}`]);
  named('a name above', 'name', ['DNS:chain.test']);
  named('a name with more behind it', 'name', [`DNS:${HOST}.evil.test`]);
  named('a name with a zero byte in it', 'name', [`DNS:${HOST}\0.evil.test`]);
  named('a wildcard for the label', 'accepted', ['DNS:*.chain.test']);
  named('a wildcard for two labels', 'name', ['DNS:*.test']);
  named('a wildcard below a top-level domain', 'name', ['DNS:*.test'], 'chain.test');
  named('a wildcard for everything', 'name', ['DNS:*']);
  named('a wildcard for the domain itself', 'name', [`DNS:*.${HOST}`]);
  named(
    'a wildcard for a part of the label',
    'name',
    ['DNS:a*.chain.test'],
    HOST,
    'it takes what RFC 9525 has given up',
  );
  named('a wildcard that is not the first label', 'name', ['DNS:api.*.test']);
  named('the name as a URI', 'name', [`URI:${HOST}`]);
  add('the name as the subject alone, no other entry', 'accepted', { leaf: { names: [], subject: [['CN', HOST]] } });
  add('the name as the subject, beside another entry', 'name', {
    leaf: { names: ['DNS:other.chain.test'], subject: [['CN', HOST]] },
  });
  add('a wildcard as the subject alone', 'accepted', { leaf: { names: [], subject: [['CN', '*.chain.test']] } });
  add('a wildcard below a top-level domain as the subject alone', 'name', {
    leaf: { names: [], subject: [['CN', '*.test']] },
    host: 'chain.test',
  });
  named('the address', 'accepted', ['IP:127.0.0.1'], '127.0.0.1');
  named('the IPv6 address', 'accepted', ['IP:::1'], '[::1]');
  named('another address', 'name', ['IP:127.0.0.2'], '127.0.0.1');
  named('the address as a name', 'name', ['DNS:127.0.0.1'], '127.0.0.1');
  named('the address as a wildcard', 'name', ['DNS:*.0.0.1'], '127.0.0.1');
  add('the address as the subject', 'name', { leaf: { names: [], subject: [['CN', '127.0.0.1']] }, host: '127.0.0.1' });
  named('an IPv4 address in IPv6 form', 'name', ['IP:0:0:0:0:0:ffff:7f00:1'], '127.0.0.1');
}
