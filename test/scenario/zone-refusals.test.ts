import { describe } from 'vitest';
import { VERIFYING } from './zone-openings.ts';
import { scenario } from './zone-script.ts';

/** A verification every minute, none of which ends the wait until `dueSec`. */
function everyMinute(fromSec: number, dueSec: number): string {
  const count = Math.ceil((dueSec - fromSec) / 60);
  return Array.from({ length: count }, (_, i) => `${fromSec + 60 * i} verify → due ${dueSec}`).join('\n');
}

describe('zone: token or zone refused', () => {
  scenario(
    'zone: the token is refused → logged once, retried slowly, also with another ray; recovers by itself',
    `
    0      want home=A                   → detected home=A · list home
    0.1    fails 403 10000 cf-ray=1-FRA  → error zone #1 · due 300.1
    300.1  due                           → list home
    300.2  fails 403 10000 cf-ray=2-FRA  → debug zone #2 · due 900.2
    900.2  due                           → list home
    900.3  fails 403 10000 cf-ray=3-FRA  → debug zone #3 · due 2100.3
    2100.3 due                           → list home
    2100.4 found r1=A                    → synced home=A (found)
    `,
  );

  scenario(
    'zone: the server’s own trouble, with x-should-retry: false → retried slowly, read back before',
    `
    0      want home=A                             → detected home=A · list home
    0.1    found r1=B                              → write home: update r1 A
    0.2    fails 500 10013 x-should-retry=false    → error zone #1 · due 300.2
    300.2  due                                     → list home
    `,
  );

  scenario(
    'zone: the token is refused, then for another reason → logged again',
    `
    0      want home=A     → detected home=A · list home
    0.1    fails 403 10000 → error zone #1 · due 300.1
    300.1  due             → list home
    300.2  fails 403 9109  → error zone #2 · due 900.2
    `,
  );

  scenario(
    'zone: the token is refused, a new address → tried at once',
    `
    0      want home=A     → detected home=A · list home
    0.1    fails 403 10000 → error zone #1 · due 300.1
    10     want home=B     → detected home=B · list home
    10.1   found r1=B      → synced home=B (found)
    `,
  );

  scenario(
    'zone: the token is refused, verified every minute → tried after 5 min all the same, doubled to 1 h',
    `
    0      want home=A     → detected home=A · list home
    1      fails 403 10000 → error zone #1 · due 301
    ${everyMinute(60, 301)}
    301    due             → list home
    302    fails 403 10000 → debug zone #2 · due 902
    ${everyMinute(360, 902)}
    902    due             → list home
    903    fails 403 10000 → debug zone #3 · due 2103
    ${everyMinute(960, 2103)}
    2103   due             → list home
    2104   fails 403 10000 → debug zone #4 · due 4504
    ${everyMinute(2160, 4504)}
    4504   due             → list home
    4505   fails 403 10000 → debug zone #5 · due 8105
    ${everyMinute(4560, 8105)}
    8105   due             → list home
    8106   fails 403 10000 → debug zone #6 · due 11706
    `,
  );

  scenario(
    'zone: the token may read but not write → retried slowly all the same',
    `
    0      want home=A     → detected home=A · list home
    0.1    found r1=B      → write home: update r1 A
    0.2    fails 403 10000 → error zone #1 · due 300.2
    300.2  due             → list home
    300.3  found r1=B      → write home: update r1 A
    300.4  fails 403 10000 → debug zone #2 · due 900.4
    `,
  );

  scenario(
    'zone: 401 of an incident while synced → the record counts as right again once it was read',
    `${VERIFYING}
    3601   fails 401 10000 → error zone #1 · due 3901
    3601   states          → home error
    3901   due             → list home
    3902   found r1=A      → –
    3902   states          → home synced
    `,
  );
});

describe('zone: the batch call is denied', () => {
  const names = { home: {}, www: {} };
  const begin = `
    0      want home=A www=A    → detected home=A · detected www=A · list home
    0.1    found r1=B           → list www
    0.2    found r2=B           → write home: update r1 A, www: update r2 A`;

  for (const denial of ['403 10000', '404 7003', '405 10000']) {
    scenario(
      `zone: ${denial} for the batch, single calls pass → single calls for 5 min, then a batch is tried again, ever more rarely`,
      `${begin}
      0.3    fails ${denial}      → list home
      0.4    found r1=B           → list www
      0.5    found r2=B           → write home: update r1 A
      0.6    done                 → synced home=A (update) · write www: update r2 A
      0.7    done                 → synced www=A (update)
      10     want home=C www=C    → detected home=C · detected www=C · write home: update r1 C
      10.1   done                 → synced home=C (update) · write www: update r2 C
      10.2   done                 → synced www=C (update)
      301    want home=D www=D    → detected home=D · detected www=D · write home: update r1 D, www: update r2 D
      301.1  fails ${denial}      → list home
      301.2  found r1=C           → list www
      301.3  found r2=C           → write home: update r1 D
      301.4  done                 → synced home=D (update) · write www: update r2 D
      301.5  done                 → synced www=D (update)
      901    want home=A www=A    → detected home=A · detected www=A · write home: update r1 A
      `,
      { names },
    );
  }

  scenario(
    'zone: single calls are denied, too → the zone’s trouble, and batches again later',
    `${begin}
    0.3    fails 403 10000      → list home
    0.4    found r1=B           → list www
    0.5    found r2=B           → write home: update r1 A
    0.6    fails 403 10000      → error zone #1 · due 300.6
    300.6  due                  → write www: update r2 A
    300.7  done                 → synced www=A (update) · list home
    300.8  found r1=B           → write home: update r1 A
    300.9  done                 → synced home=A (update)
    400    want home=B www=B    → detected home=B · detected www=B · write home: update r1 B, www: update r2 B
    `,
    { names },
  );

  scenario(
    'zone: everything is denied after the batch → the zone’s trouble, and batches again later',
    `${begin}
    0.3    fails 403 10000      → list home
    0.4    fails 403 10000      → error zone #1 · due 300.4
    300.4  due                  → list www
    300.5  found r2=B           → write www: update r2 A
    300.6  done                 → synced www=A (update) · list home
    `,
    { names },
  );
});

