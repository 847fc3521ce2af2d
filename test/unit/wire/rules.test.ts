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

test.each<[string, number, number]>([
  ['message shorter than struct fib_rule_hdr', 0, 20],
  ['attribute past its message', 28, 0x000f00ff],
  ['attribute shorter than its header', 28, 0x000f0003],
  ['FRA_TABLE of 2 bytes', 28, 0x000f0006],
])('readRule: %s → WireError', (_, at, word) => {
  const bytes = ruleMessage();
  viewOf(bytes).setUint32(at, word, true);
  expect(() => new RoutingDump().take([bytes])).toThrow(WireError);
});
