import { expect, test } from 'vitest';
import { reportAddresses } from '../../../src/core/address/report.ts';
import { AddressTable } from '../../../src/core/address/table.ts';
import { readDatagram } from '../../fakes/reading.ts';
import { addressMessage } from '../../fakes/rtnetlink.ts';
import { A } from '../../fakes/samples.ts';

test.each([
  [1000.4, 3600],
  [1000.6, 3600],
  [1001.4, 3599],
  [1001.6, 3599],
])(
  'reportAddresses: told that 3600 s are left after 1000.4 s, asked after %d s → %d s, never more',
  (nowSec, leftSec) => {
    const table = new AddressTable();
    const bytes = addressMessage(A, { flags32: 0, lifetimeSec: 3600 });
    for (const { message } of readDatagram(bytes)) {
      if (message.kind === 'address') table.apply(message, 1000.4);
    }
    expect(reportAddresses(table, { interfaces: null, prefer: [], exclude: [] }, [], nowSec).addresses).toMatchObject([
      { preferred_s: leftSec, valid_s: leftSec },
    ]);
  },
);
