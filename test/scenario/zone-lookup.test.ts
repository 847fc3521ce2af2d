import { describe } from 'vitest';
import { scenario } from './zone-script.ts';

const goals = (names: string): string => [...names].map((name) => `${name}=A`).join(' ');
const detected = (names: string): string => [...names].map((name) => `detected ${name}=A`).join(' · ');

describe('zone: its id is not known', () => {
  scenario(
    'zone lookup: the name itself, then one label less → the first zone that the token sees',
    `
    0      want home=A           → detected home=A · look up home.example.com
    0.1    zones -               → look up example.com
    0.2    zones example.com=a   → resolved home in example.com as a
    `,
    { zone: 'nothing' },
  );

  scenario(
    'zone lookup: names of one zone → a shared parent is asked for once',
    `
    0      want home=A www=A     → detected home=A · detected www=A · look up home.example.com
    0.1    zones -               → look up example.com
    0.2    zones example.com=a   → resolved home in example.com as a · look up www.example.com
    0.3    zones -               → resolved www in example.com as a
    `,
    { zone: 'nothing', names: { home: {}, www: {} } },
  );

  scenario(
    'zone lookup: a delegated zone below → the deepest wins',
    `
    0      want home=A              → detected home=A · look up home.example.com
    0.1    zones home.example.com=b → resolved home in home.example.com as b
    `,
    { zone: 'nothing' },
  );

  scenario(
    'zone lookup: a wildcard → the zones above it',
    `
    0      want *=A             → detected *=A · look up example.com
    0.1    zones example.com=a  → resolved * in example.com as a
    `,
    { zone: 'nothing', names: { '*': {} } },
  );

  scenario(
    'zone lookup: the answer names another zone → not taken',
    `
    0      want home=A               → detected home=A · look up home.example.com
    0.1    zones example.org=a       → look up example.com
    0.2    zones notexample.com=a    → error home #1 · due 300.2
    `,
    { zone: 'nothing' },
  );

  scenario(
    'zone lookup: the token sees none → logged once, asked again slowly',
    `
    0      want home=A   → detected home=A · look up home.example.com
    0.1    zones -       → look up example.com
    0.2    zones -       → error home #1 · due 300.2
    0.2    states        → home error
    300.2  due           → look up home.example.com
    300.3  zones -       → look up example.com
    300.4  zones -       → debug home #2 · due 900.4
    400    want home=B   → detected home=B · look up home.example.com
    `,
    { zone: 'nothing' },
  );

  scenario(
    'zone lookup: unreachable, refused, throttled → as any other request',
    `
    0      want home=A               → detected home=A · look up home.example.com
    0.1    unreachable               → warning zone #1 · due 0.6
    0.6    due                       → look up home.example.com
    0.7    html 502                  → warning zone #2 · due 1.7
    1.7    due                       → look up home.example.com
    1.8    fails 429 971 retry-after=60 → warning zone #3 · due 61.8
    2      want home=B               → detected home=B · due 61.8
    61.8   due                       → look up home.example.com
    62     fails 400 6003>6111       → error zone #1 · due 362
    2462   due                       → look up home.example.com
    2463   fails 401 1000            → error zone #2 · due 3063
    `,
    { zone: 'nothing' },
  );

  scenario(
    'zone lookup: the token may not ask for the name itself → its parent is asked for',
    `
    0      want home=A           → detected home=A · look up home.example.com
    0.1    fails 403 9109        → look up example.com
    0.2    zones example.com=a   → resolved home in example.com as a
    `,
    { zone: 'nothing' },
  );

  scenario(
    'zone lookup: the token may not ask for a name’s zones, or there is no way there → that name waits, the others go on',
    `
    0      want home=A mail=A www=A → detected home=A · detected mail=A · detected www=A · look up home.example.com
    0.1    fails 403 9109           → look up example.com
    0.2    fails 403 10000          → error home #1 · look up mail.example.com
    0.3    fails 404 7003           → error mail #1 · look up www.example.com
    0.4    zones www.example.com=b  → resolved www in www.example.com as b · due 300.2
    0.4    states                   → home error · mail error
    300.2  due                      → look up home.example.com
    300.3  fails 403 9109           → look up example.com
    300.4  zones example.com=a      → resolved home in example.com as a · look up mail.example.com
    300.5  zones -                  → resolved mail in example.com as a
    `,
    { zone: 'nothing', names: { home: {}, mail: {}, www: {} } },
  );

  scenario(
    'zone lookup: an answer that is cut or has no id → retried',
    `
    0      want home=A           → detected home=A · look up home.example.com
    0.1    cut                   → warning zone #1 · due 0.6
    0.6    due                   → look up home.example.com
    0.7    zones home.example.com=x → warning zone #2 · due 1.7
    `,
    { zone: 'nothing' },
  );
});

