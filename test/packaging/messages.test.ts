import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeRefusal } from '../../src/core/address/eligible.ts';
import { NO_CA_BUNDLE } from '../../src/core/cloudflare/transport.ts';

/** A literal of the source: 'text', "text" or `text`. */
const LITERAL = /('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)/.source;

/** Where texts that ask for action stand: files, and what goes before the text. */
const PLACES: readonly (readonly [files: RegExp, before: string])[] = [
  [/^src\//, "(?:write|entry)\\(\\s*'(?:warning|error)',\\s*"],
  [/^src\/core\/daemon\//, 'what(?: =|:)\\s*'],
  [/^src\/core\/daemon\/(?:lookup|detours)\.ts$/, '=>\\s*'],
  [/^src\/core\/cloudflare\/zones\.ts$/, 'what = '],
  [/^src\/core\/daemon\/lookup\.ts$/, '(?:=== null|===? .active.|paused|.secondary.) \\? (?:null : )?'],
  [/^src\/core\/daemon\/notices\.ts$/, "(?:level: 'warning', msg: |const msg = |return \\(\\s*|return )"],
  [/^src\/core\/daemon\/(?:failed-call|detours)\.ts$/, '(?:return |\\}\\): string =>\\s*)'],
  [/^src\/shell\/check-(?:api|zones)\.ts$/, 'const (?:detail|AT_WORK) = |giveUp\\(what, '],
  [
    /^src\/core\/cloudflare\/(?:remedies|transport|unreached|certificates|foreign|failure)\.ts$/,
    '(?:\\d, |return |const [A-Z_]+ = |words = )',
  ],
  [/^src\/core\/cloudflare\/remedies\.ts$/, '\\n +[?:] '],
  [
    /^src\/core\/config\/(?!command|status|changes)/,
    "(?:report|refuse|refused|failed|problemAt)\\((?:[^'\"`;]|'\\w+')*",
  ],
  [/^src\/core\/config\//, '(?:detail|fault) = '],
  [/^src\/shell\/log\.ts$/, 'describeLost = .*\n? *'],
  [/^src\/core\/config\/answer\.ts$/, '=>\\s*'],
];

/** Texts that match but ask for nothing. */
const NO_TROUBLE: readonly string[] = [
  ', already right',
  ', already right in a record of another product of Cloudflare',
  'create AAAA',
  'delete AAAA',
  'update AAAA',
];

/** The longest fixed part of each text; what varies stands between. */
function fragmentsOf(file: string): string[] {
  const source = readFileSync(file, 'utf8');
  const found = PLACES.filter(([files]) => files.test(file)).flatMap(([, before]) =>
    [...source.matchAll(new RegExp(before + LITERAL, 'g'))].map(([, literal = '']) => literal.slice(1, -1)),
  );
  return found
    .map((text) => text.replace(/\\(.)/g, '$1').split(/\$\{[^}]*\}/))
    .map((parts) => [...parts].sort((a, b) => b.length - a.length)[0]?.trim() ?? '')
    .filter((part) => part.length >= 10 && /\w \w/.test(part) && !NO_TROUBLE.includes(part));
}

/** The manual's list, as plain text on one line. */
function listed(): string {
  const manual = readFileSync('docs/manual.md', 'utf8');
  const [, troubles = ''] = /^## When something is wrong$(.*?)^## Moving over$/ms.exec(manual) ?? [];
  return troubles.replaceAll(/[`\\]/g, '').replaceAll(/\s+/g, ' ');
}

test('manual: every warning and error of the source → is in its list of messages', () => {
  const list = listed();
  const names = readdirSync('src', { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.ts')).map((name) => `src/${name}`);
  const fragments = files.flatMap((file) => fragmentsOf(file).map((fragment) => ({ file, fragment })));
  const missing = fragments.filter(({ fragment }) => !list.includes(fragment.replaceAll(/\s+/g, ' ')));
  expect(missing).toEqual([]);
  // The patterns above still find what they are for.
  const texts = fragments.map(({ fragment }) => fragment);
  expect(texts.length).toBeGreaterThan(60);
  expect(texts).toEqual(
    expect.arrayContaining([
      'Cloudflare refused the request (',
      'remove the CNAME record of this name, or choose another name',
      'is not a record name:',
      'no API token; set',
      'cannot reach Cloudflare:',
      'cannot write the trace',
    ]),
  );
});

test('manual: every reason not to publish an address, and the words about root certificates → are there', () => {
  const list = listed();
  const kinds = ['temporary', 'tentative', 'dadFailed', 'deprecated', 'scope'] as const;
  const links = ['interfaceDown', 'loopback', 'interfaceNotAllowed'] as const;
  const reasons = [...kinds, ...links].map((kind) => describeRefusal({ kind }));
  for (const reason of reasons) expect(list).toContain(reason);
  const [, remedy = 'none'] = /\): (.*)$/.exec(NO_CA_BUNDLE) ?? [];
  expect(list).toContain(remedy);
});
