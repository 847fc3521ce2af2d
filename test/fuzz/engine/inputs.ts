import * as os from 'os';
import * as std from 'std';

/** @throws Error when there is no such file */
export function readText(path: string): string {
  const file = std.open(path, 'r');
  if (file === null) throw new Error(`cannot open ${path}`);
  const text = file.readAsString();
  file.close();
  return text;
}

/** @throws Error when there is no such file */
export function readBytes(path: string): Uint8Array {
  const [stat] = os.stat(path);
  const fd = os.open(path, os.O_RDONLY);
  if (stat === null || fd < 0) throw new Error(`cannot open ${path}`);
  const bytes = new Uint8Array(stat.size);
  os.read(fd, bytes.buffer, 0, bytes.length);
  os.close(fd);
  return bytes;
}

export function writeBytes(path: string, bytes: Uint8Array): void {
  const fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644);
  if (fd < 0) throw new Error(`cannot write ${path}: ${std.strerror(-fd)}`);
  const own = bytes.slice();
  os.write(fd, own.buffer, 0, own.length);
  os.close(fd);
}

/** The paths of the files in a folder, in their order. */
export const filesIn = (folder: string): string[] =>
  os
    .readdir(folder)[0]
    .filter((name) => !name.startsWith('.'))
    .sort()
    .map((name) => `${folder}/${name}`);
