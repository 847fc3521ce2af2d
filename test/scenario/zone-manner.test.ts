import { describe } from 'vitest';
import { scenario } from './zone-script.ts';

describe('zone: an attribute is refused', () => {
  const mine = { names: { home: { comment: 'mine' } } };

  for (const refusal of ['400 9021', '400 1004>9313', '400 9004', '400 123456', '403 10000']) {
    scenario(
      `zone: ${refusal} for a new record with attributes → the address alone at once, the attribute is a lasting error`,
      `
      0      want home=A       → detected home=A · list home
      0.1    found -           → write home: create A comment:mine
      0.2    fails ${refusal}  → write home: create A
      0.3    done              → write home: update new0 comment:mine
      0.4    fails ${refusal}  → error home #1 · due 300.4
      0.4    states            → home error
      300.4  due               → list home
      300.5  found new0=A      → write home: update new0 comment:mine
      300.6  fails ${refusal}  → debug home #2 · due 900.6
      900.6  due               → list home
      900.7  found new0=A      → write home: update new0 comment:mine
      900.8  done              → synced home=A (update)
      `,
      mine,
    );
  }

  const refusedOnce = `
      0      want home=A       → detected home=A · list home
      0.1    found r1=B        → write home: update r1 A comment:mine
      0.2    fails 400 9313    → write home: update r1 A
      0.3    done              → write home: update r1 comment:mine
      0.4    fails 400 9313    → error home #1 · due 300.4`;

  scenario(
    'zone: an attribute is refused, then a new address → the address first and alone',
    `${refusedOnce}
      10     want home=C       → detected home=C · write home: update r1 C
      10.1   done              → write home: update r1 comment:mine
      10.2   fails 400 9313    → debug home #2 · due 610.2
    `,
    mine,
  );

  scenario(
    'zone: an attribute is refused, then somebody changes the address → set back at once, not when the attribute is tried',
    `${refusedOnce}
      60     verify            → list home
      60.1   found r1=C        → write home: update r1 A
      60.2   done              → due 300.4
      60.2   states            → home error
    `,
    mine,
  );

  scenario(
    'zone: the address itself is refused, too → the name waits as a whole',
    `
      0      want home=A       → detected home=A · list home
      0.1    found r1=B        → write home: update r1 A comment:mine
      0.2    fails 400 9003    → write home: update r1 A
      0.3    fails 400 9003    → error home #1 · due 300.3
    `,
    mine,
  );

  scenario(
    'zone: a bad token while attributes are enforced → the zone’s trouble after one more try',
    `
      0      want home=A       → detected home=A · list home
      0.1    found r1=B        → write home: update r1 A comment:mine
      0.2    fails 403 10000   → write home: update r1 A
      0.3    fails 403 10000   → error zone #1 · due 300.3
    `,
    mine,
  );

  scenario(
    'zone: an attribute of one of three is refused in a batch → every address at once, the others’ attributes, and that one is in error',
    `
      0      want a=A b=A c=A       → detected a=A · detected b=A · detected c=A · list a
      0.1    found r1=B             → list b
      0.2    found r2=B             → list c
      0.3    found r3=B             → write a: update r1 A ttlSec:60, b: update r2 A ttlSec:60, c: update r3 A
      0.4    fails 400 9021         → write a: update r1 A, b: update r2 A, c: update r3 A
      0.5    done                   → synced c=A (update) · write a: update r1 ttlSec:60, b: update r2 ttlSec:60
      0.6    fails 400 9021         → write a: update r1 ttlSec:60
      0.7    done                   → synced a=A (update) · write b: update r2 ttlSec:60
      0.8    fails 400 9021         → error b #1 · due 300.8
    `,
    { names: { a: { ttlSec: 60 }, b: { ttlSec: 60 }, c: {} } },
  );
});

