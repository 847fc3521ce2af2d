import { describe } from 'vitest';
import { scenario } from './zone-script.ts';

const ten = Array.from({ length: 10 }, (_, i) => `h${i}`);
const wanted = (names: readonly string[]): string => names.map((name) => `${name}=A`).join(' ');
const detected = (names: readonly string[]): string => names.map((name) => `detected ${name}=A`).join(' · ');
const castOf = (names: readonly string[]) => ({ names: Object.fromEntries(names.map((name) => [name, {}])) });
/** Records of names that say A. */
const right = (names: readonly string[]): string => names.map((name) => `${name}: r${name}=A`).join(' ');
const synced = (names: readonly string[]): string => names.map((name) => `synced ${name}=A (found)`).join(' · ');

describe('zone: many names are to be read', () => {
  const four = ['a', 'b', 'c', 'd'];
  const begin = `0 want ${wanted(four)} → ${detected(four)} · list all`;

  scenario(
    'zone: four names → read together; the next verification, too',
    `${begin}
    0.1   found b: r2=B other: r9=D a: r1=A c: r3=A d: → synced a=A (found) · synced c=A (found) · write b: update r2 A, d: create A
    0.2   done                                        → synced b=A (update) · synced d=A (create)
    3600  verify                                      → list all
    3601  found a: r1=A b: r2=A c: r3=C               → drifted c=C · drifted d=- · write c: update r3 A, d: create A
    `,
    castOf(four),
  );

  scenario(
    'zone: one of them has several records → listed by itself for their order, and then as its policy says',
    `${begin}
    0.1   found a: r1=B r0=C b: r2=A c: r3=A d: r4=A → synced b=A (found) · synced c=A (found) · synced d=A (found) · list a
    0.2   found r0=C r1=B                            → write a: update r0 A
    0.3   done                                       → synced a=A (update)
    `,
    { names: { a: { multiRecord: 'first' }, b: {}, c: {}, d: {} } },
  );

  scenario(
    'zone: it has more pages than that saves → name by name',
    `${begin}
    0.1   found 1/2 120 ${right(four)} → list a
    0.2   found r1=A                   → synced a=A (found) · list b
    `,
    castOf(four),
  );

  scenario(
    'zone: a full page and no word of how many there are → name by name as well',
    `${begin}
    0.1   found ${right(four)} ${Array.from({ length: 96 }, (_, i) => `x${i}: r${i}=D`).join(' ')} untold → list a
    `,
    castOf(four),
  );

  scenario(
    'zone: the list of all is refused → name by name',
    `${begin}
    0.1   fails 400 9207 → list a
    `,
    castOf(four),
  );

  scenario(
    'zone: the token is refused → nothing else is tried, and the names are read together later',
    `${begin}
    0.1   fails 403 10000 → error zone #1 · due 300.1
    300.1 due             → list all
    `,
    castOf(four),
  );
});

describe('zone: a list of several pages', () => {
  const begin = `0 want ${wanted(ten)} → ${detected(ten)} · list all`;
  const [first, second] = [ten.slice(0, 5), ten.slice(5)];

  scenario(
    'zone: two pages → what is on both counts',
    `${begin}
    0.1   found 1/2 10 ${right(first)} → list all 2
    0.2   found 2/2 10 ${right(second)} → ${synced(ten)}
    `,
    castOf(ten),
  );

  scenario(
    'zone: the total changes between the pages → name by name, nothing is taken for gone',
    `${begin}
    0.1   found 1/2 10 ${right(first)}  → list all 2
    0.2   found 2/2 9 ${right(second)}  → list h0
    `,
    castOf(ten),
  );

  scenario(
    'zone: the pages have less than their total → name by name',
    `${begin}
    0.1   found 1/2 11 ${right(first)}  → list all 2
    0.2   found 2/2 11 ${right(second)} → list h0
    `,
    castOf(ten),
  );

  scenario(
    'zone: one name is on neither page → it is read by itself before it is created',
    `${begin}
    0.1   found 1/2 10 ${right(first)} x: r=D            → list all 2
    0.2   found 2/2 10 ${right(second.slice(1))}         → ${synced([...first, ...second.slice(1)])} · list h5
    0.3   found -                                        → write h5: create A
    `,
    castOf(ten),
  );

  scenario(
    'zone: it fails between the pages → read from the first again',
    `${begin}
    0.1   found 1/2 10 ${right(first)} → list all 2
    0.2   lost                         → warning zone #1 · due 0.7
    0.7   due                          → list all
    `,
    castOf(ten),
  );

  scenario(
    'zone: asked to verify between the pages → read from the first again',
    `${begin}
    0.1   found 1/2 10 ${right(first)}  → list all 2
    0.2   verify                        → –
    0.3   found 2/2 10 ${right(second)} → list all
    `,
    castOf(ten),
  );

  scenario(
    'zone: a new address between the pages → the list goes on, the newest is written',
    `${begin}
    0.1   found 1/2 10 ${right(first)}  → list all 2
    0.2   want h0=B ${wanted(ten.slice(1))} → detected h0=B
    0.3   found 2/2 10 ${right(second)} → ${synced(ten.slice(1))} · write h0: update rh0 B
    `,
    castOf(ten),
  );

  scenario(
    'zone: one name with two pages → both are its records',
    `
    0     want home=A                → detected home=A · list home
    0.1   found 1/2 3 r1=B r2=C      → list home 2
    0.2   found 2/2 3 r3=A           → write home: delete r1, home: delete r2
    `,
    { names: { home: { multiRecord: 'all' } } },
  );

  scenario(
    'zone: one name with more pages than Cloudflare allows → retried later, nothing is written',
    `
    0     want home=A                → detected home=A · list home
    0.1   found 1/11 1001 r1=B       → warning zone #1 · due 0.6
    `,
  );

  scenario(
    'zone: one name whose total changes between its pages → read from the first again',
    `
    0     want home=A                → detected home=A · list home
    0.1   found 1/2 2 r1=B           → list home 2
    0.2   found 2/2 1                → warning zone #1 · due 0.7
    0.7   due                        → list home
    `,
  );
});
