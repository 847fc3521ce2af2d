/** Native module: the settings, read by src/settings.ts in a runtime that is gone afterwards (native/settings.c). */
declare module 'settings' {
  /** Runs src/settings.ts with the global `question` and returns the global `answer` that it leaves.
   *  @throws HostError EPROTO when that program throws */
  export function load(question: string): string;
}

/** Inside of src/settings.ts only: JSON of a `Question`, and the place for that of its `Answer` (core/config/interview.ts). */
declare const question: string;
declare var answer: string;
