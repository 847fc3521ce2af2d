import { expect } from 'vitest';
import type { ApiFailure } from '../../../src/core/cloudflare/failure.ts';
import type { ZoneInfo } from '../../../src/core/cloudflare/zones.ts';
import { Secret } from '../../../src/core/config/secret.ts';
import { ok, type Result } from '../../../src/core/result.ts';
import type { Act, Changes, Ending, Trial, Verdict } from '../../../src/core/setup/acts.ts';
import { dialogue } from '../../../src/core/setup/dialogue.ts';
import type { Facts } from '../../../src/core/setup/facts.ts';

export const GOOD = 'Abcdefghij0123456789_-klmnopqrstuvwxyz12';
export const OTHER = 'Zbcdefghij0123456789_-klmnopqrstuvwxyz12';
export const HOME = 'home.example.com';
export const ZONE_ID = '0123456789abcdef0123456789abcdef';

export const zone = (name: string, own: Partial<ZoneInfo> = {}): ZoneInfo => ({
  id: ZONE_ID,
  name,
  status: 'active',
  paused: false,
  type: 'full',
  account: '',
  ...own,
});

const answer = { what: 'HTTP 403', ray: null, retryAfterMs: null };
export const DENIED = {
  kind: 'denied',
  ...answer,
  remedy: { kind: 'words', words: 'make a new one' },
  zoneUnknown: false,
  everywhere: false,
} as const satisfies ApiFailure;
export const LIMITED: ApiFailure = { ...DENIED, remedy: { kind: 'permission', asked: 'zones' } };
export const SILENT: ApiFailure = { kind: 'unreachable', detail: 'It timed out', sent: false };

export const FINE: Verdict = { ending: 'done', lines: ['ok all'], failed: [] };
export const refused = (...lines: readonly string[]): Verdict => ({
  ending: 'refused',
  lines: ['FAIL'],
  failed: lines,
});

/** A machine without anything, and a person at its terminal. */
export const BARE: Facts = {
  unattended: false,
  force: false,
  given: { token: null, name: null },
  held: { token: null, names: [], tabled: [], beforeToken: [], beforeName: [] },
  zoneId: null,
  hostName: 'box',
  address: ['3ffe:1::a it is'],
  service: { commands: [['/bin/start']], byHand: 'start it' },
};
export const SCRIPT: Facts = {
  ...BARE,
  unattended: true,
  given: { token: ok(new Secret(GOOD)), name: HOME },
};

/** What the world answers: to each kind of act in turn, the last one again and again. */
export interface World {
  readonly answers?: readonly string[];
  readonly zones?: readonly Result<readonly ZoneInfo[], ApiFailure>[];
  readonly verdicts?: readonly Verdict[];
  readonly withRecord?: readonly string[];
  readonly written?: string | null;
  readonly started?: string | null;
}

/** The dialogue from its beginning to its end. */
export function play(facts: Facts, world: World = {}) {
  const said: string[] = [];
  const asked: string[] = [];
  const hidden: string[] = [];
  const trials: Trial[] = [];
  const listed: string[] = [];
  let changes: Changes | null = null;
  let starts = 0;
  let ending: Ending | null = null;
  const answers = [...(world.answers ?? [])];
  const turn = <T>(replies: readonly T[], count: number): T => replies[Math.min(count, replies.length) - 1] as T; // never empty
  const reply = (act: Exclude<Act, { kind: 'end' }>): unknown => {
    switch (act.kind) {
      case 'say':
        said.push(...act.lines);
        return null;
      case 'ask': {
        (act.hidden ? hidden : asked).push(act.prompt);
        const next = answers.shift();
        if (next === undefined) throw new Error(`no answer to "${act.prompt}" after:\n${said.join('\n')}`);
        return next;
      }
      case 'listZones':
        return turn(world.zones ?? [ok([zone('example.com')])], listed.push(act.token.reveal()));
      case 'hasRecord':
        return (world.withRecord ?? []).includes(act.name);
      case 'check':
        return turn(world.verdicts ?? [FINE], trials.push(act.trial));
      case 'write':
        changes = act.changes;
        return world.written ?? null;
      case 'start':
        starts += 1;
        return world.started ?? null;
    }
  };
  const acts = dialogue(facts);
  for (let step = acts.next(); !step.done; ) {
    const act = step.value;
    if (act.kind === 'end') {
      ending = act.ending;
      said.push(...act.lines);
      break;
    }
    step = acts.next(reply(act));
  }
  expect(answers).toEqual([]);
  const written = changes as Changes | null; // assigned in a callback
  return { said: said.join('\n'), asked, hidden, trials, listed, written, starts, ending };
}
