/** vitest's matchers without its Node parts. */
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  customMatchers,
  GLOBAL_EXPECT,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
} from '@vitest/expect';
import * as chai from 'chai';

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

const asymmetric = Reflect.get(globalThis, ASYMMETRIC_MATCHERS_OBJECT) as object;
export const expect = Object.assign(
  (value: unknown, message?: string) => chai.expect(value, message),
  chai.expect,
  asymmetric,
);
Reflect.set(globalThis, GLOBAL_EXPECT, expect);
(chai.expect as unknown as { extend(expect: object, matchers: object): void }).extend(expect, customMatchers); // by JestExtend
