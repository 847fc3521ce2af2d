import { beforeEach, describe, expect, test } from 'vitest';
import { Group } from '../../../src/core/daemon/group.ts';
import { IFA_F_PERMANENT } from '../../../src/core/wire/constants.ts';
import { ANY } from '../../fakes/samples.ts';
import { FOR_EVER_SEC, tell } from '../../fakes/told-table.ts';
import { deciding, newScene, P, Q, START_MS } from './deciding.ts';

let { table, group, log } = newScene();

beforeEach(() => {
  ({ table, group, log } = newScene());
});

const { place, decide, settle } = deciding(() => ({ table, group, log }));
const messages = (): string[] => log.map(({ msg }) => msg);

describe('Group: what people are told', () => {
  test('Group: nothing may be published for ten seconds → said once, and when it is over, for how long it was', () => {
    group.tableChanged();
    decide(START_MS);
    expect([group.isStranded, group.dueMs, log]).toEqual([true, START_MS + 10_000, []]);
    decide(START_MS + 9_999);
    expect(log).toEqual([]);
    decide(START_MS + 10_000);
    expect(messages()).toEqual([
      'no address to publish (this machine has no IPv6 address). The records stay as they are.',
    ]);
    expect(group.dueMs).toBeNull();
    group.tableChanged();
    decide(START_MS + 20_000);
    expect(log).toHaveLength(1);
    place(P);
    decide(START_MS + 30_000);
    expect(messages().slice(1)).toEqual(['there is an address to publish again, after 30 s']);
  });

  test('Group: nothing may be published for a moment → not a word', () => {
    group.tableChanged();
    decide(START_MS);
    place(P);
    decide(START_MS + 9_999);
    expect(log).toEqual([]);
  });

  test('Group: what was published is gone for long → the records stay at it, and why the others are none', () => {
    place(P);
    decide(START_MS);
    settle(P);
    place(P, false);
    tell(
      table,
      {
        ifIndex: 2,
        text: 'fd00::1',
        flags: IFA_F_PERMANENT,
        protocol: 0,
        scope: 0,
        lifetimeSec: FOR_EVER_SEC,
        renewedStamp: 1,
      },
      false,
      0,
    );
    decide(START_MS + 1);
    decide(START_MS + 10_001);
    expect(messages()).toEqual([
      expect.stringMatching(/^no address to publish \(fd00::1 on eth2: .*\)\. The records stay at 2a01:1::1\.$/),
    ]);
  });

  test('Group: somebody who does not wait asks why → told at once, and not again', () => {
    group.tableChanged();
    decide(START_MS);
    group.reportNow(table, START_MS, (entry) => log.push(entry));
    group.reportNow(table, START_MS, (entry) => log.push(entry));
    decide(START_MS + 10_000);
    expect(log).toHaveLength(1);
  });

  test('Group: somebody asks why, and there is an address → nothing is said', () => {
    place(P);
    decide(START_MS);
    group.reportNow(table, START_MS, (entry) => log.push(entry));
    expect(log).toEqual([]);
  });

  test('Group: the settings were read again while nothing may be published → said again', () => {
    group.tableChanged();
    for (const nowMs of [START_MS, START_MS + 10_000]) decide(nowMs);
    group.configure(ANY);
    decide(START_MS + 10_001);
    expect(log).toHaveLength(2);
  });

  test('Group: the settings name an interface that is not there → said once, and again with new settings', () => {
    group = new Group({ ...ANY, interfaces: ['eth2', 'eth9'] }, START_MS);
    place(P);
    decide(START_MS);
    place(Q);
    decide(START_MS + 1);
    const unknown = '"interface" names "eth9", but no interface has that name now; there are eth2, eth3';
    expect(messages()).toEqual([unknown]);
    group.configure({ ...ANY, interfaces: ['eth9'] });
    decide(START_MS + 2);
    expect(messages()).toEqual([unknown, unknown]);
  });
});
