import { answerTo } from './core/config/answer.ts';
import { SystemFiles } from './host/files.ts';
import { processAgeMs } from './host/processes.ts';

// A program of its own, run by native/settings.c in a runtime that ends with it.
const { read } = new SystemFiles();
const ageMs = (time: string): number => Date.now() - Date.parse(time);
globalThis.answer = JSON.stringify(answerTo(JSON.parse(question), { readFile: read, processAgeMs, ageMs }));
