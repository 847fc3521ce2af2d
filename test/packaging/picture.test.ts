import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { differences } from '../demo/form.ts';
import { drawTerminal, linesOfPicture, paint, withoutStyles } from '../demo/terminal.ts';

const PICTURE = readFileSync('docs/demo.svg', 'utf8');

describe('picture of a terminal', () => {
  test('drawing: pieces in colour, blanks, brackets and ampersands → the same lines can be read from it', () => {
    const painted = `plain\n${paint('  0.1  ', 'dim')}${paint('<a & b> →', 'yellow')}\n\n${paint('✓', 'green')}\n`;
    expect(linesOfPicture(drawTerminal(painted, 'a title'))).toEqual(['plain', '  0.1  <a & b> →', '', '✓']);
  });

  test('drawing: a piece → stands at its column, as wide as its text, in the look of its style', () => {
    const svg = drawTerminal(`ab${paint('cde', 'red')}`, 'a title');
    expect(svg).toContain('<tspan class="red" x="30.4" textLength="21.6" lengthAdjust="spacingAndGlyphs">cde</tspan>');
  });

  test('text: without its styles → what was painted', () => {
    expect(withoutStyles(`a ${paint('b', 'bold')} c\n`)).toBe('a b c\n');
  });
});

describe('demo', () => {
  // That it shows what the demo prints today is compared where the demo runs: tools/run-tests.mjs.
  test('docs/demo.svg: as it is in the repository → all four steps, and that all went right', () => {
    const lines = linesOfPicture(PICTURE);
    expect(lines.flatMap((line) => /^(\d) {2}\w/.exec(line)?.[1] ?? [])).toEqual(['1', '2', '3', '4']);
    expect(lines.at(-1)).toMatch(/✓ {2}all 4 steps: record right after \d+ and \d+ ms, .* daemon in \d\.\d MiB$/);
    expect(lines.join('\n')).not.toContain('✗');
  });

  test('comparison: other times, ids, random addresses, another order → no difference', () => {
    const before = [
      '  3.805  api     PATCH dns_records/a7f735… → 200',
      '  9.203  daemon  updated in 42 ms',
      '           3ffe:1::86a4:22ae:ebf5:d8ef  no: temporary',
      '           fe80::1c80:13ff:fee9:537a    no: link-local',
      '      ✓  all 4 steps: record right after 941 and 14 ms, 1.2 s through two failures; daemon in 0.9 MiB',
    ];
    const now = [
      ' 12.001  daemon  updated in 1042 ms',
      ' 13.805  api     PATCH dns_records/0badca… → 200',
      '           3ffe:1::a:b:c:d  no: temporary',
      '           fe80::2          no: link-local',
      '      ✓  all 4 steps: record right after 17 and 9 ms, 2 s through two failures; daemon in 1.0 MiB',
    ];
    expect(differences(before, now)).toEqual([]);
  });

  test('comparison: another word, a line twice → told, with what it was', () => {
    expect(differences(['created in 5 ms'], ['made in 7 ms'])).toEqual(['- created in N ms', '+ made in N ms']);
    expect(differences(['a'], ['a', 'a'])).toEqual(['+ a']);
  });
});
