import { describe, expect, test } from 'vitest';
import { BUDGETS } from '../../bench/budgets.ts';
import { openLab } from '../e2e/harness/open.ts';
import type { Process } from '../e2e/harness/process.ts';
import { BOARDS, boot, FIRST, SECOND } from './guest.ts';

/** For a whole machine, emulated on a busy one. */
const PATIENCE = { timeoutMs: 180_000 };

const MEMORY = /^guest: resident (\d+) KiB, anonymous (\d+) KiB$/;

/** The first figures that are within the budgets: the daemon gives memory back once it sleeps.
 *  @throws Error with all that the guest has said when none come */
async function restingMemory(guest: Process): Promise<string> {
  for (let since = 0; ; ) {
    const line = await guest.line(MEMORY, { since, ...PATIENCE });
    const [resident = Number.NaN, anonymous = Number.NaN] = (MEMORY.exec(line.text) ?? []).slice(1).map(Number);
    if (resident <= BUDGETS.residentKiB && anonymous <= BUDGETS.anonymousKiB) return line.text;
    since = guest.lines.indexOf(line) + 1;
  }
}

describe.each(BOARDS)('$name', (board) => {
  test(`${board.name}: Debian’s kernel boots, an address comes and is replaced → the record follows, confined, within the budgets`, async () => {
    const lab = await openLab();
    const guest = await boot(board, lab);
    const machine = await guest.line(/^guest: machine /, PATIENCE);
    expect(machine.text).toMatch(/ security modules .*\blandlock\b/);
    expect(machine.text).toContain(` Linux ${board.release}.`);
    await guest.line(/ created in /, PATIENCE);
    await guest.line(/ updated in /, PATIENCE);
    await lab.says(SECOND);
    expect(await lab.writes()).toEqual([`POST ${FIRST}`, `PATCH ${SECOND}`]);
    const memory = await restingMemory(guest);
    const said = guest.stdout;
    expect(said.filter((line) => line.includes('not confined'))).toEqual([]);
    expect(said).toEqual(
      expect.arrayContaining(['guest: NoNewPrivs: 1', 'guest: Seccomp: 2', `guest: CapEff: ${'0'.repeat(16)}`]),
    );
    expect(said).toContainEqual(expect.stringMatching(/^guest: KernelPageSize: +4 kB$/));
    console.log(`${board.name}: ${machine.text}; ${memory}`);
  });
});
