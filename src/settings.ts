import { answerTo } from './core/config/answer.ts';
import { changedMs, SystemFiles } from './host/files.ts';
import { processAgeMs } from './host/processes.ts';
import { hasCertificate } from './host/roots.ts';
import { holderOf } from './host/state-files.ts';
import { systemTree } from './host/tree.ts';

// A program of its own, run by native/settings.c in a runtime that ends with it.
const { read } = new SystemFiles();
const ageMs = (time: string): number => Date.now() - Date.parse(time);
const isKept = (path: string): boolean => holderOf(path) !== null;
const machine = { readFile: read, changedMs, hasCertificate, isKept, processAgeMs, ageMs, ...systemTree() };
globalThis.answer = JSON.stringify(answerTo(JSON.parse(question), machine));
