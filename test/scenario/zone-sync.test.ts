import { describe } from 'vitest';
import { UPDATING } from './zone-openings.ts';
import { scenario } from './zone-script.ts';

describe('zone: first look', () => {
  scenario(
    'zone: no record → created',
    `
    0     want home=A   → detected home=A · list home
    0.04  found -       → write home: create A
    0.08  done          → synced home=A (create)
    0.08  states        → home synced
    `,
  );

  scenario(
    'zone: one record that differs → its content alone updated',
    `
    0     want home=A                            → detected home=A · list home
    0.01  states                                 → home detected
    0.04  found r1=B ttl:300 proxied:true        → write home: update r1 A
    0.08  done                                   → synced home=A (update)
    `,
  );

  scenario(
    'zone: the record is right already → nothing is written',
    `
    0     want home=A   → detected home=A · list home
    0.04  found r1=A    → synced home=A (found)
    0.04  states        → home synced
    `,
  );

  scenario(
    'zone: the record says another address that is as good → it stays',
    `
    0     want home=A|B → detected home=A · list home
    0.04  found r1=B    → synced home=B (found)
    0.04  states        → home synced
    `,
  );

  scenario(
    'zone: the record says one that was as good at the first look, at a later one → set back',
    `
    0     want home=A|B → detected home=A · list home
    0.04  found r1=A    → synced home=A (found)
    60    verify        → list home
    60.1  found r1=B    → drifted home=B · write home: update r1 A
    60.2  done          → synced home=A (update)
    `,
  );

  scenario(
    'zone: nothing was told → nothing is asked, not even to verify',
    `
    1     verify        → –
    2     due           → –
    2     states        → home unknown
    `,
  );

  scenario(
    'zone: no address yet → the record is read, not written',
    `
    0     want          → list home
    0.1   found r1=C    → –
    0.1   states        → home unknown
    1     want home=C   → detected home=C · synced home=C (found)
    `,
  );

  scenario(
    'zone: no address any more → the record is read, and stays whatever becomes of it',
    `
    0     want home=A   → detected home=A · list home
    0.1   found r1=A    → synced home=A (found)
    1     want          → –
    1     states        → home unknown
    2     verify        → list home
    2.1   found r1=C    → –
    3     verify        → list home
    3.1   found         → –
    `,
  );

  scenario(
    'zone: an address after a time without, and no record when it was last read → read once more, then created',
    `
    0     want          → list home
    0.1   found -       → –
    900   want home=A   → detected home=A · list home
    900.1 found -       → write home: create A
    900.2 done          → synced home=A (create)
    `,
  );

  scenario(
    'zone: somebody made the record in a time without address → it is changed, not made a second time',
    `
    0     want          → list home
    0.1   found -       → –
    900   want home=A   → detected home=A · list home
    900.1 found r1=B    → write home: update r1 A
    `,
  );

  scenario(
    'zone: the address goes while its write is in flight, or waits → nothing more is written',
    `
    0     want home=A www=A → detected home=A · detected www=A · list home
    0.1   found r1=B        → list www
    0.2   found r2=B        → write home: update r1 A, www: update r2 A
    0.3   want              → –
    0.4   html 502          → warning zone #1 · due 0.9
    0.9   due               → list home
    1     found r1=A        → list www
    1.1   found -           → –
    1.1   states            → home unknown · www unknown
    `,
    { names: { home: {}, www: {} } },
  );

  scenario(
    'zone: the address goes while a refused name waits → that one is left alone as well',
    `
    0     want home=A       → detected home=A · list home
    0.1   found r1=B r2=C   → error home #1 · due 300.1
    10    want              → –
    300.1 due               → –
    `,
  );

  scenario(
    'zone: enforced attributes differ → they alone are sent',
    `
    0     want home=A                              → detected home=A · list home
    0.04  found r1=A ttl:300 proxied:true          → write home: update r1 ttlSec:120 proxied:false comment:mine
    0.08  done                                     → synced home=A (update)
    `,
    { names: { home: { ttlSec: 120, proxied: false, comment: 'mine' } } },
  );
});