describe('zone: a change of the content alone is refused', () => {
  const begin = `
    0      want home=A                      → detected home=A · list home
    0.1    found r1=B ttl:120 proxied:false → write home: update r1 A
    0.2    fails 400 9021                   → list home`;

  scenario(
    'zone: it may need the rest of the record → sent once with that as just read, and from then on',
    `${begin}
    0.3    found r1=B ttl:300               → write home: update r1 A keeping ttl:300 proxied:false
    0.4    done                             → synced home=A (update)
    10     want home=C                      → detected home=C · list home
    10.1   found r1=A ttl:60                → write home: update r1 C keeping ttl:60 proxied:false
    10.2   done                             → synced home=C (update)
    `,
  );

  scenario(
    'zone: the rest does not help → refused, tried so once at a time',
    `${begin}
    0.3    found r1=B                       → write home: update r1 A keeping ttl:1 proxied:false
    0.4    fails 400 9021                   → error home #1 · due 300.4
    300.4  due                              → list home
    300.5  found r1=B                       → write home: update r1 A
    300.6  fails 400 9021                   → list home
    300.7  found r1=B                       → write home: update r1 A keeping ttl:1 proxied:false
    300.8  fails 400 9021                   → debug home #2 · due 900.8
    `,
  );

  scenario(
    'zone: a code that says something else → not tried with the rest',
    `
    0      want home=A      → detected home=A · list home
    0.1    found r1=B       → write home: update r1 A
    0.2    fails 400 9003   → error home #1 · due 300.2
    `,
  );

  scenario(
    'zone: it helps one name of many → the others are sent so, too, in one batch',
    `
    0      want home=A www=A mail=A → detected home=A · detected www=A · detected mail=A · list home
    0.1    found r1=B               → list www
    0.2    found r2=B               → list mail
    0.3    found r3=B               → write home: update r1 A, www: update r2 A, mail: update r3 A
    0.4    fails 400 9021           → write home: update r1 A, www: update r2 A
    0.5    fails 400 9021           → write home: update r1 A
    0.6    fails 400 9021           → list home
    0.7    found r1=B               → write home: update r1 A keeping ttl:1 proxied:false
    0.8    done                     → synced home=A (update) · write www: update r2 A keeping ttl:1 proxied:false, mail: update r3 A keeping ttl:1 proxied:false
    `,
    { names: { home: {}, www: {}, mail: {} } },
  );
});

describe('zone: several records, multi_record first', () => {
  const first = { names: { home: { multiRecord: 'first' as const } } };

  scenario(
    'zone: another host’s record is listed first → ours is changed, also when ours was found right',
    `
    0     want home=A       → detected home=A · list home
    0.1   found r1=D r2=A   → synced home=A (found)
    10    want home=B       → detected home=B · write home: update r2 B
    10.1  done              → synced home=B (update)
    20    want home=C       → detected home=C · write home: update r2 C
    `,
    first,
  );

  scenario(
    'zone: somebody changed ours → known by its id, the other host’s stays',
    `
    0     want home=A       → detected home=A · list home
    0.1   found r1=D r2=A   → synced home=A (found)
    3600  verify            → list home
    3601  found r1=D r2=C   → drifted home=D,C · write home: update r2 A
    `,
    first,
  );

  scenario(
    'zone: ours was made again under another id → known by its address',
    `
    0     want home=A       → detected home=A · list home
    0.1   found r1=D r2=A   → synced home=A (found)
    10    want home=B       → detected home=B · write home: update r2 B
    10.1  fails 404 81044   → list home
    10.2  found r1=D r3=A   → write home: update r3 B
    10.3  done              → synced home=B (update)
    `,
    first,
  );

  scenario(
    'zone: none is known to be ours → the first that is listed',
    `
    0     want home=A       → detected home=A · list home
    0.1   found r2=D r1=C   → write home: update r2 A
    `,
    first,
  );
});

describe('zone: a creation whose reply has another name', () => {
  for (const zone of ['com', 'example.com']) {
    scenario(
      `zone: the name with ${zone} behind it, which it lies in → a mistake with back-off, nothing is deleted`,
      `
      0     want home=A                        → detected home=A · list home
      0.1   found -                            → write home: create A
      0.2   done in ${zone}                    → list home
      0.3   found -                            → write home: create A
      0.4   done in ${zone}                    → warning home #2 · due 0.9
      0.9   due                                → list home
      1     found -                            → write home: create A
      1.1   done in ${zone}                    → warning home #3 · due 2.1
      `,
    );
  }

  scenario(
    'zone: the name with a final dot → that name',
    `
    0     want home=A → detected home=A · list home
    0.1   found -     → write home: create A
    0.2   done dotted → synced home=A (create)
    `,
  );
});
