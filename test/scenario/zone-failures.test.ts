import { describe } from 'vitest';
import { UPDATING } from './zone-openings.ts';
import { scenario } from './zone-script.ts';

describe('zone: the network fails', () => {
  scenario(
    'zone: unreachable again and again → waits grow, then it recovers and starts afresh',
    `
    0     want home=A   → detected home=A · list home
    0.1   unreachable   → warning zone #1 · due 0.6
    0.1   states        → home error
    0.5   due           → due 0.6
    0.6   due           → list home
    0.7   unreachable   → warning zone #2 · due 1.7
    1.7   due           → list home
    1.8   unreachable   → warning zone #3 · due 3.8
    3.8   due           → list home
    3.9   found r1=A    → synced home=A (found)
    10    want home=B   → detected home=B · write home: update r1 B
    10.1  unreachable   → warning zone #1 · due 10.6
    `,
  );

  scenario(
    'zone: reading works and writing does not → waits grow all the same',
    `
    0     want home=A   → detected home=A · list home
    0.1   found r1=B    → write home: update r1 A
    0.2   html 503      → warning zone #1 · due 0.7
    0.7   due           → list home
    0.8   found r1=B    → write home: update r1 A
    0.9   html 503      → warning zone #2 · due 1.9
    1.9   due           → list home
    2     found r1=B    → write home: update r1 A
    2.1   html 503      → warning zone #3 · due 4.1
    `,
  );

  scenario(
    'zone: new address during our own wait → at once',
    `
    0     want home=A   → detected home=A · list home
    0.1   unreachable   → warning zone #1 · due 0.6
    0.2   want home=B   → detected home=B · list home
    0.3   unreachable   → warning zone #2 · due 1.3
    0.4   want home=B   → due 1.3
    `,
  );

  scenario(
    'zone: time to verify during our own wait → when the wait is over',
    `
    0     want home=A   → detected home=A · list home
    0.1   unreachable   → warning zone #1 · due 0.6
    0.2   verify        → due 0.6
    0.6   due           → list home
    `,
  );

  scenario(
    'zone: several names → one line for the zone, not one a name',
    `
    0     want home=A www=A → detected home=A · detected www=A · list home
    0.1   unreachable       → warning zone #1 · due 0.6
    0.1   states            → home error · www error
    `,
    { names: { home: {}, www: {} } },
  );
});

describe('zone: an unsure write', () => {
  scenario(
    'zone: a write was sent and no answer came → read back, it had been carried out',
    `${UPDATING}
    10.1  lost          → warning zone #1 · due 10.6
    10.6  due           → list home
    10.7  found r1=B    → synced home=B (found)
    `,
  );

  scenario(
    'zone: a write was sent and no answer came → read back, it had not been carried out',
    `${UPDATING}
    10.1  lost          → warning zone #1 · due 10.6
    10.6  due           → list home
    10.7  found r1=A    → write home: update r1 B
    10.8  done          → synced home=B (update)
    `,
  );

  scenario(
    'zone: a write was never sent → sent again, nothing to read back',
    `${UPDATING}
    10.1  unreachable   → warning zone #1 · due 10.6
    10.6  due           → write home: update r1 B
    10.7  done          → synced home=B (update)
    `,
  );

  scenario(
    'zone: the edge answers a write with an HTML page → read back',
    `${UPDATING}
    10.1  html 502      → warning zone #1 · due 10.6
    10.6  due           → list home
    `,
  );

  scenario(
    'zone: the answer to a write is cut → read back',
    `${UPDATING}
    10.1  cut           → warning zone #1 · due 10.6
    10.6  due           → list home
    `,
  );

  scenario(
    'zone: the answer to a write says something else → read back at once, and slower when it goes on',
    `${UPDATING}
    10.1  done otherwise → list home
    10.2  found r1=A     → write home: update r1 B
    10.3  done otherwise → warning home #2 · due 10.8
    10.8  due            → list home
    10.9  found r1=A     → write home: update r1 B
    11    done otherwise → warning home #3 · due 12
    12    due            → list home
    12.1  found r1=B     → synced home=B (found)
    `,
  );
});

