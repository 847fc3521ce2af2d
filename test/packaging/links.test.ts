import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { anchorsOf, fencesOf, withoutFences } from './documents.ts';

/** What is wrong with the relative links of a Markdown file. */
function brokenLinks(file: string): string[] {
  const text = withoutFences(readFileSync(file, 'utf8')).replace(/`[^`\n]*`/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [path = '', anchor] = target.split('#');
    const goal = path === '' ? file : join(dirname(file), path);
    if (!existsSync(goal)) return `${target}: no such file`;
    const isThere = anchor === undefined || anchorsOf(readFileSync(goal, 'utf8')).has(anchor);
    return isThere ? [] : `${target}: no such heading`;
  });
}

/** Every Markdown file of the repository. */
const FILES = [
  ...readdirSync('.'),
  ...['docs', 'src', '.github'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  ),
].filter((name) => name.endsWith('.md'));

test('links: every Markdown file → each leads to a file, and to a heading of it', () => {
  expect(FILES).toEqual(
    expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'docs/manual.md', 'docs/decisions/engine.md']),
  );
  const broken = FILES.flatMap((file) => brokenLinks(file).map((problem) => `${file}: ${problem}`));
  expect(broken).toEqual([]);
});

test('paths: those that a Markdown file names, but for the changelog’s → are there', () => {
  const missing = FILES.filter((file) => file !== 'CHANGELOG.md').flatMap((file) => {
    const text = withoutFences(readFileSync(file, 'utf8'));
    const named = [...text.matchAll(/`((?:src|native|types|test|tools|bench|docs|man|packaging)\/[\w./-]+)`/g)];
    return named.flatMap(([, path = '']) => (existsSync(path) || NOT_OURS.test(path) ? [] : `${file}: ${path}`));
  });
  expect(missing).toEqual([]);
});

/** Stands for a name of one's own, or is another program's. */
const NOT_OURS = /\/[A-Z]+\.|\.rs$/;

test('anchors: headings → as GitHub forms them', () => {
  const markdown = '# A `b` c\n## Why, or: [x](y)?\n## a b c\n```sh\n# no heading\n```\n';
  expect([...anchorsOf(markdown)]).toEqual(['a-b-c', 'why-or-x', 'a-b-c-1']);
});

test('decisions: every page → when it was decided, what would change it, and its line in the list', () => {
  const list = readFileSync('docs/decisions/README.md', 'utf8');
  const pages = FILES.filter((file) => file.startsWith('docs/decisions/') && !file.endsWith('README.md'));
  expect(pages.length).toBeGreaterThan(20);
  for (const page of pages) {
    const text = readFileSync(page, 'utf8');
    expect([page, text]).toEqual([page, expect.stringMatching(/^# .+\n\nDecided \d{4}-\d\d-\d\d\.\n/)]);
    expect([page, text]).toEqual([page, expect.stringContaining('**What would change it.**')]);
    const [, title = ''] = /^# (.+)/.exec(text) ?? [];
    expect(list).toContain(`- [${title}](${page.slice('docs/decisions/'.length)})\n`);
  }
});

/** The transitions of a state diagram, `from --> to`. */
const edgesOf = (file: string): string[] =>
  fencesOf(file)
    .filter(({ text }) => text.startsWith('stateDiagram'))
    .flatMap(({ text }) => [...text.matchAll(/^ *(\S+ --> \w+)/gm)].map(([, edge = '']) => edge));

test('tour: its picture of a name’s life → only what the whole picture has', () => {
  const edges = edgesOf('docs/architecture.md');
  expect(edges.length).toBeGreaterThan(8);
  expect(edgesOf('docs/life-of-a-name.md')).toEqual(expect.arrayContaining(edges));
});

test('documents: tour and contributing → readable in ten minutes, on two screens', () => {
  expect(readFileSync('docs/architecture.md', 'utf8').split(/\s+/).length).toBeLessThan(1_500);
  expect(readFileSync('CONTRIBUTING.md', 'utf8').split('\n').length).toBeLessThanOrEqual(100);
});
