import { describe } from 'vitest';
import { scenario } from './zone-script.ts';

const two = { names: { home: {}, www: {} } };
const mine = { names: { home: { comment: 'mine' } } };

describe('zone: how many go into one request', () => {
  const names = { a: {}, b: {}, c: {}, d: {}, e: {} };

  scenario(
    'zone: one of five is refused → batches are halved until it stands alone, then doubled again',
    `
    0      want a=A b=A c=A d=A e=A → detected a=A · detected b=A · detected c=A · detected d=A · detected e=A · list all
    0.1    found a: r1=B b: r2=B c: r3=B d: r4=B e: r5=B → write a: update r1 A, b: update r2 A, c: update r3 A, d: update r4 A, e: update r5 A
    0.2    fails 400 9003           → write a: update r1 A, b: update r2 A, c: update r3 A
    0.3    fails 400 9003           → write a: update r1 A, b: update r2 A
    0.4    fails 400 9003           → write a: update r1 A
    0.5    fails 400 9003           → error a #1 · write b: update r2 A
    0.6    done                     → synced b=A (update) · write c: update r3 A, d: update r4 A
    0.7    done                     → synced c=A (update) · synced d=A (update) · write e: update r5 A
    `,
    { names },
  );

  scenario(
    'zone: a single write fails twice for now → the others go together all the same',
    `
    0      want a=A b=A c=A  → detected a=A · detected b=A · detected c=A · list a
    0.1    found r1=B        → list b
    0.2    found r2=A        → synced b=A (found) · list c
    0.3    found r3=A        → synced c=A (found) · write a: update r1 A
    0.4    unreachable       → warning zone #1 · due 0.9
    0.9    due               → write a: update r1 A
    1      unreachable       → warning zone #2 · due 2
    1.1    want a=C b=C c=C  → detected a=C · detected b=C · detected c=C · write b: update r2 C, c: update r3 C
    1.2    done              → synced b=C (update) · synced c=C (update) · write a: update r1 C
    `,
    { names: { a: {}, b: {}, c: {} } },
  );

  const denied = `
    0      want home=A www=A → detected home=A · detected www=A · list home
    0.1    found r1=B        → list www
    0.2    found r2=B        → write home: update r1 A, www: update r2 A
    0.3    fails 403 10000   → list home
    0.4    found r1=B        → list www
    0.5    found r2=B        → write home: update r1 A`;

  scenario(
    'zone: a batch passes again after a denial → the next denial counts as the first one',
    `${denied}
    0.6    done              → synced home=A (update) · write www: update r2 A
    0.7    done              → synced www=A (update)
    301    want home=C www=C → detected home=C · detected www=C · write home: update r1 C, www: update r2 C
    301.1  done              → synced home=C (update) · synced www=C (update)
    400    want home=D www=D → detected home=D · detected www=D · write home: update r1 D, www: update r2 D
    400.1  fails 403 10000   → list home
    400.2  found r1=C        → list www
    400.3  found r2=C        → write home: update r1 D
    400.4  done              → synced home=D (update) · write www: update r2 D
    400.5  done              → synced www=D (update)
    701    want home=B www=B → detected home=B · detected www=B · write home: update r1 B, www: update r2 B
    `,
    two,
  );

  scenario(
    'zone: the single write is denied like the batch, then a new address → it was not the batch, which is tried again',
    `${denied}
    0.6    fails 403 10000   → error zone #1 · due 300.6
    10     want home=C www=C → detected home=C · detected www=C · write www: update r2 C
    10.1   done              → synced www=C (update) · list home
    10.2   found r1=B        → write home: update r1 C
    10.3   done              → synced home=C (update)
    20     want home=D www=D → detected home=D · detected www=D · write home: update r1 D, www: update r2 D
    `,
    two,
  );

  scenario(
    'zone: a list is denied after the batch → nothing new of the batch, single writes go on',
    `${denied}
    0.6    done              → synced home=A (update) · write www: update r2 A
    0.7    done              → synced www=A (update)
    60     verify            → list home
    60.1   fails 403 10000   → error zone #1 · due 360.1
    70     want home=C www=C → detected home=C · detected www=C · list www
    70.1   found r2=A        → write www: update r2 C
    70.2   done              → synced www=C (update) · list home
    70.3   found r1=A        → write home: update r1 C
    70.4   done              → synced home=C (update)
    80     want home=D www=D → detected home=D · detected www=D · write home: update r1 D
    `,
    two,
  );
});

