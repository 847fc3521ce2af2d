import { describe } from 'vitest';
import { scenario } from './zone-script.ts';

/** Fifty changes of the address in as many tenths of a second, each written. */
const fiftyWrites = (): string => {
  const steps = Array.from({ length: 50 }, (_, i) => {
    const [at, to] = [(i + 1) / 10, i % 2 === 0 ? 'B' : 'A'];
    return `
    ${at}     want home=${to} → detected home=${to} · write home: update r1 ${to}
    ${at + 0.05} done → synced home=${to} (update)`;
  });
  return `
    0 want home=A → detected home=A · list home
    0.05 found r1=A → synced home=A (found)${steps.join('')}`;
};

describe('zone: the bucket of writes', () => {
  scenario(
    'zone: fifty writes at once → the next waits for the bucket, which is said once; the newest address is written',
    `${fiftyWrites()}
    5.1   want home=B   → detected home=B · bucket empty for 1 · due 6.1
    5.2   want home=C   → detected home=C · due 6.1
    5.3   want home=D   → detected home=D · due 6.1
    6     due           → due 6.1
    6.1   due           → write home: update r1 D
    6.2   done          → synced home=D (update)
    6.3   want home=A   → detected home=A · due 12.1
    12.1  due           → write home: update r1 A
    12.2  done          → synced home=A (update)
    `,
  );

  scenario(
    'zone: the bucket is empty → what is right already needs none of it',
    `${fiftyWrites()}
    5.1   verify        → list home
    5.2   found r1=A    → –
    5.3   want home=C   → detected home=C · bucket empty for 0.8 · due 6.1
    5.4   want home=A   → detected home=A
    5.4   states        → home synced
    `,
  );

  scenario(
    'zone: quiet for a while → several tokens again, and the next emptiness is said again',
    `${fiftyWrites()}
    5.1   want home=B   → detected home=B · bucket empty for 1 · due 6.1
    6.1   due           → write home: update r1 B
    6.2   done          → synced home=B (update)
    20    want home=A   → detected home=A · write home: update r1 A
    20.1  done          → synced home=A (update)
    20.2  want home=B   → detected home=B · write home: update r1 B
    20.3  done          → synced home=B (update)
    20.4  want home=A   → detected home=A · bucket empty for 3.7 · due 24.1
    `,
  );
});

describe('zone: dry run', () => {
  scenario(
    'zone: dry run → reads only, every operation shown once',
    `
    0      want home=A www=A mail=A → detected home=A · detected www=A · detected mail=A · list home
    0.1    found r1=B r2=C          → list www
    0.2    found -                  → list mail
    0.3    found r4=A               → synced mail=A (found) · would home: update r1 A · would home: delete r2 · would www: create A
    0.3    states                   → home detected · www detected · mail synced
    1      due                      → –
    10     want home=D www=D mail=A → detected home=D · detected www=D · would home: update r1 D · would home: delete r2 · would www: create D
    `,
    { names: { home: { multiRecord: 'all' }, www: {}, mail: {} }, dryRun: true },
  );

  scenario(
    'zone: dry run, verified → what was shown is not shown again, what is new is',
    `
    0      want home=A              → detected home=A · list home
    0.1    found r1=B               → would home: update r1 A
    3600   verify                   → list home
    3601   found r1=B               → –
    7200   verify                   → list home
    7201   found -                  → would home: create A
    10800  verify                   → list home
    10801  found r1=B               → would home: update r1 A
    14400  verify                   → list home
    14401  found r1=A               → synced home=A (found)
    18000  verify                   → list home
    18001  found r1=B               → drifted home=B · would home: update r1 A
    21600  verify                   → list home
    21601  found r1=B               → –
    25200  verify                   → list home
    25201  found r1=B               → –
    `,
    { dryRun: true },
  );

  scenario(
    'zone: dry run, several records under "error" → refused as ever',
    `
    0      want home=A              → detected home=A · list home
    0.1    found r1=B r2=C          → error home #1 · due 300.1
    `,
    { dryRun: true },
  );

  scenario(
    'zone: dry run, more operations than one batch takes → all shown at once',
    `
    0      want home=A              → detected home=A · list home
    0.1    found ${many((i) => `r${i}=B`)} → would home: update r0 A · ${many((i) => `would home: delete r${i + 1}`, 299, ' · ')}
    `,
    { names: { home: { multiRecord: 'all' } }, dryRun: true },
  );
});

describe('zone: more operations than one batch takes', () => {
  scenario(
    'zone: 300 records of one name → the update and 199 deletions, then the rest',
    `
    0      want home=A              → detected home=A · list home
    0.1    found ${many((i) => `r${i}=B`)} → write home: update r0 A, ${many((i) => `home: delete r${i + 1}`, 199, ', ')}
    0.2    done                     → write ${many((i) => `home: delete r${i + 200}`, 100, ', ')}
    0.3    done                     → synced home=A (delete)
    `,
    { names: { home: { multiRecord: 'all' } } },
  );
});

function many(text: (i: number) => string, count = 300, separator = ' '): string {
  return Array.from({ length: count }, (_, i) => text(i)).join(separator);
}
