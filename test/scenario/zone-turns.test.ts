import { describe } from 'vitest';
import { scenario } from './zone-script.ts';

const three = { names: { a: {}, b: {}, c: {} } };

describe('zone: one name fails while the others work', () => {
  const begin = '0 want a=A b=A c=A → detected a=A · detected b=A · detected c=A · list a';

  for (const failure of ['html 500', 'lost', 'found r1=B odd:', 'found 1/1 1 -']) {
    scenario(
      `zone: its list ends in "${failure}" for ever → the others are read and written at once, it waits longer and longer`,
      `${begin}
      0.1   ${failure}  → warning a #1 · list b
      0.2   found r2=B  → list c
      0.3   found r3=B  → write b: update r2 A, c: update r3 A
      0.4   done        → synced b=A (update) · synced c=A (update) · due 0.6
      0.6   due         → list a
      0.7   ${failure}  → warning a #2 · due 1.7
      1.7   due         → list a
      1.8   ${failure}  → warning a #3 · due 3.8
      2     want a=A b=B c=A → detected b=B · write b: update r2 B
      2.1   done        → synced b=B (update) · due 3.8
      3     verify      → list b
      3.1   found r2=B  → list c
      3.2   found r3=A  → due 3.8
      `,
      three,
    );
  }

  scenario(
    'zone: two names fail one after the other → it may be the zone, which waits',
    `${begin}
    0.1   html 500    → warning a #1 · list b
    0.2   html 500    → warning zone #2 · due 1.2
    1.2   due         → list c
    1.3   found r3=A  → synced c=A (found) · list a
    1.4   html 500    → warning a #2 · list b
    1.5   html 500    → warning b #2 · due 2.4
    `,
    three,
  );

  scenario(
    'zone: nothing gets through → the zone waits, and nobody is asked for again in between',
    `${begin}
    0.1   unreachable → warning zone #1 · due 0.6
    0.6   due         → list b
    0.7   unreachable → warning zone #2 · due 1.7
    1.7   due         → list c
    1.8   unreachable → warning zone #3 · due 3.8
    `,
    three,
  );

  scenario(
    'zone: a batch fails twice → halved until the one that spoils it stands alone',
    `${begin}
    0.1   found r1=B  → list b
    0.2   found r2=B  → list c
    0.3   found r3=B  → write a: update r1 A, b: update r2 A, c: update r3 A
    0.4   html 500    → warning zone #1 · due 0.9
    0.9   due         → list a
    1     found r1=B  → list b
    1.1   found r2=B  → list c
    1.2   found r3=B  → write a: update r1 A, b: update r2 A, c: update r3 A
    1.3   html 500    → warning zone #2 · due 2.3
    2.3   due         → list a
    2.4   found r1=B  → list b
    2.5   found r2=B  → list c
    2.6   found r3=B  → write a: update r1 A, b: update r2 A
    2.7   html 500    → warning zone #3 · due 4.7
    4.7   due         → write c: update r3 A
    4.8   done        → synced c=A (update) · list a
    4.9   found r1=B  → list b
    5     found r2=B  → write a: update r1 A, b: update r2 A
    5.1   html 500    → warning zone #1 · due 5.6
    5.6   due         → list a
    5.7   found r1=B  → list b
    5.8   found r2=B  → write a: update r1 A, b: update r2 A
    5.9   html 500    → warning zone #2 · due 6.9
    6.9   due         → list a
    7     found r1=B  → list b
    7.1   found r2=B  → write a: update r1 A
    `,
    three,
  );
});

describe('zone: what is asked for many fails, and not for one', () => {
  const ten = Array.from({ length: 10 }, (_, i) => `h${i}`);
  const names = Object.fromEntries(ten.map((name) => [name, {}]));
  const wanted = ten.map((name) => `${name}=A`).join(' ');
  const detected = ten.map((name) => `detected ${name}=A`).join(' · ');

  scenario(
    'zone: the list of all fails twice → name by name; when that fails, too, the list of all again',
    `
    0     want ${wanted} → ${detected} · list all
    0.1   html 500       → warning zone #1 · due 0.6
    0.6   due            → list all
    0.7   html 500       → warning zone #2 · due 1.7
    1.7   due            → list h0
    1.8   html 500       → warning zone #3 · due 3.8
    3.8   due            → list all
    `,
    { names },
  );

  scenario(
    'zone: the list of all has one record that cannot be read → that name alone is read by itself',
    `
    0     want a=A b=A c=A d=A                           → detected a=A · detected b=A · detected c=A · detected d=A · list all
    0.1   found a: r1=A b: r2=A odd: c: r3=A d: r4=A      → synced a=A (found) · synced c=A (found) · synced d=A (found) · list b
    0.2   found r2=A odd:                                → warning zone #1 · due 0.7
    `,
    { names: { a: {}, b: {}, c: {}, d: {} } },
  );

  scenario(
    'zone: the zones of a domain cannot be asked for at once, twice → one by one',
    `
    0     want a=A b=A c=A d=A → detected a=A · detected b=A · detected c=A · detected d=A · look up .example.com
    0.1   html 500             → warning zone #1 · due 0.6
    0.6   due                  → look up .example.com
    0.7   html 500             → warning zone #2 · due 1.7
    1.7   due                  → look up a.example.com
    `,
    { zone: 'nothing', names: { a: {}, b: {}, c: {}, d: {} } },
  );
});