describe('zone: what is refused with a code that nobody knows', () => {
  scenario(
    'zone: the question what the zone is called → written all the same',
    `
    0      want home=A      → detected home=A · list home
    0.1    found -          → identify
    0.2    fails 400 123456 → write home: create A
    0.3    done             → synced home=A (create)
    `,
    { zone: 'id' },
  );

  scenario(
    'zone: the list of all → name by name',
    `
    0      want a=A b=A c=A d=A → detected a=A · detected b=A · detected c=A · detected d=A · list all
    0.1    fails 400 123456     → list a
    `,
    { names: { a: {}, b: {}, c: {}, d: {} } },
  );

  scenario(
    'zone lookup: the question for a domain → name by name; for a name → that one waits',
    `
    0      want a=A b=A c=A d=A → detected a=A · detected b=A · detected c=A · detected d=A · look up .example.com
    0.1    fails 400 123456     → look up a.example.com
    0.2    fails 400 123456     → error a #1 · look up b.example.com
    `,
    { zone: 'nothing', names: { a: {}, b: {}, c: {}, d: {} } },
  );

  scenario(
    'zone: a creation → nothing else to send along, the name waits',
    `
    0      want home=A    → detected home=A · list home
    0.1    found -        → write home: create A
    0.2    fails 400 9021 → error home #1 · due 300.2
    `,
  );

  scenario(
    'zone: a comment → sent once with the rest of the record',
    `
    0      want home=A    → detected home=A · list home
    0.1    found r1=A     → write home: update r1 comment:mine
    0.2    fails 400 9021 → list home
    0.3    found r1=A     → write home: update r1 comment:mine keeping ttl:1 proxied:false
    0.4    done           → synced home=A (update)
    `,
    mine,
  );

  scenario(
    'zone: address and comment, then the address alone → sent once with the rest of the record',
    `
    0      want home=A    → detected home=A · list home
    0.1    found r1=B     → write home: update r1 A comment:mine
    0.2    fails 400 9021 → write home: update r1 A
    0.3    fails 400 9021 → list home
    `,
    mine,
  );

  scenario(
    'zone: a change with the rest of the record, for another reason → with the rest the next time, too',
    `
    0      want home=A    → detected home=A · list home
    0.1    found r1=B     → write home: update r1 A
    0.2    fails 400 9021 → list home
    0.3    found r1=B     → write home: update r1 A keeping ttl:1 proxied:false
    0.4    fails 400 9003 → error home #1 · due 300.4
    300.4  due            → list home
    300.5  found r1=B     → write home: update r1 A keeping ttl:1 proxied:false
    `,
  );

  scenario(
    'zone: the rest helps in a batch with another name’s plain change → from then on for that one, too',
    `
    0      want home=A www=A → detected home=A · detected www=A · list home
    0.1    found r1=B        → list www
    0.2    found r2=A        → synced www=A (found) · write home: update r1 A
    0.3    fails 400 9021    → list home
    0.4    want home=A www=C → detected www=C
    0.5    found r1=B        → write home: update r1 A keeping ttl:1 proxied:false, www: update r2 C
    0.6    done              → synced home=A (update) · synced www=C (update)
    10     want home=A www=D → detected www=D · list www
    `,
    two,
  );
});

describe('zone: the other way round after two failures', () => {
  scenario(
    'zone: the list of one name fails twice → names that are known are not read again',
    `
    0      want home=A www=A → detected home=A · detected www=A · list home
    0.1    found r1=A        → synced home=A (found) · list www
    0.2    unreachable       → warning zone #1 · due 0.7
    0.7    due               → list www
    0.8    unreachable       → warning zone #2 · due 1.8
    1.8    due               → list www
    1.9    found r2=A        → synced www=A (found)
    `,
    two,
  );

  scenario(
    'zone: the second page fails twice, with a verification in between → read from the first page on',
    `
    0      want a=A b=A c=A d=A e=A f=A g=A h=A → ${[...'abcdefgh'].map((own) => `detected ${own}=A`).join(' · ')} · list all
    0.1    unreachable         → warning zone #1 · due 0.6
    0.6    due                 → list all
    0.7    found 1/2 5 a: r1=A → list all 2
    0.8    verify              → –
    0.9    unreachable         → warning zone #2 · due 1.9
    1.9    due                 → list all
    `,
    { names: Object.fromEntries([...'abcdefgh'].map((own) => [own, {}])) },
  );

  scenario(
    'zone: one name waits by itself when another fails, too → nobody gets through, the zone waits',
    `
    0      want home=A www=A → detected home=A · detected www=A · list home
    0.1    html 500          → warning home #1 · list www
    0.2    found r2=A        → synced www=A (found) · due 0.6
    0.7    want home=A www=B → detected www=B · write www: update r2 B
    0.8    html 500          → warning zone #1 · due 1.3
    `,
    two,
  );
});

describe('zone lookup: whose turn it is', () => {
  scenario(
    'zone lookup: the one that failed least has no zone left to ask for → at once the one that failed more often, if its wait is over',
    `
    0      want a=A b=A   → detected a=A · detected b=A · look up a.example.com
    0.1    html 500       → warning a #1 · look up b.example.com
    0.9    zones -        → look up example.com
    1      zones -        → error b #1 · look up a.example.com
    `,
    { zone: 'nothing', names: { a: {}, b: {} } },
  );
});

describe('zone: an id that was looked up', () => {
  const found = { zone: 'id' as const, names: { home: { zoneId: null } } };

  scenario(
    'zone: its list is denied → it may be none any more',
    `
    0      want home=A     → detected home=A · list home
    0.1    fails 403 10000 → error zone #1 · zone lost · due 300.1
    `,
    found,
  );

  scenario(
    'zone: a write is denied, or the token everywhere → it is looked up no more than before',
    `
    0      want home=A     → detected home=A · list home
    0.1    found r1=B      → write home: update r1 A
    0.2    fails 403 10000 → error zone #1 · due 300.2
    300.2  due             → list home
    300.3  fails 401 1000  → error zone #2 · due 900.3
    `,
    found,
  );

  scenario(
    'zone lookup: the question is refused everywhere, as one for a zone that is none → there is no id that could be lost',
    `
    0      want home=A          → detected home=A · look up home.example.com
    0.1    fails 404 7003>1000  → error zone #1 · due 300.1
    `,
    { zone: 'nothing' },
  );
});

describe('zone: a reply that proves less than it might', () => {
  scenario(
    'zone: the list of one name does not say how many records it has → taken as it is',
    `
    0      want home=A       → detected home=A · list home
    0.1    found r1=A untold → synced home=A (found)
    `,
  );

  scenario(
    'zone: a surplus record cannot be deleted → refused, and read before the next try',
    `
    0      want home=A       → detected home=A · list home
    0.1    found r1=A r2=B   → write home: delete r2
    0.2    fails 400 9003    → error home #1 · due 300.2
    1      verify            → due 300.2
    300.2  due               → list home
    `,
    { names: { home: { multiRecord: 'all' } } },
  );
});
