#!/usr/bin/env node
// Turns the private members of a bundle's classes, #name, into plain ones, $name. The compiler has seen to their privacy;
// at run time the engine keeps a symbol and a variable for each, some 150 bytes, and checks them at every use.
// usage: tools/plain-members.mjs BUNDLE
import { readFileSync, writeFileSync } from 'node:fs';
import jsTokens from 'js-tokens';

const [bundle] = process.argv.slice(2);
const tokens = [...jsTokens(readFileSync(bundle, 'utf8'))];
const words = tokens.filter(({ type }) => type !== 'WhiteSpace' && type !== 'LineTerminatorSequence');
const plain = (name) => `$${name.slice(1)}`;

/** The identifiers that stand where `is` says. */
const names = (is) =>
  new Set(words.filter(({ type }, i) => type === 'IdentifierName' && is(i)).map(({ value }) => value));
const taken = names(() => true);
const bases = names((i) => words[i - 1]?.value === 'extends');
const classes = names((i) => words[i - 1]?.value === 'class' || words[i + 2]?.value === 'class');

for (const name of bases)
  if (classes.has(name)) throw new Error(`${name} has subclasses, whose private names may be its own`);
for (const [i, { type, value }] of words.entries()) {
  if (type !== 'PrivateIdentifier') continue;
  if (taken.has(plain(value))) throw new Error(`${plain(value)} is a name already`);
  if (words[i + 1]?.value === 'in') throw new Error(`${value} in: plain members cannot tell`);
}
writeFileSync(bundle, tokens.map(({ type, value }) => (type === 'PrivateIdentifier' ? plain(value) : value)).join(''));