describe('zone: a list that does not prove anything', () => {
  const four = { names: { a: {}, b: {}, c: {}, d: {} } };
  const begin = '0 want a=A b=A c=A d=A → detected a=A · detected b=A · detected c=A · detected d=A · list all';

  for (const [words, page] of [
    ['has fewer records than it says, and no more pages', '1/1 9 a: r1=A'],
    ['does not say how many it has', 'a: r1=A untold'],
    ['says that it has one more than none', '1/1 1 -'],
  ] as const) {
    scenario(
      `zone: the list of all ${words} → nothing is made; each name is read by itself`,
      `${begin}
      0.1   found ${page} → list a
      `,
      four,
    );
  }

  scenario(
    'zone: the list of one name says one and has none → nothing is made, read again',
    `
    0     want home=A        → detected home=A · list home
    0.1   found 1/1 1 -      → warning zone #1 · due 0.6
    0.6   due                → list home
    0.7   found -            → write home: create A
    `,
  );

  scenario(
    'zone: the pages of one name have the same record twice → read again',
    `
    0     want home=A        → detected home=A · list home
    0.1   found 1/2 2 r1=B   → list home 2
    0.2   found 2/2 2 r1=B   → warning zone #1 · due 0.6
    `.replace('due 0.6', 'due 0.7'),
  );

  scenario(
    'zone: the list of one name has another one’s record → read again',
    `
    0     want home=A        → detected home=A · list home
    0.1   found www: r1=B    → warning zone #1 · due 0.6
    `,
  );
});

describe('zone lookup: several zones of one name', () => {
  const one = { zone: 'nothing' as const };

  for (const zones of ['example.com=a/moved example.com=b', 'example.com=b example.com=a/moved']) {
    scenario(
      `zone lookup: ${zones} → the one that is served`,
      `
      0      want home=A        → detected home=A · look up home.example.com
      0.1    zones -            → look up example.com
      0.2    zones ${zones}     → resolved home in example.com as b
      `,
      one,
    );

    scenario(
      `zone lookup: ${zones} for four names at once → the one that is served`,
      `
      0      want a=A b=A c=A d=A → detected a=A · detected b=A · detected c=A · detected d=A · look up .example.com
      0.1    zones ${zones}       → resolved a, b, c, d in example.com as b
      `,
      { zone: 'nothing', names: { a: {}, b: {}, c: {}, d: {} } },
    );
  }

  scenario(
    'zone lookup: two that are equally good → refused, asked again slowly',
    `
    0      want home=A                     → detected home=A · look up home.example.com
    0.1    zones -                         → look up example.com
    0.2    zones example.com=a example.com=b → error home #1 · due 300.2
    300.2  due                             → look up home.example.com
    300.3  zones -                         → look up example.com
    300.4  zones example.com=a/pending example.com=b → resolved home in example.com as b
    `,
    one,
  );

  scenario(
    'zone lookup: nothing but one that moved away → as none',
    `
    0      want home=A                     → detected home=A · look up home.example.com
    0.1    zones home.example.com=a/moved  → look up example.com
    0.2    zones example.com=b             → resolved home in example.com as b
    `,
    one,
  );

  scenario(
    'zone lookup: pending → used, with a warning',
    `
    0      want home=A                      → detected home=A · look up home.example.com
    0.1    zones -                          → look up example.com
    0.2    zones example.com=b/pending      → odd zone example.com · resolved home in example.com as b
    `,
    one,
  );

  scenario(
    'zone lookup: one name’s question fails for ever → the others’ zones are found',
    `
    0      want a=A b=A          → detected a=A · detected b=A · look up a.example.com
    0.1    html 500              → warning a #1 · look up b.example.com
    0.2    zones b.example.com=b → resolved b in b.example.com as b · due 0.6
    `,
    { zone: 'nothing', names: { a: {}, b: {} } },
  );
});
