import * as os from 'os';
import * as setup from 'setup';
import * as std from 'std';
import * as system from 'system';
import type { SettingsFile, SettingsFiles } from '../core/ports.ts';
import { messageOf } from './errors.ts';
import { SystemFiles } from './files.ts';

const FOLDER_MODE = 0o755;
const PERMISSIONS = 0o7777;

/** A file on its way: made beside its place, then renamed. */
interface Replacement {
  readonly target: string;
  readonly temporary: string;
  /** What is there; null = nothing. */
  readonly before: (os.Stat & { readonly text: string }) | null;
}

export class SystemSettingsFiles implements SettingsFiles {
  replaceAll(files: readonly SettingsFile[]): string | null {
    const made: Replacement[] = [];
    const renamed: Replacement[] = [];
    let path = '';
    try {
      for (const file of files) {
        path = file.path;
        made.push(make(file));
      }
      for (const replacement of made) {
        path = replacement.target;
        rename(replacement);
        renamed.push(replacement);
      }
      return null;
    } catch (error) {
      for (const { temporary } of made) os.remove(temporary);
      for (const replacement of renamed) undo(replacement);
      return `cannot write ${path} (${messageOf(error)})`;
    }
  }
}

function make({ path, text, mode, keepsAccess }: SettingsFile): Replacement {
  const [real, missing] = os.realpath(path);
  const target = missing === 0 ? real : path; // a link stays one
  const folder = target.slice(0, target.lastIndexOf('/'));
  if (os.stat(folder)[1] !== 0) setup.makeFolder(folder, FOLDER_MODE);
  const temporary = `${target}.new`;
  const before = lookAt(target);
  os.remove(temporary); // left behind by a process that was killed
  const keeps = keepsAccess && before !== null;
  create(temporary, keeps ? before.mode & PERMISSIONS : mode, text, keeps ? before : null);
  return { target, temporary, before };
}

/** @param owner null = ourselves */
function create(path: string, mode: number, text: string, owner: os.Stat | null): void {
  system.createFile(path, mode, text);
  try {
    if (owner !== null) setup.give(path, owner.uid, owner.gid);
  } catch (error) {
    os.remove(path);
    throw error;
  }
}

function lookAt(path: string): Replacement['before'] {
  const [stat] = os.stat(path);
  const read = new SystemFiles().read(path);
  return stat === null || !read.ok ? null : { ...stat, text: read.value };
}

function rename({ temporary, target }: Pick<Replacement, 'temporary' | 'target'>): void {
  const failure = os.rename(temporary, target);
  if (failure !== 0) throw new Error(`rename: ${std.strerror(-failure)}`);
}

function undo({ target, temporary, before }: Replacement): void {
  if (before === null) {
    os.remove(target);
    return;
  }
  create(temporary, before.mode & PERMISSIONS, before.text, before);
  rename({ temporary, target });
}
