import { describe } from 'vitest';
import { UPDATING } from './zone-openings.ts';
import { scenario } from './zone-script.ts';

describe('zone: the records are not what we thought', () => {
  scenario(
    'zone: the record is gone (81044) → listed and made again',
    `${UPDATING}
    10.1  fails 404 81044 → list home
    10.2  found -         → write home: create B
    10.3  done            → synced home=B (create)
    `,
  );

  scenario(
    'zone: somebody made it again under another id → that one is updated',
    `${UPDATING}
    10.1  fails 400 81044 → list home
    10.2  found r7=A      → write home: update r7 B
    10.3  done            → synced home=B (update)
    `,
  );

  scenario(
    'zone: it goes on and on → slower and slower',
    `${UPDATING}
    10.1  fails 404 81044 → list home
    10.2  found r2=A      → write home: update r2 B
    10.3  fails 404 81044 → warning home #2 · due 10.8
    10.8  due             → list home
    10.9  found r3=A      → write home: update r3 B
    11    fails 404 81044 → warning home #3 · due 12
    12    due             → list home
    12.1  found r4=A      → write home: update r4 B
    12.2  fails 404 81044 → warning home #4 · due 14.2
    14.2  due             → list home
    14.3  found r5=B      → synced home=B (found)
    `,
  );

  scenario(
    'zone: an identical record exists (81058) on creating → it was ours, nothing more is written',
    `
    0     want home=A     → detected home=A · list home
    0.1   found -         → write home: create A
    0.2   fails 400 81058 → list home
    0.3   found r1=A      → synced home=A (found)
    `,
  );

  scenario(
    'zone: an identical record exists on updating, multi_record all → the surplus one is deleted',
    `${UPDATING}
    10.1  fails 400 1004>81058 → list home
    10.2  found r1=A r2=B      → write home: delete r1
    10.3  done                 → synced home=B (delete)
    `,
    { names: { home: { multiRecord: 'all' } } },
  );

  scenario(
    'zone: an identical record exists on updating, multi_record first → the name answers with it already',
    `${UPDATING}
    10.1  fails 400 81058 → list home
    10.2  found r1=A r2=B → synced home=B (found)
    `,
    { names: { home: { multiRecord: 'first' } } },
  );

  scenario(
    'zone: an identical record exists on updating, multi_record error → refused',
    `${UPDATING}
    10.1  fails 400 81058 → list home
    10.2  found r1=A r2=B → error home #1 · due 310.2
    `,
  );
});

describe('zone: refused by the policy', () => {
  scenario(
    'zone: several records, multi_record error → logged once, read again later',
    `
    0      want home=A     → detected home=A · list home
    0.1    found r1=B r2=C → error home #1 · due 300.1
    0.1    states          → home error
    300.1  due             → list home
    300.2  found r1=B r2=C → debug home #2 · due 900.2
    900.2  due             → list home
    900.3  found r1=B      → write home: update r1 A
    900.4  done            → synced home=A (update)
    `,
  );

  scenario(
    'zone: several records, one of them ours, multi_record error → refused all the same',
    `
    0      want home=A     → detected home=A · list home
    0.1    found r1=A r2=C → error home #1 · due 300.1
    `,
  );

  scenario(
    'zone: refused, then a new address → read again at once',
    `
    0      want home=A     → detected home=A · list home
    0.1    found r1=B r2=C → error home #1 · due 300.1
    10     want home=D     → detected home=D · list home
    10.1   found r2=C      → write home: update r2 D
    10.2   done            → synced home=D (update)
    `,
  );

  scenario(
    'zone: refused, then time to verify → the others are read, the refused one when its wait is over',
    `
    0      want home=A www=A → detected home=A · detected www=A · list home
    0.1    found r1=B r2=C   → error home #1 · list www
    0.2    found r3=A        → synced www=A (found) · due 300.1
    60     verify            → list www
    60.1   found r3=A        → due 300.1
    300.1  due               → list home
    300.2  found r1=B r2=C   → debug home #2 · due 900.2
    `,
    { names: { home: {}, www: {} } },
  );

  scenario(
    'zone: another name’s request is in flight when the time comes → read again right after it',
    `
    0      want home=A www=A → detected home=A · detected www=A · list home
    0.1    found r1=B r2=C   → error home #1 · list www
    0.2    found r3=A        → synced www=A (found) · due 300.1
    300    want home=A www=D → detected www=D · write www: update r3 D
    300.2  done              → synced www=D (update) · list home
    300.3  found r1=B        → write home: update r1 A
    300.4  done              → synced home=A (update)
    `,
    { names: { home: {}, www: {} } },
  );

  scenario(
    'zone: a record of another product says the address → nothing is written, said once',
    `
    0      want home=A     → detected home=A · list home
    0.1    found r1=A!     → synced home=A (foundReadOnly)
    3600   verify          → list home
    3600.1 found r1=A!     → –
    3601   want home=B     → detected home=B · error home #1 · due 3901
    `,
  );

  scenario(
    'zone: nothing but a record of another product → refused',
    `
    0      want home=A     → detected home=A · list home
    0.1    found r1=B!     → error home #1 · due 300.1
    `,
  );

  scenario(
    'zone: the server asked for silence when the refusal was found → reported when it is over',
    `
    0      want home=A     → detected home=A · list home
    0.1    found r1=B r2=C ratelimit="default";r=0;t=30 → pause 30 · due 30.1
    30.1   due             → error home #1 · due 330.1
    `,
  );
});
