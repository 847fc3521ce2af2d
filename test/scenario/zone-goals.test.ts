import { describe } from 'vitest';
import { UPDATING, VERIFYING } from './zone-openings.ts';
import { scenario } from './zone-script.ts';

const two = { names: { home: {}, www: {} } };
const mine = { names: { home: { comment: 'mine' } } };

describe('zone: a goal that changes while a request is in flight', () => {
  scenario(
    'zone: no address any more, then the write is done → nothing is confirmed, nothing is written',
    `${UPDATING}
    10.1  want        → –
    10.2  done        → –
    10.2  states      → home unknown
    20    want home=B → detected home=B · synced home=B (found)
    `,
  );

  scenario(
    'zone: no address, then the one of before → it counts as right only when the write was set back',
    `${UPDATING}
    10.1  want        → –
    10.2  want home=A → detected home=A
    10.3  done        → write home: update r1 A
    10.3  states      → home detected
    10.4  done        → synced home=A (update)
    10.4  states      → home synced
    `,
  );

  scenario(
    'zone: one of two has a new address during the wait → it ends for both',
    `
    0     want home=A www=A → detected home=A · detected www=A · list home
    0.1   unreachable       → warning zone #1 · due 0.6
    0.2   want home=A www=B → detected www=B · list www
    `,
    two,
  );
});

describe('zone: what was read while there was no address', () => {
  scenario(
    'zone: the record says another address → it is changed at once, not read again',
    `
    0     want        → list home
    0.1   found r1=B  → –
    10    want home=A → detected home=A · write home: update r1 A
    `,
  );

  scenario(
    'zone: a record was made under another name, and the address is lost → that is removed all the same',
    `
    0     want home=A     → detected home=A · list home
    0.1   found -         → identify
    0.2   fails 403 9109  → write home: create A
    0.3   want            → –
    0.4   done in ple.com → odd zone ple.com · write home: delete new0
    0.5   want            → –
    0.6   unreachable     → warning zone #1 · due 1.1
    0.7   want            → due 1.1
    1.1   due             → write home: delete new0
    `,
    { zone: 'id' },
  );
});

describe('zone: addresses go before attributes', () => {
  scenario(
    'zone: one name has the wrong address, another one the wrong comment → two requests, the address first',
    `
    0     want home=A www=A → detected home=A · detected www=A · list home
    0.1   found r1=A        → list www
    0.2   found r2=B        → write www: update r2 A
    0.3   done              → synced www=A (update) · write home: update r1 comment:mine
    `,
    { names: { home: { comment: 'mine' }, www: {} } },
  );

  scenario(
    'zone: a comment alone is refused, then a new address → the address first and alone',
    `
    0     want home=A       → detected home=A · list home
    0.1   found r1=A        → write home: update r1 comment:mine
    0.2   fails 400 9313    → error home #1 · due 300.2
    10    want home=C       → detected home=C · write home: update r1 C
    10.1  done              → write home: update r1 comment:mine
    `,
    mine,
  );

  scenario(
    'zone: a comment that was refused is taken in the end → address and comment go together again',
    `
    0      want home=A      → detected home=A · list home
    0.1    found r1=B       → write home: update r1 A comment:mine
    0.2    fails 400 9313   → write home: update r1 A
    0.3    done             → write home: update r1 comment:mine
    0.4    done             → synced home=A (update)
    60     verify           → list home
    60.1   found r1=C       → drifted home=C · write home: update r1 A comment:mine
    `,
    mine,
  );

  scenario(
    'zone: the time of a refused comment and of a refused set of records comes → the comment that is on its way is not read again',
    `
    0      want home=A www=A → detected home=A · detected www=A · list home
    0.1    found r1=A        → list www
    0.2    found r2=B r3=C   → error www #1 · write home: update r1 comment:mine
    0.3    fails 400 9313    → error home #1 · due 300.2
    301    due               → list home
    301.1  found r1=A        → list www
    301.2  found r2=B r3=C   → debug www #2 · write home: update r1 comment:mine
    301.3  done              → synced home=A (update) · due 901.2
    `,
    { names: { home: { comment: 'mine' }, www: {} } },
  );
});

describe('zone: records of other products beside ours', () => {
  const first = { names: { home: { multiRecord: 'first' as const } } };

  scenario(
    'zone: another product’s record says the address, ours another one → right, in that record',
    `
    0     want home=A       → detected home=A · list home
    0.1   found r1=A! r2=B  → synced home=A (foundReadOnly)
    `,
    first,
  );

  scenario(
    'zone: both say it, and ours is changed behind our back → known by its id, whoever is listed before it',
    `
    0     want home=A             → detected home=A · list home
    0.1   found r3=D r1=A! r2=A   → synced home=A (found)
    10    want home=B             → detected home=B · write home: update r2 B
    10.1  fails 404 81044         → list home
    10.2  found r3=D r2=C         → write home: update r2 B
    `,
    first,
  );
});

describe('zone: what is said of the end of a failure', () => {
  scenario(
    'zone: the zone was out of reach during a verification → that is over without a word',
    `${VERIFYING}
    3600.1 unreachable   → warning zone #1 · due 3600.6
    3600.6 due           → list home
    3600.7 found r1=A    → –
    `,
  );

  scenario(
    'zone: one name’s list failed during a verification → that it is right again is said',
    `
    0      want home=A www=A → detected home=A · detected www=A · list home
    0.1    found r1=A        → synced home=A (found) · list www
    0.2    found r2=A        → synced www=A (found)
    3600   verify            → list home
    3600.1 html 500          → warning home #1 · list www
    3600.2 found r2=A        → due 3600.6
    3600.6 due               → list home
    3600.7 found r1=A        → synced home=A (found)
    `,
    two,
  );
});
