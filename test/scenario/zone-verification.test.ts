import { describe } from 'vitest';
import { SET_BACK, VERIFYING } from './zone-openings.ts';
import { scenario } from './zone-script.ts';

describe('zone: verification', () => {
  scenario(
    'zone: the record was changed by somebody else → logged and set back',
    `${VERIFYING}
    3601  found r1=B    → drifted home=B · write home: update r1 A
    3602  done          → synced home=A (update)
    `,
  );

  scenario(
    'zone: the record was deleted → made again',
    `${VERIFYING}
    3601  found -       → drifted home=- · write home: create A
    3602  done          → synced home=A (create)
    `,
  );

  scenario(
    'zone: changed by somebody else three times in a row → a conflict, set back at the pace of a refusal only, however often it is verified',
    `${SET_BACK}
    7200   verify        → list home
    7201   found r1=B    → drifted home=B · write home: update r1 A
    7202   done          → synced home=A (update)
    10800  verify        → list home
    10801  found r1=B    → error home #1 · due 11101
    10860  verify        → due 11101
    11101  due           → list home
    11102  found r1=B    → write home: update r1 A
    11103  done          → synced home=A (update)
    14400  verify        → list home
    14401  found r1=B    → error home #1 · due 15001
    `,
  );

  scenario(
    'zone: changed by somebody else once, and setting it back fails again and again → no conflict',
    `${VERIFYING}
    3601   found -       → drifted home=- · write home: create A
    3601.1 lost          → warning zone #1 · due 3601.6
    3601.6 due           → list home
    3601.7 found -       → write home: create A
    3601.8 html 502      → warning zone #2 · due 3602.8
    3602.8 due           → list home
    3602.9 found -       → write home: create A
    3603   lost          → warning zone #3 · due 3605
    3605   due           → list home
    3605.1 found r1=A    → synced home=A (found)
    3605.1 states        → home synced
    `,
  );

  scenario(
    'zone: left alone once in between → no conflict',
    `${SET_BACK}
    7200   verify        → list home
    7201   found r1=B    → drifted home=B · write home: update r1 A
    7202   done          → synced home=A (update)
    10800  verify        → list home
    10801  found r1=A    → –
    14400  verify        → list home
    14401  found r1=B    → drifted home=B · write home: update r1 A
    `,
  );

  scenario(
    'zone: nothing changed → silent',
    `${VERIFYING}
    3601  found r1=A    → –
    `,
  );

  scenario(
    'zone: asked to verify while a write is in flight → read again after it, nothing is made twice',
    `
    0     want home=A   → detected home=A · list home
    0.1   found r1=B    → write home: update r1 A
    0.2   verify        → –
    0.3   want home=C   → detected home=C
    0.4   done          → list home
    0.5   found r1=A    → write home: update r1 C
    0.6   done          → synced home=C (update)
    `,
  );

  scenario(
    'zone: asked to verify while a list is in flight → one more look at most',
    `
    0     want home=A   → detected home=A · list home
    0.1   verify        → –
    0.2   found r1=B    → write home: update r1 A
    0.3   done          → synced home=A (update)
    `,
  );

  scenario(
    'zone: a reply or an alarm that nobody waits for → nothing',
    `
    0     found r1=A    → –
    1     lost          → –
    2     due           → –
    `,
  );
});
