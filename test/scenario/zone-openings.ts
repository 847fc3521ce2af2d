/** Beginnings that scripts of several files share (zone-script.ts). */

/** The record is right, another address is wanted, and the write is under way. */
export const UPDATING = `
    0     want home=A   → detected home=A · list home
    0.1   found r1=A    → synced home=A (found)
    10    want home=B   → detected home=B · write home: update r1 B
  `;

/** The record is right, and an hour later it is read back. */
export const VERIFYING = `
    0     want home=A   → detected home=A · list home
    0.1   found r1=A    → synced home=A (found)
    3600  verify        → list home
  `;

/** The same, and somebody else has changed it: it is set back. */
export const SET_BACK = `${VERIFYING}
    3601  found r1=B    → drifted home=B · write home: update r1 A
    3602  done          → synced home=A (update)
  `;
