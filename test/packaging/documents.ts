import { readFileSync } from 'node:fs';

/** A fenced block of a Markdown file. */
export interface Fence {
  readonly file: string;
  /** Line on which it opens, from 1. */
  readonly line: number;
  readonly language: string;
  /** The heading that it stands under. */
  readonly heading: string;
  readonly text: string;
}

export const GUIDES = ['README.md', 'docs/manual.md'] as const;

const FENCE = /^( *)```(\w*)\n(.*?)^\1```$/gms;

/** The fenced blocks of a file, without the indentation of a list around them. */
export function fencesOf(file: string): Fence[] {
  const markdown = readFileSync(file, 'utf8');
  return [...markdown.matchAll(FENCE)].map(({ 1: indent = '', 2: language = '', 3: text = '', index }) => {
    const before = markdown.slice(0, index);
    const line = before.split('\n').length;
    const heading = [...withoutFences(before).matchAll(/^#{1,6} (.*)$/gm)].at(-1)?.[1] ?? '';
    return { file, line, language, heading, text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), '') };
  });
}

export const withoutFences = (markdown: string): string => markdown.replace(FENCE, '');

/** The anchors that GitHub gives to a file's headings. */
export function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutFences(markdown).matchAll(/^#{1,6} (.*)$/gm)) {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = words.replace(/[^\p{L}\p{M}\p{N}_ -]/gu, '').replaceAll(' ', '-');
    let unique = anchor;
    for (let count = 1; anchors.has(unique); count++) unique = `${anchor}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}
