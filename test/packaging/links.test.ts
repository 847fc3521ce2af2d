import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { anchorsOf, withoutFences } from './documents.ts';

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

test('links: every Markdown file → each leads to a file, and to a heading of it', () => {
  const files = ['.', 'docs'].flatMap((folder) =>
    readdirSync(folder).flatMap((name) => (name.endsWith('.md') ? join(folder, name) : [])),
  );
  expect(files).toEqual(expect.arrayContaining(['README.md', 'docs/manual.md', 'CONTRIBUTING.md', 'CHANGELOG.md']));
  const broken = files.flatMap((file) => brokenLinks(file).map((problem) => `${file}: ${problem}`));
  expect(broken).toEqual([]);
});

test('anchors: headings → as GitHub forms them', () => {
  const markdown = '# A `b` c\n## Why, or: [x](y)?\n## a b c\n```sh\n# no heading\n```\n';
  expect([...anchorsOf(markdown)]).toEqual(['a-b-c', 'why-or-x', 'a-b-c-1']);
});
