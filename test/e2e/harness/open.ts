import { onTestFailed, onTestFinished } from 'vitest';
import { Lab, type LabOptions } from './lab.ts';

/** A laboratory for the running test, torn down at its end however it ends. */
export async function openLab(options: LabOptions = {}): Promise<Lab> {
  const lab = await Lab.open(options);
  onTestFinished(() => lab.close());
  onTestFailed(() => console.log(lab.transcript()));
  return lab;
}
