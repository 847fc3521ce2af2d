import { landlockAbi } from 'confine';
import * as os from 'os';
import { answerTo } from './core/config/answer.ts';
import { SystemFiles } from './host/files.ts';
import { processAgeMs } from './host/processes.ts';

const orNull = ([path, errno]: [string, number]): string | null => (errno === 0 ? path : null);

// A program of its own, run by native/settings.c in a runtime that ends with it.
const { read } = new SystemFiles();
const machine = {
  readFile: read,
  processAgeMs,
  ageMs: (time: string): number => Date.now() - Date.parse(time),
  realPath: (path: string): string | null => orNull(os.realpath(path)),
  readLink: (path: string): string | null => orNull(os.readlink(path)),
  list: (folder: string): readonly string[] => os.readdir(folder)[0],
  landlockAbi: landlockAbi(),
};
globalThis.answer = JSON.stringify(answerTo(JSON.parse(question), machine));
