/** Files of settings that are damaged, through what reads them. */
import * as settingsProgram from 'settings';
import { answerTo, type Machine } from '../../../src/core/config/answer.ts';
import type { Answer, Question } from '../../../src/core/config/interview.ts';
import { failed, ok } from '../../../src/core/result.ts';

const NO_FILE = '/dev/null';
const CONFIG = '/config.toml';
const VARIABLES = '/variables';
const QUESTION: Question = {
  argv: ['once', '-c', CONFIG, '--env-file', VARIABLES],
  environment: {},
  version: '1',
  libraries: '',
  inForce: null,
};

/** As the daemon has it, with two files. */
const machine = (config: string, variables: string): Machine => ({
  readFile: (path) => {
    if (path === CONFIG) return ok(config);
    return path === VARIABLES ? ok(variables) : failed({ kind: 'missing', detail: 'No such file or directory' });
  },
  changedMs: () => null,
  hasCertificate: () => false,
  isKept: () => false,
  processAgeMs: () => null,
  ageMs: () => 0,
  landlockAbi: () => 0,
  realPath: (path) => path,
  readLink: () => null,
  list: () => null,
});

/** Reads one of the two files, the other being empty.
 *  @throws Error unless the settings are accepted or refused */
export function readSettings(kind: 'toml' | 'environment', text: string): void {
  const isConfig = kind === 'toml';
  judge(answerTo(QUESTION, machine(isConfig ? text : '', isConfig ? '' : text)));
}

/** The same in the program of its own that reads settings, from a real file, within the memory that it has.
 *  @throws Error unless the settings are accepted, refused, or too much */
export function askSettings(kind: 'toml' | 'environment', path: string): void {
  const isConfig = kind === 'toml';
  const argv = ['once', '-c', isConfig ? path : NO_FILE, '--env-file', isConfig ? NO_FILE : path];
  try {
    judge(JSON.parse(settingsProgram.load(JSON.stringify({ ...QUESTION, argv }))));
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes('InternalError')) throw error;
  }
}

function judge({ kind }: Answer): void {
  if (kind !== 'settings' && kind !== 'refused') throw new Error(`the answer is ${kind}`);
}
