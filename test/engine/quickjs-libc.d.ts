/** Parts of QuickJS's own modules that only the tests use (quickjs-libc.c). */
declare module 'std' {
  /** @returns null = it cannot be opened */
  export function loadFile(path: string): string | null;
  export function setenv(name: string, value: string): void;
  export function unsetenv(name: string): void;
}

declare module 'os' {
  /** Counts CLOCK_MONOTONIC. */
  export function setTimeout(run: () => void, delayMs: number): number;
  export function clearTimeout(timer: number): void;
  /** Runs a program to its end. @returns its status */
  export function exec(command: readonly string[]): number;
  export function exec(command: readonly string[], options: { block: false; stdout?: number }): number;
  export function pipe(): [number, number];
  export function symlink(target: string, path: string): number;
  export function waitpid(pid: number, options: number): [number, number];
}