describe('zone: many names without an id', () => {
  const names = { a: {}, b: {}, 'c.sub': {}, 'd.sub': {} };
  const begin = `
    0      want a=A b=A c.sub=A d.sub=A     → detected a=A · detected b=A · detected c.sub=A · detected d.sub=A · look up .example.com`;

  scenario(
    'zone lookup: four names of one domain → its zones in one question, the deepest wins',
    `${begin}
    0.1    zones sub.example.com=b ple.com=c notexample.com=d example.com=a → resolved a, b in example.com as a · resolved c.sub, d.sub in sub.example.com as b
    `,
    { zone: 'nothing', names },
  );

  scenario(
    'zone lookup: none of them holds the names → asked one by one',
    `${begin}
    0.1    zones -              → look up a.example.com
    0.2    zones -              → look up example.com
    0.3    zones example.com=a  → resolved a in example.com as a · look up b.example.com
    `,
    { zone: 'nothing', names },
  );

  scenario(
    'zone lookup: the token may not ask for all, or the question is not understood → asked one by one',
    `${begin}
    0.1    fails 403 9109       → look up a.example.com
    `,
    { zone: 'nothing', names },
  );

  for (const refusal of ['403 9109', '404 7003']) {
    scenario(
      `zone lookup: refused with ${refusal} ten times in a row → a pause for all, then the others first`,
      `
      0      want ${goals('abcdefghijk')} → ${detected('abcdefghijk')} · look up .example.com
      0.1    fails ${refusal} → look up a.example.com
      0.1    fails ${refusal} → look up example.com
      0.1    fails ${refusal} → error a #1 · look up b.example.com
      0.1    fails ${refusal} → error b #1 · look up c.example.com
      0.1    fails ${refusal} → error c #1 · look up d.example.com
      0.1    fails ${refusal} → error d #1 · look up e.example.com
      0.1    fails ${refusal} → error e #1 · look up f.example.com
      0.1    fails ${refusal} → error f #1 · look up g.example.com
      0.1    fails ${refusal} → error g #1 · look up h.example.com
      0.1    fails ${refusal} → error zone #1 · due 300.1
      300.1  due                  → look up i.example.com
      300.2  zones i.example.com=b → resolved i in i.example.com as b · look up j.example.com
      `,
      { zone: 'nothing', names: Object.fromEntries([...'abcdefghijk'].map((name) => [name, {}])) },
    );
  }

  scenario(
    'zone lookup: no answer for all → asked for all again',
    `${begin}
    0.1    html 502             → warning zone #1 · due 0.6
    0.6    due                  → look up .example.com
    `,
    { zone: 'nothing', names },
  );

  scenario(
    'zone lookup: a full page of zones → asked one by one',
    `${begin}
    0.1    zones ${Array.from({ length: 49 }, (_, i) => `z${i}.example.com=e`).join(' ')} example.com=a → look up a.example.com
    `,
    { zone: 'nothing', names },
  );

  scenario(
    'zone lookup: internationalized names, whose zones come in Unicode → asked one by one',
    `
    0      want xn--a=A b=A c=A d=A         → detected xn--a=A · detected b=A · detected c=A · detected d=A · look up .example.com
    0.1    zones example.com=a ä.example.com=b → resolved b, c, d in example.com as a · look up xn--a.example.com
    0.2    zones ä.example.com=b            → resolved xn--a in xn--a.example.com as b
    `,
    { zone: 'nothing', names: { 'xn--a': {}, b: {}, c: {}, d: {} } },
  );

  scenario(
    'zone lookup: nothing is found for any → the parent is asked for once, and everything anew next time',
    `${begin}
    0.1    zones -   → look up a.example.com
    0.2    zones -   → look up example.com
    0.3    zones -   → error a #1 · look up b.example.com
    0.4    zones -   → error b #1 · look up c.sub.example.com
    0.5    zones -   → look up sub.example.com
    0.6    zones -   → error c.sub #1 · look up d.sub.example.com
    0.7    zones -   → error d.sub #1 · due 300.3
    300.9  due       → look up .example.com
    `,
    { zone: 'nothing', names },
  );
});
