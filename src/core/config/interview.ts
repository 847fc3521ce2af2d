import type { ProbeSettings } from '../ports.ts';
import type { Command, CommandLine } from './command-line.ts';
import type { Confinement, Rule } from './confinement.ts';
import type { Ground } from './load-setup.ts';
import { Secret } from './secret.ts';
import type { AddressRules, Settings } from './settings.ts';
import type { Verdict } from './status-report.ts';

/** What the program asks of src/settings.ts, and what that answers. Both travel as JSON between two runtimes. */
export interface Question {
  /** What follows the program's name. */
  readonly argv: readonly string[];
  /** As it was when the process started. */
  readonly environment: Readonly<Record<string, string>>;
  readonly version: string;
  /** Name and version of each library in the executable, a line each. */
  readonly libraries: string;
  /** What this process may still do with files since it confined itself; null = that is yet to come. */
  readonly inForce: readonly Rule[] | null;
}

export type Answer = Readonly<
  | { kind: 'print'; lines: readonly string[] } // help or version
  | { kind: 'usage'; lines: readonly string[] } // the command line is wrong
  | { kind: 'status'; lines: readonly string[]; verdict: Verdict }
  | { kind: 'refused'; commandLine: CommandLine; problems: readonly string[] }
  | {
      kind: 'addresses';
      commandLine: CommandLine;
      rules: AddressRules;
      api: ProbeSettings;
      /** What a running daemon publishes; none = none runs, or it publishes nothing. */
      running: readonly string[];
      confinement: Confinement | null;
    }
  | { kind: 'setup'; commandLine: CommandLine; ground: Plain<Ground> | null; problems: readonly string[] } // null = bad ones
  | {
      kind: 'settings';
      commandLine: CommandLine & { readonly command: Exclude<Command, 'addresses' | 'status' | 'setup'> };
      settings: PlainSettings;
      /** null = not wanted, or in force already */
      confinement: Confinement | null;
      warnings: readonly string[];
    }
>;

/** `T` with its secrets as text, at any depth. */
export type Plain<T> = T extends Secret ? string : T extends object ? { readonly [K in keyof T]: Plain<T[K]> } : T;

/** For the way between the runtimes and for comparing only: shows every secret. */
export type PlainSettings = Plain<Settings>;

export function plain<T>(value: T): Plain<T> {
  if (typeof value !== 'object' || value === null) return value as Plain<T>;
  if (value instanceof Secret) return value.reveal() as Plain<T>;
  if (Array.isArray(value)) return value.map(plain) as Plain<T>;
  const entries = Object.entries(value).map(([key, inner]) => [key, plain(inner)]);
  return Object.fromEntries(entries) as Plain<T>; // the type says the same, member by member
}
