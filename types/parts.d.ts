/** Native module: parts of the program that most runs do without (native/parts.c). */
declare module 'parts' {
  /** Runs src/parts/NAME.ts and returns the global `part` that it leaves.
   *  @throws HostError ENOENT when the executable has no such part */
  export function load(name: 'check' | 'notify' | 'setup'): unknown;
}

/** Inside of src/parts only. */
declare var part: unknown;
