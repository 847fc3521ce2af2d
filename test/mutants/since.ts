/** Which folders' scores may change with the files of a change. */
import { folderOf } from './report.ts';

/** @param files from the repository's root @param all every folder that has mutants */
export function foldersOf(files: readonly string[], all: readonly string[]): readonly string[] {
  const touched = new Set<string>();
  for (const file of files) {
    if (/^src\/(core|shell)\/.*\.ts$/.test(file)) touched.add(folderOf(file));
    else if (file.startsWith('test/unit/')) touched.add(file.split('/')[2] ?? '');
    // Properties, scenarios and fakes notice what is wrong in any folder, and so do libraries.
    else if (/^test\/(property|scenario|fakes|mutants)\/|^package(-lock)?\.json$/.test(file)) return all;
  }
  return all.filter((folder) => touched.has(folder));
}