describe('zone: one name refused', () => {
  scenario(
    'zone: a CNAME has the name → refused, looked at again before the next try',
    `
    0      want home=A          → detected home=A · list home
    0.1    found -              → write home: create A
    0.2    fails 400 1004>81054 → error home #1 · due 300.2
    0.2    states               → home error
    300.2  due                  → list home
    300.3  found -              → write home: create A
    300.4  fails 400 81054      → error home #2 · due 900.4
    900.4  due                  → list home
    900.5  found -              → write home: create A
    900.6  done                 → synced home=A (create)
    `,
  );

  scenario(
    'zone: refused for now, as the server says → the name waits as for the network, the others go on',
    `
    0      want home=A www=A                     → detected home=A · detected www=A · list home
    0.1    found r1=B                            → list www
    0.2    found r2=A                            → synced www=A (found) · write home: update r1 A
    0.3    fails 400 9003 x-should-retry=true    → warning home #1 · due 0.8
    0.4    want home=A www=C                     → detected www=C · write www: update r2 C
    0.5    done                                  → synced www=C (update) · due 0.8
    0.8    due                                   → list home
    `,
    { names: { home: {}, www: {} } },
  );

  scenario(
    'zone: one of two is refused → found by halving the batch, the other is written',
    `
    0      want home=A www=A    → detected home=A · detected www=A · list home
    0.1    found r1=B           → list www
    0.2    found r2=B           → write home: update r1 A, www: update r2 A
    0.3    fails 400 9003       → write home: update r1 A
    0.4    done                 → synced home=A (update) · write www: update r2 A
    0.5    fails 400 9003       → error www #1 · due 300.5
    0.5    states               → home synced · www error
    `,
    { names: { home: {}, www: {} } },
  );

  scenario(
    'zone: the first of four is refused → the other three are written, all within six requests',
    `
    0      want a=A b=A c=A d=A → detected a=A · detected b=A · detected c=A · detected d=A · list all
    0.4    found a: r1=B b: r2=B c: r3=B d: r4=B → write a: update r1 A, b: update r2 A, c: update r3 A, d: update r4 A
    0.5    fails 400 9003       → write a: update r1 A, b: update r2 A
    0.6    fails 400 9003       → write a: update r1 A
    0.7    fails 400 9003       → error a #1 · write b: update r2 A
    0.8    done                 → synced b=A (update) · write c: update r3 A, d: update r4 A
    0.9    done                 → synced c=A (update) · synced d=A (update) · due 300.7
    `,
    { names: { a: {}, b: {}, c: {}, d: {} } },
  );

  scenario(
    'zone: a new address after one was refused → the good names in one batch first, the refused one after them',
    `
    0      want home=A www=A mail=A → detected home=A · detected www=A · detected mail=A · list home
    0.1    fails 400 9003           → error home #1 · list www
    0.2    found r2=A               → synced www=A (found) · list mail
    0.3    found r3=A               → synced mail=A (found) · due 300.1
    10     want home=B www=B mail=B → detected home=B · detected www=B · detected mail=B · write www: update r2 B, mail: update r3 B
    10.1   done                     → synced www=B (update) · synced mail=B (update) · list home
    10.2   found r1=C               → write home: update r1 B
    10.3   fails 400 9003           → debug home #2 · due 610.3
    `,
    { names: { home: {}, www: {}, mail: {} } },
  );

  scenario(
    'zone: a batch is refused because a record is gone → halving finds it, and it is read again',
    `
    0      want home=A www=A    → detected home=A · detected www=A · list home
    0.1    found r1=B           → list www
    0.2    found r2=B           → write home: update r1 A, www: update r2 A
    0.3    fails 404 81044      → write home: update r1 A
    0.4    fails 404 81044      → write www: update r2 A
    0.5    done                 → synced www=A (update) · list home
    0.6    found -              → write home: create A
    0.7    done                 → synced home=A (create)
    `,
    { names: { home: {}, www: {} } },
  );

  scenario(
    'zone: the batch of one name’s records is refused → its operations one by one, the update first',
    `
    0      want home=A          → detected home=A · list home
    0.1    found r1=B r2=C      → write home: update r1 A, home: delete r2
    0.2    fails 400 9207       → write home: update r1 A
    0.3    done                 → write home: delete r2
    0.4    done                 → synced home=A (delete)
    `,
    { names: { home: { multiRecord: 'all' } } },
  );
});