describe('zone: a new address', () => {
  scenario(
    'zone: new address after the first sync → one request',
    `
    0     want home=A   → detected home=A · list home
    0.1   found r1=A    → synced home=A (found)
    10    want home=B   → detected home=B · write home: update r1 B
    10.1  done          → synced home=B (update)
    20    want home=B   → –
    `,
  );

  scenario(
    'zone: new address while a list is in flight → the newest is written, once',
    `
    0     want home=A   → detected home=A · list home
    0.1   want home=B   → detected home=B
    0.2   want home=C   → detected home=C
    0.3   found r1=A    → write home: update r1 C
    0.4   done          → synced home=C (update)
    `,
  );

  scenario(
    'zone: new address while a write is in flight → sent right after it',
    `
    0     want home=A   → detected home=A · list home
    0.1   found r1=D    → write home: update r1 A
    0.2   want home=B   → detected home=B
    0.3   done          → write home: update r1 B
    0.4   done          → synced home=B (update)
    `,
  );

  scenario(
    'zone: the address of before comes back while its successor is being written → written again',
    `${UPDATING}
    10.1  want home=A   → detected home=A
    10.2  done          → write home: update r1 A
    10.3  done          → synced home=A (update)
    `,
  );
});

describe('zone: several records of one name', () => {
  scenario(
    'zone: multi_record first → the first listed is updated',
    `
    0     want home=A            → detected home=A · list home
    0.1   found r2=B r1=C        → write home: update r2 A
    0.2   done                   → synced home=A (update)
    `,
    { names: { home: { multiRecord: 'first' } } },
  );

  scenario(
    'zone: multi_record first, another one is right → nothing is written',
    `
    0     want home=A            → detected home=A · list home
    0.1   found r2=B r1=A        → synced home=A (found)
    `,
    { names: { home: { multiRecord: 'first' } } },
  );

  scenario(
    'zone: multi_record all → one batch, confirmed once',
    `
    0     want home=A            → detected home=A · list home
    0.1   found r1=B r2=C r3=D   → write home: update r1 A, home: delete r2, home: delete r3
    0.2   done                   → synced home=A (delete)
    1     want home=B            → detected home=B · write home: update r1 B
    1.1   done                   → synced home=B (update)
    `,
    { names: { home: { multiRecord: 'all' } } },
  );

  scenario(
    'zone: a record of another product → never touched, the own one is kept right',
    `
    0     want home=A            → detected home=A · list home
    0.1   found r1=B! r2=C       → write home: update r2 A
    0.2   done                   → synced home=A (update)
    `,
    { names: { home: { multiRecord: 'all' } } },
  );
});

describe('zone: several names', () => {
  const names = { home: {}, www: {}, mail: {} };

  scenario(
    'zone: first sync of three names → listed one after the other, written together',
    `
    0     want home=A www=A mail=A → detected home=A · detected www=A · detected mail=A · list home
    0.1   found r1=B               → list www
    0.2   found r2=A               → synced www=A (found) · list mail
    0.3   found -                  → write home: update r1 A, mail: create A
    0.4   done                     → synced home=A (update) · synced mail=A (create)
    1     want home=C www=C mail=C → detected home=C · detected www=C · detected mail=C · write home: update r1 C, www: update r2 C, mail: update new2 C
    1.1   done                     → synced home=C (update) · synced www=C (update) · synced mail=C (update)
    `,
    { names },
  );

  scenario(
    'zone: only one name gets a new address → only that one is written',
    `
    0     want home=A www=B        → detected home=A · detected www=B · list home
    0.1   found r1=A               → synced home=A (found) · list www
    0.2   found r2=B               → synced www=B (found) · list mail
    0.3   found -                  → –
    1     want home=A www=C        → detected www=C · write www: update r2 C
    1.1   done                     → synced www=C (update)
    1.1   states                   → home synced · www synced · mail unknown
    `,
    { names },
  );
});
