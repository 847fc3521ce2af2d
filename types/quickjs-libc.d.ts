/** The parts of QuickJS's own modules that this program uses (quickjs-libc.c). */
declare module 'std' {
  export interface FILE {
    puts(text: string): void;
    flush(): void;
    close(): number;
    readAsString(maxBytes?: number): string;
    /** Whether the end was reached, or reading failed. */
    eof(): boolean;
    error(): boolean;
    getline(): string | null;
  }
  export const out: FILE;
  export const err: FILE;
  export function open(path: string, mode: string, error?: { errno: number }): FILE | null;
  export function exit(status: number): never;
  export function getenv(name: string): string | undefined;
  export function getenviron(): Record<string, string>;
  export function gc(): void;
  export function strerror(errno: number): string;
}

declare module 'os' {
  export interface Stat {
    readonly dev: number;
    readonly ino: number;
    readonly mode: number;
    readonly size: number;
    readonly uid: number;
    readonly gid: number;
    /** Milliseconds since 1970. */
    readonly ctime: number;
  }
  export const O_RDONLY: number;
  export const O_WRONLY: number;
  export const O_CREAT: number;
  export const O_TRUNC: number;
  export const O_EXCL: number;
  export function open(path: string, flags: number, mode?: number): number;
  export function close(fd: number): number;
  export function read(fd: number, buffer: ArrayBuffer, offset: number, length: number): number;
  export function write(fd: number, buffer: ArrayBuffer, offset: number, length: number): number;
  export function rename(from: string, to: string): number;
  export function remove(path: string): number;
  export function stat(path: string): [Stat | null, number];
  export function readdir(path: string): [string[], number];
  export function realpath(path: string): [string, number];
  export function readlink(path: string): [string, number];
  export function isatty(fd: number): boolean;
  /** @returns 0, or -errno */
  export function kill(pid: number, signal: number): number;
  export function getpid(): number;
  export function setReadHandler(fd: number, handler: (() => void) | null): void;
  export function setWriteHandler(fd: number, handler: (() => void) | null): void;
}

/** Arguments of the command line, the program's own name first (js_std_add_helpers). */
declare const scriptArgs: readonly string[];
