import { expect, test } from 'vitest';
import { FRA_PRIORITY, FRA_PROTOCOL, RT_TABLE_LOCAL, RT_TABLE_MAIN } from '../../../src/core/wire/constants.ts';
import { WireError } from '../../../src/core/wire/framing.ts';
import { RoutingDump } from '../../../src/core/wire/routes.ts';
import { captured, viewOf } from '../../fakes/captured.ts';
import { prefix } from '../../fakes/routes.ts';
import { datagram, type RuleContent, ruleMessage } from '../../fakes/rtnetlink.ts';

const rulesOf = (content: RuleContent) => {
  const dump = new RoutingDump();
  dump.take([datagram(ruleMessage(content))]);
  return dump.rules;
};

test('readRule: rules of every selector, as the kernel sends them → those that look at the source alone', () => {
  const dump = new RoutingDump();
  dump.take(captured('dump-rules'));
  expect(dump.errno).toBe(0);
  expect(dump.rules).toEqual([
    { table: 1000, source: prefix('::/0') },
    { table: 200, source: prefix('3ffe:1::/64') },
  ]);
});

test('readRule: priority and protocol → make no difference', () => {
  const others = [
    [FRA_PRIORITY, [1, 0, 0, 0]],
    [FRA_PROTOCOL, [4]],
  ] as const;
  expect(rulesOf({ others })).toEqual([{ table: 200, source: prefix('::/0') }]);
});

test.each<[string, RuleContent]>([
  ['a selector of kernels yet to come', { others: [[99, [1]]] }],
  ['a flag of kernels yet to come', { ruleFlags: 0x100 }],
  ['suppressed short prefixes', { suppressPrefixLength: 0 }],
  ['another action than a table', { action: 7 }],
  ['the main table', { table: RT_TABLE_MAIN }],
  ['the local table', { table: RT_TABLE_LOCAL }],
])('readRule: %s → not followed', (_, content) => {
  expect(rulesOf(content)).toEqual([]);
});

test.each<[string, number]>([
  ['packets to one prefix alone', 17],
  ['packets of one class alone', 19],
])('readRule: %s → not followed', (_, at) => {
  const bytes = ruleMessage();
  bytes[at] = 1;
  const dump = new RoutingDump();
  dump.take([bytes]);
  expect(dump.rules).toEqual([]);
});

test('readRule: a table above 255, a source → both', () => {
  const source = prefix('3ffe:1::/64');
  expect(rulesOf({ table: 1000, source })).toEqual([{ table: 1000, source }]);
});

test('readRule: no FRA_TABLE, no FRA_SUPPRESS_PREFIXLEN → the table of the header, nothing suppressed', () => {
  const bytes = ruleMessage().slice(0, 28);
  viewOf(bytes).setUint32(0, 28, true);
  const dump = new RoutingDump();
  dump.take([bytes]);
  expect(dump.rules).toEqual([{ table: 200, source: prefix('::/0') }]);
});

test.each<[string, number, number, string]>([
  ['message shorter than struct fib_rule_hdr', 0, 20, 'struct fib_rule_hdr at byte 16 has 4 of 12 bytes'],
  ['message that ends inside a header', 0, 30, 'struct nlattr at byte 28 has 2 of 4 bytes'],
  ['attribute past its message', 28, 0x000f00ff, 'attribute 15 of length 255 at byte 28, 16 bytes left'],
  ['attribute a byte past its message', 28, 0x000f0011, 'attribute 15 of length 17 at byte 28, 16 bytes left'],
  ['attribute shorter than its header', 28, 0x00630003, 'attribute 99 of length 3 at byte 28, 16 bytes left'],
  ['FRA_TABLE of 2 bytes', 28, 0x000f0006, 'attribute 15 of length 6 at byte 28, 16 bytes left'],
  ['FRA_SRC of 15 bytes', 28, 0x00020010, 'attribute 2 of length 16 at byte 28, 16 bytes left'],
  ['FRA_PRIORITY of 3 bytes', 28, 0x00060007, 'attribute 6 of length 7 at byte 28, 16 bytes left'],
  ['FRA_SUPPRESS_PREFIXLEN of 3 bytes', 28, 0x000e0007, 'attribute 14 of length 7 at byte 28, 16 bytes left'],
  ['FRA_PROTOCOL of no bytes', 28, 0x00150004, 'attribute 21 of length 4 at byte 28, 16 bytes left'],
])('readRule: %s → WireError', (_, at, word, message) => {
  const bytes = ruleMessage();
  viewOf(bytes).setUint32(at, word, true);
  expect(() => new RoutingDump().take([bytes])).toThrow(new WireError(message));
});
