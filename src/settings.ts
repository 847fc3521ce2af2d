import { answerTo } from './core/config/answer.ts';
import { SystemFiles } from './host/files.ts';

// A program of its own, run by native/settings.c in a runtime that ends with it.
const files = new SystemFiles();
globalThis.answer = JSON.stringify(answerTo(JSON.parse(question), (path) => files.read(path)));