describe('zone: a change that Cloudflare takes and does not make', () => {
  scenario(
    'zone: an attribute is not taken over, again and again → said, asked for more and more rarely; the address is right',
    `
    0     want home=A          → detected home=A · list home
    0.1   found r1=B           → write home: update r1 A comment:mine
    0.2   done r1=A            → list home
    0.3   found r1=A           → write home: update r1 comment:mine
    0.4   done r1=A            → warning home #2 · due 0.9
    0.9   due                  → list home
    1     found r1=A           → write home: update r1 comment:mine
    1.1   done r1=A            → warning home #3 · due 2.1
    2.1   due                  → list home
    2.2   found r1=A           → write home: update r1 comment:mine
    2.3   done                 → synced home=A (update)
    `,
    { names: { home: { comment: 'mine' } } },
  );

  for (const [settings, change] of [
    [{ ttlSec: 60 }, 'ttlSec:60'],
    [{ proxied: true }, 'proxied:true'],
  ] as const) {
    scenario(
      `zone: ${change} is not taken over → no endless loop`,
      `
      0     want home=A          → detected home=A · list home
      0.1   found r1=A           → write home: update r1 ${change}
      0.2   done r1=A            → list home
      0.3   found r1=A           → write home: update r1 ${change}
      0.4   done r1=A            → warning home #2 · due 0.9
      `,
      { names: { home: settings } },
    );
  }

  scenario(
    'zone: the TTL that a record now proxied comes back with → is Cloudflare’s choice',
    `
    0     want home=A                    → detected home=A · list home
    0.1   found r1=A ttl:120             → write home: update r1 ttlSec:1 proxied:true
    0.2   done r1=A ttl:300 proxied:true → synced home=A (update)
    `,
    { names: { home: { proxied: true } } },
  );

  scenario(
    'zone: one of a batch is not as it was asked for → that one is read again, the other is synced',
    `
    0     want home=A www=A  → detected home=A · detected www=A · list home
    0.1   found r1=B         → list www
    0.2   found r2=B         → write home: update r1 A comment:mine, www: update r2 A
    0.3   done r1=A          → synced www=A (update) · list home
    `,
    { names: { home: { comment: 'mine' }, www: {} } },
  );
});

describe('zone: a new address while a request is in flight that then fails', () => {
  const overtaken = `${UPDATING}
    10.1  want home=C   → detected home=C
  `;

  scenario(
    'zone: overtaken write, unreachable → the new one at once, the next failure waits',
    `${overtaken}
    10.2  unreachable   → warning zone #1 · write home: update r1 C
    10.3  unreachable   → warning zone #2 · due 11.3
    `,
  );

  scenario(
    'zone: overtaken write, no answer → read back at once, then the new one',
    `${overtaken}
    10.2  lost          → warning zone #1 · list home
    10.3  found r1=B    → write home: update r1 C
    `,
  );

  scenario(
    'zone: overtaken write, 502 → read back at once, then the new one',
    `${overtaken}
    10.2  html 502      → warning zone #1 · list home
    `,
  );

  scenario(
    'zone: overtaken write, token refused → at once all the same',
    `${overtaken}
    10.2  fails 403 10000 → error zone #1 · list home
    10.3  fails 403 10000 → debug zone #2 · due 610.3
    `,
  );

  scenario(
    'zone: overtaken write, this address refused → the new one at once',
    `${overtaken}
    10.2  fails 400 9003 → error home #1 · list home
    10.3  found r1=A     → write home: update r1 C
    10.4  done           → synced home=C (update)
    `,
  );

  scenario(
    'zone: overtaken write, records changed under us → read again at once, however often',
    `
    0     want home=A     → detected home=A · list home
    0.1   found r1=D      → write home: update r1 A
    0.2   fails 404 81044 → list home
    0.3   found r2=D      → write home: update r2 A
    0.4   want home=B     → detected home=B
    0.5   fails 404 81044 → warning home #2 · list home
    0.6   found r3=D      → write home: update r3 B
    0.7   done            → synced home=B (update)
    `,
  );

  scenario(
    'zone: overtaken write, the server names a wait → not before it is over',
    `${overtaken}
    10.2  fails 429 971 retry-after=30 → warning zone #1 · due 40.2
    10.3  want home=D                  → detected home=D · due 40.2
    40.1  due                          → due 40.2
    40.2  due                          → list home
    40.3  found r1=A                   → write home: update r1 D
    `,
  );
});
