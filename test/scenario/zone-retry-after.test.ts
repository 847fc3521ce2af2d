import { describe } from 'vitest';
import { scenario } from './zone-script.ts';

describe('zone: the server names a wait', () => {
  scenario(
    'zone: 429 with Retry-After → neither a new address nor verifying shortens it',
    `
    0     want home=A                  → detected home=A · list home
    0.1   fails 429 971 retry-after=30 → warning zone #1 · due 30.1
    1     want home=B                  → detected home=B · due 30.1
    2     verify                       → due 30.1
    30.1  due                          → list home
    `,
  );

  scenario(
    'zone: 429 again and again with a short Retry-After → our own waits grow beyond it',
    `
    0     want home=A                 → detected home=A · list home
    0.1   fails 429 971 retry-after=0 → warning zone #1 · due 0.6
    0.6   due                         → list home
    0.7   fails 429 971 retry-after=1 → warning zone #2 · due 1.7
    1.7   due                         → list home
    1.8   fails 429 971 retry-after=1 → warning zone #3 · due 3.8
    `,
  );

  scenario(
    'zone: 429 with a date → until that date',
    `
    0     want home=A → detected home=A · list home
    0.1   fails 429 971 date=Sun,_06_Nov_1994_08:49:37_GMT retry-after=Sun,_06_Nov_1994_08:50:37_GMT → warning zone #1 · due 60.1
    `,
  );

  scenario(
    'zone: 429 that names none → 300 s',
    `
    0     want home=A   → detected home=A · list home
    0.1   html 429      → warning zone #1 · due 300.1
    1     want home=B   → detected home=B · due 300.1
    `,
  );

  scenario(
    'zone: 503 with a Retry-After shorter than our own wait → a new address waits for the server only',
    `
    0     want home=A                    → detected home=A · list home
    0.1   unreachable                    → warning zone #1 · due 0.6
    0.6   due                            → list home
    0.7   unreachable                    → warning zone #2 · due 1.7
    1.7   due                            → list home
    1.8   unreachable                    → warning zone #3 · due 3.8
    3.8   due                            → list home
    4     fails 503 10013 retry-after=1  → warning zone #4 · due 8
    4.5   want home=B                    → detected home=B · due 5
    5     due                            → list home
    5.1   want home=C                    → detected home=C
    5.2   fails 503 10013 retry-after=1  → warning zone #5 · due 6.2
    `,
  );

  scenario(
    'zone: 503 with a Retry-After longer than our own wait → the server’s',
    `
    0     want home=A                    → detected home=A · list home
    0.1   fails 503 10013 retry-after=60 → warning zone #1 · due 60.1
    `,
  );

  scenario(
    'zone: the token is refused with a Retry-After → neither a new address nor verifying shortens it',
    `
    0      want home=A                     → detected home=A · list home
    0.1    fails 403 10000 retry-after=600 → error zone #1 · due 600.1
    10     want home=B                     → detected home=B · due 600.1
    20     verify                          → due 600.1
    600.1  due                             → list home
    `,
  );

  scenario(
    'zone: 503 with x-should-retry: false and a Retry-After → not before it is over',
    `
    0      want home=A                                         → detected home=A · list home
    0.1    fails 503 10013 x-should-retry=false retry-after=60 → error zone #1 · due 300.1
    10     want home=B                                         → detected home=B · due 60.1
    60.1   due                                                 → list home
    `,
  );

  scenario(
    'zone: one record is refused with a Retry-After → the other names wait for it as well',
    `
    0      want home=A www=A             → detected home=A · detected www=A · list home
    0.1    found -                       → list www
    0.2    found -                       → write home: create A, www: create A
    0.3    fails 400 9003 retry-after=60 → pause 60 · due 60.3
    1      want home=B www=A             → detected home=B · due 60.3
    60.3   due                           → write home: create B
    60.4   fails 400 9003 retry-after=30 → error home #1 · due 90.4
    90.4   due                           → write www: create A
    `,
    { names: { home: {}, www: {} } },
  );

  scenario(
    'zone: a record is gone, with a Retry-After → read again when it is over',
    `
    0      want home=A                     → detected home=A · list home
    0.1    found r1=B                      → write home: update r1 A
    0.2    fails 404 81044 retry-after=30  → pause 30 · due 30.2
    30.2   due                             → list home
    30.3   found r2=B                      → write home: update r2 A
    30.4   fails 404 81044 retry-after=30  → warning home #2 · due 60.4
    `,
  );

  scenario(
    'zone: its name may not be asked for, with a Retry-After → the write waits for it',
    `
    0      want home=A                     → detected home=A · list home
    0.1    found -                         → identify
    0.2    fails 403 10000 retry-after=30  → pause 30 · due 30.2
    30.2   due                             → write home: create A
    `,
    { zone: 'id' },
  );

  scenario(
    'zone: a success that spends the Ratelimit → the next request waits, whatever comes',
    `
    0     want home=A                                → detected home=A · list home
    0.1   found r1=B ratelimit="default";r=0;t=30    → pause 30 · due 30.1
    0.2   want home=C                                → detected home=C · due 30.1
    0.3   verify                                     → due 30.1
    30.1  due                                        → list home
    30.2  found r1=B                                 → write home: update r1 C
    30.3  done ratelimit="default";r=0;t=30          → synced home=C (update) · pause 30
    40    want home=D                                → detected home=D · due 60.3
    60.3  due                                        → write home: update r1 D
    `,
  );

  scenario(
    'zone: the wait of a spent Ratelimit is over long since → at once',
    `
    0     want home=A                                → detected home=A · list home
    0.1   found r1=A ratelimit="default";r=0;t=30    → synced home=A (found) · pause 30
    100   want home=B                                → detected home=B · write home: update r1 B
    `,
  );
});
